"""Packages come at the release's versions, without starting anything, and an interruption is repaired."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ansible.module_utils
import pytest

from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.hosts.stub_release import ANSWER, ROOT, bring, make_repository, repository
from tests.playbooks.bundles import shows_the_secret
from tests.playbooks.modules import PLAYBOOKS

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

# Runs the module as Ansible does, but is killed before the given number of its changes.
RUNNER = """
import json, os, runpy, signal, sys
sys.path.insert(0, "/srv/module")
import ansible.module_utils.basic as basic
arguments, left = json.load(sys.stdin)

def is_change(event, given):
    if event != "subprocess.Popen":
        return event in {"os.rename", "os.remove"}
    words = given[1]
    return words[0] in {"debconf-set-selections", "dpkg"} or words[0] == "apt-get" and "-s" not in words

def watch(event, given):
    global left
    if is_change(event, given):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode(), "legacy"
sys.addaudithook(watch)
runpy.run_path("/srv/module/jitsi_migrate_packages.py", run_name="__main__")
"""
RECORD = "/var/lib/jitsi-migrate/packages.json"
TREE = "find /etc /usr /var/lib /var/cache -xdev -type f -printf '%p %s %T@\\n' | sort | sha256sum"
POLICY = "/usr/sbin/policy-rc.d"
MASKS = "/run/systemd/system/stub-*"
CLEAN = f"""
dpkg --configure -a; dpkg --purge --force-all $(dpkg-query -Wf '${{Package}}\n' 'stub-*' 2>/dev/null)
rm -rf /etc/stub-focus.* /etc/apt/*/stub.* /etc/apt/preferences.d/jitsi-migrate /var/lib/apt/lists/*stub*
rm -rf {RECORD} {POLICY}* {MASKS}
echo PURGE | debconf-communicate stub-focus
systemctl daemon-reload
"""


@dataclass(frozen=True)
class Server:
    """A host, and how the module is run there."""

    host: Host
    fingerprint: str

    def run(self, *, killed_before: int = 0, check: bool = False, **changed: object) -> dict[str, object]:
        """Return what the module answers, nothing if it was killed."""
        given = json.dumps([self.arguments(check=check, **changed), killed_before])
        done = self.host.run("python3 /srv/module/run.py 2>&1 || :", text=given).strip()
        assert not shows_the_secret(done)
        assert done.startswith("{") or (killed_before and not done), done
        return json.loads(done or "{}")

    def arguments(self, *, check: bool, **changed: object) -> dict[str, object]:
        """Return the module's arguments."""
        known = {
            "distribution": "debian-12",
            "packages": ["stub-focus", "stub-web"],
            "release": {"package": "stub-meet", "version": "2.0.1-*"},
            "kept_out": ["stub-turnserver"],
            "repositories": [repository(self.fingerprint)],
            "answers": ANSWER,
            "patience": 1,
            "_ansible_check_mode": check,
            "_ansible_diff": True,
        }
        return {**known, **changed}

    def versions(self) -> dict[str, str]:
        """Return what is there of the stand-ins: the version, and whether it is held."""
        shown = self.host.run("dpkg-query -Wf '${Package} ${Version} ${Status}\\n' 'stub-*' 2>/dev/null || :")
        lines = (line.split(maxsplit=2) for line in shown.splitlines())
        return {name: f"{version} {status}" for name, version, status in lines if "not-installed" not in status}


HELD, FREE = "hold ok installed", "install ok installed"
INSTALLED = {"stub-common": f"1 {FREE}", "stub-focus": f"1.0-1-1 {HELD}", "stub-web": f"1.0.1-1 {HELD}"}


@pytest.fixture(scope="module")
def prepared(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    host = servers.hosts["bridge.example.org"]
    path = tmp_path_factory.mktemp("stub")
    fingerprint = make_repository(servers.place, path)
    bring(host, path, ROOT)
    (own := tmp_path_factory.mktemp("module")).joinpath("run.py").write_text(RUNNER)
    library = Path(ansible.module_utils.__file__).parent
    (own / "ansible").mkdir()
    (own / "ansible" / "__init__.py").write_text("")
    for path, name in ((library, "ansible/module_utils"), (PLAYBOOKS / "module_utils", "own")):
        servers.place.run("cp", "-r", path, own / name)
    for path in (PLAYBOOKS / "module_utils").glob("*.py"):
        servers.place.run("cp", path, own / "ansible/module_utils")
    servers.place.run("cp", PLAYBOOKS / "library" / "jitsi_migrate_packages.py", own)
    for name in ("release.py", "_version.py"):
        if (library.parent / name).exists():
            servers.place.run("cp", library.parent / name, own / "ansible")
    bring(host, own, "/srv/module")
    yield Server(host, fingerprint)
    host.renew()


@pytest.fixture
def server(prepared: Server) -> Iterator[Server]:
    prepared.host.tried(CLEAN)
    yield prepared
    prepared.host.tried(CLEAN)


def test_a_release_is_installed_held_and_not_started(server: Server):
    first = server.run()
    assert first.get("changed"), first
    assert server.versions() == INSTALLED
    assert server.host.run("cat /etc/stub-focus.told") == ANSWER.split()[-1]
    assert server.host.tried(f"ls /etc/stub-focus.started {MASKS} {POLICY}").stdout == ""
    assert server.host.run("systemctl is-enabled stub-focus").strip() == "enabled"
    installed = json.loads(server.host.run(f"cat {RECORD}"))["installed"]
    assert installed == ["stub-common", "stub-focus", "stub-web"]
    second = server.run()
    assert (second["changed"], second["diff"]) == (False, [])
    assert server.run(check=True)["changed"] is False


def test_a_check_of_a_new_host_tells_all_and_changes_nothing(server: Server):
    before = server.host.run(TREE)
    checked = server.run(check=True)
    assert server.host.run(TREE) == before
    done = server.run()
    assert (checked["packages"], checked["diff"]) == (done["packages"], done["diff"])
    assert checked["packages"] == {"stub-common": "1", "stub-focus": "1.0-1-1", "stub-web": "1.0.1-1"}


def test_what_was_done_by_hand_is_shown_and_repaired(server: Server):
    server.run()
    server.host.run(
        "apt-mark -q unhold stub-web stub-focus && apt-get -qq install --allow-change-held-packages stub-web=1.0.2-1"
    )
    shown = server.run(check=True)["diff"]
    done = server.run()
    assert done["diff"] == shown
    told = "".join(part["prepared"] for part in shown)
    assert re.findall(r"^[-+](?![-+]).*", told, re.MULTILINE) == [
        "-stub-web 1.0.2-1",
        "+stub-web 1.0.1-1",
        "+stub-focus held",
        "+stub-web held",
    ]
    assert done["replaced"] == ["stub-web"]
    assert server.versions() == INSTALLED


def test_an_answer_that_changed_is_told_again(server: Server):
    server.run()
    done = server.run(answers="stub-focus stub-focus/password password another\n")
    assert "stub-focus/password: answered" in done["diff"][0]["prepared"]
    assert "another" not in json.dumps(done["diff"])
    assert server.run(answers="stub-focus stub-focus/password password another\n")["changed"] is False


def test_a_package_that_would_remove_others_is_refused(server: Server):
    server.run(packages=["stub-user"])
    before = server.versions()
    refused = server.run(packages=["stub-greedy", "stub-web"])
    assert "apt would remove stub-other, stub-user to install stub-greedy, stub-web" in refused["msg"]
    assert server.versions() == before


def test_a_package_that_must_not_be_there_is_told(server: Server):
    server.run(kept_out=[], packages=["stub-turnserver"])
    assert "apt purge stub-turnserver" in server.run()["msg"]


def test_another_key_is_not_trusted(server: Server):
    expected = "0" * 40
    refused = server.run(repositories=[repository(expected)])
    assert f"is the key {server.fingerprint} and not {expected}" in refused["msg"]
    assert server.host.tried("ls /etc/apt/*/stub.*").stdout == ""


def test_a_release_that_is_not_there_is_told_with_those_that_are(server: Server):
    refused = server.run(release={"package": "stub-meet", "version": "2.0.3-*"})
    assert "no version 2.0.3-* of stub-meet, but 2.0.2-1, 2.0.1-1" in refused["msg"]


def test_another_distribution_is_refused(server: Server):
    assert "this host runs debian-12" in server.run(distribution="debian-13")["msg"]


@pytest.mark.exhaustive
def test_who_holds_the_lock_is_named(server: Server):
    lock = (
        "import fcntl,time;f=open('/var/lib/dpkg/lock-frontend','w');fcntl.lockf(f,fcntl.LOCK_EX);print(1,flush=True)"
    )
    process = server.host.run(
        f'mkfifo /run/held; (python3 -c "{lock};time.sleep(60)" >/run/held 2>&1 & echo $!; read _ </run/held)'
    ).split()[0]
    try:
        assert f"held by python3 (process {process}) for 1 seconds" in server.run()["msg"]
    finally:
        server.host.run(f"kill {process}; rm /run/held")


@pytest.mark.exhaustive
def test_a_script_that_fails_is_told_without_its_secret(server: Server):
    server.host.run("touch /etc/stub-focus.fails")
    assert "apt could not install stub-focus" in server.run()["msg"]
    server.host.run(f"rm /etc/stub-focus.fails; ! test -e {POLICY}")
    server.run()
    assert server.versions() == INSTALLED


@pytest.mark.exhaustive
def test_a_policy_of_somebody_else_is_put_back(server: Server):
    server.host.run(f"printf '#!/bin/sh\\nexit 0\\n' >{POLICY}; chmod 755 {POLICY}")
    server.host.run("touch /etc/stub-focus.kills")
    assert "msg" in server.run()
    server.run(killed_before=7)
    server.run()
    assert server.versions() == INSTALLED
    assert server.host.run(f"cat {POLICY}; ls {POLICY}*") == f"#!/bin/sh\nexit 0\n{POLICY}\n"
    assert server.host.tried("ls /etc/stub-focus.started").stdout == ""


@pytest.mark.exhaustive
def test_killed_again_and_again_it_is_completed(server: Server):
    """Each run is killed one change later than the one before, so it finds what that left."""
    server.run()
    wanted = converged(server)
    server.host.tried(CLEAN)
    points = next(count for count in range(1, 50) if server.run(killed_before=count))
    assert points > 5
    assert server.run()["changed"] is False
    assert converged(server) == wanted


def converged(server: Server) -> tuple[object, ...]:
    """Return all that must be the same in the end."""
    files = f"/etc/apt/*/stub.* /etc/apt/preferences.d/jitsi-migrate {RECORD} /etc/stub-focus.told"
    return server.versions(), server.host.tried(
        f"cat {files}; ls {POLICY}* {MASKS} /etc/stub-focus.started 2>&1"
    ).stdout
