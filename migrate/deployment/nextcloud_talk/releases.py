"""Which releases fit each other: a table each for Nextcloud and for the signaling server (migrate/data/nextcloud)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from migrate.core.bundle import Fault
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings
from migrate.shared.resources import data_rows

Numbers = tuple[int, ...]

OLDEST_SIGNALING: Numbers = (2, 0, 0)
"""What Talk asks for since its release 20."""


def numbers(release: str) -> Numbers:
    """Return a release so that a later one is greater."""
    return tuple(map(int, release.split(".")))


@dataclass(frozen=True, slots=True)
class Fitting:
    """What one major release of Nextcloud needs: Talk's major release, the oldest and the newest PHP."""

    talk: int
    php: tuple[Numbers, Numbers]


@cache
def known() -> Mapping[int, Fitting]:
    """Return the major releases of Nextcloud that this program knows."""
    rows = data_rows("nextcloud/releases.tsv")
    return {int(major): Fitting(int(talk), (numbers(oldest), numbers(newest))) for major, talk, oldest, newest in rows}


@cache
def distributions() -> Mapping[str, str]:
    """Return the PHP of each distribution."""
    return dict(data_rows("nextcloud/distributions.tsv"))


def php(settings: NextcloudTalkSettings) -> str:
    """Return the release of PHP that the distribution has, such as 8.2."""
    return distributions()[settings.distribution]


def last_release(settings: NextcloudTalkSettings) -> int | None:
    """Return the last major release that the distribution's PHP is new enough for; none if all that are known are."""
    own = numbers(php(settings))
    fitting = [major for major, found in known().items() if found.php[0] <= own]
    return None if fitting == [*known()] else fitting[-1]


def wrong_releases(settings: NextcloudTalkSettings) -> Iterator[Fault]:
    """Yield each release that does not fit the others, or the distribution."""
    releases = settings.releases
    major = numbers(releases.nextcloud)[0]
    if major not in known():
        first, *_, last = known()
        yield Fault(("releases", "nextcloud"), f"only {first} to {last} are known", "Choose one of these.")
    else:
        yield from _unfit(settings, major, known()[major])
    if numbers(releases.signaling) < OLDEST_SIGNALING:
        yield Fault(
            ("releases", "signaling"),
            "Talk does not work with a signaling server before 2.0.0, Debian's own packages among them",
            "Leave it out.",
        )


def _unfit(settings: NextcloudTalkSettings, major: int, fitting: Fitting) -> Iterator[Fault]:
    if numbers(settings.releases.talk)[0] != fitting.talk:
        yield Fault(("releases", "talk"), f"Nextcloud {major} has Talk {fitting.talk}", "Each has the one of its own.")
    (oldest, newest), own = fitting.php, php(settings)
    if not oldest <= numbers(own) <= newest:
        yield Fault(
            ("releases", "nextcloud"),
            f"{major} needs PHP {_written(oldest)} to {_written(newest)}, and {settings.distribution} has {own}",
            "Choose another release, or another distribution.",
        )


def _written(release: Numbers) -> str:
    return ".".join(map(str, release))


@dataclass(frozen=True, slots=True)
class SignalingRelease:
    """What the chosen release of the signaling server reads and can do."""

    settings: NextcloudTalkSettings

    @property
    def address_key(self) -> bool:
        """Whether a backend has several addresses, below `urls`; before it has one, below `url`."""
        return self._since("urls")

    @property
    def takes_events(self) -> bool:
        """Whether Janus tells it what happens to connections."""
        return self._since("janus-events")

    @property
    def required_features(self) -> tuple[str, ...]:
        """What Talk asks of it, whichever release it is: without these no call begins."""
        return _features("required")

    @property
    def optional_features(self) -> tuple[str, ...]:
        """What Talk makes use of where it is there."""
        return _features("optional")

    def _since(self, what: str) -> bool:
        first = dict(data_rows("nextcloud/signaling-since.tsv"))[what]
        return numbers(self.settings.releases.signaling) >= numbers(first)


def _features(need: str) -> tuple[str, ...]:
    rows = data_rows("nextcloud/signaling-features.tsv")
    return tuple(feature for feature, needed, _ in rows if needed == need)
