"""What Talk can do on a server for one account, as its capabilities tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrate.core.errors import TargetError
from migrate.shared.ocs import Ocs

# What holds where the capabilities say nothing of it.
_DESCRIPTION = 500


@dataclass(frozen=True, slots=True)
class Abilities:
    """Of one account.

    `versions`: of Nextcloud and of Talk. `all_at_once`: a conversation is made whole by one request, since Talk 21.1.
    `description`: the most characters. `secret`: the fewest characters of a password.
    """

    may_use: bool = True
    may_create: bool = True
    all_at_once: bool = True
    description: int = _DESCRIPTION
    secret: int = 0
    lobby: bool = True
    listing: bool = True
    permissions: bool = True
    telephone: bool = True
    end_to_end: bool = True
    versions: tuple[str, str] = ("", "")


BEST = Abilities()
"""What a server may have at best, for who is not to be asked."""


def read_abilities(ocs: Ocs) -> Abilities:
    """Ask for the capabilities, which are not the same for all users."""
    said = ocs.ask("GET", "cloud/capabilities")
    if not said.is_done:
        raise TargetError(f"the capabilities cannot be read as {ocs.user!r}: {said}")
    found = said.data["capabilities"]
    talk = _part(found, "spreed")
    features = set(talk.get("features") or ())
    rooms, call = _part(talk, "config", "conversations"), _part(talk, "config", "call")
    return Abilities(
        may_use="conversation-v4" in features,
        may_create=rooms.get("can-create", True),
        all_at_once="conversation-creation-all" in features,
        description=rooms.get("description-length", _DESCRIPTION),
        secret=_fewest(_part(found, "password_policy")),
        lobby="webinary-lobby" in features,
        listing="listable-rooms" in features,
        permissions="conversation-permissions" in features,
        telephone="sip-support" in features and call.get("sip-enabled", False) and call.get("can-enable-sip", True),
        end_to_end=call.get("end-to-end-encryption", False),
        versions=(_part(said.data, "version").get("string", ""), talk.get("version", "")),
    )


def _part(found: Any, *names: str) -> Mapping[str, Any]:
    """Return a part of a part; PHP writes one that is empty as a list."""
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _fewest(policy: Mapping[str, Any]) -> int:
    """Return the most that any of the policies asks for: later versions have one for each purpose."""
    policies = (policy, *(_part(policy, "policies", name) for name in _part(policy, "policies")))
    return max(int(one.get("minLength") or 0) for one in policies)
