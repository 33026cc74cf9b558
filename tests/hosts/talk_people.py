"""People of a deployed Nextcloud: accounts, conversations and calendars, by a stand-in that its stub hands requests to.

What asks for them comes through all that was deployed: nginx, PHP, and Nextcloud's own program by ssh.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.hosts.network import addresses, inside
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ_program import OccProgram, occ_program

SETTINGS = "/var/www/nextcloud/config/stub-people.config.php"


@contextmanager
def people(bed: Bed, cloud: Host, *names: str) -> Iterator[tuple[NextcloudTalk, OccProgram]]:
    """Let people have accounts on a host; the first is an administrator. They are listened to where the hosts are."""
    here = str(addresses(1)[0].ip)
    users = {name: f"the password of {name}" for name in names}
    with ExitStack() as ending:
        with inside(bed.place):
            server = ending.enter_context(nextcloud_talk(users, admin=names[0], address=here))
            program = ending.enter_context(occ_program(server, here))
        server.trusted = (cloud.name,)
        settings = {"stub_people": server.url.rstrip("/"), "stub_people_occ": f"tcp://{here}:{program.port}"}
        told = "".join(f"'{name}' => '{value}',\n" for name, value in settings.items())
        cloud.run(f"cat >{SETTINGS}", text=f"<?php\n$CONFIG = [\n{told}];\n")
        yield server, program
