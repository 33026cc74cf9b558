"""From what people know, the URL of a server, to calendars (RFC 6764, 4791)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from migrate.core.errors import TargetError
from migrate.shared.dav.xml import CALDAV, DAV, Resource, propfind, resources
from migrate.shared.http import Answer, Client, Login

_TYPE, _PRINCIPAL, _HOME = f"{DAV}resourcetype", f"{DAV}current-user-principal", f"{CALDAV}calendar-home-set"
_NAME, _TAKES, _MAY = (
    f"{DAV}displayname",
    f"{CALDAV}supported-calendar-component-set",
    f"{DAV}current-user-privilege-set",
)
_WRITES = tuple(f"{DAV}{name}" for name in ("all", "write", "write-content", "bind"))


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    """A calendar for events. `names` are what people call it: its name, and the last part of its path."""

    url: str
    names: tuple[str, ...]
    writable: bool


def find_calendar(client: Client, url: str, login: Login, name: str) -> str | None:
    """Return the URL of the calendar that a URL is or leads to; None if nothing is there.

    Of several calendars the one called `name` is meant. Raises TargetError naming those there are.
    """
    first = _ask(client, url, login)
    if first.status in {404, 410} and urlsplit(url).path.strip("/"):
        return None
    if _is_calendar(_itself(first)):
        return _as_collection(first.url)
    found = _in_homes(client, _homes(client, url, login, first), login)
    chosen = [one for one in found if name in one.names] if name else [one for one in found if one.writable]
    if len(chosen) != 1:
        raise _not_one(url, found, chosen, name)
    return chosen[0].url


def calendars_of(client: Client, url: str, login: Login) -> Sequence[FoundCalendar]:
    """Return all calendars of the user, of whom `url` is one or leads to one."""
    return _in_homes(client, _homes(client, url, login, _ask(client, url, login)), login)


def _homes(client: Client, url: str, login: Login, first: Answer) -> list[str]:
    """Return where the user's calendars are, asking what the well-known address leads to if `url` does not say."""
    start = _itself(first)
    if not start or not (start.hrefs(_HOME) or start.hrefs(_PRINCIPAL)):
        start = _itself(_ask(client, urljoin(url, "/.well-known/caldav"), login))
    if start and not start.hrefs(_HOME) and (principal := start.hrefs(_PRINCIPAL)):
        start = _itself(_ask(client, principal[0], login))
    homes = start.hrefs(_HOME) if start else []
    if not homes:
        raise TargetError(
            f"{url}: no CalDAV found there ({first})",
            hint="Write the URL of the calendar itself, as calendar programs are given it.",
        )
    return homes


def _in_homes(client: Client, homes: Sequence[str], login: Login) -> list[FoundCalendar]:
    asked = propfind(_TYPE, _NAME, _TAKES, _MAY)
    answers = [client.request("PROPFIND", home, login, asked, {**_XML, "Depth": "1"}) for home in homes]
    return [_found(one) for answer in answers if answer.status == 207 for one in resources(answer) if _is_calendar(one)]


def _found(resource: Resource) -> FoundCalendar:
    url = _as_collection(resource.url)
    names = (resource.text(_NAME), unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]))
    return FoundCalendar(url, names, _MAY not in resource.properties or resource.has(_MAY, *_WRITES))


def _is_calendar(resource: Resource | None) -> bool:
    """Tell whether it takes events; what does not say which components it takes takes all."""
    if resource is None or not resource.has(_TYPE, f"{CALDAV}calendar"):
        return False
    takes = resource.properties.get(_TAKES)
    return takes is None or len(takes) == 0 or any(one.get("name") == "VEVENT" for one in takes)


def _ask(client: Client, url: str, login: Login) -> Answer:
    asked = propfind(_TYPE, _TAKES, _PRINCIPAL, _HOME)
    return client.request("PROPFIND", url, login, asked, {**_XML, "Depth": "0"})


def _itself(answer: Answer) -> Resource | None:
    return next(resources(answer), None) if answer.status == 207 else None


def _as_collection(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"


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


_XML = {"Content-Type": "application/xml; charset=utf-8"}
