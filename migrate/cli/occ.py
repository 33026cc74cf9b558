"""Nextcloud's own program, run by a playbook on the server that the site names."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.cli.reaching import ask_hosts
from migrate.cli.servers import read_hosts
from migrate.cli.session import Session
from migrate.cli.site import Site
from migrate.core.errors import ConfigurationError
from migrate.core.playbook import Invocation
from migrate.deployment.inventory import FILE
from migrate.services.occ import PLAYBOOK, PlaybookOcc
from migrate.services.playbooks import Outcome
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path

GROUP = "nextcloud"


def occ_host(site: Site) -> str:
    """Return the host on which it is run, by its name in inventory.ini. Raises ConfigurationError if there is none."""
    hosts = read_hosts(site).hosts(GROUP)
    if not hosts:
        raise ConfigurationError(
            f"{site.path / FILE} has no host in the group {GROUP}, on which occ could be run",
            hint="Name the server of Nextcloud there.",
        )
    return hosts[0]


def open_occ(session: Session, site: Site, *, shows: bool = True) -> PlaybookOcc:
    """Return the program, ready to be run. `shows`: what happens on the host is shown, if a person is watching.

    Raises ConfigurationError if the site names no host for it.
    """
    occ_host(site)
    reach, occ = session.ask_reach(), site.settings.occ
    settings = {"nextcloud_occ_program": list(occ.program), "nextcloud_occ_user": occ.user}
    masks = Masking.of(filter(None, [reach.password]))

    def play(given: Mapping[str, object]) -> Outcome:
        path, inventory = project_path("playbooks") / PLAYBOOK, site.path / FILE
        invocation = Invocation(path, inventory, reach=reach, extra={**settings, **given})
        return ask_hosts(session, masks, [invocation], shows=shows)

    return PlaybookOcc(play)
