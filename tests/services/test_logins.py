"""Logins of people: who gets one, who keeps it, and who loses it."""

from __future__ import annotations

import pytest

from migrate.core.errors import ConfigurationError, UsageError
from migrate.services.logins import are_due, plan_logins
from migrate.shared import hosts
from migrate.shared.logins import Login, Pending, dump, load

HEADER = "zoom_name,zoom_id,zoom_email,account,calendar_url\n"


def book(*accounts):
    return hosts.load(
        HEADER + "".join(f"Name {number},,,{name},\n" for number, name in enumerate(accounts)), "hosts.csv"
    )


def plan(accounts, before=(), *, reset=(), prune=False):
    return plan_logins(book(*accounts), before, reset=reset, prune=prune)


def test_everybody_with_an_account_gets_a_login_of_its_local_part_and_a_password_of_their_own():
    made = plan(["anna", "Bo@example.org", "", "ANNA"])
    assert (made.new, made.nameless) == (["anna", "bo"], ["Name 2"])
    anna, bo = made.after
    assert (anna.name, bo.name) == ("anna", "bo")
    assert len({anna.password, bo.password}) == 2
    assert all(len(login.password) == 20 and login.password.isalnum() for login in (anna, bo))


def test_who_has_a_login_keeps_it():
    before = [Login("anna", "first"), Login("bo", "second")]
    made = plan(["anna", "bo"], before)
    assert made.after == before == made.settled
    assert not (made.new or made.reset or made.removed or made.gone)


def test_a_reset_is_kept_in_mind_until_the_server_was_told():
    made = plan(["anna"], [Login("anna", "first")], reset=["anna"])
    (anna,) = made.after
    assert (anna.pending, made.reset) == (Pending.RESET, ["anna"])
    assert anna.password != "first"
    again = plan(["anna"], made.after)
    assert (again.after, again.reset) == (made.after, ["anna"])
    assert made.settled == [Login("anna", anna.password)]


def test_who_left_is_told_and_removed_only_when_asked_for():
    before = [Login("anna", "first"), Login("bo", "second")]
    told = plan(["anna"], before)
    assert (told.gone, told.removed, told.after) == (["bo"], [], before)
    pruned = plan(["anna"], before, prune=True)
    assert (pruned.removed, pruned.settled) == (["bo"], [Login("anna", "first")])
    assert plan(["anna", "bo"], pruned.after).after == before


def test_accounts_that_can_be_no_logins_are_refused_all_of_them_with_their_lines():
    with pytest.raises(ConfigurationError) as refused:
        plan(["anna", "anna o'neill", "@example.org", "bo@example.org", "bo@example.com", "x" * 300])
    assert refused.value.details == (
        "line 3: anna o'neill: a login may not have U+0020, '",
        "line 4: @example.org: a login is empty",
        "line 6: bo@example.com: has the same login, bo, as bo@example.org",
        f"line 7: {'x' * 300}: a login is too long",
    )


def test_a_reset_of_nobody_is_refused():
    with pytest.raises(UsageError, match="no clara"):
        plan(["anna"], reset=["clara"])


def test_the_file_is_read_as_it_was_written_and_is_no_formula():
    logins = [Login("=1+1", "first"), Login("zoë", "se,cond", Pending.RESET)]
    text = dump(logins)
    assert text.splitlines()[1] == "'=1+1,first,"
    assert load(text, "logins.csv") == logins


def test_every_line_that_is_not_understood_is_told():
    with pytest.raises(ConfigurationError) as refused:
        load("login,password,pending\nanna,,\nbo,second,later\nclara,third,,more\n", "logins.csv")
    assert [detail.partition(":")[0] for detail in refused.value.details] == ["line 2", "line 3", "line 4"]
    with pytest.raises(ConfigurationError, match="first line"):
        load("name,password\n", "logins.csv")


@pytest.mark.parametrize(
    ("accounts", "logins", "due"),
    [
        (["anna"], [Login("anna", "first")], False),
        ([], [Login("anna", "first")], False),
        (["anna"], [Login("anna", "first", Pending.RESET)], True),
        (["anna", "bo"], [Login("anna", "first")], True),
        ([], [], True),
        (["a b@c"], [Login("anna", "first")], True),
    ],
)
def test_accounts_is_due_while_somebody_waits_for_a_login_or_nobody_has_one(tmp_path, accounts, logins, due):
    path = tmp_path / "logins.csv"
    path.write_text(dump(logins))
    assert are_due(lambda: book(*accounts), path) is due


def test_accounts_is_due_where_it_never_was_given(tmp_path):
    assert are_due(hosts.HostBook, tmp_path / "logins.csv")
