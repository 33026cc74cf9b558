"""destroy, as a person or a script runs it. That it removes what it shall is proven on real servers, in tests/hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.cli.output import Output
from migrate.cli.session import Session
from migrate.cli.show_destroy import show_destroy
from migrate.core.playbook import HostResult, State
from migrate.services.destroying import remains_of
from migrate.services.playbooks import HostOutcome, Outcome
from tests.cli.program import Result, run
from tests.servers import server

DOMAIN = "meet.example.org"
ARCHIVE = "/var/lib/jitsi-migrate/destroyed-20261122T170000Z.tar.gz"


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    site = server(tmp_path / "site")
    assert run("--site", site, "render").code == 0
    return site


def destroy(site: Path, *words: str) -> Result:
    return run("--site", site, "--no-input", "destroy", *words)


def test_it_is_not_done_unless_somebody_says_what(rendered: Path) -> None:
    done = destroy(rendered)
    assert done.code == 2
    assert f"--confirm {DOMAIN}" in done.err
    assert not (rendered / "runs").exists()


@pytest.mark.parametrize("typed", ["yes", "", "meet.example.com"])
def test_another_domain_is_refused(rendered: Path, typed: str) -> None:
    done = destroy(rendered, "--confirm", typed)
    assert done.code == 8
    assert "nothing was removed" in done.err
    assert not (rendered / "runs").exists()


def test_what_was_never_rendered_was_never_deployed(tmp_path: Path) -> None:
    done = destroy(server(tmp_path / "site"), "--confirm", DOMAIN)
    assert done.code == 3
    assert "nothing is rendered yet" in done.err


def test_what_stays_is_told_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    host = HostOutcome("bridge-2.example.org")
    stays = {"needed": ["nginx"], "foreign": ["/etc/nginx/conf.d/blog.conf"]}
    for data in ({"archive": ARCHIVE}, {"kept": ["/etc/sysctl.d/30-jitsi-meet.conf"]}, stays):
        host.results.append(HostResult(host.host, "removal : Remove", State.CHANGED, data=data))
    done = Outcome(check=False, hosts={host.host: host})
    show_destroy(Output(Session()), done, remains_of(done), ["meet.example.org"], Path("runs/one"), diff=False)
    told = capsys.readouterr().out
    kept = ("/etc/sysctl.d/30-jitsi-meet.conf", "nginx", "/etc/nginx/conf.d/blog.conf")
    for words in (ARCHIVE, *kept, "inventory.ini", "jitsi-migrate deploy"):
        assert words in told
