"""The organisation on a Nextcloud, made once for each version of Talk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.survival.program import Program
from tests.survival.talk.cloud import Cloud
from tests.talk.profiles import TALK_22


# The version that was recorded; tests name others.
@pytest.fixture(scope="session", params=[TALK_22], ids=lambda profile: profile.talk)
def cloud(request: pytest.FixtureRequest, program: Program) -> Iterator[Cloud]:
    """The world on a version of Talk."""
    with Cloud.made(program, request.param) as cloud:
        yield cloud
