"""A file that its own program refuses never comes into force: what serves people goes on as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from migrate.core.manifest import checksum, sha256_of
from tests.hosts.browser import browser
from tests.hosts.deployed import Deployed
from tests.hosts.servers import MEET
from tests.hosts.site import Site

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

DEPLOY = "jitsi_meet_deploy.yml"
TLS = "/etc/nginx/snippets/jitsi-meet-tls.conf"
PAGES = f"/etc/nginx/sites-available/{MEET}.conf"
HOSTS = f"/etc/prosody/conf.avail/{MEET}.cfg.lua"
# The first is refused by itself, before anything is in place; the second only together with all others of nginx.
BROKEN = {
    "a file": ({HOSTS: '\nVirtualHost "unfinished\n', TLS: "# Another.\n"}, "luac5.4", "unfinished string"),
    "all files together": ({PAGES: "\nupstrm others {}\n", TLS: "# Another.\n"}, "nginx", 'unknown directive "upstrm"'),
}


def with_more(site: Site, path: Path, more: dict[str, str]) -> Site:
    """Return a copy of a site with something at the end of some rendered files, as if it had been rendered so."""
    shutil.copytree(site.path, path)
    bundle = path / "build" / MEET
    manifest = json.loads((bundle / "manifest.json").read_text())
    for file in manifest["files"]:
        place = bundle / f"files{file['path']}"
        place.write_text(place.read_text() + more.get(file["path"], ""))
        file["sha256"] = sha256_of(place.read_bytes())
    manifest["checksum"] = checksum(manifest)
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    return Site(site.bed, path)


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_refused_changes_nothing(deployed_to_change: Deployed, tmp_path: Path, what: str):
    more, program, reason = BROKEN[what]
    meet = deployed_to_change.meet
    standing = f"sha256sum {TLS} {PAGES} {HOSTS}; ls /etc/nginx/* /etc/prosody/*; pgrep -a 'nginx|lua|jicofo'"
    before = meet.run(standing)
    failed = with_more(deployed_to_change.site, tmp_path / "site", more).play(DEPLOY, "--limit", MEET)
    assert failed.returncode
    (message,) = (one.result["msg"] for one in failed.outcomes if one.status == "failed")
    assert program in message and reason in message
    assert meet.run(standing) == before
    assert browser(deployed_to_change.bed, tmp_path).fetch(f"https://{MEET}/").status == 200
