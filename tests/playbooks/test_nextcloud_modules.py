"""Nextcloud's database, installation and settings, made by the modules with a real MariaDB, real PHP and the stub."""

from __future__ import annotations

from collections.abc import Iterator

import ansible.module_utils
import pytest

from tests.playbooks.modules import PLAYBOOKS
from tests.playbooks.nextcloud_server import ADMIN, PASSWORD, Nextcloud, nextcloud

pytestmark = pytest.mark.slow
AS_WEB_SERVER = ("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups")
ansible.module_utils.__path__.append(str(PLAYBOOKS / "module_utils"))
from ansible.module_utils.jitsi_migrate_nextcloud import Done  # noqa: E402

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


def test_the_database_of_a_server_that_was_finished_is_never_emptied(server: Nextcloud) -> None:
    server.database()
    server.install()
    server.asked("CREATE TABLE nextcloud.oc_of_people (id INT)")
    # As by a backup that lacks it, or when migrate.toml names another directory for the program.
    (server.here / "tree/config/config.php").unlink()
    refused = server.install()
    assert "oc_of_people" in server.asked("SHOW TABLES IN nextcloud")
    assert "was installed before" in refused["msg"]


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


def test_a_check_does_not_fail_where_the_run_would_first_start_what_nextcloud_needs(server: Nextcloud) -> None:
    server.database()
    server.install()
    broken = server.here / "tree/config/z.config.php"
    broken.write_text("<?php $CONFIG = ['memcache.local' => '\\\\OC\\\\Memcache\\\\Missing'];")
    assert "Missing" in server.install()["msg"]
    assert not server.install(check=True)["changed"]
    assert not server.settle(STUN, check=True)["changed"]


def test_an_app_that_its_makers_did_not_sign_is_not_enabled(server: Nextcloud) -> None:
    server.database()
    signature = server.here / "tree/apps/spreed/appinfo/signature.json"
    signature.write_text('{"hashes": {"appinfo/info.xml": "another"}}')
    refused = server.install()
    assert "spreed 24.0.4 is not what its makers signed" in refused["msg"]
    assert "appinfo/info.xml" in refused["msg"]
    assert '"enabled":[]' in server.occ("app:list", "--output=json")
    # What has no signature Nextcloud does not compare, and is content.
    signature.unlink()
    assert "spreed 24.0.4 is not what its makers signed" in server.install()["msg"]
    assert '"enabled":[]' in server.occ("app:list", "--output=json")
    signature.write_text('{"hashes": {}}')
    assert server.install()["diff"]["prepared"] == "spreed: enabled\ncalendar: enabled\n"


def test_the_first_account_gets_the_password_that_was_made_for_it_once(server: Nextcloud) -> None:
    server.database()
    server.install()
    assert opens(server, ADMIN)
    # As a person does there, who is not asked again.
    server.inside(
        *AS_WEB_SERVER, "php", str(server.here / "tree/occ"), "user:resetpassword", "admin", NC_PASS="changed"
    )
    assert not server.install()["changed"]
    assert opens(server, "changed")


def test_nothing_is_done_to_a_server_on_which_somebody_works(server: Nextcloud) -> None:
    server.database()
    server.install()
    server.occ("maintenance:mode", "--on")
    assert "in maintenance mode" in server.install()["msg"]


def test_settings_are_the_same_however_a_release_keeps_them(server: Nextcloud) -> None:
    server.database()
    server.install()
    wanted = {"federation_enabled": "no", "retention_event_rooms": "0", **STUN}
    server.settle(wanted)
    # What newer releases tell as what it is, older ones tell as text.
    config = server.here / "tree/lib/store.php"
    told = "return $query->fetchAll(PDO::FETCH_KEY_PAIR);"
    kept = (
        "$found = $query->fetchAll(PDO::FETCH_KEY_PAIR); return array_map(fn ($one) => match ($one) { 'no' => false, "
    )
    kept += "'0' => 0, default => json_decode($one) ?? $one }, $found);"
    text = config.read_text()
    assert told in text
    config.write_text(text.replace(told, kept, 1))
    assert '"retention_event_rooms":0' in server.occ("config:list", "spreed", "--private")
    assert not server.settle(wanted)["changed"]
    assert server.settle({**wanted, "federation_enabled": "yes"})["diff"]["prepared"] == "spreed.federation_enabled\n"


def test_settings_that_were_kept_as_something_else_are_set_all_the_same(server: Nextcloud) -> None:
    server.database()
    server.install()
    server.occ("config:app:set", "spreed", "stun_servers", "--value=[]", "--type=array")
    assert server.settle({"changelog": "no", **STUN})["changed"]
    assert not server.settle({"changelog": "no", **STUN})["changed"]
    assert server.occ("config:app:get", "spreed", "stun_servers").strip() == STUN["stun_servers"]


def test_what_occ_says_went_wrong_is_told_without_its_usage() -> None:
    box = "  cURL error 7: Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't co  \n  nnect to server{}\n"
    text = f"\nIn CurlFactory.php line 275:\n{' ' * 79}\n{box.format(' ' * 63)}{' ' * 79}\n\ntalk:x [--] <y>\n\n"
    said = Done(1, "", text).said
    assert said == "cURL error 7: Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server"


def opens(server: Nextcloud, password: str) -> bool:
    kept = server.asked("SELECT password FROM nextcloud.oc_users WHERE uid = 'admin'")
    code = "echo password_verify(getenv('GIVEN'), getenv('KEPT')) ? 'yes' : 'no';"
    return server.inside("php", "-r", code, GIVEN=password, KEPT=kept) == "yes"
