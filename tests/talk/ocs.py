"""OCS as Nextcloud speaks it: what a request says, and the envelope around an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.caldav.nextcloud_dav import Reply
from tests.caldav.serving import Handler

JSON = {"Content-Type": "application/json; charset=utf-8"}
XML = {"Content-Type": "application/xml; charset=utf-8"}
UNKNOWN_ROUTE, FAULT, UNAUTHORISED = 998, 996, 997


@dataclass
class OcsError(Exception):
    """An answer of 400 or more. `code`: what the envelope says, which mostly is the status."""

    status: int
    data: object = field(default_factory=list)
    code: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def named(cls, status: int, error: str, **more: object) -> OcsError:
        """Make an answer with the key that Talk has for an error."""
        return cls(status, {"error": error, **more})


def fault() -> OcsError:
    """Return what is answered to what the server did not expect: nothing that says why."""
    return OcsError(500, code=FAULT, message="Internal Server Error\n")


@dataclass(frozen=True)
class Request:
    """A request. `path`: its parts. `body`: its parameters, whatever their encoding; a file is its bytes."""

    method: str
    path: Sequence[str]
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @classmethod
    def read(cls, handler: Handler) -> Request:
        """Read what a client sent."""
        parts = urlsplit(handler.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        body = _body(handler.headers.get("Content-Type", ""), handler.body())
        return cls(handler.command, unquote(parts.path).strip("/").split("/"), handler.headers, {**query, **body})

    @property
    def is_v1(self) -> bool:
        """Whether the HTTP status is to be 200 whatever happens."""
        return list(self.path[:2]) == ["ocs", "v1.php"]

    def text(self, name: str) -> str:
        """Return a parameter as PHP makes it a string."""
        value = self.body.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter as PHP makes it a number: of a text only the digits that it begins with, else 0."""
        value = self.body.get(name)
        if value is None:
            return default
        found = re.match(r"\s*-?\d+", str(int(value) if isinstance(value, bool) else value))
        return int(found[0]) if found else 0

    def reply(self, status: int, data: object, code: int = 0, message: str = "OK", **headers: str) -> Reply:
        """Put an answer into its envelope."""
        failed = status >= HTTPStatus.BAD_REQUEST
        code = code or (100 if self.is_v1 and not failed else status)
        meta = {"status": "failure" if failed else "ok", "statuscode": code, "message": message}
        if self.is_v1:
            meta |= {"totalitems": "", "itemsperpage": ""}
            status = status if status == HTTPStatus.UNAUTHORIZED else HTTPStatus.OK
        if self.body.get("format") == "json" or "json" in self.headers.get("Accept", ""):
            return Reply(status, json.dumps({"ocs": {"meta": meta, "data": data}}).encode(), {**JSON, **headers})
        text = f'<?xml version="1.0"?>\n{_element("ocs", {"meta": meta, "data": data})}\n'
        return Reply(status, text.encode(), {**XML, **headers})

    def refused(self, error: OcsError) -> Reply:
        """Put an error into its envelope."""
        return self.reply(error.status, error.data, error.code, error.message, **error.headers)


def _body(kind: str, sent: bytes) -> Mapping[str, Any]:
    if kind.startswith("multipart/form-data"):
        parts = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + sent)
        return {part.get_param("name", header="content-disposition"): part.get_content() for part in parts.iter_parts()}
    if kind.startswith("application/json"):
        found = json.loads(sent or b"{}")
        return found if isinstance(found, dict) else {}
    return {name: values[-1] for name, values in parse_qs(sent.decode(), keep_blank_values=True).items()}


def _element(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(key, item) for key, item in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        inner = "".join(_element("element", item) for item in value)
    else:
        inner = escape("" if value is None else str(value))
    return f"<{name}>{inner}</{name}>"
