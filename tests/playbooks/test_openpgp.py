"""Keys of repositories are known by the fingerprints that gpg tells of them."""

from __future__ import annotations

import importlib.util
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.playbooks.modules import PLAYBOOKS
from tests.readers import program

_PATH = PLAYBOOKS / "module_utils" / "jitsi_migrate_openpgp.py"
_SPEC = importlib.util.spec_from_file_location("jitsi_migrate_openpgp", _PATH)
openpgp = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(openpgp)

KEY = Path("examples/site/jitsi.asc")
DEBIAN = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@pytest.mark.parametrize("path", [KEY, DEBIAN], ids=["one", "debian"])
def test_fingerprints_are_those_of_gpg(path, tmp_path):
    if not path.exists():
        pytest.skip("only Debian has this file")
    gpg = (program("gpg", "gpg"), "--homedir", tmp_path, "--with-colons", "--show-keys", path)
    told = subprocess.run(gpg, capture_output=True, text=True, check=True).stdout.splitlines()
    shown = [line.split(":") for line in told if line.startswith(("pub:", "fpr:"))]
    primary = [after[9] for line, after in pairwise(shown) if line[0] == "pub"]
    assert sorted(openpgp.certificates(path.read_bytes())) == sorted(primary)


def test_a_key_is_written_as_it_was_read():
    (whole,) = openpgp.certificates(KEY.read_bytes()).values()
    assert list(openpgp.certificates(openpgp.armored(whole).encode()).values()) == [whole]


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"\x98", KEY.read_bytes()[:150], KEY.read_bytes().replace(b"mDME", b"mDM!")]
)
def test_what_is_no_key_is_refused(data):
    with pytest.raises(openpgp.NoKey):
        openpgp.certificates(data)
