"""From what people know, the URL of a server, to calendars (RFC 6764, 4791), and to one for who has none yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from migrate.core.errors import TargetError
from migrate.shared.dav.refusals import NO_CALENDAR, not_below, not_made
from migrate.shared.dav.xml import CALDAV, DAV, NEXTCLOUD, Resource, headers, mkcalendar, propfind, resources
from migrate.shared.http import Answer, Client, Login

_TYPE, _PRINCIPAL, _HOME = f"{DAV}resourcetype", f"{DAV}current-user-principal", f"{CALDAV}calendar-home-set"
_NAME, _TAKES, _MAY = (
    f"{DAV}displayname",
    f"{CALDAV}supported-calendar-component-set",
    f"{DAV}current-user-privilege-set",
)
_WRITES = tuple(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))
# The calendar that Nextcloud makes when its owner first logs in, which with an app password never happens.
_FIRST = "personal"
_ALREADY = 405
# Nextcloud counts the calendars that a user makes: to wait out its hour would keep all others waiting.
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    """A calendar for events. `names` are what people call it: its name, and the last part of its path."""

    url: str
    names: tuple[str, ...]
    writable: bool


def find_calendar(client: Client, url: str, login: Login, name: str) -> str | None:
    """Return the URL of the calendar that a URL is or leads to; None if there is none yet.

    Of several calendars the one called `name` is meant. Raises TargetError naming those there are.
    """
    first = _ask(client, url, login)
    if _names_nothing(first):
        return None
    if _is_calendar(_itself(first)):
        return _as_collection(first.url)
    listed = _in_homes(client, url, login, first)
    found = _calendars(listed)
    chosen = [one for one in found if name in one.names] if name else [one for one in found if one.writable]
    if _may_have_first(listed) and name.lower() in {"", _FIRST} and not any(one.writable for one in found):
        return None
    if len(chosen) != 1:
        raise _not_one(url, found, chosen, name)
    return chosen[0].url


def calendars_of(client: Client, url: str, login: Login) -> Sequence[FoundCalendar]:
    """Return all calendars of the user, of whom `url` is one or leads to one."""
    return _calendars(_in_homes(client, url, login, _ask(client, url, login)))


def make_calendar(client: Client, url: str, login: Login) -> str:
    """Make the calendar for which `find_calendar` returned None; return why not, empty if it is there now.

    What a URL names is made below a home of its user only: anywhere else the URL is more likely wrong.
    """
    first = _ask(client, url, login)
    place = _as_collection(url) if _names_nothing(first) else ""
    above = urljoin(place, "..")
    homes = _homes(client, above, login, _ask(client, above, login)) if place else _homes(client, url, login, first)
    if not homes:
        return NO_CALENDAR
    if place and _path(above) not in map(_path, homes):
        return not_below(homes)
    place = place or f"{_as_collection(homes[0])}{_FIRST}/"
    # As long as the first one is called so, Nextcloud shows its name in the language of its owner.
    name = _FIRST.title() if _name(place) == _FIRST else _name(place)
    answer = client.request("MKCALENDAR", place, login, mkcalendar(name), headers(0), final={_TOO_MANY})
    return "" if answer.status < 300 or answer.status == _ALREADY else not_made(answer)


def _homes(client: Client, url: str, login: Login, first: Answer) -> list[str]:
    """Return where the user's calendars are, asking what the well-known address leads to if `url` does not say."""
    start = _itself(first)
    if not start or not (start.hrefs(_HOME) or start.hrefs(_PRINCIPAL)):
        start = _itself(_ask(client, urljoin(url, "/.well-known/caldav"), login))
    if start and not start.hrefs(_HOME) and (principal := start.hrefs(_PRINCIPAL)):
        start = _itself(_ask(client, principal[0], login))
    return start.hrefs(_HOME) if start else []


def _in_homes(client: Client, url: str, login: Login, first: Answer) -> list[Resource]:
    homes = _homes(client, url, login, first)
    if not homes:
        raise TargetError(
            f"{url}: no CalDAV found there ({first})",
            hint="Write the URL of the calendar itself, as calendar programs are given it.",
        )
    asked = propfind(_TYPE, _NAME, _TAKES, _MAY)
    answers = [client.request("PROPFIND", home, login, asked, headers(1)) for home in homes]
    return [one for answer in answers if answer.status == 207 for one in resources(answer)]


def _calendars(listed: Iterable[Resource]) -> list[FoundCalendar]:
    return [_found(one) for one in listed if _is_calendar(one)]


def _found(resource: Resource) -> FoundCalendar:
    url = _as_collection(resource.url)
    names = (resource.text(_NAME), _name(url))
    return FoundCalendar(url, names, _MAY not in resource.properties or resource.has(_MAY, *_WRITES))


def _may_have_first(listed: Iterable[Resource]) -> bool:
    """Tell whether a home is one of Nextcloud: no other server has a trash bin there."""
    return any(one.has(_TYPE, f"{NEXTCLOUD}trash-bin") for one in listed)


def _names_nothing(answer: Answer) -> bool:
    """Tell whether a URL names something that is not there; one without a path leads to whatever the server has."""
    return answer.status in {404, 410} and _path(answer.url) != ""


def _is_calendar(resource: Resource | None) -> bool:
    """Tell whether it takes events; what does not say which components it takes takes all."""
    if resource is None or not resource.has(_TYPE, f"{CALDAV}calendar"):
        return False
    takes = resource.properties.get(_TAKES)
    return takes is None or len(takes) == 0 or any(one.get("name") == "VEVENT" for one in takes)


def _ask(client: Client, url: str, login: Login) -> Answer:
    asked = propfind(_TYPE, _TAKES, _PRINCIPAL, _HOME)
    return client.request("PROPFIND", url, login, asked, headers(0))


def _itself(answer: Answer) -> Resource | None:
    return next(resources(answer), None) if answer.status == 207 else None


def _as_collection(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


def _path(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/"))


def _name(url: str) -> str:
    return _path(url).rpartition("/")[2]


def _not_one(url: str, found: Sequence[FoundCalendar], chosen: Sequence[FoundCalendar], name: str) -> TargetError:
    if not found:
        return TargetError(
            f"{url}: the user has no calendar",
            hint="Some servers make one when the user first logs in; else make one there.",
        )
    called = f" called {name!r}" if name else " that can be written"
    details = [f"{' or '.join(dict.fromkeys(filter(None, one.names)))}: {one.url}" for one in found]
    return TargetError(
        f"{url}: {len(chosen) or 'no'} calendars{called} are there",
        hint="Say which with `calendar` in migrate.toml, or write the URL of the calendar itself.",
        details=details,
    )
