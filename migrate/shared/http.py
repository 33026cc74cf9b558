"""Requests to servers that may be slow, busy or away for a while.

The loop that tries again is our own. That of urllib3 knows neither a deadline nor what other threads met at the same
server, and it sleeps where nobody can wake it, so that Ctrl-C would be answered late.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from random import SystemRandom
from time import monotonic
from urllib.parse import urljoin

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from migrate.core.errors import MigrateError, TargetError, TryLaterError
from migrate.shared.throttle import Stopped, Throttle
from migrate.shared.urls import origin

BUSY = frozenset({429, 503})
_PASSING = frozenset({0, 429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 307, 308})
_MOST_BYTES = 1 << 28
_CHUNK = 1 << 16
_MOST_REDIRECTS = 5
# A server that fails at one request may do so for ever, while it answers all others.
_MOST_ERRORS = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 20.0


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks a server. The password goes nowhere but into the request."""

    user: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may cost: requests at once, seconds until it is given up, seconds for one answer."""

    workers: int = 4
    patience: float = 120
    timeout: float = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. `url` is where it said so. Status 0: nothing, `fault` tells why."""

    status: int
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""

    def __str__(self) -> str:
        return self.fault or f"answers {self.status}"


# Says of an answer that may pass, by how often there was one, that it is not worth another try.
_IsFinal = Callable[[Answer, int], bool]


class LoginRefused(TargetError):
    """A server refuses a password, while it may take those of others."""


class _Hopeless(Exception):
    """What will not be better at the next try."""


@dataclass(slots=True)
class _Server:
    """What is known of a server: why it was given up, and whose password it refused."""

    throttle: Throttle
    given_up: MigrateError | None = None
    refused: dict[str, MigrateError] = field(default_factory=dict)


class Client:
    """Asks servers, from many threads. One that was given up once is not asked again."""

    def __init__(self, limits: Limits, ca_file: Path | None = None) -> None:
        self._limits = limits
        self._verify = str(ca_file) if ca_file else True
        self._servers: dict[str, _Server] = {}
        self._stopped = False
        self._session = requests.Session()
        # A cookie would tell the server that one person is still the other.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_maxsize=limits.workers)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def stop(self) -> None:
        """Begin no request any more, and end all waiting."""
        self._stopped = True
        for server in list(self._servers.values()):
            server.throttle.stop()

    def request(
        self,
        method: str,
        url: str,
        login: Login | None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        final: Collection[int] = (),
    ) -> Answer:
        """Ask until there is an answer, and return it whatever it is; redirects within the server are followed.

        A fault of the server itself (500) is an answer when it came several times. `final` are statuses after which
        another try would only take time, though at most requests it would help.

        Raises TargetError or TryLaterError for a server that is given up, and LoginRefused.
        """

        def is_final(answer: Answer, tries: int) -> bool:
            return answer.status in final or (answer.status == 500 and tries >= _MOST_ERRORS)

        return self._follow(method, url, login, body, headers or {}, is_final)

    def once(
        self,
        method: str,
        url: str,
        login: Login | None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for what must not be done twice, as `request` does, but again only if the server said that it did not.

        Of any other fault (no answer, 500, 502, 504) nobody knows whether it was done before: it is returned.
        """
        return self._follow(method, url, login, body, headers or {}, lambda answer, _: answer.status not in BUSY)

    def pause(self, url: str, tries: int) -> None:
        """Wait before another try at a server, longer each time."""
        self._server(url).throttle.sleep(_pause(tries))

    def _follow(
        self, method: str, url: str, login: Login | None, body: bytes, headers: Mapping[str, str], is_final: _IsFinal
    ) -> Answer:
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._patiently(method, url, login, body, headers, is_final)
            if answer.status not in _MOVED or "Location" not in answer.headers:
                return answer
            url = _followed(url, answer.headers["Location"])
        raise TargetError(f"{url}: redirects lead from one to the next")

    def _patiently(
        self, method: str, url: str, login: Login | None, body: bytes, headers: Mapping[str, str], is_final: _IsFinal
    ) -> Answer:
        server = self._server(url)
        deadline, tries = 0.0, 0
        while True:
            with server.throttle.turn():
                if self._stopped:
                    raise Stopped
                if error := server.given_up or (login and server.refused.get(login.user)):
                    raise error
                with _giving_up(server, url):
                    answer = self._once(method, url, login, body, headers)
            if login and answer.status == 401:
                raise server.refused.setdefault(login.user, _not_let_in(url, login, answer))
            if answer.status not in _PASSING:
                server.throttle.succeeded()
                return answer
            tries += 1
            if is_final(answer, tries):
                return answer
            deadline = deadline or monotonic() + self._limits.patience
            pause = max(_pause(tries), retry_after(answer.headers.get("Retry-After", ""), datetime.now(UTC)))
            if monotonic() + pause > deadline:
                server.given_up = _gave_up(url, answer, self._limits.patience)
                raise server.given_up
            if answer.status in BUSY:
                server.throttle.refused(pause)
            server.throttle.sleep(pause)

    def _once(self, method: str, url: str, login: Login | None, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                auth=_shown(login),
                timeout=self._limits.timeout,
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            ) as response:
                return Answer(response.status_code, url, response.headers, self._body(response))
        except requests.exceptions.SSLError as error:
            raise _Hopeless(f"no safe connection: {_reason(error)}") from error
        except requests.Timeout:
            return Answer(0, url, fault=f"does not answer within {self._limits.timeout:g} s")
        except (requests.RequestException, OSError) as error:
            return Answer(0, url, fault=f"the connection failed: {_reason(error)}")

    def _body(self, response: requests.Response) -> bytes:
        ends = monotonic() + self._limits.timeout
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > _MOST_BYTES:
                raise _Hopeless(f"its answer has more than {_MOST_BYTES >> 20} MB")
            if monotonic() > ends:
                raise requests.Timeout
        return b"".join(parts)

    def _server(self, url: str) -> _Server:
        return self._servers.setdefault(origin(url), _Server(Throttle(self._limits.workers)))


def retry_after(value: str, now: datetime) -> float:
    """Return for how many seconds a server asks for patience, in either way that HTTP has; 0 if it does not."""
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


@contextmanager
def _giving_up(server: _Server, url: str) -> Iterator[None]:
    try:
        yield
    except _Hopeless as error:
        server.given_up = TargetError(
            f"{origin(url)}: {error}", hint="Servers with an authority of your own need `ca_file` in migrate.toml."
        )
        raise server.given_up from error


def _shown(login: Login | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    if login is None:
        # With nothing here, a password would be looked up in ~/.netrc.
        return lambda request: request
    # Given as text it would be encoded as Latin-1, which no server expects today.
    return HTTPBasicAuth(login.user.encode(), login.password.get_secret_value().encode())


def _pause(tries: int) -> float:
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries)
    # So that threads do not come back all at once.
    return SystemRandom().uniform(longest / 2, longest)


def _followed(url: str, location: str) -> str:
    target = urljoin(url, location)
    if origin(target) != origin(url):
        raise TargetError(
            f"{url} leads to {target}, another server, which is not given the password",
            hint="Write the URL of the right server into migrate.toml or hosts.csv.",
        )
    return target


def _not_let_in(url: str, login: Login, answer: Answer) -> MigrateError:
    offered = answer.headers.get("WWW-Authenticate", "")
    if offered and "basic" not in offered.lower():
        return TargetError(f"{origin(url)} takes no password by HTTP Basic, but only: {offered.split()[0]}")
    return LoginRefused(
        f"{origin(url)} refuses the password of {login.user!r}",
        hint="Correct it in the file of credentials; with two-factor login, make an app password.",
    )


def _gave_up(url: str, answer: Answer, patience: float) -> MigrateError:
    if answer.status:
        message = f"{origin(url)} {answer} and is busy or under repair; given up after {patience:g} s"
        return TryLaterError(message, hint="Run the same command again later.")
    message = f"{origin(url)}: {answer}; given up after {patience:g} s"
    return TargetError(message, hint="Check the URL and the network, and run the same command again.")


def _reason(error: BaseException) -> str:
    """Return the innermost reason: the outer ones repeat it with the addresses of objects."""
    inner: object = error
    while isinstance(inner, BaseException):
        found = getattr(inner, "reason", None) or inner.__cause__ or next(iter(inner.args), None)
        if not isinstance(found, BaseException):
            break
        inner = found
    return str(getattr(inner, "strerror", None) or inner).rpartition(": ")[2]
