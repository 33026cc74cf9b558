"""Who gets a copy and who gets mail when an organiser writes to Nextcloud 32: what was observed, as a model."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from dateutil.rrule import rrulestr

from tests.caldav.icalendar_object import Component, Property, moment
from tests.caldav.nextcloud_store import Store

# A change of one of these reaches the attendees' copies; mail is sent only if one of REVISION changed with it.
SIGNIFICANT = (
    *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
    *("STATUS", "SUMMARY", "DESCRIPTION", "LOCATION"),
)
REVISION = ("RECURRENCE-ID", "RRULE", "SEQUENCE", "LAST-MODIFIED")


@dataclass(frozen=True)
class Mail:
    """An iMIP message that was sent."""

    to: str
    method: str
    uid: str
    summary: str


@dataclass
class Scheduling:
    """Tells attendees what organisers do. `emails`: addresses by user. `mails`: what was sent so far."""

    store: Store
    emails: Mapping[str, str]
    mails: list[Mail] = field(default_factory=list)

    def changed(self, user: str, old: Component | None, new: Component, now: datetime) -> bool:
        """Tell the attendees of a new or changed object, and say in it whom; return whether it says so."""
        if not self._organises(user, new):
            return False
        before, after = (_attendees(calendar) if calendar else {} for calendar in (old, new))
        differs = old is None or _picked(old, SIGNIFICANT) != _picked(new, SIGNIFICANT)
        revised = old is None or _picked(old, REVISION) != _picked(new, REVISION)
        told = [address for address in after if differs or address not in before]
        for address in told:
            self._deliver(address, _message(new, now))
            if revised or address not in before:
                self._mail(address, "REQUEST", new, now)
        for address in before.keys() - after.keys():
            self._cancel(address, old, now)
        _say_whom(new, told)
        return bool(told)

    def deleted(self, user: str, old: Component, now: datetime) -> None:
        """Tell the attendees that the organiser deleted an object."""
        if self._organises(user, old):
            for address in _attendees(old):
                self._cancel(address, old, now)

    def _organises(self, user: str, calendar: Component) -> bool:
        return any(_address(event.value("ORGANIZER")) == self.emails[user] for event in calendar.below("VEVENT"))

    def _deliver(self, address: str, message: Component) -> None:
        for user in (user for user, email in self.emails.items() if email == address):
            self.store.deliver(user, message.below("VEVENT")[0].value("UID"), message.data())

    def _cancel(self, address: str, old: Component, now: datetime) -> None:
        cancelled = deepcopy(old)
        for event in cancelled.below("VEVENT"):
            event.set("STATUS:CANCELLED")
            event.set(f"SEQUENCE:{int(event.value('SEQUENCE') or 0) + 1}")
        self._deliver(address, _message(cancelled, now))
        self._mail(address, "CANCEL", old, now)

    def _mail(self, address: str, method: str, calendar: Component, now: datetime) -> None:
        event = calendar.below("VEVENT")[0]
        if "@" in address and not _is_over(calendar, now):
            self.mails.append(Mail(address, method, event.value("UID"), event.value("SUMMARY")))


def _address(value: str) -> str:
    return re.sub("(?i)^mailto:", "", value).casefold()


def _attendees(calendar: Component) -> dict[str, Property]:
    found = {}
    for event in calendar.below("VEVENT"):
        organiser = _address(event.value("ORGANIZER"))
        found |= {_address(attendee.value): attendee for attendee in event.all("ATTENDEE")}
        found.pop(organiser, None)
    # The server honours CLIENT, and does not honour NONE.
    return {key: one for key, one in found.items() if one.parameters.get("SCHEDULE-AGENT", "").upper() != "CLIENT"}


def _picked(calendar: Component, names: tuple[str, ...]) -> list[list[str]]:
    return [[one.line for name in names for one in event.all(name)] for event in calendar.below("VEVENT")]


def _message(calendar: Component, now: datetime) -> Component:
    message = deepcopy(calendar)
    message.set("PRODID:-//Sabre//Sabre VObject 4.5.6//EN")
    message.set("CALSCALE:GREGORIAN")
    _say_whom(message, ())
    for event in message.below("VEVENT"):
        event.set(f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}")
    return message


def _say_whom(calendar: Component, told: Collection[str]) -> None:
    for event in calendar.below("VEVENT"):
        event.properties = [
            one.with_parameter("SCHEDULE-STATUS", "1.1" if _address(one.value) in told else "")
            if one.name == "ATTENDEE"
            else one
            for one in event.properties
        ]


def _is_over(calendar: Component, now: datetime) -> bool:
    # Good to a day, which is enough: zones are left out.
    return all(_last(event) < now.replace(tzinfo=None) for event in calendar.below("VEVENT"))


def _last(event: Component) -> datetime:
    start, rule = moment(event.value("DTSTART")), event.value("RRULE")
    if not rule:
        return start
    if not re.search("COUNT=|UNTIL=", rule):
        return datetime.max
    return max([start, *rrulestr(re.sub(r"(UNTIL=[\dT]+)Z", r"\1", rule), dtstart=start)])
