"""Nextcloud Talk where something is in the way: killed runs, two hosts, wrong parts, and parts that do not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.host import Host
from tests.hosts.network import connected
from tests.hosts.picture import pictures, unlike
from tests.hosts.signaling_line import internal, opened
from tests.hosts.talk import ACME_SETTINGS, APART, CLOUD, INSTALLED, SIGNALING, TOGETHER, Talk

pytestmark = [pytest.mark.hosts, pytest.mark.talk, pytest.mark.slow, pytest.mark.timeout(900)]

# Waits until Nextcloud has made the first of its tables, and kills it and the module of Ansible, which is a Python.
KILLER = r"""
until [ -n "$(find /var/lib/mysql/nextcloud -name '*.ibd' 2>/dev/null)" ]; do sleep 0.01; done
pkill -KILL -f occ; pkill -KILL python3
"""
NAMES = f'''
signaling.domain = "{SIGNALING}"
turn.domain = "{SIGNALING}"
'''
MOVED = "coturn janus nats-server signaling"
OWN = Path("/etc/ssl/own.crt"), Path("/etc/ssl/private/own.key")


def test_a_server_whose_installation_was_killed_becomes_the_same(talk_to_change: Talk):
    before = pictures(talk_to_change.bed)
    talk_to_change.cloud.renew(INSTALLED)
    talk_to_change.cloud.run("cat >/run/killer && systemd-run --quiet --unit=killer bash /run/killer", text=KILLER)
    killed = talk_to_change.site.tried("deploy")
    assert killed.returncode, killed.stdout
    assert talk_to_change.cloud.run("systemctl show --value --property=Result killer").strip() == "success"
    talk_to_change.site.run("deploy")
    # As the one that it is compared with has done.
    talk_to_change.cloud.restart()
    assert unlike(before, pictures(talk_to_change.bed)) == []


@pytest.mark.exhaustive
@pytest.mark.timeout(7200)
def test_a_server_becomes_the_same_by_runs_that_were_killed_after_each_task_in_turn(talk_to_change: Talk):
    before = pictures(talk_to_change.bed)
    talk_to_change.cloud.renew(INSTALLED)
    talk_to_change.site.play_killed_after_each_task("nextcloud_talk_deploy.yml")
    talk_to_change.site.run("deploy")
    talk_to_change.cloud.restart()
    assert unlike(before, pictures(talk_to_change.bed)) == []


def test_calls_move_to_a_host_of_their_own_with_certificates_of_ones_own(talk_to_change: Talk):
    bed, site = talk_to_change.bed, talk_to_change.site
    for host in bed.hosts.values():
        for file, place in zip(bed.authority.issue(host.name), OWN, strict=True):
            host.run(f"umask 077; cat >{place}", text=file.read_text())
    site.write(
        f'''{NAMES}
certificate.source = "own"
certificate.certificate = "{OWN[0]}"
certificate.key = "{OWN[1]}"
''',
        APART,
    )
    site.run("deploy")
    login = internal(site.secret()["internal_secret"], f"https://{CLOUD}/")
    trusted = bed.authority.context()
    with connected(bed.place, SIGNALING, talk_to_change.signaling.v4, trusted) as way, opened(way, SIGNALING) as line:
        line.hear()
        assert "mcu" in line.say("hello", login)["hello"]["server"]["features"]
    # With its files away, a TURN server of Debian would relay for everybody.
    assert talk_to_change.cloud.tried(f"systemctl is-active {MOVED}").stdout.split() == ["inactive"] * 4
    assert talk_to_change.cloud.tried(f"systemctl is-enabled {MOVED}").stdout.split() == ["disabled"] * 3
    # On the one host of the other tests a second run is seen; here only whether one would change these.
    site.run("deploy", "--check", "--detailed-exitcode")


def test_parts_that_do_not_agree_are_named_together(talk_to_change: Talk):
    """Only services are asked to run."""
    set_at_odds(talk_to_change)
    done = talk_to_change.site.tried("deploy", "--tags", "services")
    assert done.returncode == 7, done.stdout + done.stderr
    told = done.stdout + done.stderr
    for words in ("refuses what Nextcloud signs", "no websocket opens", "TURN"):
        assert words in told
    assert "another-secret" not in told


@pytest.mark.exhaustive
def test_parts_that_do_not_agree_are_put_right_with_an_authority_of_the_host_which_they_believe(talk_to_change: Talk):
    set_at_odds(talk_to_change)
    talk_to_change.site.write('certificate.source = "internal"\n', TOGETHER)
    talk_to_change.site.run("deploy")


def test_the_signaling_server_of_debian_is_refused(talk_to_change: Talk):
    signaling = talk_to_change.signaling
    signaling.run("apt-get -qq update; apt-get -qq -y --no-install-recommends install nextcloud-spreed-signaling")
    talk_to_change.site.write(ACME_SETTINGS + NAMES, APART)
    refused = talk_to_change.site.tried("deploy", "--tags", "packages", SIGNALING)
    assert refused.returncode
    assert "apt purge nextcloud-spreed-signaling" in refused.stdout + refused.stderr


def set_at_odds(talk: Talk) -> None:
    """Change files of parts on the host, so that they do not agree."""
    cloud, secret = talk.cloud, talk.site.secret()
    replace(cloud, "/etc/signaling/server.conf", secret["backend_secret"], "another-secret")
    replace(cloud, "/etc/nginx/snippets/nextcloud-talk-signaling.conf", "proxy_set_header Upgrade", "#")
    replace(cloud, "/etc/turnserver.conf", secret["turn_secret"], "another-secret")
    cloud.run("systemctl restart signaling coturn; systemctl reload nginx")


def replace(host: Host, path: str, old: str, new: str) -> None:
    """Change a word of a file, without its being an argument."""
    text = host.run(f"cat {path}")
    assert old in text
    host.run(f"cat >{path}", text=text.replace(old, new))
