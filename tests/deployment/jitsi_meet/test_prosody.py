"""Prosody's files: what is in them, and that Prosody itself, of both releases, takes them and stays closed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from csv import DictReader
from dataclasses import replace
from socket import create_connection
from time import time

import pytest

from migrate.shared.resources import data_text
from tests.deployments import SECRETS, VARIANTS, product, texts, variant
from tests.keys import dead
from tests.prosody import HTTP, RELEASES, SASL, XMPP, options, started, tree
from tests.readers import program, run

MINIMAL = 'domain = "meet.example.org"\n'
HOSTS = frozenset({"VirtualHost", "Component"})
REGISTER = '<iq xmlns="jabber:client" id="r" type="{}"><query xmlns="jabber:iq:register">{}</query></iq>'
JWT_WITH_GUESTS = VARIANTS["jwt"][0]


def table(name):
    return list(DictReader(data_text(f"jitsi/{name}.tsv").splitlines(), delimiter="\t"))


MODULES = {row["module"]: row for row in table("prosody-modules")}
CORE_OPTIONS = {row["option"]: row for row in table("prosody-core-options")}
OPTIONS = {row["option"] for row in table("prosody-options")}
OF_JITSI = [name for name, row in MODULES.items() if row["of"] == "jitsi"]


def files_of(deployment, release=None):
    if release:
        deployment = replace(deployment, settings=deployment.settings.model_copy(update={"prosody": release}))
    found = texts(deployment.bundle(deployment.hosts()[0]))
    return {path: text for path, text in found.items() if path.startswith("/etc/prosody/")}


def read(files):
    (main,) = (text for path, text in files.items() if path.endswith("/prosody.cfg.lua"))
    return options([main, *(text for text in files.values() if text != main)])


def values(found, name, host=None):
    return [option.value for option in found if option.name == name and host in (None, option.host)]


def modules_of(found):
    """Return (host, module) for all that a configuration asks for."""
    named = {(option.host, option.value) for option in found if option.name in ("modules_enabled", "module")}
    return named | {(option.host, f"auth_{option.value}") for option in found if option.name == "authentication"}


@pytest.fixture(scope="module", params=RELEASES)
def release(request):
    return request.param


@pytest.fixture(scope="module")
def rendered(release):
    """All variants: what Lua reads in them."""
    return {name: read(files_of(variant(name), release)) for name in VARIANTS}


@pytest.fixture(scope="module")
def minimal(release):
    with started(files_of(product(MINIMAL), release), release, OF_JITSI) as server:
        yield server


def test_lua_takes_all_files():
    for name in VARIANTS:
        for text in files_of(variant(name)).values():
            run(program("luac5.4", "lua5.4"), "-p", "-", text=text)


def test_all_modules_are_there_in_that_release(rendered, release):
    for name, found in rendered.items():
        asked = {module for _, module in modules_of(found)}
        assert {module for module in asked if MODULES.get(module, {}).get(release) != "y"} == set(), name


def test_all_options_are_read_by_something(rendered, release):
    known = (
        OPTIONS | {name for name, row in CORE_OPTIONS.items() if row[release] == "y"} | HOSTS | {"Include", "module"}
    )
    for name, found in rendered.items():
        assert {option.name for option in found} - known == set(), name


def test_nothing_is_asked_for_that_is_gone(rendered):
    gone = dead("prosody")
    assert {"speakerstats", "conference_duration_component", "turncredentials"} <= gone
    for name, found in rendered.items():
        assert not gone & ({option.name for option in found} | {module for _, module in modules_of(found)}), name


def test_prosody_reads_the_options_where_the_table_says(release):
    library = tree(release) / "usr/lib/prosody"
    for name, row in CORE_OPTIONS.items():
        if row[release] == "y":
            assert f'"{row["as"]}"' in (library / row["read_by"]).read_text(), name


def test_prosody_has_the_modules_that_the_table_says(release):
    library = tree(release) / "usr/lib/prosody/modules"
    there = {path.stem.removeprefix("mod_") for path in library.rglob("mod_*.lua")}
    assert there == {name for name, row in MODULES.items() if row["of"] == "prosody" and row[release] == "y"}


def test_options_of_prosody_13_are_not_given_to_older_ones():
    assert values(read(files_of(variant("minimal"), "0.12")), "component_admins_as_room_owners") == []
    assert values(read(files_of(variant("minimal"), "13.0")), "component_admins_as_room_owners") == ["true"]


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
def test_prosody_starts_without_a_complaint(name, release, rendered):
    files = files_of(variant(name), release)
    expected = {(host, module) for host, module in modules_of(rendered[name]) if module in OF_JITSI}
    local = ["127.0.0.1", "::1"] if variant(name).settings.network.ipv6 else ["127.0.0.1"]
    with started(files, release, OF_JITSI) as server:
        assert server.complaints == []
        assert server.loaded == expected
        assert server.listening() == {(address, port) for address in local for port in (XMPP, HTTP)}


@pytest.mark.slow
def test_a_module_that_is_not_there_is_a_complaint(release):
    with started(files_of(variant("minimal"), release), release, set(OF_JITSI) - {"muc_meeting_id"}) as server:
        assert any("Unable to load module 'muc_meeting_id'" in line for line in server.complaints)


@pytest.mark.parametrize(
    ("name", "interfaces"),
    [
        ("minimal", ["127.0.0.1", "::1"]),
        ("behind-nat", ["127.0.0.1"]),
        ("ipv6-only", ["127.0.0.1", "::1"]),
        ("three-bridges", ["*", "::"]),
    ],
)
def test_only_bridges_on_other_hosts_open_the_port_of_xmpp(name, interfaces):
    found = read(files_of(variant(name)))
    assert values(found, "c2s_interfaces") == interfaces
    assert set(values(found, "http_interfaces")) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", VARIANTS)
def test_an_upgrade_of_the_package_finds_what_it_would_add(name):
    deployed = variant(name)
    domain = deployed.settings.domain
    text = files_of(deployed)[f"/etc/prosody/conf.avail/{domain}.cfg.lua"]
    lines = text.splitlines()
    rooms = lines.index(f'Component "conference.{domain}" "muc"')
    assert any("restrict_room_creation" in line for line in lines[rooms : rooms + 3])
    focus = f'Component "focus.{domain}" "client_proxy"'
    assert all(part in text for part in ("unlimited_jids", f"internal.auth.{domain}", focus))


def test_without_our_firewall_the_port_of_xmpp_is_yours_to_close():
    settings, inventory = VARIANTS["three-bridges"]
    text = files_of(product(f"firewall.enabled = false\n{settings}", inventory))["/etc/prosody/prosody.cfg.lua"]
    assert "Your own firewall must let nobody else in." in text


def test_no_limit_holds_back_this_host_or_a_bridge():
    # Of itself the module spares this host.
    assert values(read(files_of(variant("ipv6-only"))), "rate_limit_whitelist") == []
    assert values(read(files_of(variant("three-bridges"))), "rate_limit_whitelist", "*") == [
        *("127.0.0.1", "::1"),
        *("192.0.2.21", "2001:db8::21", "10.1.0.21", "192.0.2.22", "10.1.0.22", "198.51.100.23", "10.1.0.23"),
    ]


def test_a_bridge_is_admin_of_nothing_but_the_room_of_bridges():
    found = [(option.host, option.value) for option in read(files_of(variant("minimal"))) if option.name == "admins"]
    assert {host for host, value in found if value.startswith("jvb@")} == {"internal.auth.meet.example.org"}
    assert {host for host, value in found if value.startswith("focus@")} == {"*", "internal.auth.meet.example.org"}


def test_with_ipv6_alone_bridges_on_other_hosts_come_by_it():
    settings, inventory = VARIANTS["three-bridges"]
    found = read(files_of(product(f"network.ipv4 = false\n{settings}", inventory)))
    assert values(found, "c2s_interfaces") == ["::"]


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("meetings.lobby", "lobby"),
        ("meetings.breakout_rooms", "breakout"),
        ("meetings.polls", "polls"),
        ("meetings.av_moderation", "avmoderation"),
        ("authentication.guests", "guest"),
    ],
)
def test_what_is_off_is_not_there(setting, host):
    on, off = (files_of(product(f"{MINIMAL}{setting} = {value}")) for value in ("true", "false"))
    assert any(f'"{host}.meet.example.org"' in text for text in on.values())
    assert not any(f'"{host}.meet.example.org"' in text for text in off.values())
    assert not any(host in module for _, module in modules_of(read(off)))


def test_files_are_shared_only_where_something_keeps_them():
    shared = f'{MINIMAL}meetings.file_sharing_url = "https://files.example.org/upload"'
    assert "filesharing_component" in values(read(files_of(product(shared))), "module")
    assert "filesharing_component" not in values(read(files_of(product(MINIMAL))), "module")


def test_tokens_are_for_somebody_and_from_somebody():
    found = read(files_of(variant("jwt")))
    assert values(found, "asap_accepted_issuers") == ["https://id.example.org/realms/staff"]
    assert values(found, "asap_accepted_audiences") == ["jitsi"]
    assert values(found, "allow_empty_token") == ["false"]
    assert values(found, "enable_domain_verification") == ["true"]
    assert values(found, "cache_keys_url") == ["https://id.example.org/realms/staff/keys/"]
    assert values(found, "app_secret") == []
    assert "token_verification" in values(found, "modules_enabled", "conference.meet.example.org")


def test_without_a_key_url_the_secret_signs_tokens():
    found = read(files_of(variant("jwt-secret")))
    assert values(found, "app_secret") == [SECRETS["jwt_secret"]]
    assert values(found, "cache_keys_url") == []


def test_guests_wait_for_somebody_with_a_token():
    found = read(files_of(product(f"{JWT_WITH_GUESTS}[meetings]\nlobby = false")))
    assert "muc_wait_for_host" in values(found, "modules_enabled", "conference.meet.example.org")
    assert {"muc_lobby_rooms", "persistent_lobby"} <= set(values(found, "modules_enabled", "meet.example.org"))
    assert values(found, "Component", "lobby.meet.example.org")
    assert values(found, "token_verification_allowlist") == ["guest.meet.example.org"]
    assert values(read(files_of(variant("jwt-secret"))), "token_verification_allowlist") == []


@pytest.mark.parametrize("name", ["minimal", "no-guests", "jwt-secret", "open"])
@pytest.mark.slow
def test_only_who_may_logs_in_without_a_name(name, release):
    deployment = variant(name)
    with started(files_of(deployment, release), release, OF_JITSI) as server:
        main, guest = (server.session(host).greeting for host in ("meet.example.org", "guest.meet.example.org"))
    # The stub that stands for tokens takes everybody, so of tokens this says nothing.
    assert ("ANONYMOUS" in main) == (name in ("open", "jwt-secret"))
    assert ("ANONYMOUS" in guest) == (name == "minimal")
    assert ("type='terminate'" in guest) == (name != "minimal")


def test_nobody_makes_an_account_over_the_network(minimal):
    for host in ("meet.example.org", "guest.meet.example.org", "auth.meet.example.org"):
        session = minimal.session(host)
        assert "<mechanism>" in session.greeting
        assert "register" not in session.greeting
        assert "<success" not in session.send(REGISTER.format("set", "<username>eve</username><password>p</password>"))
    guest = minimal.session("guest.meet.example.org")
    guest.enter()
    told = guest.send(REGISTER.format("set", "<username>eve</username><password>p</password>"))
    assert "service-unavailable" in told
    assert "type='error'" in told


def test_accounts_of_jicofo_and_the_bridges_need_a_password(minimal):
    assert "ANONYMOUS" not in minimal.session("auth.meet.example.org").greeting
    told = minimal.session("auth.meet.example.org").send(f'<auth xmlns="{SASL}" mechanism="ANONYMOUS"/>')
    assert "<failure" in told


def test_nobody_logs_in_without_encryption(minimal):
    with create_connection(("127.0.0.1", minimal.ports[XMPP]), timeout=10) as line:
        line.sendall(
            b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
            b"to='auth.meet.example.org' version='1.0'>"
        )
        told = b""
        while b"</stream:features>" not in told:
            told += line.recv(4096) or pytest.fail(told.decode())
    assert b"<required/>" in told
    assert b"<mechanism>" not in told


def test_guests_reach_nobody_but_this_server(minimal):
    guest = minimal.session("guest.meet.example.org")
    guest.enter()
    told = guest.send('<iq xmlns="jabber:client" id="v" type="get" to="example.org"><ping xmlns="urn:xmpp:ping"/></iq>')
    assert "type='error'" in told


def test_guests_make_no_room(minimal):
    guest = minimal.session("guest.meet.example.org")
    guest.enter()
    told = guest.send(
        '<presence xmlns="jabber:client" to="r@conference.meet.example.org/eve">'
        '<x xmlns="http://jabber.org/protocol/muc"/></presence>'
    )
    assert "not-allowed" in told


def test_pages_of_other_sites_are_told_nothing(minimal):
    _, headers, _ = minimal.post("", Origin="https://evil.example.org")
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_figures_are_told_only_if_they_are_wanted(minimal, release):
    assert minimal.get("/metrics")[0] == 404
    with started(files_of(product(f"{MINIMAL}metrics.enabled = true"), release), release, OF_JITSI) as server:
        assert server.get("/metrics")[0] == 200
        # Behind nginx everybody's own address counts.
        assert server.get("/metrics", **{"X-Forwarded-For": "192.0.2.1"})[0] == 403


def test_guests_get_credentials_that_coturn_takes_and_that_end(minimal):
    guest = minimal.session("guest.meet.example.org")
    guest.enter()
    told = guest.send(
        '<iq xmlns="jabber:client" id="t" type="get" to="guest.meet.example.org">'
        '<services xmlns="urn:xmpp:extdisco:2"/></iq>'
    )
    services = [dict(re.findall(r"(\w+)='([^']*)'", service)) for service in re.findall(r"<service ([^>]*)/>", told)]
    assert [(s["type"], s["transport"], s["host"], s["port"]) for s in services] == [
        ("stun", "udp", "meet.example.org", "3478"),
        ("turn", "udp", "meet.example.org", "3478"),
        ("turns", "tcp", "meet.example.org", "5349"),
    ]
    for service in services[1:]:
        made = hmac.new(SECRETS["turn_secret"].encode(), service["username"].encode(), hashlib.sha1)
        assert service["password"] == base64.b64encode(made.digest()).decode()
        assert abs(int(service["username"]) - time() - 24 * 3600) < 60


def test_nobody_is_sent_to_a_relay_that_is_not_there():
    found = read(files_of(variant("without-turn")))
    assert not [option for option in found if "external_service" in option.name + option.value]
