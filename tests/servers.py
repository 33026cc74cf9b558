"""Site directories with a server, for the tests that run the program."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.deployments import ONE_HOST, SECRETS, VARIANTS

SITE = '[site]\nid = "6c84fb90-12c4-11e1-840d-7b25c5ee775a"\n[targets.jitsi]\nurl = "https://meet.example.org"\n'
DOMAIN = 'domain = "meet.example.org"\n'
KEY = Path(__file__).parents[1] / "examples/site/jitsi.asc"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>\n'


def server(path: Path, settings: str = DOMAIN, inventory: str = ONE_HOST) -> Path:
    """Make or change a site directory: its settings are TOML below [jitsi_meet]."""
    path.mkdir(exist_ok=True)
    tables = re.sub(r"^\[", "[jitsi_meet.", settings, flags=re.MULTILINE)
    (path / "migrate.toml").write_text(f"{SITE}[jitsi_meet]\n{tables}\n", "utf-8")
    secrets = "".join(f'{name} = "{value}"\n' for name, value in SECRETS.items())
    (path / "secrets.toml").write_text(f'site_key = "{"0123456789abcdef" * 4}"\n[jitsi_meet]\n{secrets}')
    (path / "secrets.toml").chmod(0o600)
    (path / "inventory.ini").write_text(inventory)
    shutil.copy(KEY, path)
    (path / "branding").mkdir(exist_ok=True)
    (path / "branding/logo.svg").write_text(LOGO)
    return path


def server_of(path: Path, variant: str) -> Path:
    """Make a site directory of one of the VARIANTS."""
    return server(path, *VARIANTS[variant])


def build(site: Path) -> Mapping[str, bytes]:
    """Return everything below build/ by its name."""
    return {str(path.relative_to(site)): path.read_bytes() for path in below(site / "build") if path.is_file()}


def below(directory: Path) -> Iterator[Path]:
    """Yield a directory and all in it."""
    yield directory
    yield from directory.rglob("*")
