"""How long certificates last, for a person."""

from __future__ import annotations

import pytest

from migrate.cli.output import Output
from migrate.cli.session import Session
from migrate.cli.show_certificates import show_certificates
from migrate.services.certificates import Certificates, HostCertificate
from migrate.services.playbooks import Outcome

HOSTS = ("meet.example.org", "bridge.example.org")


def test_each_host_has_lines_of_its_own_with_what_to_do_below(capsys: pytest.CaptureFixture[str]) -> None:
    seen = [
        HostCertificate(host, "trusted", "/a.crt", (), days, "", "") for host, days in zip(HOSTS, (9, 90), strict=True)
    ]
    show_certificates(Output(Session()), Certificates(25, seen, Outcome()))
    assert capsys.readouterr().out.splitlines() == [
        "meet.example.org", "  trust in the authority  9 days  /a.crt",
        "       Deploy the host: it then gets what the authority has now.",
        "bridge.example.org", "  trust in the authority  90 days  /a.crt", "1 of 2 must be seen to.",
    ]  # fmt: skip
