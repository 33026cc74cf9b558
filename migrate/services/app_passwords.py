"""App passwords for the time of one command: made on the server, written down before they are used, and revoked.

The server tells a new password without its id. So what an account had is listed and written down before, and what is
there since, under our label, is ours: also if this program was killed meanwhile.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from migrate.core.app_passwords import Token, TokenBook
from migrate.core.errors import TargetError
from migrate.core.occ import Command, Job, Occ, Ran

# By then a playbook that lost who began it is over: it begins nothing after five minutes.
SETTLED = timedelta(minutes=10)

# What the server calls an app password that it cannot be told a name of.
_NAMELESS = "cli"
_HEADING = "app password:"
_GONE = re.compile(r"(user|account) (not found|does not exist)", re.IGNORECASE)
_PASSWORD = re.compile(r"[A-Za-z0-9]{20,}")


@dataclass(frozen=True, slots=True)
class Made:
    """Passwords by account, and why others have none."""

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    refused: Mapping[str, str] = field(default_factory=dict)


class AppPasswords:
    """Makes app passwords on one server, and revokes them. `host` is its name in inventory.ini."""

    def __init__(self, occ: Occ, book: TokenBook, host: str, now: Callable[[], datetime]) -> None:
        self._occ = occ
        self._book = book
        self._host = host
        self._now = now
        # Of these the server told how they ended: nothing of it can still be under way.
        self._answered: set[int] = set()

    def make(self, accounts: Collection[str]) -> Made:
        """Make an app password for each account that the server has."""
        if not accounts:
            return Made()
        (told,), *listed = self._occ.run([(_HELP,), *((_list(account),) for account in accounts)])
        if told.code:
            raise TargetError(f"occ does not run on {self._host}: {told.complaint}", hint=_HINT)
        named = "--name" in told.output
        label = f"jitsi-migrate-{token_hex(4)}" if named else _NAMELESS
        before = {account: _ids(job) for account, job in zip(accounts, listed, strict=True)}
        refused = {
            account: _why(job) or _ODD for account, job in zip(accounts, listed, strict=True) if before[account] is None
        }
        wanted = [
            Token(self._host, account, label, frozenset(ids), self._now())
            for account, ids in before.items()
            if ids is not None
        ]
        made = self._add(self._book.intend(wanted), named=named) if wanted else Made()
        return Made(made.passwords, {**refused, **made.refused})

    def revoke(self) -> Mapping[str, str]:
        """Revoke all that the book knows, of this server; return by account why one may still be there.

        It can be run as often as one likes, also after it was killed.
        """
        known = self._book.open()
        left = {token.account: f"it was made on {token.host}: {_OTHER}" for token in known if token.host != self._host}
        sure = [token for token in known if token.host == self._host and token.id is not None]
        unsure = [token for token in known if token.host == self._host and token.id is None]
        if sure or unsure:
            done = self._occ.run([*map(_delete, sure), *((_list(token.account),) for token in unsure)])
            # First, as a list may still have what is deleted beside it.
            left |= self._revoke_unsure(unsure, done[len(sure) :])
            left |= self._settle(sure, done[: len(sure)])
        return left

    def _add(self, intended: Sequence[Token], *, named: bool) -> Made:
        """Make what was intended, and write down the ids before anybody has the passwords."""
        done = self._occ.run([(_add(token, named=named), _list(token.account)) for token in intended])
        self._answered.update(token.number for token in intended)
        passwords, ids, refused = {}, {}, {}
        for token, job in zip(intended, done, strict=True):
            found, password = _new(token, job), _password(job)
            if password and len(found) == 1:
                passwords[token.account], ids[token.number] = password, found[0]
            else:
                refused[token.account] = _why(job) or _UNKNOWN
        self._book.made(ids)
        return Made(passwords, refused)

    def _revoke_unsure(self, tokens: Sequence[Token], listed: Sequence[Sequence[Ran]]) -> Mapping[str, str]:
        """Revoke what may have been made, without anybody having been told of it."""
        left, found, gone = {}, [], []
        known = {token.id for token in self._book.open()}
        for token, job in zip(tokens, listed, strict=True):
            new = [number for number in _new(token, job) if number not in known]
            if _GONE.search(_why(job)):
                # Its app passwords went with the account.
                gone.append(token.number)
            elif _ids(job) is None:
                left[token.account] = _why(job) or _ODD
            elif len(new) > 1 and token.label == _NAMELESS:
                left[token.account] = _several(token, new)
            elif new:
                found.append((token, new))
            elif token.number not in self._answered and self._now() - token.intended < SETTLED:
                left[token.account] = f"it may still be made: ask again after {token.intended + SETTLED:%H:%M} UTC"
            else:
                gone.append(token.number)
        self._book.revoked(gone)
        if not found:
            return left
        done = self._occ.run([_delete(token, *new) for token, new in found])
        return {**left, **self._settle([token for token, _ in found], done)}

    def _settle(self, tokens: Sequence[Token], done: Sequence[Sequence[Ran]]) -> Mapping[str, str]:
        """Forget what was revoked; return by account why the rest was not."""
        ended = {token: _why(job) for token, job in zip(tokens, done, strict=True)}
        self._book.revoked([token.number for token, why in ended.items() if not why])
        return {token.account: why for token, why in ended.items() if why}


_HELP: Command = ("user:auth-tokens:add", "--help")
_HINT = "The table [occ] of migrate.toml says how it is called there."
_OTHER = "name that server first in the group nextcloud to revoke it there"
_ODD = "what occ lists is not understood"
_UNKNOWN = "an app password was made, but which one it is cannot be told; it is not used"


def _list(account: str) -> Command:
    return ("user:auth-tokens:list", "--output=json", "--", account)


def _add(token: Token, *, named: bool) -> Command:
    name = (f"--name={token.label}",) if named else ()
    return ("user:auth-tokens:add", "--no-interaction", *name, "--", token.account)


def _delete(token: Token, *ids: int) -> Job:
    numbers = ids or filter(None, [token.id])
    return tuple(("user:auth-tokens:delete", "--", token.account, str(number)) for number in numbers)


def _why(job: Sequence[Ran]) -> str:
    """Return why a job did not do all; empty if it did."""
    return job[-1].complaint if job else "the server had no time for it"


def _tokens(job: Sequence[Ran]) -> list[Mapping[str, object]] | None:
    """Return what was listed at the end of a job."""
    if not job or job[-1].code:
        return None
    # Warnings of PHP may come first.
    found = re.search(r"^\[.*\]\s*\Z", job[-1].output, re.DOTALL | re.MULTILINE)
    try:
        return list(json.loads(found[0])) if found else None
    except ValueError:
        return None


def _ids(job: Sequence[Ran]) -> list[int] | None:
    tokens = _tokens(job)
    return None if tokens is None else [int(str(token["id"])) for token in tokens]


def _new(token: Token, job: Sequence[Ran]) -> list[int]:
    """Return the ids that are there since, under the label."""
    ids = (int(str(one["id"])) for one in _tokens(job) or () if one.get("name") == token.label)
    return [number for number in ids if number not in token.before]


def _password(job: Sequence[Ran]) -> str:
    """Return the password that the first command of a job printed."""
    lines = [line.strip() for line in job[0].output.split("\n")] if job and not job[0].code else []
    told = lines[lines.index(_HEADING) + 1 :][:1] if _HEADING in lines else []
    return told[0] if told and _PASSWORD.fullmatch(told[0]) else ""


def _several(token: Token, new: Sequence[int]) -> str:
    ids = ", ".join(map(str, new))
    return f"{ids} are all new and called {token.label}: delete ours with occ user:auth-tokens:delete"
