"""The XML of WebDAV and CalDAV (RFC 4918, 4791). What a server says is not trusted: no DTD, no entities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, XMLParser, tostring

from migrate.core.errors import TargetError
from migrate.shared.http import Answer
from migrate.shared.urls import origin

DAV, CALDAV, NEXTCLOUD = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://nextcloud.com/ns}"
ETAG, DATA = f"{DAV}getetag", f"{CALDAV}calendar-data"

# iCalendar forbids them too, but some servers store and return them, and then no parser reads the answer.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Resource:
    """What an answer tells of a resource: its URL, and the properties it has by their names."""

    url: str
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        """Return the text of a property, empty if there is none."""
        found = self.properties.get(name)
        return (found.text or "") if found is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """Return the URLs in a property."""
        found = self.properties.get(name)
        hrefs = found.iter(f"{DAV}href") if found is not None else ()
        return [_resolved(self.url, (href.text or "").strip()) for href in hrefs]

    def has(self, name: str, *values: str) -> bool:
        """Tell whether a property has one of the elements in it."""
        found = self.properties.get(name)
        return found is not None and any(next(found.iter(value), None) is not None for value in values)


def headers(depth: int) -> dict[str, str]:
    """Return the headers of a request with such a body. `depth` 1: what is in a collection is meant too."""
    return {"Content-Type": "application/xml; charset=utf-8", "Depth": str(depth)}


def propfind(*names: str) -> bytes:
    """Write a PROPFIND."""
    root = Element(f"{DAV}propfind")
    _properties(root, names)
    return _written(root)


def mkcalendar(name: str) -> bytes:
    """Write an MKCALENDAR for events."""
    root = Element(f"{CALDAV}mkcalendar")
    wanted = SubElement(SubElement(root, f"{DAV}set"), f"{DAV}prop")
    SubElement(wanted, f"{DAV}displayname").text = name
    SubElement(SubElement(wanted, f"{CALDAV}supported-calendar-component-set"), f"{CALDAV}comp", name="VEVENT")
    return _written(root)


def multiget(urls: Iterable[str]) -> bytes:
    """Write a REPORT for these objects."""
    root = Element(f"{CALDAV}calendar-multiget")
    _properties(root, (ETAG, DATA))
    for url in urls:
        SubElement(root, f"{DAV}href").text = urlsplit(url).path
    return _written(root)


def query(*names: str, since: datetime | None = None, contains: tuple[str, str] | None = None) -> bytes:
    """Write a REPORT for events: all, those with dates after a moment, or those with a text in a property."""
    root = Element(f"{CALDAV}calendar-query")
    _properties(root, names)
    calendar = SubElement(SubElement(root, f"{CALDAV}filter"), f"{CALDAV}comp-filter", name="VCALENDAR")
    events = SubElement(calendar, f"{CALDAV}comp-filter", name="VEVENT")
    if since:
        SubElement(events, f"{CALDAV}time-range", start=f"{since.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    if contains:
        wanted = SubElement(events, f"{CALDAV}prop-filter", name=contains[0])
        SubElement(wanted, f"{CALDAV}text-match", collation="i;ascii-casemap").text = contains[1]
    return _written(root)


def resources(answer: Answer) -> Iterator[Resource]:
    """Read a multistatus. Raises TargetError if it is none."""
    root = _read(answer)
    for response in root.iter(f"{DAV}response"):
        href = (response.findtext(f"{DAV}href") or "").strip()
        found = {
            member.tag: member
            for status in response.iter(f"{DAV}propstat")
            if " 200" in (status.findtext(f"{DAV}status") or " 200")
            for member in status.iterfind(f"{DAV}prop/*")
        }
        if found:
            yield Resource(_resolved(answer.url, href), found)


def _resolved(url: str, href: str) -> str:
    resolved = urljoin(url, href)
    if origin(resolved) != origin(url):
        raise TargetError(f"{url} names {resolved}, on another server, which is not given the password")
    return resolved


def _properties(root: Element, names: Iterable[str]) -> None:
    wanted = SubElement(root, f"{DAV}prop")
    for name in names:
        SubElement(wanted, name)


def _written(root: Element) -> bytes:
    written: bytes = tostring(root, "utf-8", xml_declaration=True)
    return written


class _Builder(TreeBuilder):
    def doctype(self, name: str, _public: str, _system: str) -> None:
        """Refuse it before any entity in it is read."""
        raise ParseError(f"a document type: {name}")


def _read(answer: Answer) -> Element:
    for body in (answer.body, _NOT_XML.sub(b"", answer.body)):
        parser = XMLParser(target=_Builder())  # noqa: S314  # our builder refuses what makes entities possible
        try:
            parser.feed(body)
            root: Element = parser.close()
        except ParseError as error:
            fault = error
        else:
            return root
    raise TargetError(f"{answer.url}: the answer is not XML ({fault})", hint="Is this the URL of a CalDAV server?")
