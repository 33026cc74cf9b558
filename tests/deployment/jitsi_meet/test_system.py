"""Limits, kernel settings and debconf's answers, as systemd, sysctl and debconf read them."""

from __future__ import annotations

import re
import subprocess

import pytest

from migrate.shared.resources import data_rows
from tests.deployments import SECRETS, VARIANTS, texts, variant
from tests.readers import by_sysctl, directory, program, run

UNIT = "[Unit]\nDescription=A stub\n[Service]\nExecStart=/bin/true\n"
DROP_IN = re.compile(r"/etc/systemd/system/(\w[\w-]*)\.service\.d/jitsi-migrate\.conf")
ANSWERS = "/var/lib/jitsi-migrate/jitsi-meet.debconf"
HOSTS = [(name, host) for name in VARIANTS for host in variant(name).hosts()]
PASSWORDS = ("jicofo/jicofo-authpassword", "jitsi-videobridge/jvbsecret", "jitsi-meet-prosody/turn-secret")
QUESTIONS = {
    (package, question): (kind, choices) for package, question, kind, choices in data_rows("jitsi/debconf.tsv")
}


def drop_ins(name: str, host: str) -> dict[str, str]:
    found = ((DROP_IN.fullmatch(path), text) for path, text in texts(variant(name).bundle(host)).items())
    return {match[1]: text for match, text in found if match and "jitsi-migrate" in text and "LimitNOFILE" in text}


def answers(name: str, host: str) -> list[list[str]]:
    text = texts(variant(name).bundle(host)).get(ANSWERS, "")
    return [line.split(" ", 3) for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "host"), [("everything", "meet.example.org"), ("three-bridges", "turn.example.org")])
def test_systemd_takes_the_limits_of_every_service(name, host):
    analyze = program("systemd-analyze", "systemd")
    found = drop_ins(name, host)
    for service, text in found.items():
        with directory() as here:
            (here / f"{service}.service").write_text(UNIT)
            (here / f"{service}.service.d").mkdir()
            (here / f"{service}.service.d/limits.conf").write_text(text)
            told = subprocess.run(
                [analyze, "verify", "--man=no", "--recursive-errors=no", here / f"{service}.service"],
                env={"SYSTEMD_UNIT_PATH": f"{here}:", "SYSTEMD_LOG_LEVEL": "debug", "LC_ALL": "C.UTF-8"},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
        dump = told.stdout + told.stderr
        assert not re.findall(r"limits\.conf:\d+:.*", dump)
        assert "LimitNOFILE: 65000" in dump
        assert "LimitNPROC: 65000" in dump
        assert "TasksMax: 65000" in dump
        assert ("AmbientCapabilities: cap_net_bind_service" in dump) == (host == "turn.example.org")


def test_limits_are_those_of_the_services_on_the_host():
    assert set(drop_ins("minimal", "meet.example.org")) == {"prosody", "jicofo", "jitsi-videobridge2", "coturn"}
    assert set(drop_ins("three-bridges", "web.example.org")) == {"prosody", "jicofo"}
    assert set(drop_ins("three-bridges", "bridge-1.example.org")) == {"jitsi-videobridge2"}
    assert set(drop_ins("three-bridges", "turn.example.org")) == {"coturn"}


def test_sysctl_reads_the_buffers_of_a_bridge():
    text = texts(variant("minimal").bundle("meet.example.org"))["/etc/sysctl.d/30-jitsi-meet.conf"]
    assert by_sysctl(text).split("\n") == ["net.core.rmem_max = 10485760", "net.core.netdev_max_backlog = 100000", ""]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["everything", "private-network"])
def test_debconf_takes_the_answers_and_tells_them_again(name):
    setter, shower = program("debconf-set-selections", "debconf"), program("debconf-show", "debconf")
    (host,) = variant(name).hosts()
    given = answers(name, host)
    with directory() as here:
        stanzas = (f"Name: {part}\nDriver: File\nFilename: {here}/{part}.dat\n" for part in ("config", "templates"))
        (here / "debconf.conf").write_text("Config: config\nTemplates: templates\n\n" + "\n".join(stanzas))
        (here / "answers").write_text(texts(variant(name).bundle(host))[ANSWERS])
        environment = {"DEBCONF_SYSTEMRC": str(here / "debconf.conf"), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        run(setter, "--checkonly", here / "answers", env=environment)
        run(setter, here / "answers", env=environment)
        packages = dict.fromkeys(package for package, *_ in given)
        shown = "".join(run(shower, package, env=environment) for package in packages)
        stored = (here / "config.dat").read_text()
    found = dict(re.findall(r"^\* (\S+): ?(.*)$", shown, re.MULTILINE))
    # debconf-show hides passwords.
    assert found == {
        question: "(password omitted)" if kind == "password" else value for _, question, kind, value in given
    }
    assert all(f"Value: {value}\n" in stored for _, _, _, value in given)


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_answers_are_to_questions_that_the_packages_ask(name, host):
    for package, question, kind, value in answers(name, host):
        known, choices = QUESTIONS[package, question]
        assert kind == known
        assert not choices or value in choices.split(", ")


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_no_question_of_an_installed_package_is_left_open(name, host):
    installed = {package for package, *_ in answers(name, host)}
    open_ones = {
        question for (package, question) in QUESTIONS
        if package in installed and not any(answer[1] == question for answer in answers(name, host))
    }  # fmt: skip
    # Only asked for certificates that the package gets; the others are the packages' memory of an earlier name.
    assert open_ones <= {"jitsi-meet/email", "jitsi-meet/jvb-hostname", "jitsi-meet-prosody/jvb-hostname"}


def test_the_answers_know_the_domain():
    found = {(package, question): value for package, question, _, value in answers("minimal", "meet.example.org")}
    assert found["jicofo", "jitsi-videobridge/jvb-hostname"] == "meet.example.org"
    assert found["jitsi-meet-web-config", "jitsi-meet/jaas-choice"] == "false"


@pytest.mark.parametrize(("name", "host"), HOSTS)
def test_packages_are_told_no_secret_but_something_for_each(name, host):
    told = {(question, value) for _, question, _, value in answers(name, host) if question in PASSWORDS}
    values = {value for _, value in told}
    # One for all packages that ask the same.
    assert len(told) == len(values) == len({question for question, _ in told})
    assert all(len(value) == 32 for value in values)
    assert not values & set(SECRETS.values())


def test_a_bridge_of_its_own_learns_no_secret_but_its_own():
    text = "".join(texts(variant("three-bridges").bundle("bridge-1.example.org")).values())
    assert [name for name, secret in SECRETS.items() if secret in text] == ["bridge_password"]


def test_answers_name_the_certificate_of_the_settings():
    text = texts(variant("private-network").bundle("meet.example.org"))[ANSWERS]
    assert "cert-path-crt string /etc/ssl/meet/fullchain.pem\n" in text
    assert "cert-path-key string /etc/ssl/meet/key.pem\n" in text
