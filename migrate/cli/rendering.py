"""What the command render does, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from migrate.cli.ending import Ending
from migrate.cli.output import progress
from migrate.cli.servers import bundles, chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.site import LOCK, Site, now
from migrate.core.bundle import Bundle, ServerFile
from migrate.core.errors import UsageError
from migrate.core.manifest import data_of
from migrate.core.problem import Problem
from migrate.services.rendering import Change, FileChange, HostChange, Workshop, find_files
from migrate.state.lock import SiteLock


@dataclass(frozen=True)
class Rendered:
    """What rendering did, or would do with --dry-run; `abandoned` are hosts that left the inventory."""

    hosts: Sequence[HostChange]
    variables: FileChange
    abandoned: Sequence[str]
    problems: Sequence[Problem]
    dry_run: bool

    @property
    def pending(self) -> bool:
        """Whether anything is new, changed or gone."""
        return (
            bool(self.abandoned) or self.variables.change is not Change.SAME or any(host.pending for host in self.hosts)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it for --json."""
        return {
            "dry_run": self.dry_run,
            "pending": self.pending,
            "hosts": [
                {
                    "host": host.host,
                    "checksum": host.checksum,
                    "files": [_file(file) for file in host.files],
                    "beside": list(host.beside),
                }
                for host in self.hosts
            ],
            "variables": _file(self.variables),
            "abandoned": list(self.abandoned),
            "problems": [
                {"code": found.code, "severity": found.severity.value, "message": found.message, "hint": found.hint}
                for found in self.problems
            ],
        }


def render_bundles(session: Session, wanted: Sequence[str], *, dry_run: bool) -> Rendered:
    """Render the bundles of the hosts that were named, or of all, and write what changed."""
    site = Site.open(session)
    products = open_products(site)
    with progress(session, "Rendering") as tick:
        made = bundles(site, products, chosen_hosts(products, wanted), tick)
    variables = "".join(product.variables().text for product in products)
    every = [host for product in products for host in product.hosts()]
    problems = [found for product in products for found in product.problems()]
    workshop = Workshop(site.path, site.files)
    # Whoever only looks needs no lock, and may look at a site that cannot be written.
    with nullcontext() if dry_run else SiteLock(site.path / LOCK, "render", now()):
        done = Rendered(
            [workshop.compare(bundle) for bundle in made],
            workshop.compare_variables(variables),
            # Whoever names hosts has only those touched.
            [] if wanted else workshop.abandoned(every),
            problems,
            dry_run,
        )
        if not dry_run:
            _write(workshop, made, variables, done)
    return done


def _write(workshop: Workshop, made: Sequence[Bundle], variables: str, done: Rendered) -> None:
    for bundle, change in zip(made, done.hosts, strict=True):
        workshop.write(bundle, change)
    for host in done.abandoned:
        workshop.remove(host)
    workshop.write_variables(variables)


def _file(file: FileChange) -> dict[str, str]:
    return {"path": file.path, "change": file.change.value, "diff": file.diff}


def print_file(session: Session, hosts: Sequence[str], wanted: str, *, show_secrets: bool) -> Ending:
    """Return one rendered file to print. Raises UsageError unless it is exactly one."""
    site = Site.open(session)
    products = open_products(site)
    made = bundles(site, products, chosen_hosts(products, hosts))
    found = find_files(made, wanted)
    if not found:
        known = sorted({file.placement.path for bundle in made for file in bundle.files})
        raise UsageError(f"no file is called {wanted}", hint="Give one of these, or its last part.", details=known)
    if len({file.placement.path for _, file in found}) > 1:
        raise UsageError(
            f"several files are called {wanted}", hint="Give more of the path.", details=[_named(*one) for one in found]
        )
    if len({data_of(file) for _, file in found}) > 1:
        raise UsageError(
            f"{wanted} differs between hosts", hint="Name one host.", details=[_named(*one) for one in found]
        )
    host, file = found[0]
    content = file.content
    if isinstance(content, bytes):
        raise UsageError(f"{file.placement.path} is not a text", hint=f"It is in build/{host}/files.")
    text = content.text if show_secrets else content.masked
    return Ending(0, {"host": host, "path": file.placement.path, "text": text}, lambda output: output.raw(text))


def _named(host: str, file: ServerFile) -> str:
    return f"{host}: {file.placement.path}"
