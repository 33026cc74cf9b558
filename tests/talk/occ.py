"""What an administrator does on the server itself: the part of Nextcloud's own program that matters here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.caldav.errors import DavError
from tests.caldav.icalendar_object import Component, parse
from tests.talk.accounts import Account

if TYPE_CHECKING:
    from tests.talk.nextcloud import NextcloudTalk


@dataclass(frozen=True)
class Ran:
    """What the program said. `code`: of its end."""

    code: int
    output: str = ""


def occ(server: NextcloudTalk, *argv: str, password: str = "", text: str = "") -> Ran:
    """Run a command. `password`: of a new user, which stands in the environment; `text`: on standard input."""
    name, *rest = argv
    arguments = [word for word in rest if not word.startswith("--")]
    options = dict(word.removeprefix("--").partition("=")[::2] for word in rest if word.startswith("--"))
    if name not in COMMANDS:
        return Ran(1, f'Command "{name}" is not defined.\n')
    return COMMANDS[name](server, arguments, {**options, "password": password, "text": text})


def _add_user(server: NextcloudTalk, arguments: list[str], options: Mapping[str, str]) -> Ran:
    name, shown, email = arguments[0], options.get("display-name", ""), options.get("email", "")
    server.accounts.add(Account(name, options["password"], shown, email))
    said = [f'The account "{name}" was created successfully']
    said += [f'Display name set to "{shown}"'] * bool(shown) + [f"Welcome email sent to {email}"] * bool(email)
    return Ran(0, "".join(f"{line}\n" for line in said))


def _of_a_user(act: Callable[[NextcloudTalk, Account, list[str]], str]) -> Callable[..., Ran]:
    def run(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
        account = server.accounts.users.get(arguments[0])
        return Ran(0, act(server, account, arguments)) if account else Ran(1, "Account does not exist\n")

    return run


def _add_token(server: NextcloudTalk, arguments: list[str], options: Mapping[str, str]) -> Ran:
    """The number is not told: only the list has it. What is recorded was blotted out; the words are the source's."""
    if "help" in options:
        return Ran(0, ADD_HELP + ADD_NAME * server.names_tokens)
    if "name" in options and not server.names_tokens:
        return Ran(1, 'The "--name" option does not exist.\n')
    account = server.accounts.users.get(arguments[0])
    if not account:
        return Ran(1, "Account does not exist\n")
    return Ran(0, f"{NO_PASSWORD}\napp password:\n{server.accounts.make_token(account, options.get('name', 'cli'))}\n")


def _list_tokens(_: NextcloudTalk, account: Account, __: list[str]) -> str:
    """Not recorded: the fields are those of the server's source."""
    fields = {"lastActivity": 0, "type": 1, "scope": {"filesystem": True}}
    return json.dumps([{"id": one, "name": account.labels.get(one, "cli"), **fields} for one in account.tokens]) + "\n"


def _delete_token(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
    """Not recorded: read in the server's source. A number or an account that is not there is no error."""
    if account := server.accounts.users.get(arguments[0]):
        account.tokens.pop(int(arguments[1]), None)
    return Ran(0)


def _make_calendar(server: NextcloudTalk, account: Account, arguments: list[str]) -> str:
    server.store.make(account.name, arguments[1], arguments[1])
    return ""


def _import(server: NextcloudTalk, arguments: list[str], options: Mapping[str, str]) -> Ran:
    """Take over events that are not there; all with --supersede. Nobody gets mail.

    What it says was not recorded, nor were names, standard input and --errors: these are those of the server's source.
    """
    user, name, *file = arguments
    if not server.imports:
        return Ran(1, 'Command "calendar:import" is not defined.\n')
    if name not in server.store.homes.get(user, {}):
        return Ran(1, f"Calendar <{name}> not found\n")
    calendar = parse(Path(file[0]).read_text("utf-8") if file else options["text"])
    with server.lock:
        there = {one.uid: key for key, one in server.store.objects(user, name).items()}
        for uid in dict.fromkeys(event.value("UID") for event in calendar.below("VEVENT")):
            if uid in there and "supersede" not in options:
                continue
            try:
                server.store.put(user, name, there.get(uid, str(uuid4())), uid, _alone(calendar, uid).data())
            except DavError as error:
                if options.get("errors") != "0":
                    return Ran(1, f"Error importing calendar data: UID <{uid}> - {error}\n")
    return Ran(0, "\nImport Completed\n================\n")


def _alone(calendar: Component, uid: str) -> Component:
    """Return the calendar with one of its events."""
    kept = [one for one in calendar.components if one.name != "VEVENT" or one.value("UID") == uid]
    return Component(calendar.name, calendar.properties, kept)


def _tell(server: NextcloudTalk, _: list[str], __: Mapping[str, str]) -> Ran:
    """Tell the trusted domains; nothing else is asked."""
    return Ran(0, "".join(f"{domain}\n" for domain in server.trusted))


def _configure(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
    app, name, value = arguments[:3]
    _set(server, app, name, json.loads(value))
    return Ran(0, f"Config value '{name}' for app '{app}' is now set to '{value}'\n")


def _reset(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
    app, name = arguments
    _set(server, app, name, None)
    return Ran(0, f"Config value {name} of app {app} deleted\n")


def _set(server: NextcloudTalk, app: str, name: str, value: Any) -> None:
    settings = server.talk.settings
    match app, name:
        case "spreed", "force_passwords":
            settings.force_passwords = bool(value)
        case "spreed", "start_conversations" | "allowed_groups":
            setattr(settings, name, None if value is None else set(value))
        case "core", "newUser.sendEmail":
            server.accounts.greets = value is not False


def _switch(server: NextcloudTalk, app: str, *, on: bool) -> Ran:
    if app == "password_policy":
        server.accounts.policy = on
    elif app == "spreed":
        server.talk.settings.enabled = on
    return Ran(0, f"{app} {'enabled' if on else 'disabled'}\n")


def _maintain(server: NextcloudTalk, _: list[str], options: Mapping[str, str]) -> Ran:
    server.dav.maintenance = "on" in options
    return Ran(0, f"Maintenance mode {'enabled' if 'on' in options else 'disabled'}\n")


def _add_backend(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
    """Nobody asks the signaling server whether it is there, and here none is."""
    server.talk.settings.signaling = arguments[0]
    server.talk.settings.backend_is_dead = True
    return Ran(0, f"Added signaling server {arguments[0]}.\n")


def _delete_backend(server: NextcloudTalk, arguments: list[str], _: Mapping[str, str]) -> Ran:
    server.talk.settings.signaling = ""
    server.talk.settings.backend_is_dead = False
    return Ran(0, f"Deleted {arguments[0]}.\n")


def _forgive(server: NextcloudTalk, _: list[str], __: Mapping[str, str]) -> Ran:
    server.talk.throttle.attempts = 0
    return Ran(0)


ADD_HELP = """\
Description:
  Add app password for the named account

Usage:
  user:auth-tokens:add [options] [--] <user>

Options:
      --password-from-env  Read password from environment variable NC_PASS/OC_PASS.
"""
ADD_NAME = "      --name=NAME          Name for the app password\n"
NO_PASSWORD = "No password provided. The generated app password will therefore have limited capabilities."
COMMANDS: Mapping[str, Callable[..., Ran]] = {
    "user:add": _add_user,
    "user:auth-tokens:add": _add_token,
    "user:auth-tokens:list": _of_a_user(_list_tokens),
    "user:auth-tokens:delete": _delete_token,
    "dav:create-calendar": _of_a_user(_make_calendar),
    "calendar:import": _import,
    "config:system:get": _tell,
    "config:app:set": _configure,
    "config:app:delete": _reset,
    "app:enable": lambda server, arguments, _: _switch(server, arguments[0], on=True),
    "app:disable": lambda server, arguments, _: _switch(server, arguments[0], on=False),
    "maintenance:mode": _maintain,
    "talk:signaling:add": _add_backend,
    "talk:signaling:delete": _delete_backend,
    "security:bruteforce:reset": _forgive,
}
