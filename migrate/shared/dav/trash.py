"""The trash bin of Nextcloud: what is in it keeps its UID, so that the event cannot be written again."""

from __future__ import annotations

from urllib.parse import unquote, urljoin, urlsplit

from migrate.core.errors import TargetError
from migrate.shared.calendar_objects import read_object
from migrate.shared.dav.xml import DATA, ETAG, NEXTCLOUD, Resource, headers, query, resources
from migrate.shared.events import is_ours
from migrate.shared.http import Client, Login

_OF_CALENDAR = f"{NEXTCLOUD}calendar-uri"


def purge(client: Client, collection: str, login: Login, uid: str) -> bool:
    """Delete an event of ours from the trash bin for good; tell whether there was one.

    An event of somebody else stays there: deleting it is theirs to decide.
    """
    if not is_ours(uid):
        return False
    bin_ = urljoin(collection, "../trashbin/objects")
    answer = client.request("REPORT", bin_, login, query(ETAG, DATA, _OF_CALENDAR), headers(1))
    if answer.status != 207:
        return False
    calendar = unquote(urlsplit(collection).path.rstrip("/").rpartition("/")[2])
    found = [one.url for one in resources(answer) if one.text(_OF_CALENDAR) == calendar and _uid(one) == uid]
    statuses = [client.request("DELETE", url, login).status for url in found]
    return any(status < 300 for status in statuses)


def _uid(resource: Resource) -> str:
    try:
        return read_object(resource.text(DATA), resource.url).uid
    except TargetError:
        return ""
