"""A calendar object as Nextcloud takes it: what it refuses and by which error, and what it repairs.

Read line by line and leniently, as that server does: what a strict parser refuses must pass here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from uuid import uuid4

from dateutil.rrule import rrulestr

from tests.caldav.errors import Forbidden, InvalidComponentType, InvalidData, UnsupportedMediaType

LINE = re.compile(r'([^;:"]+)((?:[^":]|"[^"]*")*):(.*)', re.DOTALL)
PARAMETER = re.compile(r';([^=;]+)=((?:"[^"]*"|[^";])*)')
DATE_TIME = re.compile(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DATES = ("DTSTART", "DTEND", "DTSTAMP", "RECURRENCE-ID", "EXDATE", "RDATE", "LAST-MODIFIED", "CREATED")
AT_MOST_ONCE = (
    *("UID", "DTSTAMP", "DTEND", "DURATION", "SUMMARY", "DESCRIPTION", "LOCATION", "ORGANIZER", "RECURRENCE-ID"),
    *("SEQUENCE", "STATUS", "URL", "CLASS", "CREATED", "LAST-MODIFIED", "TRANSP"),
)
FREQUENCIES = {"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


@dataclass
class Property:
    """A content line, unfolded."""

    line: str

    def __post_init__(self) -> None:
        name, parameters, value = _parts(self.line)
        self.name = name.upper()
        self.value = value
        self.parameters = {name.upper(): value.strip('"') for name, value in PARAMETER.findall(parameters)}

    @property
    def text(self) -> str:
        """The value as people read it."""
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value)

    def with_parameter(self, name: str, value: str) -> Property:
        """Return a copy with a parameter in place of one of that name; without one if there is no value."""
        head, parameters, rest = _parts(self.line)
        parameters = re.sub(rf";{name}=[^;]*", "", parameters, flags=re.IGNORECASE)
        return Property(f"{head}{parameters}" + (f";{name}={value}" if value else "") + f":{rest}")


def _parts(line: str) -> tuple[str, str, str]:
    found = LINE.fullmatch(line)
    return found.groups() if found else (line.partition(":")[0], "", line.partition(":")[2])


@dataclass
class Component:
    """What stands between a BEGIN and its END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Return the properties of that name."""
        return [found for found in self.properties if found.name == name]

    def value(self, name: str) -> str:
        """Return the value of the first property of that name, or nothing."""
        return next((found.value for found in self.all(name)), "")

    def set(self, line: str) -> None:
        """Put a line at the end, and remove others of its name."""
        new = Property(line)
        self.properties = [*(old for old in self.properties if old.name != new.name), new]

    def below(self, name: str) -> list[Component]:
        """Return the components of that name directly in this one."""
        return [component for component in self.components if component.name == name]

    def lines(self) -> Iterator[str]:
        """Yield all lines, unfolded."""
        yield f"BEGIN:{self.name}"
        yield from (found.line for found in self.properties)
        yield from chain.from_iterable(component.lines() for component in self.components)
        yield f"END:{self.name}"

    def data(self) -> bytes:
        """Return it as it is stored and sent."""
        return "".join(f"{_folded(line)}\r\n" for line in self.lines()).encode()


@dataclass(frozen=True)
class Taken:
    """An object that the server takes: its bytes as stored, which differ from those sent if `repaired`."""

    calendar: Component
    data: bytes
    uid: str
    repaired: bool


def take(sent: bytes) -> Taken:
    """Check and repair what a client sent. Raises what Nextcloud answers."""
    readable = CONTROL.sub(b"", _utf8(sent))
    calendar = parse(readable.decode())
    _check(calendar)
    repaired = _repair(calendar) or readable != sent
    return Taken(calendar, calendar.data() if repaired else sent, calendar.below("VEVENT")[0].value("UID"), repaired)


def parse(text: str) -> Component:
    """Read a VCALENDAR."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    if not lines or lines[0].strip().upper() != "BEGIN:VCALENDAR":
        raise UnsupportedMediaType("Parse error: This parser only supports VCARD and VCALENDAR files")
    open_ones = [Component("")]
    for line in filter(None, lines):
        word, _, name = line.partition(":")
        if word.upper() == "BEGIN":
            open_ones.append(Component(name.strip().upper()))
        elif word.upper() == "END":
            open_ones[-2].components.append(open_ones.pop())
        else:
            open_ones[-1].properties.append(Property(line))
    if len(open_ones) > 1:
        raise UnsupportedMediaType("Parse error: End of document reached prematurely")
    return open_ones[0].components[0]


def _utf8(sent: bytes) -> bytes:
    try:
        sent.decode()
    except UnicodeDecodeError:
        return sent.decode("latin-1").encode()
    return sent


def _check(calendar: Component) -> None:
    if calendar.all("METHOD"):
        raise UnsupportedMediaType("A calendar object on a CalDAV server MUST NOT have a METHOD property.")
    events = calendar.below("VEVENT")
    if not events:
        raise InvalidComponentType("iCalendar objects must at least have a component of type VEVENT")
    if len({event.value("UID") for event in events}) > 1:
        raise UnsupportedMediaType("A calendar object may only have components with the same UID.")
    for event in events:
        _check_event(event)
    _check_instances(events)


def _check_event(event: Component) -> None:
    for name in AT_MOST_ONCE:
        if len(event.all(name)) > 1:
            raise UnsupportedMediaType(f"{name} MUST NOT appear more than once in a VEVENT component")
    if len(event.all("DTSTART")) != 1:
        raise UnsupportedMediaType("DTSTART MUST appear exactly once in a VEVENT component")
    for name in DATES:
        for value in chain.from_iterable(found.value.split(",") for found in event.all(name)):
            if not DATE_TIME.fullmatch(value) and "/" not in value:
                raise UnsupportedMediaType(f"The supplied value ({value}) is not a correct DATE-TIME")
    frequency = re.search(r"FREQ=([^;]*)", event.value("RRULE"))
    if frequency and frequency[1].upper() not in FREQUENCIES:
        raise InvalidData(f"Unknown value for FREQ={frequency[1]}")


def _check_instances(events: list[Component]) -> None:
    master = next((event for event in events if not event.all("RECURRENCE-ID")), None)
    if master is None or not master.value("RRULE") or len(events) > 1:
        return
    start = moment(master.value("DTSTART"))
    without = {moment(value) for found in master.all("EXDATE") for value in found.value.split(",")}
    # The start is an instance always, whatever the rule says; zones do not matter where all have the same one.
    rule = rrulestr(re.sub(r"(UNTIL=[\dT]+)Z", r"\1", master.value("RRULE")), dtstart=start) if without else ()
    if without and without.issuperset({start, *islice(rule, len(without) + 1)}):
        raise Forbidden("This recurrence rule does not generate any valid instances")


def moment(value: str) -> datetime:
    """Read a date or time, without its zone."""
    return datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")


def _repair(calendar: Component) -> bool:
    missing = [line for line in ("VERSION:2.0", "PRODID:-//example//EN") if not calendar.all(line.split(":")[0])]
    calendar.properties[:0] = map(Property, missing)
    uid = str(uuid4())
    repaired = [_repair_event(event, uid) for event in calendar.below("VEVENT")]
    return any(repaired) or bool(missing)


def _repair_event(event: Component, uid: str) -> bool:
    before = len(event.properties)
    event.properties = [found for found in event.properties if found.line.upper() != "RRULE:"]
    repaired = len(event.properties) < before
    for name, value in (("UID", uid), ("DTSTAMP", "20200101T000000Z")):
        if not event.value(name):
            event.set(f"{name}:{value}")
            repaired = True
    return repaired


def _folded(line: str) -> str:
    parts, rest = [], line.encode()
    while len(rest) > 75:
        end = next(end for end in range(75, 0, -1) if rest[end] & 0xC0 != 0x80)
        parts.append(rest[:end].decode())
        rest = b" " + rest[end:]
    return "\r\n".join([*parts, rest.decode()])
