"""Who gets a copy and who gets mail when an organiser writes to Nextcloud 32: what was observed, as a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from dateutil.rrule import rrulestr

from tests.caldav.icalendar_object import Component, Property, moment, parse
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
        """Tell who is concerned by a new or changed object, and say in it whom; return whether it says so."""
        if not self._organises(user, new):
            return old is not None and self._replies(user, old, new)
        before, after = (_attendees(calendar) if calendar else {} for calendar in (old, new))
        differs = old is None or _picked(old, SIGNIFICANT) != _picked(new, SIGNIFICANT)
        revised = old is None or _picked(old, REVISION) != _picked(new, REVISION)
        told = {address: revised or address not in before for address in after if differs or address not in before}
        for address, by_mail in told.items():
            self._deliver(address, _message(new, now))
            if by_mail:
                self._mail(address, "REQUEST", new, now)
        for address in before.keys() - after.keys():
            self._cancel(address, old, now)
        _set_statuses(new, {address: "1.1" if by_mail else "1.0" for address, by_mail in told.items()})
        return bool(told)

    def deleted(self, user: str, old: Component, now: datetime) -> None:
        """Tell the attendees that the organiser deleted an object."""
        if self._organises(user, old):
            for address in _attendees(old):
                self._cancel(address, old, now)

    def _organises(self, user: str, calendar: Component) -> bool:
        return any(_address(event.value("ORGANIZER")) == self.emails[user] for event in calendar.below("VEVENT"))

    def _replies(self, user: str, old: Component, new: Component) -> bool:
        """Write an attendee's changed answer into the organiser's object."""
        answers = [_answer(calendar, self.emails[user]) for calendar in (old, new)]
        organiser = next((name for name in self.emails if self._organises(name, new)), None)
        place = organiser and self.store.find(organiser, new.below("VEVENT")[0].value("UID"))
        if answers[0] == answers[1] or not place:
            return False
        stored = self.store.objects(organiser, place[0])[place[1]]
        theirs = parse(stored.data.decode())
        for event in theirs.below("VEVENT"):
            for number, one in enumerate(event.properties):
                if _is_attendee(one, self.emails[user]):
                    event.properties[number] = _answered(one, answers[1])
        self.store.put(organiser, *place, stored.uid, theirs.data())
        return True

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
    _set_statuses(message, {})
    for event in message.below("VEVENT"):
        event.set(f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}")
    return message


def _set_statuses(calendar: Component, statuses: Mapping[str, str]) -> None:
    for event in calendar.below("VEVENT"):
        for number, one in enumerate(event.properties):
            if one.name == "ATTENDEE":
                status = statuses.get(_address(one.value), "")
                event.properties[number] = one.with_parameter("SCHEDULE-STATUS", status)


def _is_attendee(one: Property, email: str) -> bool:
    return one.name == "ATTENDEE" and _address(one.value) == email


def _answer(calendar: Component, email: str) -> str:
    attendees = (one for event in calendar.below("VEVENT") for one in event.all("ATTENDEE"))
    return next((one.parameters.get("PARTSTAT", "") for one in attendees if _is_attendee(one, email)), "")


def _answered(attendee: Property, answer: str) -> Property:
    silent = attendee.with_parameter("RSVP", "").with_parameter("PARTSTAT", answer)
    return silent.with_parameter("SCHEDULE-STATUS", "2.0")


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
