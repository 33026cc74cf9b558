"""Debian's own packages that a deployment installs, in a repository like Debian's."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.hosts.cache import SUITES, kept, output, sources
from tests.hosts.enclosure import Enclosure, enclosure
from tests.hosts.image import PATIENCE, image
from tests.hosts.repository import index, sign

# Where hosts have it.
MOUNTED = Path("/srv/debian")
KEY = "key.asc"
SOURCE = f"""\
Types: deb
URIs: {MOUNTED.as_uri()}
Suites: bookworm bookworm-backports
Components: main
Signed-By: {MOUNTED / KEY}
"""
PACKAGES = (
    "certbot", "coturn", "curl", "libnginx-mod-stream", "lua-basexx", "lua-cjson", "lua-inspect", "lua-luaossl",
    "lua-unbound", "lua5.4", "nftables", "nginx", "openssl", "prosody",
    # Nextcloud and its high-performance backend, with Debian's signaling server, which is too old for it.
    "janus", "mariadb-server", "nats-server", "nextcloud-spreed-signaling", "php8.2-apcu", "php8.2-bcmath",
    "php8.2-cli", "php8.2-curl", "php8.2-fpm", "php8.2-gd", "php8.2-gmp", "php8.2-intl", "php8.2-mbstring",
    "php8.2-mysql", "php8.2-redis", "php8.2-xml", "php8.2-zip", "redis-server",
    # Such as a server may have been given for other ends.
    "apache2", "ufw",
)  # fmt: skip
BACKPORTS = ("prosody",)


class Suite(NamedTuple):
    """A part of Debian, and what its index says about it."""

    codename: str
    packages: tuple[str, ...]
    fields: tuple[str, ...]


SUITE = Suite("bookworm", PACKAGES, ("Origin=Debian", "Label=Debian", "Suite=oldstable"))
LATER = Suite(
    "bookworm-backports",
    tuple(f"{name}/bookworm-backports" for name in BACKPORTS),
    ("Origin=Debian Backports", "Label=Debian Backports", "Suite=oldstable-backports", "NotAutomatic=yes",
     "ButAutomaticUpgrades=yes"),
)  # fmt: skip


def debian() -> Path:
    """Return the directory of the repository."""
    return kept("packages", (image().name, *map(str, (SUITE, LATER))), _make)


def _make(path: Path) -> None:
    with enclosure(network=False) as place:
        _fetch(place, path)
        architecture = output("dpkg", "--print-architecture").strip()
        for suite in (SUITE, LATER):
            folder = path / "dists" / suite.codename
            listed = folder / "main" / f"binary-{architecture}"
            listed.mkdir(parents=True)
            fields = (*suite.fields, f"Codename={suite.codename}", f"Architectures={architecture}", "Components=main")
            index(place, path, f"pool/{suite.codename}", listed, folder, fields)
            sign(place, path / KEY, folder)


def _fetch(place: Enclosure, path: Path) -> None:
    """Fetch the packages and all that they need on a fresh server, as this machine's apt fetches its own."""
    main, *more = sources()
    work = path.with_name(f"{path.name}.work")
    (work / "lists").mkdir(parents=True, exist_ok=True)
    (work / "sources.list").write_text("\n".join([main, *more, main.replace(SUITES[0], LATER.codename)]) + "\n")
    (work / "preferences").write_text("Package: *\nPin: release n=bookworm-backports\nPin-Priority: 100\n")
    settings = {
        "APT::Install-Recommends": "0",
        "APT::Sandbox::User": "root",
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": work / "preferences",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::State::status": image() / "var/lib/dpkg/status",
        "Dir::State::extended_states": image() / "var/lib/apt/extended_states",
        "Dir::Cache": work,
    }
    apt = ("apt-get", "-qq", *(f"-o{name}={value}" for name, value in settings.items()))
    place.run(*apt, "update", within=PATIENCE)
    for suite in (SUITE, LATER):
        pool = path / "pool" / suite.codename
        (pool / "partial").mkdir(parents=True)
        here = f"-oDir::Cache::Archives={pool}"
        place.run(*apt, here, "install", "--download-only", "--yes", *suite.packages, within=PATIENCE)
        place.run("find", pool, "-mindepth", "1", "!", "-name", "*.deb", "-delete")
    place.run("rm", "-r", work)
