"""Nextcloud's database, installation and settings, made by the modules with a real MariaDB, real PHP and the stub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playbooks.nextcloud_server import ADMIN, PASSWORD, Nextcloud, nextcloud

pytestmark = pytest.mark.slow
STUN = {"stun_servers": '["turn.example.org:3478"]'}


@pytest.fixture
def server() -> Iterator[Nextcloud]:
    with nextcloud() as found:
        yield found


def test_a_second_run_of_each_changes_nothing(server: Nextcloud) -> None:
    first = [server.database(), server.install(), server.settle(STUN)]
    assert [one["changed"] for one in first] == [True, True, True], first
    again = [server.database(), server.install(), server.settle(STUN)]
    assert [one["changed"] for one in again] == [False, False, False], again
    assert '"installed":true' in server.occ("status", "--output=json")


def test_no_password_that_was_told_in_passing_opens_the_database_afterwards(server: Nextcloud) -> None:
    server.database()
    server.install()
    shown = server.asked("SHOW CREATE USER nextcloud@localhost")
    assert " OR " not in shown
    login = ("mariadb", "--no-defaults", "--user=nextcloud", "--execute=SELECT 1")
    assert "1" in server.inside(*login, MYSQL_PWD=PASSWORD).split()
    # What the installation wrote for itself is the one that was good for that moment.
    written = (server.here / "tree" / "config" / "config.php").read_text()
    assert PASSWORD not in written
    assert ADMIN not in written


def test_what_a_broken_installation_left_is_taken_away_and_what_is_of_others_is_not(server: Nextcloud) -> None:
    server.database()
    server.asked("CREATE TABLE nextcloud.oc_of_others (id INT)")
    refused = server.install()
    assert refused["failed"]
    assert "whose are" in refused["msg"]
    assert server.asked("SHOW TABLES IN nextcloud") == "oc_of_others"
    server.asked("DROP TABLE nextcloud.oc_of_others; CREATE TABLE nextcloud.oc_migrations (app INT)")
    record = '{"format": "jitsi-migrate/nextcloud", "version": 1, "begun": true, "named": false, "compared": {}}'
    (server.here / "record.json").write_text(record)
    assert server.install()["changed"]
    assert "oc_users" in server.asked("SHOW TABLES IN nextcloud")


def test_a_setting_and_a_password_that_a_person_changed_are_mended(server: Nextcloud) -> None:
    server.database()
    server.install()
    server.settle(STUN)
    server.occ("config:app:set", "spreed", "stun_servers", '--value=["stun.example.net:443"]')
    assert server.settle(STUN, check=True)["diff"]["prepared"] == "spreed.stun_servers\n"
    assert "stun.example.net" in server.occ("talk:stun:list")
    server.settle(STUN)
    assert "turn.example.org" in server.occ("talk:stun:list")
    server.asked("ALTER USER nextcloud@localhost IDENTIFIED BY 'another'")
    assert server.database()["diff"]["prepared"] == "user nextcloud: another password\n"
    assert not server.database()["changed"]


def test_a_check_of_a_host_that_has_nothing_changes_nothing(server: Nextcloud) -> None:
    assert server.database(check=True)["changed"]
    assert server.asked("SHOW DATABASES LIKE 'nextcloud'") == ""
    assert server.install(check=True)["changed"]
    assert server.settle(STUN, check=True)["changed"]
    assert '"installed":false' in server.occ("status", "--output=json")
