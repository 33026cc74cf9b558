"""What apt will do, and the servers that packages and certificates come from."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.check import Finding, Needs, Seen
from migrate.deployment.preflight.findings import failed, listed, ok, warning


def checks(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield what apt would do, and which servers answer the host."""
    yield from _state(needs, seen)
    yield from _plan(needs, seen)
    yield from _pages(needs, seen)


def _state(needs: Needs, seen: Seen) -> Iterator[Finding]:
    apt = seen.facts["apt"]
    if apt["interrupted"]:
        message = f"dpkg was interrupted at {listed(apt['interrupted'])}"
        yield failed(needs, "dpkg-interrupted", message, "Run there: dpkg --configure -a && apt-get -f install")
    if apt["locked"]:
        message = f"apt is at work there ({apt['locked']})"
        yield warning(needs, "apt-locked", message, "Deploy when it has finished; on a new host it does so in minutes.")
    needed = [name for name in apt["held"] if name in needs.packages]
    if needed and seen.facts["owner"] is None:
        message = f"packages are held: {listed(needed)}"
        yield failed(needs, "held", message, f"Run there: apt-mark unhold {' '.join(needed)}")
    if not (apt["interrupted"] or apt["locked"] or needed):
        yield ok(needs, "apt", "apt is ready")


def _plan(needs: Needs, seen: Seen) -> Iterator[Finding]:
    apt = seen.facts["apt"]
    if apt["removes"]:
        message = f"to install the packages, apt would remove {listed(apt['removes'])}"
        yield failed(needs, "removals", message, "We never remove anything: put that right, or take a new host.")
    elif apt["refusal"]:
        message = f"apt cannot install the packages: {apt['refusal']}"
        yield failed(needs, "not-installable", message, "Run there: apt-get update && apt-get -f install")
    else:
        yield ok(needs, "removals", "apt removes nothing")
    # A new host knows nothing yet: the deployment asks for the lists first.
    asked = [name for name in needs.packages if name not in needs.brought]
    lacking = [name for name in apt["lacking"] if name in asked]
    if lacking and len(lacking) < len(asked):
        message = f"apt does not know {listed(lacking)} yet"
        yield warning(needs, "not-known", message, "If its lists are old, the deployment gets new ones.")


def _pages(needs: Needs, seen: Seen) -> Iterator[Finding]:
    pages = {page.address: page.what for page in needs.pages}
    for page in seen.facts["pages"]:
        what, address = pages.get(page["address"], "a server"), page["address"]
        if page["problem"]:
            message = f"{what} cannot be had from {address}: {page['problem']}"
            yield failed(needs, "no-answer", message, _way_out(needs, page))
        else:
            yield ok(needs, "no-answer", f"{what}: {address} answers")


def _way_out(needs: Needs, page: dict[str, object]) -> str:
    """Say what to do where a server does not answer."""
    if page["apt"]:
        return f"Let the host out to it, or name a mirror in {needs.product}.repositories."
    return "Let the host out to it, or choose another certificate.server, certificate.ca_bundle or certificate.source."
