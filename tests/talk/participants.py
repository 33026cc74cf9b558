"""Who takes part in a room: who is added, who gets mail for it, and who moderates."""

from __future__ import annotations

import csv
import io
import re

from tests.caldav.nextcloud_scheduling import Mail
from tests.talk.accounts import Account
from tests.talk.ocs import OcsError
from tests.talk.rooms import GROUP, PUBLIC, Attendee, Role, Room, guest_name
from tests.talk.talk import Call, Talk

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# What a mail calls a room that is not listable, as its sender has not joined it in this session.
UNNAMED = "Private conversation"
FEDERATED, TEAMS = "federated_users", ("circles", "teams")


def invite_user(talk: Talk, room: Room, by: Account, name: str) -> None:
    """Add a user, who gets no mail."""
    if not room.attendee(name):
        talk.rooms.join(room, "users", name, Role.USER, talk.accounts.users[name].displayname)
        talk.rooms.say(room, by, "user_added")


def invite_group(talk: Talk, room: Room, by: Account, name: str) -> None:
    """Add a group, and who is in it."""
    talk.rooms.join(room, "groups", name, Role.USER, name)
    for account in talk.accounts.users.values():
        if name in account.groups:
            invite_user(talk, room, by, account.name)


def invite_address(talk: Talk, room: Room, _: Account, address: str) -> None:
    """Add a guest, who gets mail at once. A private room is public from then on."""
    address = address.lower()
    if room.type == GROUP:
        room.type = PUBLIC
    if not room.attendee(guest_name(address), "emails"):
        talk.rooms.join(room, "emails", guest_name(address), Role.GUEST, address=address)
        _write_to(talk, room, address)


def _write_to(talk: Talk, room: Room, address: str) -> None:
    # What is no address is a guest all the same.
    if ADDRESS.fullmatch(address):
        talk.mails.append(Mail(address, "INVITATION", room.token, room.name if room.listable else UNNAMED))


def add(call: Call) -> tuple[int, object]:
    """Add one participant. Of an address nothing is checked, nor whether a user has it."""
    name, source = call.request.text("newParticipant"), call.request.text("source") or "users"
    known = {"users": call.talk.accounts.users, "groups": call.talk.accounts.groups}
    if source == FEDERATED:
        raise OcsError.named(501, "federation")
    if source in TEAMS or (source in known and name not in known[source]):
        raise OcsError.named(404, "new-participant")
    if source == "emails":
        invite_address(call.talk, call.room, call.user, name)
        return 200, {"type": call.room.type}
    if source not in known:
        raise OcsError.named(400, "source")
    (invite_user if source == "users" else invite_group)(call.talk, call.room, call.user, name)
    return 200, []


def listed(call: Call) -> tuple[int, object]:
    """List who takes part. Only moderators are told the addresses of guests."""
    return 200, [_shown(call, one) for one in call.room.attendees]


def _shown(call: Call, one: Attendee) -> dict[str, object]:
    found = {
        "roomToken": call.room.token,
        "inCall": 0,
        "lastPing": 0,
        "sessionIds": [],
        "attendeePin": "",
        "participantType": int(one.role),
        "attendeeId": one.number,
        "actorId": one.name,
        "actorType": one.kind,
        "displayName": one.displayname,
        "permissions": call.room.allowed(one),
        "attendeePermissions": 0,
        "phoneNumber": "",
        "callId": "",
    }
    return {**found, "invitedActorId": one.address} if one.address and call.me.moderates else found


def promote(call: Call) -> tuple[int, object]:
    """Make a moderator of a participant."""
    one = _participant(call)
    if one.moderates and not _makes_owner(call):
        raise _refused(call, 400, "participant")
    if _makes_owner(call):
        one.role = Role.OWNER
    else:
        one.role = Role.MODERATOR if one.kind == "users" else Role.GUEST_MODERATOR
    kind = "moderator" if one.kind == "users" else "guest_moderator"
    call.talk.rooms.say(call.room, call.user, f"{kind}_promoted")
    return 200, None


def demote(call: Call) -> tuple[int, object]:
    """Make a participant of a moderator; nobody of oneself."""
    one = _participant(call)
    if one is call.me:
        raise _refused(call, 403, "self")
    if not one.moderates:
        raise _refused(call, 400, "participant")
    one.role = Role.USER if one.kind == "users" else Role.GUEST
    return 200, None


def _participant(call: Call) -> Attendee:
    number = call.request.number("attendeeId")
    found = next((one for one in call.room.attendees if one.number == number), None)
    if not found:
        raise _refused(call, 404, "participant")
    return found


def _makes_owner(call: Call) -> bool:
    wanted = call.request.number("participantType", Role.MODERATOR)
    return call.talk.profile.has("promote-demote-owner") and wanted == Role.OWNER


def _refused(call: Call, status: int, error: str) -> OcsError:
    """Return an error that has a key only in later versions; which one it is there is a guess."""
    return OcsError.named(status, error) if call.talk.profile.names_errors else OcsError(status, None)


def leave(call: Call) -> tuple[int, object]:
    """Leave a room that has another moderator."""
    others = [one for one in call.room.attendees if one is not call.me]
    if call.me.moderates and not any(one.moderates for one in others):
        raise OcsError.named(400, "last-moderator")
    call.room.attendees = others
    return 200, None


def remove(call: Call) -> tuple[int, object]:
    """Take a participant out. Not recorded."""
    call.room.attendees.remove(_participant(call))
    return 200, None


def resend(call: Call) -> tuple[int, object]:
    """Send guests their mail again. Not recorded."""
    wanted = call.request.number("attendeeId")
    for one in call.room.attendees:
        if one.address and wanted in {0, one.number}:
            _write_to(call.talk, call.room, one.address)
    return 200, []


def import_addresses(call: Call) -> tuple[int, object]:
    """Add guests by a file, all or none. Each gets mail, unless it is a test."""
    header, *rows = _rows(call)
    if "email" not in header:
        raise _import_refused(call, "header-email", "The header has no field for addresses")
    place, seen, fresh = header.index("email"), {one.address for one in call.room.attendees}, []
    duplicates, invalid = 0, []
    for number, row in enumerate(rows, 2):
        address = row[place].lower()
        if not ADDRESS.fullmatch(address):
            invalid.append(number)
        elif address in seen:
            duplicates += 1
        else:
            seen.add(address)
            fresh.append(address)
    counts = {"invites": len(fresh), "duplicates": duplicates}
    if invalid:
        lines = {**counts, "invalid": len(invalid), "invalidLines": invalid}
        raise _import_refused(call, "rows", f"These lines are wrong: {', '.join(map(str, invalid))}", **lines)
    if call.request.number("testRun"):
        return 200, counts
    for address in fresh:
        invite_address(call.talk, call.room, call.user, address)
    return 200, {**counts, "type": call.room.type}


def _rows(call: Call) -> list[list[str]]:
    sent = call.request.body.get("file")
    if sent is None:
        raise OcsError.named(400, "file", message="The upload failed")
    return list(csv.reader(io.StringIO(sent if isinstance(sent, str) else sent.decode())))


def _import_refused(call: Call, key: str, sentence: str, **more: object) -> OcsError:
    error = key if call.talk.profile.names_errors else sentence
    return OcsError.named(400, error, message=sentence, **more)
