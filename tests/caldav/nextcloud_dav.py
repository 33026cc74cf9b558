"""What Nextcloud answers to a CalDAV request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPMessage
from typing import ClassVar
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from tests.caldav import davxml, errors
from tests.caldav.davxml import CALDAV, CALENDARSERVER, DAV, NEXTCLOUD, Found
from tests.caldav.icalendar_object import parse, take
from tests.caldav.nextcloud_scheduling import Scheduling
from tests.caldav.nextcloud_store import Collection, Store, Stored

ROOT = "/remote.php/dav/"
TOKEN = "http://sabre.io/ns/sync/"
READ = ("d:read", "d:read-acl", "d:read-current-user-privilege-set")
WRITE = ("d:write", "d:write-properties", "d:write-content", "d:unlock", "d:bind", "d:unbind", "d:write-acl")
CLASSES = "1, 3, extended-mkcol, access-control, calendar-access, calendar-auto-schedule, nc-calendar-trashbin"
IN_HOME = {"inbox": "<cal:schedule-inbox/>", "outbox": "<cal:schedule-outbox/>", "trashbin": "<nc:trash-bin/>"}


@dataclass(frozen=True)
class Request:
    """A request of a user whose password was right. `parts`: the path below the root of DAV."""

    method: str
    parts: Sequence[str]
    user: str
    headers: HTTPMessage
    body: bytes

    @property
    def depth(self) -> int:
        """0 for the resource alone. Infinity is taken for 1."""
        return 0 if self.headers.get("Depth", "0") == "0" else 1

    @property
    def silent(self) -> bool:
        """Whether the client asks not to tell attendees."""
        return self.headers.get("X-NC-Scheduling") == "false" or self.headers.get("Schedule-Reply") == "F"

    @property
    def xml(self) -> ET.Element | None:
        """The body, if there is one."""
        try:
            return ET.fromstring(self.body) if self.body.strip() else None
        except ET.ParseError as error:
            raise errors.BadRequest(str(error)) from None


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Dav:
    """Answers. `maintenance` is the mode in which everything is refused."""

    store: Store
    scheduling: Scheduling
    now: Callable[[], datetime]
    max_resource_size: int = 10_000_000
    maintenance: bool = False

    def answer(self, request: Request) -> Reply:
        """Answer. Raises DavError for what is refused."""
        if self.maintenance:
            raise errors.Maintenance("System is in maintenance mode.")
        if request.method == "OPTIONS":
            return Reply(200, headers={"DAV": CLASSES, "Allow": "OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, REPORT"})
        match request.parts:
            case [] | ["principals", "users", _]:
                return self._principal(request)
            case ["calendars", request.user, *rest]:
                return self._in_home(request, rest)
            case [*_, name]:
                raise errors.NotFound(f"Node with name '{name}' could not be found")

    def _in_home(self, request: Request, rest: list[str]) -> Reply:
        answers = self.ANSWERS["trashbin" if rest[:1] == ["trashbin"] else len(rest)]
        if request.method not in answers:
            raise errors.NotImplementedHere(f"There was no plugin in the system that was willing to {request.method}")
        return answers[request.method](self, request, *rest)

    def _principal(self, request: Request) -> Reply:
        if request.method != "PROPFIND":
            raise errors.NotImplementedHere("")
        principal = f"<d:href>{ROOT}principals/users/{quote(request.user)}/</d:href>"
        found = {f"{DAV}current-user-principal": principal, f"{DAV}resourcetype": "<d:collection/>"}
        if request.parts:
            home = _href(request.user)
            address = f"<d:href>mailto:{self.scheduling.emails[request.user]}</d:href>"
            found |= {
                f"{DAV}displayname": request.user,
                f"{CALDAV}calendar-home-set": f"<d:href>{home}</d:href>",
                f"{CALDAV}calendar-user-address-set": address + principal,
                f"{CALDAV}schedule-inbox-URL": f"<d:href>{home}inbox/</d:href>",
                f"{CALDAV}schedule-outbox-URL": f"<d:href>{home}outbox/</d:href>",
            }
        return _multistatus(request, [Found(ROOT + "".join(f"{part}/" for part in request.parts), found)])

    def _list_home(self, request: Request) -> Reply:
        home = {f"{DAV}resourcetype": "<d:collection/>", f"{DAV}current-user-privilege-set": _privileges(WRITE)}
        found = [Found(_href(request.user), home)]
        if request.depth:
            calendars = self.store.homes[request.user].items()
            found += [self._collection(request.user, name, calendar) for name, calendar in calendars]
            for name, kind in IN_HOME.items():
                found.append(Found(_href(request.user, name), {f"{DAV}resourcetype": f"<d:collection/>{kind}"}))
        return _multistatus(request, found)

    def _collection(self, user: str, name: str, calendar: Collection) -> Found:
        token = f"{TOKEN}{len(calendar.changes)}"
        return Found(
            _href(user, name),
            {
                f"{DAV}resourcetype": "<d:collection/><cal:calendar/>",
                f"{DAV}displayname": davxml.text(calendar.displayname),
                f"{CALDAV}supported-calendar-component-set": '<cal:comp name="VEVENT"/>',
                f"{CALENDARSERVER}getctag": token,
                f"{DAV}sync-token": token,
                f"{CALDAV}max-resource-size": str(self.max_resource_size),
                f"{DAV}current-user-privilege-set": _privileges(WRITE if calendar.writable else WRITE[1:2]),
            },
        )

    def _list_calendar(self, request: Request, name: str) -> Reply:
        calendar = self.store.calendar(request.user, name)
        found = [self._collection(request.user, name, calendar)]
        if request.depth:
            found += [_object(_href(request.user, name, key), one) for key, one in calendar.objects.items()]
        return _multistatus(request, found)

    def _make_calendar(self, request: Request, name: str) -> Reply:
        found = None if request.xml is None else request.xml.findtext(f"{DAV}set/{DAV}prop/{DAV}displayname")
        self.store.make(request.user, name, found or name)
        return Reply(201)

    def _report(self, request: Request, name: str) -> Reply:
        calendar = self.store.calendar(request.user, name)
        kind = "" if request.xml is None else request.xml.tag
        if kind == f"{DAV}sync-collection":
            return _changes(request, name, calendar)
        if kind == f"{CALDAV}calendar-multiget":
            names = [unquote(one.text or "").rpartition("/")[2] for one in request.xml.findall(f"{DAV}href")]
        else:
            names = [key for key, one in calendar.objects.items() if _is_wanted(request, one)]
        objects = ((key, calendar.objects[key]) for key in names if key in calendar.objects)
        return _multistatus(request, [_object(_href(request.user, name, key), one, True) for key, one in objects])

    def _get(self, request: Request, calendar: str, name: str) -> Reply:
        stored = self._stored(request, calendar, name)
        headers = {"ETag": stored.etag, "OC-ETag": stored.etag, "Content-Type": "text/calendar; charset=utf-8"}
        return Reply(200, stored.data, headers)

    def _look_at_object(self, request: Request, calendar: str, name: str) -> Reply:
        stored = self._stored(request, calendar, name)
        return _multistatus(request, [_object(_href(request.user, calendar, name), stored)])

    def _put(self, request: Request, calendar: str, name: str) -> Reply:
        old = self.store.objects(request.user, calendar).get(name)
        _check_preconditions(request, old)
        if len(request.body) > self.max_resource_size:
            raise errors.TooLarge("The calendar object is too large")
        before, taken = parse(old.data.decode()) if old else None, take(request.body)
        # Attendees are told before it is tried to store: of what is refused then, too.
        told = not request.silent and self.scheduling.changed(request.user, before, taken.calendar, self.now())
        data = taken.calendar.data() if told else taken.data
        stored = self.store.put(request.user, calendar, name, taken.uid, data)
        # Without an ETag a client knows that what is stored is not what it sent.
        etag = {} if told or taken.repaired else {"ETag": stored.etag, "OC-ETag": stored.etag}
        return Reply(204 if old else 201, headers=etag)

    def _delete(self, request: Request, calendar: str, name: str) -> Reply:
        _check_preconditions(request, self.store.objects(request.user, calendar).get(name))
        old = self.store.delete(request.user, calendar, name, self.now())
        if not request.silent:
            self.scheduling.deleted(request.user, parse(old.data.decode()), self.now())
        return Reply(204)

    def _stored(self, request: Request, calendar: str, name: str) -> Stored:
        objects = self.store.objects(request.user, calendar)
        if name not in objects:
            raise errors.NotFound("Calendar object not found")
        return objects[name]

    def _list_trash(self, request: Request, *parts: str) -> Reply:
        if parts != ("trashbin",):
            raise errors.NotImplementedHere("")
        nodes = [("trashbin",), ("trashbin", "restore"), ("trashbin", "objects")]
        found = [Found(_href(request.user, *node), {f"{DAV}resourcetype": "<d:collection/>"}) for node in nodes]
        return _multistatus(request, found)

    def _report_trash(self, request: Request, *parts: str) -> Reply:
        trashed = [one for one in self.store.trash[request.user].values() if _is_wanted(request, one.stored)]
        found = []
        for one in trashed:
            href, properties = _object(_href(request.user, *parts, f"{one.stored.number}.ics"), one.stored, True)
            where = {f"{NEXTCLOUD}calendar-uri": one.calendar, f"{NEXTCLOUD}deleted-at": one.deleted.isoformat()}
            found.append(Found(href, {**properties, **where}))
        return _multistatus(request, found)

    def _purge(self, request: Request, *parts: str) -> Reply:
        self.store.purge(request.user, parts[-1])
        return Reply(204)

    def _restore(self, request: Request, *parts: str) -> Reply:
        destination = unquote(urlsplit(request.headers.get("Destination", "")).path)
        if not destination.startswith(_href(request.user, "trashbin", "restore")):
            raise errors.Forbidden("What is in the trash bin can only be restored")
        self.store.restore(request.user, parts[-1])
        return Reply(201)

    # What is answered at each depth below the user's home.
    ANSWERS: ClassVar[Mapping[object, Mapping[str, Callable[..., Reply]]]] = {
        0: {"PROPFIND": _list_home},
        1: {"PROPFIND": _list_calendar, "REPORT": _report, "MKCALENDAR": _make_calendar},
        2: {"PROPFIND": _look_at_object, "GET": _get, "HEAD": _get, "PUT": _put, "DELETE": _delete},
        "trashbin": {"PROPFIND": _list_trash, "REPORT": _report_trash, "DELETE": _purge, "MOVE": _restore},
    }


def _href(user: str, *parts: str) -> str:
    path = f"{ROOT}calendars/{quote(user)}/" + "".join(f"{quote(part)}/" for part in parts)
    return path.rstrip("/") if path.endswith(".ics/") else path


def _privileges(names: Sequence[str]) -> str:
    return "".join(f"<d:privilege><{name}/></d:privilege>" for name in (*names, *READ))


def _object(href: str, stored: Stored, with_data: bool = False) -> Found:
    found = {
        f"{DAV}resourcetype": "",
        f"{DAV}getetag": davxml.text(stored.etag),
        f"{DAV}getcontenttype": "text/calendar; charset=utf-8; component=vevent",
        f"{DAV}getcontentlength": str(len(stored.data)),
    }
    return Found(
        href.rstrip("/"), {**found, f"{CALDAV}calendar-data": davxml.text(stored.data.decode())} if with_data else found
    )


def _multistatus(request: Request, found: Sequence[Found], end: str = "") -> Reply:
    body = davxml.multistatus(found, davxml.properties_asked(request.xml), end)
    return Reply(207, body, {"Content-Type": "application/xml; charset=utf-8"})


def _is_wanted(request: Request, stored: Stored) -> bool:
    if request.xml is None or request.xml.tag != f"{CALDAV}calendar-query":
        raise errors.Forbidden("The report is not supported")
    if not request.depth:
        raise errors.BadRequest("calendar-query needs Depth: 1")
    return davxml.matches(request.xml, stored.data)


def _changes(request: Request, name: str, calendar: Collection) -> Reply:
    token = request.xml.findtext(f"{DAV}sync-token") or f"{TOKEN}0"
    if not token.removeprefix(TOKEN).isdigit():
        raise errors.InvalidSyncToken("Invalid or unknown sync token")
    # A token of the future is not refused; there is nothing after it.
    changed = dict.fromkeys(calendar.changes[int(token.removeprefix(TOKEN)) :])
    found = [
        _object(_href(request.user, name, one), calendar.objects[one])
        for one in changed.keys() & calendar.objects.keys()
    ]
    removed = changed.keys() - calendar.objects.keys()
    end = "".join(davxml.gone(_href(request.user, name, one)) for one in sorted(removed))
    return _multistatus(request, found, f"{end}<d:sync-token>{TOKEN}{len(calendar.changes)}</d:sync-token>")


def _check_preconditions(request: Request, stored: Stored | None) -> None:
    wanted, unwanted = (_tags(request, name) for name in ("If-Match", "If-None-Match"))
    if wanted and (stored is None or not {"*", stored.etag} & wanted):
        tag = {"ETag": stored.etag} if stored else {}
        raise errors.PreconditionFailed("An If-Match header was specified, but none of the ETags matched.", **tag)
    if stored and {"*", stored.etag} & unwanted:
        raise errors.PreconditionFailed("An If-None-Match header was specified, but the ETag matched.")


def _tags(request: Request, name: str) -> set[str]:
    return {tag.strip() for tag in request.headers.get(name, "").split(",") if tag.strip()}
