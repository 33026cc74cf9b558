"""OCS, the interface of Nextcloud: requests, and the envelope around answers. Only v2, whose HTTP status is true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from migrate.core.errors import TargetError

if TYPE_CHECKING:  # it imports requests, which who only plans for another target need not wait for
    from migrate.shared.http import Answer, Client, Login

_HEADERS = {"OCS-APIRequest": "true", "Accept": "application/json", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered. `words`: the server's own, in the language of who asked; only people may go by them.

    `error` is the key of what was refused, where there is one. `fault`: why there is no answer.
    """

    status: int
    data: Any = None
    words: str = ""
    fault: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody knows if it was done."""
        return self.status == 0 or self.status >= 500

    @property
    def error(self) -> str:
        """The key of the error; some answers have a sentence in its place, which is none."""
        found = self.data.get("error") if isinstance(self.data, Mapping) else None
        return found if isinstance(found, str) and " " not in found else ""

    def __str__(self) -> str:
        named = f" ({self.error})" if self.error else ""
        return self.fault or f"the server answers {self.status}{named}{f': {self.words}' if self.words else ''}"


class Ocs:
    """Asks a Nextcloud as one of its users."""

    def __init__(self, client: Client, url: str, login: Login) -> None:
        self._client = client
        self._base = f"{url}/ocs/v2.php/"
        self.user = login.user
        self._login = login

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str) -> Said:
        """Ask until there is an answer. `path`: what follows /ocs/v2.php/. Raises as Client.request does."""
        url = f"{self._base}{path}{f'?{urlencode(query)}' if query else ''}"
        return _read(self._client.request(method, url, self._login, _sent(body), _HEADERS))

    def once(self, method: str, path: str, body: Mapping[str, Any]) -> Said:
        """Ask for what must not be done twice: the answer may be doubtful."""
        return _read(self._client.once(method, self._base + path, self._login, _sent(body), _HEADERS))

    def pause(self, tries: int) -> None:
        """Wait before another try, longer each time."""
        self._client.pause(self._base, tries)


def _sent(body: Mapping[str, Any] | None) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _read(answer: Answer) -> Said:
    try:
        envelope = json.loads(answer.body)["ocs"]
        data, words = envelope["data"], envelope["meta"].get("message") or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        if 200 <= answer.status < 300:
            raise TargetError(
                f"{answer.url} does not answer as Nextcloud does",
                hint="Write the URL of the Nextcloud into migrate.toml, as https://cloud.example.org.",
            ) from None
        return Said(answer.status, fault=answer.fault)
    if isinstance(data, Mapping) and isinstance(data.get("message"), str):
        words = data["message"]
    return Said(answer.status, data, "" if words == "OK" else str(words).strip())
