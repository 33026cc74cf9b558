"""Where the events of each host go, and with whose password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import SecretStr

from migrate.core.errors import TargetError
from migrate.core.meeting import Person
from migrate.shared.hosts import HostBook
from migrate.shared.http import Login
from migrate.shared.urls import fault_of_url, origin, parted, with_user

ACCOUNT = "{account}"
_AGAIN = "Plan again, so that events go where the settings say now."


@dataclass(frozen=True, slots=True)
class Places:
    """Names collections, and finds what a name stands for.

    A NAME is a URL as migrate.toml or hosts.csv has it, with the user in it who writes there if it is not `user`.
    """

    url: str
    user: str
    hosts: HostBook
    passwords: Mapping[str, SecretStr]
    file: str

    def name(self, host: Person) -> str:
        """Return the name of a host's collection, empty if the host has none or there is no password for it yet."""
        row = self.hosts.row(host) or {}
        account = row.get("account") or host.account
        url = row.get("calendar_url", "").strip()
        if not url and ACCOUNT not in self.url:
            return self.named(self.url, self.user or account)
        if not url and not account:
            return ""
        writer = account if account in self.passwords else self.user
        # Without any password it is not this host that was forgotten.
        if not writer and self.passwords:
            return ""
        return self.named(url or self.url.replace(ACCOUNT, quote(account, safe="")), writer or account)

    def locate(self, name: str) -> tuple[str, Login]:
        """Return the URL and the login of a name. Raises TargetError if it leads where nobody told us to go.

        Names come back from plans and the journal, which are files that people can edit: a password is only sent to a
        server that migrate.toml or hosts.csv names.
        """
        try:
            url, user = parted(name)
        except ValueError as error:
            raise TargetError(f"this names no calendar: {error}", hint=_AGAIN) from error
        fault = fault_of_url(url)
        if fault or origin(url) not in self._origins():
            raise TargetError(
                f"{url}: {fault or 'neither migrate.toml nor hosts.csv names this server'}; it is not asked",
                hint=_AGAIN,
            )
        user = user or self.user
        if user not in self.passwords:
            raise TargetError(
                f"{url}: there is no password of {user!r}" if user else f"{url}: nobody is named who may write there",
                hint=f"Write a line with account and password into {self.file}.",
            )
        return url, Login(user, self.passwords[user])

    def faults(self) -> list[str]:
        """Return what is wrong with the URLs of hosts."""
        found = ((row["zoom_email"] or row["zoom_name"], row["calendar_url"].strip()) for row in self.hosts.rows)
        # The URL may have a password in it.
        return [f"{who}: {fault}" for who, url in found if url and (fault := fault_of_url(url))]

    def named(self, url: str, user: str) -> str:
        """Return the name of a URL at which this user writes."""
        return with_user(url, "" if user == self.user else user) if url else ""

    def _origins(self) -> set[str]:
        urls = (self.url, *(row["calendar_url"].strip() for row in self.hosts.rows))
        return {origin(url) for url in urls if url}
