"""A Nextcloud with Talk: what each account may do there, and which conversations it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from pydantic import SecretStr

from migrate.core.errors import MigrateError, TargetError
from migrate.core.rooms import Invitation, Invited, Room, RoomFound
from migrate.shared.gathering import gathered
from migrate.shared.http import Client, Limits, Login, LoginRefused
from migrate.shared.ocs import Ocs
from migrate.shared.side_by_side import Tell, side_by_side
from migrate.shared.talk.abilities import BEST, Abilities, read_abilities
from migrate.shared.talk.account import Account
from migrate.shared.talk.directory import find_account
from migrate.shared.talk.guests import ask_guests
from migrate.shared.talk.seeing import Seen, token_of
from migrate.shared.talk.signaling import check_signaling

Result = TypeVar("Result")
# After ten within half an hour Nextcloud lets nobody log in from the same address.
_MOST_REFUSED = 5


class Server:
    """The server at `url`. `passwords`: by account, from the file that is called `credentials`."""

    def __init__(
        self, client: Client, url: str, passwords: Mapping[str, SecretStr], credentials: str, limits: Limits
    ) -> None:
        self._client = client
        self._url = url
        self._passwords = passwords
        self._credentials = credentials
        self._limits = limits
        self._abilities: dict[str, Abilities] = {}
        self._seen: dict[str, Mapping[str, Sequence[Seen]]] = {}
        self._linked: dict[str, Mapping[str, Seen]] = {}
        self._refused: set[str] = set()

    def meet(self, users: Collection[str]) -> None:
        """Ask what these users may do, several at the same time."""
        known = [user for user in users if user in self._passwords]
        self.all({user: partial(self._meet, user) for user in known}, ("an account", "accounts", "asked about"))

    def lacks(self, user: str) -> str:
        """Say why nothing can be done as this user; empty if it can."""
        if not user:
            return "the host has no account on the server"
        if user not in self._passwords:
            return f"{self._credentials} has no password for {user!r}"
        try:
            abilities = self._asked(user)
        except LoginRefused as error:
            return error.message
        if not abilities.may_use:
            return f"{user!r} may not use Talk"
        return "" if abilities.may_create else f"{user!r} may not make conversations"

    def abilities(self, user: str) -> Abilities:
        """Return what Talk can do for a user; the best, for one who lacks something."""
        return BEST if self.lacks(user) else self._asked(user)

    def about(self) -> Mapping[str, str]:
        """Return what is known of the server, as far as it was asked."""
        known = next((one for one in self._abilities.values() if one.may_use), None)
        if known is None:
            return {}
        nextcloud, talk = known.versions
        how = "each by one request" if known.all_at_once else "step by step, as before Talk 21.1"
        return {"server": self._url, "Nextcloud": nextcloud, "Talk": talk, "rooms are made": how}

    def lets_in(self, user: str) -> bool:
        """Tell whether the server takes the password of a user."""
        try:
            self._asked(user)
        except LoginRefused:
            return False
        return True

    def shut_out(self, user: str) -> None:
        """Note that the server does not take the password of a user any more, which it took before."""
        self._abilities.pop(user, None)

    def account(self, user: str) -> Account:
        """Return what works as a user."""
        return Account(self._ocs(user), self._url, self._asked(user), self._limits.patience)

    def identify(self, user: str, emails: Collection[str]) -> Mapping[str, str]:
        """Look up, as a user, the accounts that have these addresses; empty for one that has none, or several."""
        tasks = {email: partial(self._identify, user, email) for email in emails}
        return self.all(tasks, ("an address", "addresses", "looked up"))

    def look(self, wanted: Mapping[str, Collection[Room]]) -> Mapping[str, RoomFound]:
        """List the conversations of these accounts, and return the rooms that are there, by name."""
        self.list(wanted)
        return {
            room.name: found for user, rooms in wanted.items() for room in rooms if (found := self.known(user, room))
        }

    def list(self, users: Collection[str]) -> None:
        """List the conversations of these accounts, each once."""
        tasks = {user: partial(self._list, user) for user in users}
        listed = self.all(tasks, ("an account", "accounts", "listed"))
        self._seen |= listed
        self._linked |= {user: {one.token: one for one in chain(*seen.values())} for user, seen in listed.items()}

    def has_listed(self, user: str) -> bool:
        """Tell whether the conversations of an account are known, as far as nobody else changed them since."""
        return user in self._seen

    def forget(self, user: str) -> None:
        """Let the conversations of an account be unknown again."""
        self._seen.pop(user, None)
        self._linked.pop(user, None)

    def known(self, user: str, room: Room) -> RoomFound | None:
        """Return a room as it was when it was listed last: by its name, or if people took that away by its link."""
        return next((one.found(room.name, self._url) for one in self._of(user, room)), None)

    def doubles(self, user: str, name: str) -> Sequence[RoomFound]:
        """Return the conversations of a room that are one too many: the account's own, which nobody used."""
        return [one.found(name, self._url) for one in self._named(user, name)[1:] if one.is_own and not one.used]

    def check_signaling(self, user: str) -> None:
        """Raise TryLaterError if the server cannot make conversations now."""
        check_signaling(self._client, self._ocs(user))

    def invite(self, invitations: Sequence[Invitation], told: Tell) -> Sequence[Invited]:
        """Ask guests to conversations that are open to them; those of several accounts at the same time."""
        self.list({one.owner for one in invitations})
        tasks = {str(at): partial(self._invite, one) for at, one in enumerate(invitations)}
        invited = self.all(tasks, ("a conversation", "conversations", "opened to guests"), told)
        return [invited[str(at)] for at in range(len(invitations))]

    def all(
        self,
        tasks: Mapping[str, Callable[[Tell], Result]],
        words: tuple[str, str, str],
        told: Tell = lambda: None,
    ) -> dict[str, Result]:
        """Run the tasks side by side. Raises one error for all at which something is in the way, in these words."""
        ran = side_by_side([*tasks.values()], self._limits.workers, self._client.stop, told)
        results = dict(zip(tasks, ran, strict=True))
        if faults := {name: result for name, result in results.items() if isinstance(result, MigrateError)}:
            raise gathered(faults, *words)
        return {name: result for name, result in results.items() if not isinstance(result, MigrateError)}

    def _invite(self, invitation: Invitation, tell: Tell) -> Invited:
        found = next(iter(self._of(invitation.owner, invitation.room)), None)
        if found is None:
            invited = Invited(reason="the conversation is not there any more")
        elif found.traits["type"] != "public":
            invited = Invited(reason="the conversation is private; a guest would open it to all who have the link")
        else:
            invited = ask_guests(self._ocs(invitation.owner), found.token, invitation.addresses)
        tell()
        return invited

    def _ocs(self, user: str) -> Ocs:
        return Ocs(self._client, self._url.removesuffix("/index.php"), Login(user, self._passwords[user]))

    def _asked(self, user: str) -> Abilities:
        if user not in self._abilities:
            if len(self._refused - {user}) >= _MOST_REFUSED:
                raise TargetError(
                    f"{self._url} refuses the passwords of {', '.join(sorted(self._refused))}",
                    hint=f"Correct {self._credentials} first: a server that refuses many shuts out who asks.",
                )
            try:
                self._abilities[user] = read_abilities(self._ocs(user))
            except LoginRefused:
                self._refused.add(user)
                raise
        return self._abilities[user]

    def _meet(self, user: str, _: Tell) -> bool:
        return self.lets_in(user)

    def _of(self, user: str, room: Room) -> Sequence[Seen]:
        linked = self._linked.get(user, {}).get(token_of(room.url))
        return self._named(user, room.name) or ([linked] if linked else ())

    def _named(self, user: str, name: str) -> Sequence[Seen]:
        return self._seen.get(user, {}).get(name, ())

    def _list(self, user: str, _: Tell) -> Mapping[str, Sequence[Seen]]:
        return self.account(user).list()

    def _identify(self, user: str, email: str, _: Tell) -> str:
        return find_account(self._ocs(user), email)
