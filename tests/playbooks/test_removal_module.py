"""What people may need again outlives a deployment."""

from __future__ import annotations

import importlib.util

import ansible.module_utils

from tests.playbooks.modules import PLAYBOOKS

ansible.module_utils.__path__.append(str(PLAYBOOKS / "module_utils"))
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
