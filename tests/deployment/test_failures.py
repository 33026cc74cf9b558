"""The table of failures: what programs really say, and what becomes of it."""

from __future__ import annotations

import re
import tomllib

import pytest

from migrate.core.errors import Exit
from migrate.core.playbook import HostResult, State
from migrate.deployment.failures import explain
from migrate.shared.resources import data_text

TABLE = tomllib.loads(data_text("failures.toml"))["failure"]
# What can be provoked is, in tests/hosts/test_failures.py. These are words that programs are known to say.
SAID = {
    "ssh-timeout": "ssh: connect to host meet.example.org port 22: Connection timed out",
    "connection-lost": "Connection closed by 198.51.100.11 port 22",
    "python-too-old": "ansible-core requires a minimum of Python version 3.8. Current version: 3.5.3",
    "sudo-missing": "/bin/sh: 1: sudo: not found",
    "dpkg-interrupted": "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
    "package-removal": "E: Packages need to be removed but remove is disabled.",
    "clock-wrong": "E: Release file for https://download.jitsi.org/stable/InRelease is not valid yet",
    "repository-key-too-old": "Sub-process /usr/bin/sqv returned an error code (1), error message is: SHA1 is not"
    " considered secure since 2026-02-01T00:00:00Z",
    "packages-do-not-fit": "The following packages have unmet dependencies:\n jitsi-meet : Depends: jicofo (= 1.0-1)",
    "repository-unreachable": "E: Failed to fetch https://download.jitsi.org/stable/InRelease  Could not connect",
    "package-script-failed": "Errors were encountered while processing:\n jitsi-meet-web-config\n",
    "certificate-limit": "There were too many requests of a given type :: too many certificates (5) already issued",
    "certificate-name": "Detail: DNS problem: NXDOMAIN looking up A for meet.example.org",
    "certificate-unreachable": "Detail: 198.51.100.11: Fetching http://meet.example.org/.well-known/acme-challenge/x:"
    " Timeout during connect (likely firewall problem)",
    "authority-unreachable": "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='acme.example.org')",
    "port-taken": "nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Address already in use)",
    "prosody-module-missing": "modulemanager\terror\tUnable to load module 'polls': No such file",
    "service-login-refused": "SEVERE: Authentication failed: SASLError using SCRAM-SHA-1: not-authorized",
    "internal-certificate": "sun.security.validator.ValidatorException: PKIX path building failed",
    "meetings-held": "Meetings are still held on this bridge after 240 minutes: 2. No new ones begin there.",
    "bridge-without-address": "No valid IP addresses available for harvesting",
}
OURS = {
    "distribution-wrong": (
        "jitsi_migrate_packages",
        "this host runs debian-11, and its files were made for debian-12.",
    ),
    "apt-held": ("jitsi_migrate_packages", "/var/lib/dpkg/lock: held by apt-get (process 7) for 300 seconds. Wait"),
    "packages-in-the-way": (
        "jitsi_migrate_packages",
        "apt would remove apache2 to install nginx. Nothing was installed",
    ),
    "repository-key-other": (
        "jitsi_migrate_packages",
        "https://x/key: is the key 01 and not 02, so nothing is trusted",
    ),
    "release-not-found": ("jitsi_migrate_packages", "apt knows no version 2.0.1-* of jitsi-meet, but 2.0.2-1."),
    "firewall-put-back": ("jitsi_migrate_firewall", "the firewall's rules were put back as they were before"),
    "step-failed": ("jitsi_migrate_accounts", "Prosody does not take the account"),
    "adopt-needed": ("jitsi_migrate_adopt", "others set this up already: nginx. Nothing was changed."),
    "file-refused": ("jitsi_migrate_bundle", "/etc/x: its validator refuses it, so no file was replaced. luac: line 3"),
    "user-missing": (
        "jitsi_migrate_bundle",
        "the server has no user prosody, no group turnserver: install the packages",
    ),
    "bundle-not-rendered": ("jitsi_migrate_bundle", "the manifest is not as it was rendered: render it again"),
}
TALK = {
    "talk-backend-unreachable": "Nextcloud does not reach the signaling server at https://x: nobody listens there",
    "talk-websocket": "no websocket opens at https://c.example.org/standalone-signaling/spreed: it answers 400",
    "talk-secret": "the signaling server refuses what Nextcloud signs: it knows another secret, or not https://x/",
    "talk-backend-too-old": "the signaling server, release 0.4.1, is too old for Talk: it lacks federation",
    "talk-backend-lacks": "the signaling server, release 2.0.0, lacks what Talk can do without: chat-relay",
    "talk-clocks-apart": "the clock of Nextcloud is 20 seconds behind this host's",
    "nextcloud-unreachable": "the signaling server does not reach Nextcloud at https://x: its name has no address here",
    "nextcloud-address": "Nextcloud does not take https://c.example.org for its own address",
    "nextcloud-not-ready": "Nextcloud at https://c.example.org is in maintenance mode",
    "talk-key-missing": "Talk at https://c.example.org shows no key, so the signaling server cannot tell who joins",
    "janus-unreachable": "Janus does not answer at ws://127.0.0.1:8188, so calls have no sound and no picture: nobody",
    "turn-refuses": "the TURN server at t 3478, by UDP, gives no relay to whom Talk sends: it knows another secret",
    "turn-unreachable": "the TURN server at t port 5349, by TLS, does not answer: nobody listens there",
    "turn-certificate-ends": "the certificate of the TURN server at t port 5349, by TLS, ends in 2 days",
    "turn-open-to-all": "the TURN server at t port 3478, by UDP, relays for everybody, whatever the password",
    "nextcloud-cron": "Nextcloud says (CronInfo): Last background job execution ran 2 hours ago.",
    "nextcloud-backend": "Nextcloud says (HighPerformanceBackend): Error: Cannot connect to server",
    "nextcloud-setup": "Nextcloud says (OverwriteCliUrl): it is not set",
}
OURS |= {code: ("jitsi_migrate_talk_checks", words) for code, words in TALK.items()}


def failed(message: str, module: str = "command", state: State = State.FAILED, output: str = "") -> HostResult:
    return HostResult("meet.example.org", "Try", state, module=module, message=message, output=output)


@pytest.mark.parametrize("code", SAID)
def test_what_programs_say_is_known(code: str):
    state = State.UNREACHABLE if code == "connection-lost" else State.FAILED
    assert explain(failed(SAID[code], state=state)).code == code
    assert explain(failed("non-zero return code", state=state, output=SAID[code])).code == code


@pytest.mark.parametrize("code", OURS)
def test_our_modules_are_told_in_their_own_words(code: str):
    module, message = OURS[code]
    told = explain(failed(message, module))
    assert (told.code, told.message) == (code, message)
    assert explain(failed(message, "command")).code != code


def test_an_unknown_failure_is_told_in_the_words_of_who_failed():
    told = explain(failed("non-zero return code", output="one\nthe last line tells"))
    assert (told.code, told.message, told.exit_code) == ("task-failed", "the last line tells", Exit.TARGET)
    assert explain(failed("x" * 1000)).message == "x" * 399 + "…"
    assert explain(failed("")).message == "no reason is given"
    assert explain(failed("odd", state=State.UNREACHABLE)).code == "unreachable"


def test_words_name_what_was_found():
    told = explain(failed("Unable to restart service jicofo: Job for jicofo.service failed because"))
    assert told.message == "the service jicofo does not start"
    assert "journalctl -n 50 -u jicofo" in told.hint


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry["code"])
def test_each_entry_has_a_code_of_its_own_a_hint_and_only_words_that_can_be_filled_in(entry):
    assert [one["code"] for one in TABLE].count(entry["code"]) == 1
    assert re.fullmatch("[a-z]+(-[a-z]+)*", entry["code"])
    assert entry.get("hint") or entry["module"].startswith("jitsi_migrate_")
    assert not entry.get("message", "").endswith(".")
    groups = {name.rstrip("0123456789") for name in re.compile(entry.get("matches", "")).groupindex}
    assert set(re.findall(r"{(\w+)}", entry.get("hint", "") + entry.get("message", ""))) <= {"host", *groups}
