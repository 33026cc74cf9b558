"""render, as a person or a script runs it: what it writes, shows and refuses, and that it never shows a secret."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.program import Result, run
from tests.deployments import SECRETS, VARIANTS
from tests.disk import full, small_disk, write_protected
from tests.servers import DOMAIN, below, build, server, server_of

JVB = "/etc/jitsi/videobridge/jvb.conf"
MEET_JVB = f"build/meet.example.org/files{JVB}"
MANY = "[jitsi_meet]\nmeet.example.org\n[coturn]\nmeet.example.org\n[jitsi_videobridge]\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return server(tmp_path / "site")


def render(site: Path, *words: str) -> Result:
    return run("--site", site, "render", *words)


def bridges(count: int) -> tuple[str, str]:
    """Return settings and an inventory of one web server and many bridges."""
    names = [f"bridge-{number}.example.org" for number in range(1, count + 1)]
    known = (f'hosts."{name}".addresses = ["10.0.{n // 250}.{n % 250 + 1}"]\n' for n, name in enumerate(names))
    return DOMAIN + "".join(known), MANY + "".join(f"{name}\n" for name in names)


def on_a_terminal(site: Path, *words: str, **environment: str) -> str:
    """Run the program on a terminal of 80 columns and return what it writes there."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "migrate.cli", "--site", str(site), "render", *words]
    more = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**more, "COLUMNS": "80", "TERM": "xterm-256color", **environment}
    ) as program:
        os.close(theirs)
        written = b"".join(_read(ours))
    os.close(ours)
    assert program.returncode == 0
    return written.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:
            return
        if not data:
            return
        yield data


# --- What is written --------------------------------------------------------------------------------------------------


def test_every_file_is_written_as_the_manifest_tells(site: Path) -> None:
    assert render(site).code == 0
    written = build(site)
    manifest = json.loads(written.pop("build/meet.example.org/manifest.json"))
    assert written.pop("build/vars.yml")
    told = {f"build/meet.example.org/files{entry['path']}": entry["sha256"] for entry in manifest["files"]}
    assert {name: sha256(data).hexdigest() for name, data in written.items()} == told


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_settings_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    first, second = (server_of(tmp_path / place, name) for place in ("first", "second"))
    for site in (first, second):
        assert render(site).code == 0
    assert build(first) == build(second)
    assert not any(str(tmp_path).encode() in data for data in build(first).values())


def test_only_the_owner_can_enter_or_read(site: Path) -> None:
    before = os.umask(0)
    try:
        render(site)
    finally:
        os.umask(before)
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in below(site / "build")}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_second_time_nothing_is_written(site: Path) -> None:
    render(site)
    before = {path: path.stat().st_ino for path in below(site / "build")}
    done = render(site)
    assert (done.code, done.out) == (0, "Nothing changed on 1 host.\n")
    assert {path: path.stat().st_ino for path in below(site / "build")} == before


def test_a_dry_run_writes_nothing_and_tells_the_same(site: Path) -> None:
    dry = render(site, "--dry-run", "--json").json["data"]
    assert not (site / "build").exists()
    assert not (site / ".lock").exists()
    assert {**render(site, "--json").json["data"], "dry_run": True} == dry


def test_a_file_that_is_no_longer_rendered_goes_with_its_empty_directories(site: Path) -> None:
    server(site, f"{DOMAIN}metrics.enabled = true\nfirewall.enabled = true\n")
    render(site)
    assert (site / "build/meet.example.org/files/etc/nftables.conf").exists()
    certbot = site / "build/meet.example.org/files/etc/letsencrypt"
    assert certbot.is_dir()
    server(site, f'{DOMAIN}firewall.enabled = false\ncertificate.source = "internal"\n')
    done = render(site)
    assert "gone    /etc/nftables.conf" in done.out
    assert not (site / "build/meet.example.org/files/etc/nftables.conf").exists()
    assert not certbot.exists()


def test_what_a_run_that_was_killed_left_behind_goes(site: Path) -> None:
    render(site)
    clean = build(site)
    (site / "build/meet.example.org/files/etc/old.conf").write_text(SECRETS["turn_secret"])
    (site / f"{MEET_JVB}.new").write_text("half a fi")
    done = render(site, "--detailed-exitcode")
    assert (done.code, build(site)) == (10, clean)
    assert "gone    /etc/old.conf" in done.out


def test_a_host_that_left_the_inventory_goes(tmp_path: Path) -> None:
    site = server_of(tmp_path / "site", "three-bridges")
    render(site)
    settings, inventory = VARIANTS["three-bridges"]
    kept = settings.partition('[hosts."bridge-3.example.org"]')[0]
    kept = kept.replace('region_groups = [["eu", "us"]]', "").replace("= 200", "= 100")
    server(site, kept, inventory.replace("bridge-3.example.org\n", ""))
    assert render(site, "web.example.org").code == 0
    assert (site / "build/bridge-3.example.org").exists()
    assert "would change" in render(site, "--dry-run").out
    assert (site / "build/bridge-3.example.org").exists()
    done = render(site)
    assert "bridge-3.example.org  is not in the inventory any more; its files go" in done.out
    assert not (site / "build/bridge-3.example.org").exists()
    assert render(site, "--detailed-exitcode").code == 0


def test_a_file_that_was_changed_by_hand_is_noticed_written_again_and_not_shown(site: Path) -> None:
    render(site)
    written = build(site)
    (site / MEET_JVB).write_text("password = something-secret\n")
    done = render(site, "--detailed-exitcode")
    assert done.code == 10
    assert f"changed {JVB}" in done.out
    assert "is not as it was written" in done.out
    assert "something-secret" not in done.out
    assert build(site) == written


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"format": "jitsi-migrate/bundle", "version": 1, "files": 7}'])
def test_a_manifest_that_is_none_is_written_again(site: Path, spoilt: str) -> None:
    render(site)
    written = build(site)
    (site / "build/meet.example.org/manifest.json").write_text(spoilt)
    assert render(site, "--detailed-exitcode").code == 10
    assert build(site) == written


def test_a_manifest_whose_secrets_were_moved_does_not_unmask_them(site: Path) -> None:
    render(site)
    path = site / "build/meet.example.org/manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"]:
        entry.pop("secrets", None)
    path.write_text(json.dumps(manifest))
    server(site, f"{DOMAIN}bridges.udp_port = 10001\n")
    _hides_secrets(render(site))


def test_a_manifest_of_another_version_is_not_compared_with(site: Path) -> None:
    render(site)
    path = site / "build/meet.example.org/manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    assert re.match(r"meet\.example\.org  \d+ new\n", render(site).out)


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_the_first_time_files_are_counted_and_not_listed(site: Path) -> None:
    done = render(site)
    assert re.match(r"meet\.example\.org  \d+ new\n", done.out)
    assert JVB not in done.out
    assert "Rendered 1 host into build/. Read the files before you deploy them." in done.out
    assert f"new     {JVB}" in render(server(site.with_name("other")), "-v").out


def test_a_change_is_shown_with_its_lines(site: Path) -> None:
    render(site)
    server(site, f"{DOMAIN}bridges.udp_port = 10001\n")
    done = render(site)
    shown = done.out.splitlines()
    assert f"  changed {JVB}" in shown
    assert "    -        udp.port = 10000" in shown
    assert "    +        udp.port = 10001" in shown
    assert not [line for line in shown if line.strip().startswith(("---", "+++"))]


@pytest.mark.slow
def test_lines_of_a_diff_are_not_wrapped_and_coloured_only_on_a_terminal(site: Path) -> None:
    render(site)
    long = f'{DOMAIN}bridges.reach = "nat"\nbridges.stun_servers = ["{"a" * 60}.{"b" * 60}.example.org:3478"]\n'
    server(site, long)
    line = f'    +    mapping.stun.addresses = ["{"a" * 60}.{"b" * 60}.example.org:3478"]'
    plain = on_a_terminal(site, "--dry-run", NO_COLOR="1")
    coloured = on_a_terminal(site, "--dry-run")
    assert line in plain.splitlines()
    assert "\x1b[3" not in plain
    assert f"\x1b[32m{line.strip()}\x1b[0m" in coloured
    assert "\x1b" not in render(site, "--dry-run").out


def test_what_a_server_must_have_is_shown_when_it_changes(site: Path) -> None:
    render(site)
    server(site, f'{DOMAIN}prosody = "13.0"\n')
    assert "changed prosody: 0.12 becomes 13.0" in render(site, "--dry-run").out
    server(site, DOMAIN.replace("meet.", "talk."))
    out = render(site, "--dry-run").out
    assert "/etc/nginx/sites-enabled/talk.example.org.conf: nothing becomes a link to ../sites-available" in out


def test_hosts_that_the_same_happens_to_are_shown_together(tmp_path: Path) -> None:
    settings, inventory = bridges(9)
    site = server(tmp_path / "site", settings, inventory)
    assert "bridge-1.example.org, bridge-2.example.org, bridge-3.example.org and 6 more  " in render(site).out
    server(site, f"{settings}bridges.udp_port = 10001\n", inventory)
    assert render(site).out.count("+        udp.port = 10001") == 1


def test_quiet_leaves_the_verdict(site: Path) -> None:
    assert render(site, "-q").out == "Rendered 1 host into build/. Read the files before you deploy them.\n"
    server(site, f"{DOMAIN}bridges.udp_port = 10001\n")
    assert render(site, "-q").out == "Rendered 1 host into build/; 1 changed. Read the changes before you deploy.\n"
    assert render(site, "-q").out == "Nothing changed on 1 host.\n"


def test_a_warning_is_shown_each_time_and_is_no_failure(site: Path) -> None:
    server(site, f'{DOMAIN}authentication.mode = "open"\n')
    for _ in range(2):
        done = render(site)
        assert done.code == 0
        assert "everybody on the internet can hold meetings" in done.out
    (problem,) = render(site, "--json").json["data"]["problems"]
    assert (problem["code"], problem["severity"]) == ("open-to-strangers", "warning")


def test_what_is_only_information_is_not_repeated_when_nothing_changed(site: Path) -> None:
    assert "deprecated" in render(site).out
    assert "deprecated" not in render(site).out
    assert "deprecated" in render(site, "-v").out


def test_the_detailed_exit_code_tells_whether_anything_changes(site: Path) -> None:
    assert render(site, "--detailed-exitcode", "--dry-run").code == 10
    assert render(site, "--detailed-exitcode").code == 10
    assert render(site, "--detailed-exitcode").code == 0
    assert render(site, "--detailed-exitcode", "--dry-run").code == 0


@pytest.mark.parametrize("name", VARIANTS)
def test_no_secret_is_shown(tmp_path: Path, name: str) -> None:
    site = server_of(tmp_path / "site", name)
    for words in (["--debug"], ["-v"], ["--json"], ["-v", "--dry-run"]):
        _hides_secrets(render(site, *words))
    # Every secret changes, and with it every file that holds one.
    text = (site / "secrets.toml").read_text()
    (site / "secrets.toml").write_text(text.replace("-of-the-tests", "-of-tomorrow-and-later"))
    for words in (["--dry-run"], ["--json", "--dry-run"], ["--debug", "-v"]):
        done = render(site, *words)
        _hides_secrets(done)
        assert "secret:" in done.out
    for path in (site / "build").glob("*/manifest.json"):
        _hides(path.read_text())
    _hides((site / "build/vars.yml").read_text())


def test_one_file_is_printed_without_its_secrets_unless_they_are_asked_for(site: Path) -> None:
    done = render(site, "--stdout", "jvb.conf")
    assert "PASSWORD = ‹secret:" in done.out or "secret:" in done.out
    _hides_secrets(done)
    _hides_secrets(render(site, "--stdout", "jvb.conf", "--json"))
    open_ = render(site, "--stdout", JVB, "--show-secrets")
    assert SECRETS["bridge_password"] in open_.out
    assert not (site / "build").exists()
    render(site)
    assert (site / MEET_JVB).read_text() == open_.out


def _hides_secrets(done: Result) -> None:
    assert done.code == 0, done.err
    _hides(done.out + done.err)


def _hides(text: str) -> None:
    assert [name for name, secret in SECRETS.items() if secret in text or secret[:12] in text] == []
    assert "-of-tomorrow" not in text


# --- What is refused --------------------------------------------------------------------------------------------------


def test_all_contradictions_are_told_with_their_lines(site: Path) -> None:
    server(
        site,
        f"{DOMAIN}[turn]\n# Backwards.\nrelay_ports = [60000, 50000]\nport = 10000\n"
        "[network]\nipv4 = false\nipv6 = false\n",
    )
    done = render(site)
    assert done.code == 3
    lines = (site / "migrate.toml").read_text().splitlines()
    told = dict(re.findall(r"line (\d+): jitsi_meet\.([\w.]+): ", done.err))
    assert {name: lines[int(line) - 1] for line, name in told.items()} == {
        "network": "[jitsi_meet.network]",
        "turn.relay_ports": "relay_ports = [60000, 50000]",
        "turn.port": "port = 10000",
    }
    assert not (site / "build").exists()
    assert len(render(site, "--json").json["error"]["details"]) == 3


def test_a_setting_that_a_file_cannot_hold_is_told_with_its_line_and_nothing_is_written(site: Path) -> None:
    server(site, f'{DOMAIN}[certificate]\nserver = "https://ca.example.org/acme#new"\n')
    done = render(site)
    assert done.code == 3
    (line,) = re.findall(
        r"line (\d+): jitsi_meet\.certificate\.server: .*/etc/letsencrypt/jitsi-migrate\.ini", done.err
    )
    assert "acme#new" in (site / "migrate.toml").read_text().splitlines()[int(line) - 1]
    assert not (site / "build").exists()


def test_a_host_that_is_not_there_is_named_with_those_that_are(site: Path) -> None:
    done = render(site, "meet.example.org", "mete.example.org")
    assert done.code == 2
    assert "inventory.ini does not have mete.example.org" in done.err
    assert "It has: meet.example.org." in done.err


@pytest.mark.parametrize(
    ("content", "told", "hint"), [(None, "is not there", True), (b"\xff\xfe", "it is not UTF-8", False)]
)
def test_an_inventory_is_to_be_made_only_if_there_is_none(
    tmp_path: Path, content: bytes | None, told: str, hint: bool
) -> None:
    site = server_of(tmp_path / "site", "minimal")
    (site / "inventory.ini").unlink()
    if content:
        (site / "inventory.ini").write_bytes(content)
    done = render(site)
    assert (done.code, told in done.err, "jitsi-migrate init" in done.err) == (3, True, hint)


def test_only_the_hosts_that_are_named_are_rendered(tmp_path: Path) -> None:
    site = server_of(tmp_path / "site", "three-bridges")
    assert render(site, "bridge-2.example.org", "web.example.org").code == 0
    assert sorted(path.name for path in (site / "build").iterdir()) == [
        "bridge-2.example.org",
        "vars.yml",
        "web.example.org",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["jvb.com"], "no file is called jvb.com"),
        (["jvb.conf"], "jvb.conf differs between hosts"),
        (["jitsi-migrate.conf", "web.example.org"], "several files are called jitsi-migrate.conf"),
        ([""], "no file is called"),
    ],
)
def test_a_file_to_print_must_be_one(tmp_path: Path, words: list[str], told: str) -> None:
    site = server_of(tmp_path / "site", "three-bridges")
    done = render(site, "--stdout", *words)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert not done.err.rstrip().endswith(":")
    assert not (site / "build").exists()


def test_secrets_are_shown_with_a_single_file_only(site: Path) -> None:
    done = render(site, "--show-secrets")
    assert done.code == 2
    assert "--show-secrets belongs to --stdout" in done.err


def test_a_site_at_which_another_run_works_is_left_alone(site: Path) -> None:
    with (site / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert render(site).code == 9
        assert not (site / "build").exists()
        assert render(site, "--dry-run").code == 0


def test_what_is_write_protected_is_named_and_the_rest_goes_on_later(site: Path) -> None:
    render(site)
    server(site, f"{DOMAIN}bridges.udp_port = 10001\n")
    with write_protected(site / "build"):
        done = render(site)
        assert done.code == 5
        assert f"{site}/build/meet.example.org/files{JVB}: cannot be written" in done.err
        assert render(site, "--dry-run", "--detailed-exitcode").code == 10
    assert render(site).code == 0
    assert "udp.port = 10001" in (site / MEET_JVB).read_text()


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_half_written_and_the_same_command_completes_it(tmp_path: Path) -> None:
    wanted = server(tmp_path / "wanted")
    render(wanted)
    with small_disk(tmp_path, 512) as disk:
        site = server(disk / "site")
        for pages in range(200):
            reserve = disk / "reserve"
            reserve.write_bytes(bytes(4096 * pages))
            with full(disk):
                reserve.unlink()
                done = render(site)
            if done.code == 0:
                break
            assert done.code == 75, done.err
            assert "the disk is full" in done.err
            assert not [path for path in below(site) if path.name.endswith(".new")]
            whole = build(wanted)
            assert all(whole[name] == data for name, data in (build(site) if (site / "build").exists() else {}).items())
        assert pages > 3
        assert build(site) == build(wanted)


@pytest.mark.slow
def test_two_hundred_hosts_are_rendered_and_compared(tmp_path: Path) -> None:
    settings, inventory = bridges(200)
    site = server(tmp_path / "site", settings, inventory)
    done = render(site)
    assert len(done.out.splitlines()) < 12
    assert "Rendered 201 hosts into build/." in done.out
    assert render(site).out == "Nothing changed on 201 hosts.\n"
