"""App passwords are good for one command, and nothing that was made is ever forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from migrate.core.errors import TargetError
from migrate.core.occ import Command, Job, Ran
from migrate.services.app_passwords import SETTLED, AppPasswords
from migrate.state.sqlite import SqliteJournal
from tests.fakes.occ import FakeOcc
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ import occ

MORNING = datetime(2027, 1, 4, 8, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone; nothing of it is run any more."""


class Backwards(FakeOcc):
    def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
        return super().run(jobs[::-1], inputs)[::-1]


class Clock:
    now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=[False, True], ids=["nameless", "named"])
def server(request: pytest.FixtureRequest) -> Iterator[NextcloudTalk]:
    """Nextcloud before 33, whose app passwords are all called cli, and as it is since."""
    with nextcloud_talk() as found:
        found.names_tokens = request.param
        yield found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal.open(tmp_path / "state.sqlite") as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


def keeper(occ: FakeOcc, journal: SqliteJournal, clock: Clock, host: str = "cloud.example.org") -> AppPasswords:
    return AppPasswords(occ, journal.tokens, host, clock)


def tokens(server: NextcloudTalk) -> int:
    return sum(len(account.tokens) for account in server.accounts.users.values())


def test_passwords_are_good_until_they_are_revoked(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    occ(server, "user:auth-tokens:add", "ben", "--no-interaction")
    program = FakeOcc(server)
    ours = keeper(program, journal, clock)
    made = ours.make(["ana", "ben"])
    assert made.refused == {}
    for name, password in made.passwords.items():
        assert server.ocs("GET", "cloud/user", user=name, password=password).status == 200
    assert [(token.account, token.id) for token in journal.tokens.open()] == [("ana", 2), ("ben", 3)]
    assert ours.revoke() == {}
    assert journal.tokens.open() == []
    for name, password in made.passwords.items():
        assert server.ocs("GET", "cloud/user", user=name, password=password).status == 401
    assert [*server.accounts.users["ben"].tokens] == [1], "what was there before stays"
    asked = len(program.commands)
    assert ours.revoke() == {}
    assert len(program.commands) == asked, "there is nothing to do, and nobody is asked"


def test_an_account_that_the_server_lacks_stops_no_other(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    ours = keeper(FakeOcc(server), journal, clock)
    made = ours.make(["ana", "nobody"])
    assert [*made.passwords] == ["ana"]
    assert made.refused == {"nobody": "Account does not exist"}
    assert ours.revoke() == {}
    assert tokens(server) == 0


def test_nothing_of_it_is_shown_where_objects_are(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    made = keeper(FakeOcc(server), journal, clock).make(["ana"])
    (password,) = made.passwords.values()
    assert password not in repr(made)
    assert password not in repr(Ran(0, password, password))
    assert password in repr(made.passwords)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_command_all_is_revoked_later(
    server: NextcloudTalk, journal: SqliteJournal, clock: Clock, moment: str
):
    for at in count(1):
        program = FakeOcc(server)
        setattr(program, moment, _killer(at))
        try:
            ours = keeper(program, journal, clock)
            ours.make(["ana", "ben"])
            ours.revoke()
        except Killed:
            clock.now += SETTLED
            assert keeper(FakeOcc(server), journal, clock).revoke() == {}
            assert (tokens(server), journal.tokens.open()) == (0, [])
        else:
            break
    assert at == 10, "each of nine commands was the last one once"


@pytest.mark.parametrize("at", range(1, 3))
def test_revoking_can_be_killed_too(server: NextcloudTalk, journal: SqliteJournal, clock: Clock, at: int):
    program = FakeOcc(server)
    ours = keeper(program, journal, clock)
    ours.make(["ana", "ben"])
    program.after = _killer(at)
    with pytest.raises(Killed):
        ours.revoke()
    assert tokens(server) == 2 - at
    assert len(journal.tokens.open()) == 2
    assert keeper(FakeOcc(server), journal, clock).revoke() == {}
    assert (tokens(server), journal.tokens.open()) == (0, [])


def test_what_may_still_be_made_is_not_forgotten(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    """Who asked was killed, and the server is slow: the password comes when its revocation was tried already."""
    program = FakeOcc(server)
    program.before = _killer(3)
    with pytest.raises(Killed):
        keeper(program, journal, clock).make(["ana"])
    (intended,) = journal.tokens.open()
    clock.now += timedelta(seconds=1)
    left = keeper(FakeOcc(server), journal, clock).revoke()
    assert left == {"ana": "it may still be made: ask again after 08:10 UTC"}
    server.accounts.make_token(server.accounts.users["ana"], intended.label)
    assert keeper(FakeOcc(server), journal, clock).revoke() == {}
    assert (tokens(server), journal.tokens.open()) == (0, [])


def test_what_another_command_made_since_is_not_taken_for_it(journal: SqliteJournal, clock: Clock):
    """Both are called cli."""
    with nextcloud_talk() as server:
        program = FakeOcc(server)
        program.before = _killer(3)
        with pytest.raises(Killed):
            keeper(program, journal, clock).make(["ana"])
        # It came late, and in the answer what is listed and deleted at the same time is listed first.
        server.accounts.make_token(server.accounts.users["ana"])
        ours = keeper(Backwards(server), journal, clock)
        assert [*ours.make(["ana"]).passwords] == ["ana"]
        assert ours.revoke() == {}
        assert (tokens(server), journal.tokens.open()) == (0, [])


def test_what_went_with_its_account_is_forgotten(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    program = FakeOcc(server)
    program.after = _killer(4)
    with pytest.raises(Killed):
        keeper(program, journal, clock).make(["ana", "ben"])
    server.accounts.users.clear()
    assert keeper(FakeOcc(server), journal, clock).revoke() == {}
    assert journal.tokens.open() == []


def test_app_passwords_of_people_stay(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    """Made in the same instant: one by us, before the kill, and one by its owner."""
    program = FakeOcc(server)
    ana = server.accounts.users["ana"]

    def both(command: Command) -> None:
        if command[0] == "user:auth-tokens:add" and "--help" not in command:
            server.accounts.make_token(ana, "Phone")
            raise Killed

    program.after = both
    with pytest.raises(Killed):
        keeper(program, journal, clock).make(["ana"])
    assert keeper(FakeOcc(server), journal, clock).revoke() == {}
    assert [ana.labels[number] for number in ana.tokens] == ["Phone"]


def test_what_cannot_be_told_apart_is_left_to_a_person(journal: SqliteJournal, clock: Clock):
    with nextcloud_talk() as server:
        program = FakeOcc(server)
        ana = server.accounts.users["ana"]

        def both(command: Command) -> None:
            if command[0] == "user:auth-tokens:add" and "--help" not in command:
                server.accounts.make_token(ana)

        program.after = both
        ours = keeper(program, journal, clock)
        made = ours.make(["ana"])
        assert made.passwords == {}
        assert "which one it is cannot be told" in made.refused["ana"]
        assert "1, 2 are all new and called cli" in ours.revoke()["ana"]
        assert len(ana.tokens) == 2
        # The person knows.
        ana.tokens.pop(1)
        ana.tokens.pop(2)
        assert ours.revoke() == {}
        assert journal.tokens.open() == []


def test_another_server_is_not_asked_to_revoke_them(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    keeper(FakeOcc(server), journal, clock).make(["ana"])
    left = keeper(FakeOcc(server), journal, clock, "other.example.org").revoke()
    assert "it was made on cloud.example.org" in left["ana"]
    assert tokens(server) == 1


def test_a_server_whose_program_does_not_run_is_told(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    class Broken(FakeOcc):
        def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
            return [[Ran(127, "", "php: No such file or directory")] for _ in jobs]

    with pytest.raises(TargetError, match=r"does not run on .*: php: No such file"):
        keeper(Broken(server), journal, clock).make(["ana"])
    assert journal.tokens.open() == []


def test_what_php_warns_of_is_in_nobodys_way(server: NextcloudTalk, journal: SqliteJournal, clock: Clock):
    class Warns(FakeOcc):
        def run(self, jobs: Sequence[Job], inputs: Sequence[str] = ()) -> Sequence[Sequence[Ran]]:
            return [
                [Ran(one.code, f"PHP Warning: [x] is deprecated\n{one.output}") for one in job]
                for job in super().run(jobs)
            ]

    ours = keeper(Warns(server), journal, clock)
    assert [*ours.make(["ana"]).passwords] == ["ana"]
    assert ours.revoke() == {}
    assert tokens(server) == 0


def _killer(at: int) -> Callable[[Command], None]:
    commands = count(1)

    def kill(_: Command) -> None:
        if next(commands) == at:
            raise Killed

    return kill
