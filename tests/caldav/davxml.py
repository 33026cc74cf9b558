"""Multistatus answers, and the filters of calendar-query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import recurring_ical_events
from icalendar import Calendar

from tests.caldav.icalendar_object import Component, Property, parse

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CALENDARSERVER = "{http://calendarserver.org/ns/}"
NEXTCLOUD = "{http://nextcloud.com/ns}"
PREFIXES = {DAV: "d", CALDAV: "cal", CALENDARSERVER: "cs", NEXTCLOUD: "nc"}
ROOT = "".join(f' xmlns:{prefix}="{namespace[1:-1]}"' for namespace, prefix in PREFIXES.items())


class Found(NamedTuple):
    """A resource of an answer: the inside of each of its properties, as XML, by name."""

    href: str
    properties: Mapping[str, str]


def multistatus(found: Iterable[Found], asked: list[str], end: str = "") -> bytes:
    """Return the answer. Of what is `asked` for, what a resource lacks is listed under 404."""
    responses = "".join(_response(one, asked or list(one.properties)) for one in found)
    return f'<?xml version="1.0"?>\n<d:multistatus{ROOT}>{responses}{end}</d:multistatus>\n'.encode()


def gone(href: str) -> str:
    """Return the response of a resource that is no more, for a report of changes."""
    return f"<d:response><d:href>{escape(href)}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"


def properties_asked(request: ET.Element | None) -> list[str]:
    """Return the names below DAV:prop; none stands for all."""
    found = None if request is None else request.find(f"{DAV}prop")
    return [] if found is None else [one.tag for one in found]


def matches(request: ET.Element, data: bytes) -> bool:
    """Tell whether an object is what a calendar-query asks for."""
    condition = request.find(f"{CALDAV}filter/{CALDAV}comp-filter")
    return condition is None or _has_component([parse(data.decode())], condition, data)


def text(value: str) -> str:
    """Return text as the inside of a property."""
    return escape(value.replace("\r", ""), {'"': "&quot;"})


def _response(one: Found, asked: list[str]) -> str:
    there = "".join(_element(name, one.properties[name]) for name in asked if name in one.properties)
    missing = "".join(_element(name, "") for name in asked if name not in one.properties)
    parts = _propstat(there, "200 OK") + _propstat(missing, "404 Not Found")
    return f"<d:response><d:href>{escape(one.href)}</d:href>{parts}</d:response>"


def _propstat(inside: str, status: str) -> str:
    if not inside:
        return ""
    return f"<d:propstat><d:prop>{inside}</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>"


def _element(name: str, inside: str) -> str:
    namespace, _, local = name.rpartition("}")
    return f'<x:{local} xmlns:x="{namespace[1:]}">{inside}</x:{local}>'


def _has_component(candidates: list[Component], condition: ET.Element, data: bytes) -> bool:
    named = [one for one in candidates if one.name == condition.get("name")]
    if condition.find(f"{CALDAV}is-not-defined") is not None:
        return not named
    return any(_component_matches(one, condition, data) for one in named)


def _component_matches(component: Component, condition: ET.Element, data: bytes) -> bool:
    span = condition.find(f"{CALDAV}time-range")
    return (
        (span is None or _takes_place(data, span))
        and all(_has_property(component, inner) for inner in condition.findall(f"{CALDAV}prop-filter"))
        and all(_has_component(component.components, it, data) for it in condition.findall(f"{CALDAV}comp-filter"))
    )


def _has_property(component: Component, condition: ET.Element) -> bool:
    named = component.all(condition.get("name", ""))
    if condition.find(f"{CALDAV}is-not-defined") is not None:
        return not named
    wanted = condition.find(f"{CALDAV}text-match")
    return any(wanted is None or _text_matches(one, wanted) for one in named)


def _text_matches(found: Property, wanted: ET.Element) -> bool:
    here, there = found.text, wanted.text or ""
    if wanted.get("collation", "i;ascii-casemap") != "i;octet":
        here, there = here.casefold(), there.casefold()
    return (there in here) != (wanted.get("negate-condition") == "yes")


def _takes_place(data: bytes, span: ET.Element) -> bool:
    start, end = (_utc(span.get(name), limit) for name, limit in (("start", 1970), ("end", 2038)))
    return bool(recurring_ical_events.of(Calendar.from_ical(data)).between(start, end))


def _utc(value: str | None, limit: int) -> datetime:
    return datetime.strptime(value or f"{limit}0101T000000Z", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
