"""Accounts of a Prosody that runs, of both releases, made by the module: by its console, with no secret on the way."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrate.shared.resources import data_text
from tests.deployments import SECRETS, product, texts
from tests.playbooks.modules import run_once
from tests.prosody import RELEASES, SASL, Server, started, tree
from tests.readers import program

OF_JITSI = [line.split("\t")[0] for line in data_text("jitsi/prosody-modules.tsv").splitlines() if "\tjitsi\t" in line]
DOMAIN = "meet.example.org"
FOCUS, BRIDGE = f"focus@auth.{DOMAIN}", f"jvb@auth.{DOMAIN}"
# What Jitsi's module of this name does for Jicofo.
STUB_ROSTER_COMMAND = """
local rosters, storage, users = require "core.rostermanager", require "core.storagemanager", require "core.usermanager"
function module.command(words)
    local who, whose = words[2], words[3]
    local user, host = whose:match("^(.-)@(.+)$")
    storage.initialize_host(host) users.initialize_host(host)
    rosters.set_contact_pending_in(user, host, who)
    rosters.subscribed(user, host, who)
end
"""


@dataclass(frozen=True)
class Accounts:
    """A server, and the module beside it."""

    server: Server
    program: Path

    @property
    def data(self):
        return self.server.log.parents[1] / "data"

    def module(self, *, check=False, **arguments):
        given = {"data": str(self.data), "program": str(self.program), "_ansible_check_mode": check, **arguments}
        said = run_once("accounts", {**given, "_ansible_diff": True})
        assert not any(secret in said for secret in ("first-password", *SECRETS.values()))
        return json.loads(said)

    def system(self, accounts=None, **options):
        file = self.data.parent / "accounts.json"
        if accounts:
            file.write_text(json.dumps({"accounts": accounts, "seen_by": {FOCUS: f"focus.{DOMAIN}"}}))
        return self.module(file=str(file), **options)

    def people(self, *rows, **options):
        table = "login,password,pending\n" + "".join(f"{','.join(row)}\n" for row in rows)
        return self.module(logins=table, host=DOMAIN, **options)

    def lets_in(self, user, password, host=DOMAIN):
        told = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return "<success" in self.server.session(host).send(f'<auth xmlns="{SASL}" mechanism="PLAIN">{told}</auth>')


@contextmanager
def running(release):
    settings = f'domain = "{DOMAIN}"\n'
    deployed = product(settings if release == "0.12" else f'{settings}prosody = "{release}"\n')
    files = {path: text for path, text in texts(deployed.bundle(DOMAIN)).items() if path.startswith("/etc/prosody/")}
    with started(files, release, OF_JITSI) as server:
        here = server.log.parents[1]
        (here / "plugins/mod_roster_command.lua").write_text(STUB_ROSTER_COMMAND)
        root = tree(release)
        text = (root / "usr/bin/prosodyctl").read_text().replace("/usr/lib/prosody", str(root / "usr/lib/prosody"))
        (here / "prosodyctl.lua").write_text(text)
        lua, config = program("lua5.4", "lua5.4"), here / "etc/prosody.cfg.lua"
        (here / "prosodyctl").write_text(f'#!/bin/sh\nexec {lua} {here}/prosodyctl.lua --config {config} "$@"\n')
        (here / "prosodyctl").chmod(0o755)
        yield Accounts(server, here / "prosodyctl")


@pytest.fixture(scope="module", params=RELEASES)
def accounts(request):
    with running(request.param) as made:
        yield made


WANTED = {FOCUS: SECRETS["jicofo_password"], BRIDGE: SECRETS["bridge_password"]}


@pytest.mark.slow
def test_jicofo_and_bridges_get_accounts_once(accounts):
    assert accounts.system(WANTED, check=True)["created"] == [FOCUS, BRIDGE]
    assert not (accounts.data / "auth%2emeet%2eexample%2eorg/accounts").exists()
    first = accounts.system()
    assert (first["changed"], first["created"], first["subscribed"]) == (True, [FOCUS, BRIDGE], [FOCUS]), first
    assert accounts.lets_in("focus", WANTED[FOCUS], f"auth.{DOMAIN}")
    assert not accounts.lets_in("focus", "another", f"auth.{DOMAIN}")
    second = accounts.system()
    assert not second["changed"] and not second["diff"]["prepared"], second


@pytest.mark.slow
def test_a_password_that_somebody_changed_is_put_right(accounts):
    accounts.system(WANTED)
    assert accounts.system({**WANTED, BRIDGE: "something-else"})["changed_passwords"] == [BRIDGE]
    repaired = accounts.system(WANTED)
    assert (repaired["changed_passwords"], repaired["diff"]["prepared"]) == ([BRIDGE], f"changed_passwords: {BRIDGE}\n")
    assert accounts.lets_in("jvb", WANTED[BRIDGE], f"auth.{DOMAIN}")
    assert not accounts.lets_in("jvb", "something-else", f"auth.{DOMAIN}")


@pytest.mark.slow
def test_a_roster_that_is_gone_is_written_again(accounts):
    accounts.system(WANTED)
    (accounts.data / "auth%2emeet%2eexample%2eorg/roster/focus.dat").unlink()
    assert accounts.system(check=True)["subscribed"] == [FOCUS]
    assert accounts.system()["subscribed"] == [FOCUS]
    assert not accounts.system()["changed"]


@pytest.mark.slow
def test_people_keep_passwords_that_they_changed_unless_told_otherwise(accounts):
    anna = ("anna", "first-password", "")
    made = accounts.people(anna, ("bo", "first-password", ""))
    assert made["created"] == [f"anna@{DOMAIN}", f"bo@{DOMAIN}"], made
    assert accounts.lets_in("anna", "first-password")
    assert not accounts.people(("anna", "another", ""), ("bo", "first-password", ""))["changed"]
    reset = accounts.people(("anna", "another", "reset"), ("bo", "first-password", ""))
    assert reset["changed_passwords"] == [f"anna@{DOMAIN}"]
    assert accounts.lets_in("anna", "another") and not accounts.lets_in("anna", "first-password")
    assert accounts.people(anna)["others"] == [f"bo@{DOMAIN}"]
    removed = accounts.people(anna, ("bo", "first-password", "remove"))
    assert (removed["removed"], removed["others"]) == ([f"bo@{DOMAIN}"], [])
    assert not accounts.lets_in("bo", "first-password")
    assert not accounts.people(anna, ("bo", "first-password", "remove"))["changed"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zoë", "o%2d", "a-b_c.d", "]]=]\\", "x" * 200])
def test_a_login_of_odd_characters_gets_in(accounts, name):
    quoted = '"' + name.replace('"', '""') + '"'
    assert accounts.people((quoted, "first-password", ""))["created"] == [f"{name}@{DOMAIN}"]
    assert accounts.lets_in(name, "first-password")
    assert f"{name}@{DOMAIN}" in accounts.people()["others"]
    assert accounts.people((quoted, "first-password", "remove"))["removed"] == [f"{name}@{DOMAIN}"]


@pytest.mark.slow
def test_a_host_that_prosody_does_not_serve_is_told_with_its_cause(accounts):
    refused = accounts.system({f"focus@auth.{DOMAIN}.invalid": "first-password"})
    assert refused["failed"]
    assert 'Include "conf.d/*.cfg.lua"' in refused["msg"]


def test_prosody_that_does_not_run_is_told(tmp_path):
    absent = Accounts(Server(None, {}, tmp_path / "log" / "prosody.log", []), tmp_path)
    told = absent.module(data=str(tmp_path), logins="login,password,pending\nanna,first-password,\n", host=DOMAIN)
    assert "must be running" in told["msg"]
