"""What people may need again outlives a deployment."""

from __future__ import annotations

import importlib.util

import ansible.module_utils

from tests.playbooks.modules import PLAYBOOKS

ansible.module_utils.__path__.append(str(PLAYBOOKS / "module_utils"))
from ansible.module_utils import jitsi_migrate_removing as removing  # noqa: E402

_SPEC = importlib.util.spec_from_file_location("removal", PLAYBOOKS / "library" / "jitsi_migrate_removal.py")
removal = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(removal)


def test_archives_stay_and_records_go(tmp_path):
    for name in (
        "adopted/20270105T090000Z.tar",
        "destroyed-20270106T090000Z.tar.gz",
        "told/nginx",
        "ours",
        "manifest.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    removal.forget(tmp_path)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"adopted/20270105T090000Z.tar", "destroyed-20270106T090000Z.tar.gz"}


def test_where_nothing_was_kept_nothing_is_left(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ours").touch()
    removal.forget(tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_a_service_stays_for_what_neither_we_nor_a_package_gave_it_to_serve(tmp_path):
    nginx, prosody = tmp_path / "etc/nginx", tmp_path / "etc/prosody"
    for path in (
        *(nginx / "sites-available/ours.conf", nginx / "sites-available/blog", nginx / "conf.d/.kept~"),
        *(nginx / "conf.d/notes.txt", prosody / "conf.avail/ours.cfg.lua", prosody / "conf.d/club.cfg.lua"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (nginx / "sites-enabled").mkdir()
    for name in ("ours.conf", "blog", "gone"):
        (nginx / f"sites-enabled/{name}").symlink_to(f"../sites-available/{name}")
    (prosody / "conf.d/ours.cfg.lua").symlink_to("../conf.avail/ours.cfg.lua")
    (nginx / "sites-enabled/default").symlink_to("/dev/null")
    ours = {str(nginx / "sites-available/ours.conf"), str(prosody / "conf.d/ours.cfg.lua")}

    theirs = {"nginx": [str(nginx / "sites-enabled/blog")], "prosody": [str(prosody / "conf.d/club.cfg.lua")]}
    assert removing.shared(ours, tmp_path) == theirs
    assert removing.shared({*ours, *theirs["nginx"], *theirs["prosody"]}, tmp_path) == {}
