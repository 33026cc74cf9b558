"""All that a stand-in has, kept elsewhere and put back, so that many runs begin from the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

from tests.caldav.nextcloud_scheduling import Mail
from tests.talk.nextcloud import NextcloudTalk


@dataclass(frozen=True)
class Kept:
    """A copy of it, without the log of what was asked. The accounts are the same ones for ever."""

    parts: Sequence[Mapping[str, Any]]
    mails: Sequence[Mail]

    @classmethod
    def of(cls, server: NextcloudTalk) -> Self:
        """Copy what there is now."""
        with server.lock:
            return cls([_copied(server, vars(part)) for part in _parts(server)], list(server.mails))

    def put_back(self, server: NextcloudTalk) -> None:
        """Make the stand-in what it was."""
        with server.lock:
            for part, kept in zip(_parts(server), self.parts, strict=True):
                vars(part).update(_copied(server, kept))
            # Several write to this one list.
            server.mails[:] = self.mails


def _parts(server: NextcloudTalk) -> Sequence[object]:
    talk = server.talk
    return (server.store, talk.rooms, talk.throttle, talk.settings, *talk.accounts.users.values())


def _copied(server: NextcloudTalk, values: Mapping[str, Any]) -> Mapping[str, Any]:
    # Who wrote a message stays the same account. The tokens to come cannot be copied.
    shared = (*server.accounts.users.values(), server.talk.rooms.tokens)
    return deepcopy(dict(values), {id(one): one for one in shared})
