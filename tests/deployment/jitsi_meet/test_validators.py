"""What looks at a file on the server before it replaces the old one: it takes what is rendered, and refuses rubbish."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrate.core.bundle import Content, ServerFile
from tests.deployments import variant
from tests.readers import directory, program
from tests.walled import alone

PACKAGES = {
    "debconf-set-selections": "debconf",
    "luac5.4": "lua5.4",
    "nft": "nftables",
    "sh": "dash",
}
RUBBISH = "\n} (rubbish\n"
FILES = {
    file.placement.path: file
    for name in ("everything", "three-bridges")
    for host in variant(name).hosts()
    for file in variant(name).bundle(host).files
    if file.placement.validate
}


def takes(file: ServerFile, text: str) -> bool:
    """Tell whether the command that is said to look at a file is content with a text."""
    with directory() as here:
        (here / "new").write_text(text)
        first, *rest = file.placement.validate
        name = Path(first).name
        command = [program(name, PACKAGES[name]), *(word.replace("{}", str(here / "new")) for word in rest)]
        # Only in a network of one's own may everybody let nft look.
        wall = alone() if name == "nft" else []
        return not subprocess.run([*wall, *command], capture_output=True, check=False, timeout=30).returncode


@pytest.mark.parametrize("file", FILES.values(), ids=list(FILES))
def test_a_file_is_taken_as_it_is_and_refused_with_rubbish_behind_it(file: ServerFile) -> None:
    assert isinstance(file.content, Content)
    assert takes(file, file.content.text)
    assert not takes(file, file.content.text + RUBBISH)


def test_every_command_looks_at_one_file() -> None:
    assert {file.placement.validate.count("{}") for file in FILES.values()} == {1}
