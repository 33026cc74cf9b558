"""What Nextcloud, PHP, MariaDB and Redis are told: read back by each of them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrate.shared.resources import data_rows
from tests.cloud_readers import by_mariadb, by_php, by_php_fpm, by_redis, program
from tests.clouds import DOMAIN, SECRETS, VARIANTS, Cloud, cloud, variant
from tests.readers import directory, run

ALL = pytest.mark.parametrize("name", VARIANTS)
APPS = "/var/lib/jitsi-migrate/nextcloud-apps.json"


def config(deployed: Cloud) -> dict[str, Any]:
    folder = deployed.topology.settings.directory
    found = by_php(deployed.text(f"{folder}/config/jitsi-migrate.config.php"))
    assert isinstance(found, dict)
    return found


def spreed(deployed: Cloud) -> dict[str, str]:
    found: dict[str, str] = json.loads(deployed.text(APPS))["apps"]["spreed"]
    return found


def pool(deployed: Cloud) -> str:
    (text,) = (text for path, text in deployed.texts("cloud.example.org").items() if "/pool.d/" in path)
    return text


# --- Nextcloud --------------------------------------------------------------------------------------------------------


@ALL
def test_php_reads_the_configuration_and_nothing_else_comes_out(name: str) -> None:
    php = program("php", "php-cli")
    deployed = variant(name)
    text = deployed.text(f"{deployed.topology.settings.directory}/config/jitsi-migrate.config.php")
    with directory() as here:
        (here / "file.php").write_text(text)
        assert "No syntax errors" in run(php, "-n", "-l", here / "file.php")
        assert run(php, "-n", here / "file.php") == ""
    known = {key for key, _ in data_rows("nextcloud/config-keys.tsv")}
    assert config(deployed).keys() <= known


@ALL
def test_links_begin_with_the_one_name(name: str) -> None:
    found = config(variant(name))
    assert found["trusted_domains"] == ["cloud.example.org"]
    assert (found["overwriteprotocol"], found["overwritehost"]) == ("https", "cloud.example.org")
    assert found["overwrite.cli.url"] == "https://cloud.example.org"


def test_nextcloud_trusts_whom_its_host_trusts() -> None:
    assert config(variant("minimal"))["default_certificates_bundle_path"] == "/etc/ssl/certs/ca-certificates.crt"


def test_a_server_is_closed_and_asks_nobody_unless_it_is_told_to() -> None:
    closed, opened = config(variant("minimal")), config(variant("everything"))
    quiet = ("appstoreenabled", "has_internet_connection", "updatechecker", "reference_opengraph")
    assert [closed[name] for name in quiet] == [False, False, False, False]
    assert [opened[name] for name in quiet] == [True, True, False, False]
    assert (opened["lookup_server"], opened["connectivity_check_domains"]) == ("", [])
    assert (closed["trusted_proxies"], opened["trusted_proxies"]) == ([], ["192.0.2.7/32", "2001:db8:7::/48"])


def test_apps_from_the_store_have_a_place_of_their_own() -> None:
    """Those that playbooks bring are nobody else's to change."""
    closed, opened = config(variant("minimal")), config(variant("everything"))
    assert [(one["url"], one["writable"]) for one in closed["apps_paths"]] == [("/apps", False)]
    assert [(one["url"], one["writable"]) for one in opened["apps_paths"]] == [("/apps", False), ("/custom_apps", True)]
    assert opened["apps_paths"][1]["path"].endswith("/custom_apps")


def test_telephones_ring_only_where_that_is_wanted() -> None:
    assert config(cloud(f"{DOMAIN}privacy.phone_notifications = true"))["has_internet_connection"] is True
    assert config(cloud(f"{DOMAIN}privacy.phone_notifications = true"))["appstoreenabled"] is False


def test_talk_keeps_rooms_writes_nothing_down_and_speaks_with_no_other_server() -> None:
    names = ("retention_event_rooms", "call_recording_transcription", "call_recording_summary", "federation_enabled")
    assert [spreed(variant("minimal"))[name] for name in names] == ["0", "no", "no", "no"]
    assert [spreed(variant("everything"))[name] for name in names] == ["400", "yes", "yes", "yes"]


def test_every_setting_of_talk_is_one_that_it_has() -> None:
    known = {key for key, _ in data_rows("nextcloud/talk-settings.tsv")}
    assert spreed(variant("everything")).keys() <= known


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("minimal", "https://cloud.example.org/standalone-signaling/"),
        ("apart", "https://signaling.example.org/standalone-signaling/"),
    ],
)
def test_talk_and_the_signaling_server_share_a_secret(name: str, server: str) -> None:
    told = json.loads(spreed(variant(name))["signaling_servers"])
    assert told["servers"] == [{"server": server, "verify": True}]
    assert f"\nsecret = {told['secret']}\n" in variant(name).text("/etc/signaling/server.conf")


# --- PHP --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@ALL
def test_php_fpm_takes_the_pool(name: str) -> None:
    found, settings = by_php_fpm(pool(variant(name))), variant(name).topology.settings
    assert (found["user"], found["listen"], found["listen.mode"]) == ("www-data", "/run/php/nextcloud.sock", "0600")
    assert found["php_admin_value[memory_limit]"] == str(settings.php.memory_megabytes * 1024**2)
    assert found["php_admin_value[upload_max_filesize]"] == str(settings.php.upload_megabytes * 1024**2)


@pytest.mark.slow
@pytest.mark.parametrize(("people", "children"), [(1, 20), (100, 60), (400, 210), (20000, 10010)])
def test_every_second_person_has_a_process(people: int, children: int) -> None:
    found = by_php_fpm(pool(cloud(f"{DOMAIN}php.people = {people}")))
    assert found["pm.max_children"] == str(children)


@pytest.mark.slow
def test_php_fpm_refuses_a_pool_with_rubbish() -> None:
    with pytest.raises(AssertionError, match="rubbish"):
        by_php_fpm(pool(variant("minimal")) + "rubbish = 1\n")


@pytest.mark.parametrize("kind", ["fpm", "cli"])
def test_php_reads_its_settings_back(kind: str) -> None:
    php = program("php", "php-cli")
    text = variant("minimal").text(f"/etc/php/8.2/{kind}/conf.d/90-nextcloud.ini")
    expected = dict(line.split(" = ") for line in text.splitlines() if " = " in line)
    names = ", ".join(f"{name!r}" for name in expected)
    with directory() as here:
        (here / "php.ini").write_text(text)
        script = f"echo json_encode(parse_ini_file('{here}/php.ini')); foreach ([{names}] as $name) 0;"
        assert json.loads(run(php, "-n", "-r", script)) == expected


def test_files_of_php_are_where_the_release_of_the_distribution_looks() -> None:
    for name, release in (("minimal", "8.2"), ("debian-13", "8.4")):
        files = variant(name).product.bundle(variant(name).hosts[0]).files
        placed = [file.placement for file in files if "/php/" in file.placement.path]
        assert placed
        assert all(f"/etc/php/{release}/" in one.path for one in placed)
        assert {service for one in placed for service in one.restart} == {f"php{release}-fpm"}


# --- What it keeps things in ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("name", "memory", "connections"), [("minimal", 512, 70), ("everything", 2048, 220)])
def test_mariadb_reads_its_options_back(name: str, memory: int, connections: int) -> None:
    found = by_mariadb(variant(name).text("/etc/mysql/mariadb.conf.d/90-nextcloud.cnf"))
    expected = {
        "character-set-server": "utf8mb4",
        "transaction-isolation": "READ-COMMITTED",
        "binlog-format": "ROW",
        "innodb-buffer-pool-size": str(memory * 1024**2),
        "max-connections": str(connections),
        "skip-networking": "TRUE",
    }
    assert {key: found[key] for key in expected} == expected


@pytest.mark.slow
def test_mariadb_refuses_an_option_that_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="rubbish"):
        by_mariadb(variant("minimal").text("/etc/mysql/mariadb.conf.d/90-nextcloud.cnf") + "rubbish = 1\n")


@pytest.mark.slow
def test_redis_takes_its_file_and_wants_a_password() -> None:
    ours = {"unixsocket", "dir", "pidfile", "supervised"}
    text = variant("minimal").text("/etc/redis/redis.conf")
    lines = [line for line in text.splitlines() if line.split(" ")[0] not in ours]
    with pytest.raises(AssertionError):
        by_redis(lines, ["port"])
    found = by_redis([line for line in lines if "requirepass" not in line], ["port", "appendonly", "unixsocketperm"])
    assert found == ["0", "no", "770"]
    assert f'requirepass "{SECRETS["redis_password"]}"' in lines


# --- Work behind the scenes -------------------------------------------------------------------------------------------


def test_systemd_takes_the_units() -> None:
    analyze = program("systemd-analyze", "systemd")
    texts = variant("minimal").texts("cloud.example.org")
    with directory() as here:
        for path, text in texts.items():
            if path.startswith("/etc/systemd/system/") and not path.endswith(".conf"):
                # The programs themselves are not there.
                (here / Path(path).name).write_text(re.sub(r"/usr/local/s?bin/[\w-]+", "/bin/true", text))
        files = sorted(here.iterdir())
        assert [file.name for file in files] == [
            "jitsi-migrate-certificates.service",
            "jitsi-migrate-certificates.timer",
            "nextcloud-cron.service",
            "nextcloud-cron.timer",
            "signaling.service",
        ]
        done = subprocess.run([analyze, "verify", "--man=no", *files], capture_output=True, check=False, text=True)
    assert not [line for line in done.stderr.splitlines() if str(here) in line], done.stderr
