"""A calendar collection: what is in it, and changes that only happen to what was seen.

A server is asked for all ETags, then for what is new or changed, some at a time: it finds objects under whatever name
they have, without the searches by UID that most servers make by reading everything for each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from migrate.core.errors import TargetError
from migrate.core.ports import Event
from migrate.shared.calendar_objects import CalendarObject, read_object
from migrate.shared.dav.refusals import CHANGED, GONE, elsewhere, refusal
from migrate.shared.dav.trash import purge
from migrate.shared.dav.xml import DATA, ETAG, headers, multiget, query, resources
from migrate.shared.events import meeting_of
from migrate.shared.http import Answer, Client, Login

_AT_ONCE = 100
_CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
# A compressed answer has an ETag of its own with some servers, which then fits nothing.
_PLAIN = {"Accept-Encoding": "identity"}
_NO_COLLECTION = frozenset({404, 410})
# What servers say of an object that is not what it was, or of a UID that has another name or is in the trash bin.
_DOUBTFUL = frozenset({400, 403, 409, 412, 500})


@dataclass(frozen=True, slots=True)
class _Seen:
    """An object as it was last seen: of what nobody asked for, no text is kept."""

    url: str
    etag: str
    uid: str
    meeting: str = ""
    object: CalendarObject | None = None

    def wanted(self, uids: Collection[str]) -> bool:
        return self.uid in uids or self.meeting in uids


class RemoteCollection:
    """One collection, used by one thread at a time."""

    def __init__(self, client: Client, url: str, login: Login) -> None:
        self._client, self.url, self._login = client, url, login
        self._seen: dict[str, _Seen] = {}
        self._by_uid: dict[str, _Seen] = {}

    def look(self, uids: Collection[str]) -> dict[str, Event] | None:
        """Return the events of these UIDs, and the single dates of these meetings; None if there is no collection."""
        etags = self._etags()
        if etags is None:
            self._remember({})
            return None
        seen = {url: one for url, one in self._seen.items() if etags.get(url) == one.etag}
        fresh = [url for url in etags if url not in seen or (seen[url].wanted(uids) and not seen[url].object)]
        seen |= {one.url: one if one.wanted(uids) else replace(one, object=None) for one in self._fetch(fresh)}
        self._remember(seen)
        return {
            one.uid: one.object.event() for one in self._by_uid.values() if one.object and one.uid and one.wanted(uids)
        }

    def put(self, one: CalendarObject) -> str:
        """Write an object where it was seen, else as a new one; return why not, empty if it is there.

        What would only get a new revision is left alone: nobody sees that but the people whom some servers tell of it,
        and whoever was killed meanwhile could not see whether it was written.
        """
        before = self._by_uid.get(one.uid)
        if before and before.object and before.object.fingerprint == one.fingerprint:
            return ""
        # With Nextcloud 500 tells of the trash bin: asking again would only take time.
        answer = self._put(one, final={500})
        if answer.status in _DOUBTFUL:
            now = self._now(one.uid)
            if now and now.object and now.object.fingerprint == one.fingerprint:
                # Written by a try of which no answer came.
                self._know(now)
                return ""
            if reason := _in_the_way(before, now):
                return reason
            if purge(self._client, self.url, self._login, one.uid) or answer.status == 500:
                answer = self._put(one)
        return "" if answer.status < 300 else refusal(answer)

    def remove(self, uid: str) -> str:
        """Remove an object if it is as it was seen; return why not, empty if it is gone."""
        seen = self._by_uid.get(uid)
        if seen is None:
            return ""
        answer = self._client.request("DELETE", seen.url, self._login, headers={"If-Match": seen.etag})
        if answer.status < 300 or answer.status in _NO_COLLECTION:
            self._forget(seen)
            return ""
        return CHANGED if answer.status == 412 else refusal(answer)

    def matching(self, queries: Iterable[bytes]) -> list[CalendarObject]:
        """Return the objects that at least one of the queries finds."""
        answers = [self._report(asked) for asked in queries]
        # A server may refuse to search a property; what another query finds is found all the same.
        good = [answer for answer in answers if answer.status == 207]
        if not good:
            raise TargetError(f"{self.url} cannot be searched: {refusal(answers[0])}")
        urls = dict.fromkeys(one.url for answer in good for one in resources(answer))
        return [one.object for one in self._fetch(list(urls)) if one.object]

    def there(self, uids: Collection[str]) -> set[str]:
        """Return which of these UIDs are there; nothing of it counts as seen that did not."""
        return {uid for uid in uids if uid in self._by_uid} | {one.uid for one in self._unseen(uids)}

    def arrived(self, uids: Collection[str]) -> set[str]:
        """Return which of these UIDs, of which none was there, are there now: they count as seen, and nothing else."""
        found = self._unseen(uids)
        for one in found:
            self._know(one)
        return {one.uid for one in found}

    def _unseen(self, uids: Collection[str]) -> list[_Seen]:
        urls = [url for url in self._etags() or {} if url not in self._seen]
        return [one for one in self._fetch(urls) if one.uid in uids]

    def _put(self, one: CalendarObject, final: Collection[int] = ()) -> Answer:
        seen = self._by_uid.get(one.uid)
        if seen and not seen.etag:
            seen = self._now(one.uid)
        url = seen.url if seen else f"{self.url}{quote(one.uid, safe='')}.ics"
        condition = {"If-Match": seen.etag} if seen else {"If-None-Match": "*"}
        answer = self._client.request("PUT", url, self._login, one.text.encode(), {**_CALENDAR, **condition}, final)
        if answer.status < 300:
            etag = answer.headers.get("ETag") or self._get(url).headers.get("ETag", "")
            # Its text is not kept: what the server made of it is read when somebody looks.
            self._know(_Seen(url, etag, one.uid, meeting_of(one.uid, one.events)))
        return answer

    def _now(self, uid: str) -> _Seen | None:
        """Return what is under a UID now. It does not count as seen: nobody has decided what becomes of it."""
        seen, etags = self._by_uid.get(uid), self._etags() or {}
        if seen and etags.get(seen.url) == seen.etag:
            return seen
        changed = [url for url, etag in etags.items() if url not in self._seen or self._seen[url].etag != etag]
        return next((one for one in self._fetch(changed) if one.uid == uid), None)

    def _etags(self) -> dict[str, str] | None:
        answer = self._report(query(ETAG))
        if answer.status in _NO_COLLECTION:
            return None
        if answer.status != 207:
            raise TargetError(f"{self.url} cannot be read: {refusal(answer)}")
        return {one.url: one.text(ETAG) for one in resources(answer) if one.text(ETAG)}

    def _fetch(self, urls: list[str]) -> Iterator[_Seen]:
        for at in range(0, len(urls), _AT_ONCE):
            answer = self._report(multiget(urls[at : at + _AT_ONCE]))
            if answer.status != 207:
                raise TargetError(f"{self.url} cannot be read: {refusal(answer)}")
            for one in resources(answer):
                if text := one.text(DATA):
                    found = _read(text, one.url)
                    uid = found.uid if found else ""
                    meeting = meeting_of(uid, found.events) if found else ""
                    yield _Seen(one.url, one.text(ETAG), uid, meeting, found)

    def _report(self, body: bytes) -> Answer:
        return self._client.request("REPORT", self.url, self._login, body, headers(1))

    def _get(self, url: str) -> Answer:
        return self._client.request("GET", url, self._login, headers=_PLAIN)

    def _remember(self, seen: Mapping[str, _Seen]) -> None:
        self._seen = dict(seen)
        self._by_uid = {one.uid: one for one in self._seen.values() if one.uid}

    def _know(self, one: _Seen) -> None:
        self._seen[one.url] = self._by_uid[one.uid] = one

    def _forget(self, one: _Seen) -> None:
        self._seen.pop(one.url, None)
        self._by_uid.pop(one.uid, None)


def _in_the_way(before: _Seen | None, now: _Seen | None) -> str:
    """Return what somebody did meanwhile, if that is why an object cannot be written."""
    if before and now is None:
        return GONE
    if before and now and before.etag != now.etag:
        return CHANGED
    return elsewhere(now.url) if now and not before else ""


def _read(text: str, where: str) -> CalendarObject | None:
    """Read an object; what people or programs broke is not ours, and is left alone."""
    try:
        return read_object(text, where)
    except TargetError:
        return None
