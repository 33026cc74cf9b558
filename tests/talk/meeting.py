"""Where Talk and the calendar meet: events that Talk makes, and rooms that follow events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.client import HTTPMessage
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.caldav import nextcloud_dav
from tests.caldav.icalendar_object import Component, Property, moment, parse
from tests.talk.ocs import OcsError
from tests.talk.rooms import Role, Room
from tests.talk.talk import Call, Talk

EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:{now:%Y%m%dT%H%M%SZ}\r
DTSTART:{start:%Y%m%dT%H%M%SZ}\r
DTEND:{end:%Y%m%dT%H%M%SZ}\r
SUMMARY:{title}\r
LOCATION:http://{host}/index.php/call/{token}\r
ORGANIZER:mailto:{organiser}\r
{attendees}END:VEVENT\r
END:VCALENDAR\r
"""


def schedule(call: Call) -> tuple[int, object]:
    """Put an event into the caller's calendar, which mails all who take part and have an address."""
    calendar, start = call.request.text("calendarUri"), call.request.number("start")
    end = call.request.number("end", start + 3600)
    if not call.user.email:
        raise OcsError.named(400, "email")
    if calendar not in call.talk.dav.store.homes[call.user.name]:
        raise OcsError.named(400, "calendar")
    if start < call.talk.rooms.now():
        raise OcsError.named(400, "start")
    if end <= start:
        raise OcsError.named(400, "end")
    parts = ["calendars", call.user.name, calendar, f"{uuid4()}.ics"]
    event = _event(call, start, end)
    call.talk.dav.answer(nextcloud_dav.Request("PUT", parts, call.user.name, HTTPMessage(), event.encode()))
    return 200, None


def _event(call: Call, start: int, end: int) -> str:
    users = call.talk.accounts.users
    addresses = [one.address or users[one.name].email for one in call.room.attendees if one.kind != "groups"]
    return EVENT.format(
        uid=uuid4(),
        now=call.talk.dav.now(),
        start=datetime.fromtimestamp(start, UTC),
        end=datetime.fromtimestamp(end, UTC),
        title=call.request.text("title") or call.room.name,
        host=call.request.headers["Host"],
        token=call.room.token,
        organiser=call.user.email,
        attendees="".join(f"ATTENDEE:mailto:{address}\r\n" for address in addresses if address),
    )


def follow(talk: Talk, user: str, data: bytes) -> None:
    """Change the room of an event that its owner wrote: only a room made for an event, found by the LOCATION alone."""
    events = parse(data.decode()).below("VEVENT")
    for event in events:
        room = _room_of(talk, user, event)
        if room is None:
            continue
        uid = event.value("UID")
        if len(events) > 1 or event.all("RRULE") or event.all("RECURRENCE-ID") or room.event not in {"", uid}:
            room.unbind()
            continue
        room.event = uid
        room.object_id = f"{_instant(event, 'DTSTART')}#{_instant(event, 'DTEND')}"
        for name, text, system in (
            ("name", _text(event, "SUMMARY") or room.name, "conversation_renamed"),
            ("description", _text(event, "DESCRIPTION"), "description_set"),
        ):
            if text != getattr(room, name):
                setattr(room, name, text)
                talk.rooms.say(room, talk.accounts.users[user], system)


def _room_of(talk: Talk, user: str, event: Component) -> Room | None:
    location = _text(event, "LOCATION")
    if "/call/" not in location:
        return None
    # All after the last slash is taken for the token, so that a word behind the link hides it.
    token = location.rpartition("/")[2].partition("?")[0].partition("#")[0]
    room = talk.rooms.by_token.get(token)
    me = room.attendee(user) if room else None
    return room if me and me.role == Role.OWNER and room.object_type == "event" else None


def _text(event: Component, name: str) -> str:
    return next((found.text for found in event.all(name)), "")


def _instant(event: Component, name: str) -> int:
    found: Property | None = next(iter(event.all(name)), None)
    if found is None:
        return _instant(event, "DTSTART") + int(timedelta(hours=1).total_seconds())
    zone = UTC if found.value.endswith("Z") else ZoneInfo(found.parameters.get("TZID", "UTC"))
    return int(moment(found.value).replace(tzinfo=zone).timestamp())
