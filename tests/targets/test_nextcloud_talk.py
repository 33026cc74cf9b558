"""Conversations in Nextcloud Talk: the contract, on each version of the stand-in and on a server that is given.

The server is that of NEXTCLOUD_URL, where NEXTCLOUD_USER and NEXTCLOUD_PASSWORD say who makes rooms, and removes them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from migrate.core.rooms import Room
from migrate.shared.http import Client, Limits, Login
from migrate.shared.ocs import Ocs
from migrate.targets.nextcloud_talk import NextcloudTalk
from tests.contracts.target import RoomsContract
from tests.talk.adapter import talk_at
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.profiles import TALK_21, TALK_22, TALK_25, Profile

GIVEN = ["NEXTCLOUD_URL"] if "NEXTCLOUD_URL" in os.environ else []


@dataclass(frozen=True)
class Place:
    """A server, and who has a password there."""

    url: str
    passwords: dict[str, str]


@pytest.fixture(
    scope="module",
    params=[TALK_21, TALK_22, TALK_25, *GIVEN],
    ids=lambda place: place.talk if isinstance(place, Profile) else "given",
)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with ExitStack() as stack:
        if isinstance(request.param, Profile):
            server = stack.enter_context(nextcloud_talk(profile=request.param))
            yield Place(server.url, dict(server.users))
        else:
            url, user, password = (os.environ[f"NEXTCLOUD_{name}"] for name in ("URL", "USER", "PASSWORD"))
            yield Place(url, {user: password})


class TestOnServers(RoomsContract):
    @pytest.fixture
    def owners(self, place: Place) -> Sequence[str]:
        return tuple(place.passwords)

    @pytest.fixture
    def later(self, place: Place, tmp_path: Path) -> Callable[[], NextcloudTalk]:
        return lambda: talk_at(place.url, tmp_path, place.passwords)

    @pytest.fixture
    def target(self, later: Callable[[], NextcloudTalk]) -> NextcloudTalk:
        return later()

    @pytest.fixture
    def use(self, place: Place) -> Callable[[str, Room], None]:
        def use(owner: str, room: Room) -> None:
            token = room.url.rpartition("/")[2]
            ocs = Ocs(Client(Limits()), place.url.rstrip("/"), Login(owner, SecretStr(place.passwords[owner])))
            assert ocs.once("POST", f"apps/spreed/api/v1/chat/{token}", {"message": "hello"}).is_done

        return use
