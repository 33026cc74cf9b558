"""The errors of Nextcloud's CalDAV, each with its status and the name that stands in the answer."""

from __future__ import annotations

from typing import ClassVar
from xml.sax.saxutils import escape

BODY = """<?xml version="1.0" encoding="utf-8"?>
<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" xmlns:cal="urn:ietf:params:xml:ns:caldav">
  <s:exception>{name}</s:exception>
  <s:message>{message}</s:message>{element}
</d:error>
"""


class DavError(Exception):
    """An answer of 400 or more. `element`: the precondition that DAV has a name for, if it has one."""

    status: ClassVar[int]
    name: ClassVar[str]
    element: ClassVar[str] = ""

    def __init__(self, message: str, **headers: str) -> None:
        super().__init__(message)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def body(self) -> bytes:
        """Return the answer's body."""
        element = f"\n  <{self.element}/>" if self.element else ""
        return BODY.format(name=self.name, message=escape(str(self)), element=element).encode()


class BadRequest(DavError):
    status, name = 400, r"Sabre\DAV\Exception\BadRequest"


class NotAuthenticated(DavError):
    status, name = 401, r"Sabre\DAV\Exception\NotAuthenticated"


class Forbidden(DavError):
    status, name = 403, r"Sabre\DAV\Exception\Forbidden"


class InvalidComponentType(DavError):
    status, name = 403, r"Sabre\CalDAV\Exception\InvalidComponentType"
    element = "cal:supported-calendar-component"


class TooLarge(DavError):
    """As RFC 4791 wants it; nothing so large was recorded."""

    status, name, element = 403, r"Sabre\DAV\Exception\Forbidden", "cal:max-resource-size"


class InvalidSyncToken(DavError):
    status, name, element = 403, r"Sabre\DAV\Exception\InvalidSyncToken", "d:valid-sync-token"


class NotFound(DavError):
    status, name = 404, r"Sabre\DAV\Exception\NotFound"


class MethodNotAllowed(DavError):
    status, name = 405, r"Sabre\DAV\Exception\MethodNotAllowed"


class PreconditionFailed(DavError):
    status, name = 412, r"Sabre\DAV\Exception\PreconditionFailed"


class UnsupportedMediaType(DavError):
    status, name = 415, r"Sabre\DAV\Exception\UnsupportedMediaType"


class InvalidData(DavError):
    status, name = 500, r"Sabre\VObject\InvalidDataException"


class UidTaken(DavError):
    """The database refuses a UID that is in the trash bin."""

    status, name = 500, r"OC\DB\Exceptions\DbalException"


class NotImplementedHere(DavError):
    status, name = 501, r"Sabre\DAV\Exception\NotImplemented"


class Maintenance(DavError):
    status, name = 503, r"OCA\DAV\Exception\ServerMaintenanceMode"
