"""The accounts of people, found by their address and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.core.errors import TargetError
from migrate.shared.ocs import Ocs


def find_account(ocs: Ocs, email: str) -> str:
    """Return the account that has this address; empty if none has, or several have."""
    said = ocs.ask("GET", "cloud/users/details", search=email)
    if said.is_done:
        found = {name: details for name, details in _users(said.data).items() if _same(details.get("email"), email)}
        return next(iter(found)) if len(found) == 1 and all(one.get("enabled", True) for one in found.values()) else ""
    # Only administrators may read details; others may look for whom they can ask to join.
    said = ocs.ask("GET", "core/autocomplete/get", search=email, itemType="call", itemId="new", limit="20")
    if not said.is_done:
        raise TargetError(f"{ocs.user!r} cannot look for accounts: {said}")
    # Each hit comes twice.
    hits = {hit["id"] for hit in said.data if _is_user(hit) and _same(hit.get("shareWithDisplayNameUnique"), email)}
    return hits.pop() if len(hits) == 1 else ""


def _users(data: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return the users of an answer; PHP writes none as an empty list."""
    users = data.get("users")
    return users if isinstance(users, Mapping) else {}


def _is_user(hit: Mapping[str, Any]) -> bool:
    return hit.get("source") == "users"


def _same(found: object, email: str) -> bool:
    return isinstance(found, str) and found.casefold() == email.casefold()
