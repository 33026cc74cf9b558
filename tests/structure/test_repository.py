"""The repository speaks of itself alone: no machine it was written on, no place its packages came from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Taken apart, so that this file does not hold what it forbids.
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org", "file:" + "//")
FOREIGN = re.compile("|".join([r"(?<![\w.])/(?:work|farm|root|home/\w+)/", *map(re.escape, REGISTRIES)]))
VAGUE = {"utils", "helpers", "manager", "managers", "handler", "handlers", "misc", "common", "process_data"}


def files():
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_machine_or_a_registry():
    texts = {path: path.read_bytes().decode("utf-8", errors="replace") for path in files()}
    assert not {str(path): found[0] for path, text in texts.items() if (found := FOREIGN.search(text))}


def test_no_module_has_a_name_that_says_nothing():
    assert not [str(path) for path in files() if path.suffix == ".py" and path.stem in VAGUE]


def test_the_lock_pins_every_requirement_by_hash():
    blocks = re.split(r"\n(?=[a-z])", (ROOT / "requirements.lock").read_text().partition("\n    make lock")[2])
    assert not [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]
