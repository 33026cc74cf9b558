"""The repository speaks of itself alone: no machine it was written on, no place its packages came from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Taken apart, so that this file does not hold what it forbids.
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org", "file:" + "//")
FOREIGN = re.compile("|".join([r"(?<![\w.])/(?:work|farm|root|tmp|home/\w+)/", *map(re.escape, REGISTRIES)]))
VAGUE = {"utils", "helpers", "manager", "managers", "handler", "handlers", "misc", "common", "process_data"}


def texts():
    """Return name -> text of all files that are or will be in the repository."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name: (ROOT / name).read_bytes().decode("utf-8", "replace") for name in names if (ROOT / name).is_file()}


def test_no_file_names_a_machine_or_a_registry():
    assert not {name: found[0] for name, text in texts().items() if (found := FOREIGN.search(text))}


def test_no_file_is_half_merged():
    marks = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [path for path, text in texts().items() if marks.search(text)] == []


def test_no_module_has_a_name_that_says_nothing():
    assert not [name for name in texts() if name.endswith(".py") and Path(name).stem in VAGUE]


def test_the_lock_pins_every_requirement_by_hash():
    entries = re.split(r"\n(?=[a-z])", (ROOT / "requirements.lock").read_text())[1:]
    assert entries
    assert not [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
