"""The organisation on a Nextcloud, made once for each version of Talk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.survival.program import Program
from tests.survival.talk.cloud import Cloud
from tests.talk.profiles import TALK_22


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest, program: Program) -> Iterator[Cloud]:
    """The world on the version that was recorded, or on the one that the parameter names."""
    with Cloud.made(program, getattr(request, "param", TALK_22)) as cloud:
        yield cloud
