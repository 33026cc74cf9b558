"""iCalendar files as text: taken apart and compared without building objects.

Parsing an event takes the icalendar library 0.5 ms, too long for 100,000 of them, and writing what it parsed changes
what other people put there: the order of properties, folding, extensions. What is not ours stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from migrate.core.errors import TargetError

_CALENDAR = re.compile(r"(?ims)\ufeff?BEGIN:VCALENDAR[ \t]*\r?\n(.*)^END:VCALENDAR\s*")
_EDGE = re.compile(r"(?im)^(BEGIN|END):([A-Z0-9-]+)[ \t]*(?:\r?\n|\Z)(?![ \t])")
_UID = re.compile(r"(?im)^(?:UID|TZID)(?:;[^:\r\n]*)?:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
_FOLD = re.compile(r"\r?\n[ \t]")
_HEAD = re.compile(r'(?:"[^"]*"|[^":])*(?=:)')
_PARAMETER = re.compile(r'(?:^|;)((?:"[^"]*"|[^";]|"[^"]*$)*)')
_ZONE = re.compile(r';TZID="?([^";]+)', re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")

# Before the UID of a meeting, in each of its single dates. To programs that do not know this kind of relation it means
# that the meeting is the parent (RFC 5545, 3.2.15); no person and no other program writes it.
PART_OF = "RELATED-TO;RELTYPE=X-JITSI-MIGRATE"

# What a program may change when it stores an event, though nobody changed the event.
_VOLATILE = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE"})
_DATES = ("EXDATE", "RDATE")
_LISTS = (*_DATES, "RRULE")
_DEFAULTS = frozenset({"VALUE=DATE-TIME", "WKST=MO", "INTERVAL=1"})


@dataclass(frozen=True, slots=True)
class Component:
    """One component with all that is in it. `uid` is its UID, of a VTIMEZONE the TZID, empty if it has none."""

    name: str
    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class CalendarText:
    """A VCALENDAR taken apart: its own properties and its components, all as they were written."""

    properties: str
    components: list[Component]


def take_apart(calendar: str, where: str) -> CalendarText:
    """Split a VCALENDAR into its parts. Raises TargetError naming `where` and the line if it is not one."""
    found = _CALENDAR.fullmatch(calendar)
    if not found:
        begins = calendar.lstrip("\ufeff")[:15].upper() == "BEGIN:VCALENDAR"
        fault = "END:VCALENDAR is missing or not the last line" if begins else "it does not begin with BEGIN:VCALENDAR"
        raise _not_icalendar(where, calendar, len(calendar) if begins else 0, fault)
    at, properties, parts = found.start(1), [], []
    for component, begin, end in _components(calendar, where, at, found.end(1)):
        properties.append(calendar[at:begin])
        parts.append(component)
        at = end
    return CalendarText("".join([*properties, calendar[at : found.end(1)]]), parts)


def components(vevents: str) -> list[Component]:
    """Split the text of an event into its components."""
    return [component for component, _, _ in _components(vevents, "the event", 0, len(vevents))]


@lru_cache(maxsize=65536)  # what is read back after a write is mostly the very text that was written
def fingerprint(vevents: str) -> str:
    """Return a hash of what components mean: how they are folded, ordered and stamped makes no difference."""
    levels: list[list[str]] = [[]]
    for line in _unfold(vevents).replace("\r\n", "\n").split("\n"):
        name, value = _name_and_value(line)
        if name == "BEGIN":
            levels.append([line.upper()])
        elif name == "END" and len(levels) > 1:
            levels[-2].append("\n".join(sorted(levels.pop())))
        elif name.startswith(_LISTS) or "\\" in value:
            levels[-1] += _meanings(name, value)
        elif name:
            levels[-1].append(f"{name}:{value}")
    return sha256("\n".join(sorted(levels[0])).encode(errors="replace")).hexdigest()


def properties_of(text: str, component: str) -> Iterator[list[tuple[str, str]]]:
    """Yield, of each component of this name, the names and values of its own properties, as people would read them.

    The value of a time ends with its zone.
    """
    unclosed: list[str] = []
    properties: list[tuple[str, str]] = []
    for head, value in content_lines(text):
        name = head.partition(";")[0].upper()
        if name == "BEGIN":
            unclosed.append(value.strip().upper())
        elif name == "END" and unclosed:
            if unclosed.pop() == component:
                yield properties
                properties = []
        elif name and unclosed and unclosed[-1] == component:
            zone = _ZONE.search(head)
            properties.append((name, f"{value} {zone[1]}" if zone else unescaped(value)))


def content_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before the value of each line, a name and its parameters, and the value as it is written."""
    return map(_split, _unfold(text).replace("\r\n", "\n").split("\n"))


def unescaped(value: str) -> str:
    """Return a value that is a text as it is meant."""
    return _ESCAPED.sub(lambda found: chr(10) if found[1] in "nN" else found[1], value)


def _components(content: str, where: str, start: int, stop: int) -> Iterator[tuple[Component, int, int]]:
    """Yield the outermost components, each with where it begins and ends."""
    unclosed: list[str] = []
    begin = inner = start
    for edge in _EDGE.finditer(content, start, stop):
        name = edge[2].upper()
        if edge[1].upper() == "BEGIN":
            if not unclosed:
                begin = edge.start()
            elif inner <= begin:
                inner = edge.start()
            unclosed.append(name)
        elif not unclosed or unclosed.pop() != name:
            raise _not_icalendar(where, content, edge.start(), f"END:{name} closes nothing that is open")
        elif not unclosed:
            # An alarm may have a UID of its own: only what stands before the first inner component is the component's.
            uid = _UID.search(content, begin, inner if inner > begin else edge.start())
            yield Component(name, _unfold(uid[1]) if uid else "", content[begin : edge.end()]), begin, edge.end()
    if unclosed:
        raise _not_icalendar(where, content, stop, f"END:{unclosed[-1]} is missing")


def _unfold(value: str) -> str:
    return _FOLD.sub("", value)


def _not_icalendar(where: str, content: str, at: int, why: str) -> TargetError:
    return TargetError(
        f"{where}, line {content.count(chr(10), 0, at) + 1}: this is not iCalendar: {why}",
        hint="Mend the file, or move it away to have it written anew.",
    )


def _name_and_value(line: str) -> tuple[str, str]:
    """Split a content line; its name, with its parameters, is written in the one way we compare it."""
    head, value = _split(line)
    return _name(head), value


def _split(line: str) -> tuple[str, str]:
    head, _, value = line.partition(":")
    if '"' in head and (found := _HEAD.match(line)):
        return found[0], line[found.end() + 1 :]
    return head, value


@lru_cache(maxsize=4096)
def _name(head: str) -> str:
    """Return the name of a property with its parameters in order, empty if it says nothing about the event."""
    name, *parameters = (part.partition("=") for part in _PARAMETER.findall(head))
    if name[0].upper() in _VOLATILE:
        return ""
    plain = (f"{key.upper()}={value.replace(chr(34), '')}" for key, _, value in parameters)
    whole = ";".join([name[0].upper(), *sorted(set(plain) - _DEFAULTS)])
    # Events of before there was this mark, or that lost it on the way, mean the same.
    return "" if whole == PART_OF else whole


def _meanings(name: str, value: str) -> list[str]:
    if name == "RRULE":
        return [f"RRULE:{';'.join(sorted(set(value.upper().split(';')) - _DEFAULTS))}"]
    if name.startswith(_DATES):
        return [f"{name}:{moment}" for moment in value.split(",")]
    return [f"{name}:{unescaped(value)}"]
