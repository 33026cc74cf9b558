"""Guests by e-mail: Talk mails each the moment it is added, and there is no way to add one in silence."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.core.rooms import Invited
from migrate.shared.ocs import Ocs
from migrate.shared.talk.seeing import ROOM

_MOST_TRIES = 3


class _NotAsked(Exception):
    """A guest could not be added; the text is the reason."""


def ask_guests(ocs: Ocs, token: str, addresses: Sequence[str]) -> Invited:
    """Add those who are no guests yet. What is doubtful is looked into, so that nobody is mailed twice."""
    mailed: list[str] = []
    try:
        there = _guests(ocs, token)
        for address in addresses:
            if address.casefold() not in there:
                _ask(ocs, token, address)
                mailed.append(address)
    except _NotAsked as error:
        return Invited(tuple(mailed), str(error))
    return Invited(tuple(mailed))


def _ask(ocs: Ocs, token: str, address: str) -> None:
    for tries in range(1, _MOST_TRIES + 1):
        said = ocs.once("POST", f"{ROOM}/{token}/participants", {"newParticipant": address, "source": "emails"})
        if said.is_done or (said.is_doubtful and address.casefold() in _guests(ocs, token)):
            return
        if not said.is_doubtful:
            break
        ocs.pause(tries)
    raise _NotAsked(f"{address} cannot be added: {said}")


def _guests(ocs: Ocs, token: str) -> set[str]:
    said = ocs.ask("GET", f"{ROOM}/{token}/participants")
    if not said.is_done:
        raise _NotAsked(f"the participants cannot be listed: {said}")
    return {str(one.get("invitedActorId", "")).casefold() for one in said.data if one["actorType"] == "emails"}
