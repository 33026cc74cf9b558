"""The organisation of the survival tests on a Nextcloud: rooms and events, and the server as each site has left it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tests.caldav.nextcloud_store import DEFAULT
from tests.caldav.proxy import proxied
from tests.survival import organisation
from tests.survival.organisation import apply, plan, undo
from tests.survival.program import Program
from tests.survival.sites import State, copied, read_plan
from tests.survival.talk import organisation as details
from tests.survival.talk.foretold import ForetoldRooms
from tests.survival.wire import Wire
from tests.talk.accounts import Account
from tests.talk.keeping import Kept
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.profiles import Profile
from tests.talk.rooms import GROUP, PUBLIC, Room

SETTINGS = "timeout = {timeout}\npatience = 3\n"
# fay adopts two, as nobody can foretell the link of her new meeting; two meetings more get other guests.
SUMMARY = {"create": 10, "update": 14, "keep": 13, "delete": 6, "adopt": 2, "conflict": 0}
_REVISION = re.compile(r"^(?:DTSTAMP|SEQUENCE):.*$", re.MULTILINE)
OURS = {GROUP, PUBLIC}
# What hangs on how often a room was written, and who is in it.
UNTOLD = {"number", "attendees", "said"}


@dataclass(frozen=True)
class Left:
    """What is on a server, as people see it: rooms and who is in them by token, events by path, and all mails."""

    rooms: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, Mapping[str, Any]]
    events: Mapping[str, str]
    mails: Mapping[str, object]

    @classmethod
    def on(cls, server: NextcloudTalk) -> Self:
        """Look at all of it."""
        with server.lock:
            rooms, mails = _rooms(server), enumerate(server.mails)
            return cls(
                {
                    token: {name: value for name, value in vars(room).items() if name not in UNTOLD}
                    for token, room in rooms
                },
                {token: {f"{one.kind}/{one.name}": one.role for one in room.attendees} for token, room in rooms},
                dict(_events(server)),
                {str(number): mail for number, mail in mails},
            )

    def unlike(self, other: Left, *ignored: str) -> Iterator[str]:
        """Name what differs."""
        for kind in (kind for kind in vars(self) if kind not in ignored):
            mine, theirs = getattr(self, kind), getattr(other, kind)
            for name in sorted(mine.keys() | theirs):
                if mine.get(name) != theirs.get(name):
                    yield f"{kind} {name}: {mine.get(name)!r}, not {theirs.get(name)!r}"


def _rooms(server: NextcloudTalk) -> Sequence[tuple[str, Room]]:
    # But for those that Talk makes itself.
    return [(token, room) for token, room in server.rooms.items() if room.type in OURS and not room.object_type]


def _told(room: Room) -> dict[str, Any]:
    written = sum(not message.system for message in room.said)
    return {**{name: value for name, value in vars(room).items() if name not in UNTOLD}, "written": written}


def _events(server: NextcloudTalk) -> Iterator[tuple[str, str]]:
    for user, home in server.store.homes.items():
        for calendar, collection in home.items():
            for name, stored in collection.objects.items():
                yield f"{user}/{calendar}/{name}", stored.data.decode()


@dataclass
class Cloud(Wire):
    """The world on a Nextcloud, behind a proxy.

    `base`, `planned` and `applied` are sites as in `World`, `undone` is what undo makes of the last one. Of each,
    `kept` has the server as it was then, to which `copy` brings it back, and `left` what people saw there.
    """

    server: NextcloudTalk
    directory: Path
    timeout: int = 1
    kept: dict[str, Kept] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def made(cls, program: Program, profile: Profile, timeout: int = 1) -> Iterator[Self]:
        """Make it on a server that nobody has used yet. `timeout`: seconds that an answer may take."""
        memory = Path("/dev/shm")
        users = {name: f"the password of {name}" for name in details.HOSTS}
        with (
            TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory,
            nextcloud_talk(users, newcomers=details.NEWCOMERS, profile=profile) as server,
            proxied(server) as proxy,
        ):
            server.talk.rooms = ForetoldRooms(server.talk.rooms.tokens, server.talk.rooms.now)
            cloud = cls(program, proxy, server, Path(directory), timeout)
            cloud._make()
            yield cloud

    @property
    def rooms(self) -> ForetoldRooms:
        """The rooms, and how often each was made."""
        assert isinstance(self.server.talk.rooms, ForetoldRooms)
        return self.server.talk.rooms

    def exports(self, name: str = "after") -> tuple[Path, Path]:
        """Return the files that ask for thirty changes, or those that came before."""
        return self.directory / name / organisation.NAME, self.directory / name / details.NAME

    def site(self, name: str) -> Path:
        """Return the site directory of that name."""
        return self.directory / name

    @contextmanager
    def copy(self, name: str) -> Iterator[Path]:
        """Lend a copy of a site, on the server as it was then."""
        self.proxy.wait_until_idle()
        self.kept[name].put_back(self.server)
        with copied(self.site(name), self.site("copy")) as site:
            yield site

    def unlike(self, site: Path, name: str, *ignored: str) -> str:
        """Name what of a site, and of the server, is not as it is in another; empty if nothing differs."""
        self.proxy.wait_until_idle()
        wrong = Left.on(self.server).unlike(self.left[name], *ignored)
        return ", ".join(filter(None, [*wrong, State.of(site).unlike(State.of(self.site(name)), *ignored)]))

    def meaning(self, name: str = "") -> dict[str, str]:
        """Return the events, now or as a site has left them, without what tells when they were written."""
        left = self.left[name] if name else Left.on(self.server)
        return {path: _REVISION.sub("", text) for path, text in left.events.items()}

    def account(self, name: str) -> Account:
        """Return a user."""
        return self.server.accounts.users[name]

    def room(self, topic: str) -> Room:
        """Return the one room of that name."""
        [found] = (room for room in self.server.rooms.values() if room.name == topic)
        return found

    def _make(self) -> None:
        for name, meetings, more in (
            ("before", organisation.before(), details.BEFORE),
            ("after", organisation.after(), details.AFTER),
        ):
            organisation.write(self.directory / name, meetings)
            details.write(self.directory / name, meetings, more)
        base, planned, applied, undone = (self.site(name) for name in ("base", "planned", "applied", "undone"))
        self._make_site(base)
        self._done(plan(base, *self.exports("before")), apply(base))
        self._edit(base)
        self._keep("base")
        with copied(base, planned, keep=True):
            self._done(plan(planned, *self.exports()))
            self._keep("planned")
        with copied(planned, applied, keep=True):
            self._done(apply(applied))
            self._keep("applied")
        with copied(applied, undone, keep=True):
            self._done(undo(undone))
            self._keep("undone")
        self._check(read_plan(planned))

    def _make_site(self, site: Path) -> None:
        self._done(["--site", str(site), "init", "--target", "nextcloud_talk", "--server", "cloud.example.org"])
        settings = site / "migrate.toml"
        text = settings.read_text().replace("https://cloud.example.org", self.proxy.server.url.rstrip("/"))
        more = SETTINGS.format(timeout=self.timeout)
        for table in ("[calendars.caldav]\n", "[targets.nextcloud_talk]\n"):
            text = text.replace(table, table + more)
        settings.write_text(text)
        # With their own passwords the newcomers would be at home after the first request.
        tokens = {name: self.server.accounts.make_token(self.account(name)) for name in details.HOSTS}
        passwords = site / "credentials.csv"
        passwords.write_text("account,password\n" + "".join(f"{name},{token}\n" for name, token in tokens.items()))
        passwords.chmod(0o600)
        lines = (f"{name.title()} Example,,{name}@example.org,{name},\n" for name in details.HOSTS)
        (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\n" + "".join(lines))

    def _edit(self, base: Path) -> None:
        """Let people have an event of their own, use and rename rooms, and change one host's events themselves."""
        event = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//people\r\n%sEND:VCALENDAR\r\n"
        dentist = self.server.collection(DEFAULT, "ada") + "dentist.ics"
        answer = self.server.request("PUT", dentist, event % organisation.PEOPLES_EVENT, user="ada")
        assert answer.status == 201
        self.rooms.say(self.room("Ivy's meeting 0"), self.account("ivy"))
        self.room("Ben's meeting 0").name = "Ben and friends"
        self.room("Dan's meeting 4").password = "chosen by people"
        before = Kept.of(self.server)
        theirs = {
            number: told for number, told in organisation.after().items() if told.host == "fay" and number < 80000000900
        }
        export = organisation.write(self.directory / "foretold-export", theirs)
        with copied(base, self.site("foretold")) as site:
            # Without --prune: only her meetings are in this export.
            self._done(plan(site, export)[:-1], apply(site))
            foretold = {name: stored.data for name, stored in self.server.store.objects("fay", DEFAULT).items()}
        before.put_back(self.server)
        for name, data in foretold.items():
            put = self.server.request("PUT", self.server.collection(DEFAULT, "fay") + name, data, user="fay")
            assert put.status == 204

    def _check(self, planned: Mapping[str, Any]) -> None:
        """Make sure that what all is compared with is what the plan says."""
        summary = planned["summary"]
        assert {name: summary[name] for name in SUMMARY} == SUMMARY, summary
        assert not any(left.mails for left in self.left.values())
        # Who was let in stays.
        assert [*self.left["undone"].unlike(self.left["planned"], "people")] == []

    def _done(self, *commands: list[str]) -> None:
        for command in commands:
            self.program.done(command)

    def _keep(self, name: str) -> None:
        self.proxy.wait_until_idle()
        self.kept[name], self.left[name] = Kept.of(self.server), Left.on(self.server)
