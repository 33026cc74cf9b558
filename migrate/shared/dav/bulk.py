"""Bulk: new events of many calendars, taken over by Nextcloud's own program in place of a request for each.

What it says of that are words for people, so it is not asked what it did: who writes looks at what is there since, and
writes the rest as ever. An event that is there already it leaves alone, so nothing happens twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from migrate.core.errors import MigrateError
from migrate.core.occ import Job, Occ, Ran
from migrate.core.ports import Write
from migrate.shared.calendar_objects import CalendarObject, is_as_rendered, joined, take_objects
from migrate.shared.side_by_side import Tell
from migrate.shared.urls import origin

if TYPE_CHECKING:  # it imports requests, which who writes files need not wait for
    from migrate.shared.dav.collection import RemoteCollection

BULK = "let Nextcloud 32 or newer take over many new events at once, by [occ], in place of a request for each"
DAV = "/remote.php/dav/"
NO_NEXTCLOUD = (
    f"only a Nextcloud can do that: write `url` as https://cloud.example.org{DAV}calendars/{{account}}/personal/"
)
# A playbook takes three to four seconds: as a hundred requests do, four at a time, each answered after 0.14 s. To start
# the program for a calendar takes as long as some requests.
LEAST, LEAST_IN_ONE = 100, 10

_NOTHING = "occ took over nothing; perhaps all is in the trash bin, or its program gets no standard input"
_DOMAINS = ("config:system:get", "trusted_domains")
_ELSEWHERE = "the first host of group nextcloud has another Nextcloud: this name is none of its trusted_domains"
_NO_TIME = "the server had no time for it"
_CALENDAR = re.compile(rf"{DAV}calendars/([^/]+)/([^/]+)/$")

Open = Callable[[str], "tuple[RemoteCollection | None, str]"]
"""Opens a collection, made if need be; else tells why it cannot be."""
Each = Callable[[Mapping[str, Callable[[Tell], Any]], str], Mapping[str, Any]]
"""Runs a task for each collection, at the same time; told what is done to them, for errors."""


@dataclass
class Bulk:
    """Takes over events into the calendars of one server, if there are enough. `complaint`: why it could not."""

    occ: Occ
    server: str
    least: int = LEAST
    least_in_one: int = LEAST_IN_ONE
    complaint: str = field(default="", init=False)
    _gave_up: bool = field(default=False, init=False)
    _is_ours: bool | None = field(default=None, init=False)

    def take_over(
        self, writes: Mapping[str, Sequence[Write]], ready: Open, each: Each
    ) -> Mapping[str, Collection[str]]:
        """Take over what is new, by collection; return the UIDs of what is there since."""
        chosen = self._enough({} if self._gave_up else {name: _alone(own) for name, own in writes.items()})
        found = each({name: partial(self._new, name, uids, ready) for name, uids in chosen.items()}, "read")
        remotes = {name: remote for name, (remote, _) in found.items() if remote}
        new = self._enough({name: uids for name, (_, uids) in found.items()})
        objects = self._enough({name: _objects(writes[name], uids) for name, uids in new.items()})
        if not objects:
            return {}
        self._run({remotes[name].url: own.values() for name, own in objects.items()})
        arrived = each({name: partial(_arrived, remotes[name], own) for name, own in objects.items()}, "read")
        if not any(arrived.values()):
            self.complaint, self._gave_up = self.complaint or _NOTHING, True
        return arrived

    def _enough(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what it is worth to run the program for."""
        large = {name: own for name, own in found.items() if len(own) >= self.least_in_one}
        return large if sum(map(len, large.values())) >= self.least else {}

    def _new(
        self, name: str, uids: Collection[str], ready: Open, _tell: Tell
    ) -> tuple[RemoteCollection | None, Collection[str]]:
        """Return a collection, and which of the UIDs are not in it; none if it is not one of the server."""
        remote, _ = ready(name)
        if remote is None or origin(remote.url) != self.server or not _CALENDAR.search(urlsplit(remote.url).path):
            return None, ()
        return remote, set(uids) - remote.there(uids)

    def _run(self, objects: Mapping[str, Iterable[CalendarObject]]) -> None:
        """Run the program, once for each calendar. Whatever becomes of it, what it leaves can be written."""
        try:
            if not self._is_of_this_server():
                return
            done = self.occ.run([_job(url) for url in objects], [joined(own) for own in objects.values()])
        except MigrateError as error:
            self.complaint = error.message
            return
        complaints = (job[-1].complaint if job else _NO_TIME for job in done)
        self.complaint = next(filter(None, complaints), self.complaint)

    def _is_of_this_server(self) -> bool:
        """Tell whether the program belongs to the Nextcloud at `server`: by a slip in the inventory it might not."""
        if self._is_ours is None:
            (job,) = self.occ.run([(_DOMAINS,)], [""])
            told = job[0] if job else Ran(1, errors=_NO_TIME)
            self._is_ours = any(_means(domain, self.server) for domain in told.output.split())
            if not self._is_ours:
                self.complaint, self._gave_up = told.complaint or _ELSEWHERE, True
        return self._is_ours


def _means(domain: str, server: str) -> bool:
    """Tell whether a trusted domain, which may have wildcards and a port, is that of a server."""
    parts = urlsplit(server)
    return any(fnmatch(name, domain.lower()) for name in (parts.netloc, parts.hostname or ""))


def _alone(writes: Sequence[Write]) -> Collection[str]:
    """Return the UIDs that come with a write which removes nothing, and that no other write of the collection has."""
    named = Counter(uid for write in writes for uid in (*write.removes, *(write.event.uids if write.event else ())))
    plain = (write.event.uids for write in writes if write.event and not write.removes)
    return {uid for uids in plain for uid in uids if named[uid] == 1}


def _objects(writes: Sequence[Write], uids: Collection[str]) -> Mapping[str, CalendarObject]:
    """Return the events of these UIDs, without those whose time zones are somebody else's."""
    found = (one for write in writes if write.event for one in take_objects(write.event.text) if one.uid in uids)
    return {one.uid: one for one in found if is_as_rendered(one)}


def _job(url: str) -> Job:
    account, calendar = (unquote(part) for part in _CALENDAR.findall(urlsplit(url).path)[0])
    # One that cannot be taken over, as it is in the trash bin, would else keep all after it out.
    return (("calendar:import", "--errors=0", "--", account, calendar),)


def _arrived(remote: RemoteCollection, uids: Collection[str], _tell: Tell) -> Collection[str]:
    return remote.arrived(uids)
