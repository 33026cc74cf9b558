"""What browsers load: config.js, interface_config.js, branding.json and the logo, read back by node."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from migrate.core.bundle import Fault
from migrate.deployment.jitsi_meet.names import Names
from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.shared.resources import data_rows
from tests.deployments import VARIANTS, product, texts, variant
from tests.keys import dead
from tests.readers import by_node, served_by_nginx

MINIMAL = 'domain = "meet.example.org"'
PAGES = ("-config.js", "-interface_config.js", "branding.json")
TYPES = {"boolean": bool, "number": int | float, "string": str, "object": dict, "Array": list, "string[]": list}
ECHO = re.compile(r'<!--# echo var="(\w+)" default="" -->')
"""What the web server replaces by the value of a variable."""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def served(meet: JitsiMeet) -> tuple[str, str, str]:
    """Return the texts of the three files of a product."""
    found = texts(meet.bundle(meet.hosts()[0]))
    config, interface, branding = (next(text for path, text in found.items() if path.endswith(page)) for page in PAGES)
    return config, interface, branding


def read(meet: JitsiMeet, **variables: str) -> tuple[Any, Any, Any]:
    """Let node execute the three files, as the web server sends them, where there is nothing but the language."""
    config, interface, branding = served(meet)
    config = ECHO.sub(lambda found: variables.get(found[1], ""), config)
    return (*by_node(f"{config}\n{interface}\n;[config, interfaceConfig]"), by_node(branding, as_json=True))


@cache
def read_variant(name: str) -> tuple[Any, Any, Any]:
    return read(variant(name))


def included(config: str, variables: str) -> str:
    """Let nginx include config.js in a page, as upstream's page does, and return what it sends."""
    server = f"""
        {variables}
        default_type text/html;
        ssi on;
        location = /config.js {{ default_type application/javascript; ssi_types application/javascript; }}
    """
    page = '<!--#include virtual="/config.js" -->'
    return served_by_nginx(server, 1, {"0": page, "config.js": config})[0]


def changed(settings: str) -> Any:
    return read(product(f"{MINIMAL}\n{settings}"))[0]


def deep(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, member in value.items():
        yield prefix + key, member
        if isinstance(member, dict):
            yield from deep(member, f"{prefix}{key}.")


def is_of(value: object, kind: str) -> bool:
    known = [expected for name, expected in TYPES.items() if kind.startswith(name)]
    return not known or isinstance(value, known[0])


@pytest.mark.parametrize("name", VARIANTS)
class TestEveryVariant:
    def test_has_only_keys_of_config_js_that_something_reads(self, name: str) -> None:
        known = {key: (kind, instead) for key, kind, instead in data_rows("jitsi/config-js-keys.tsv")}
        found = dict(deep(read_variant(name)[0]))
        assert not found.keys() - known.keys()
        assert not found.keys() & dead("config.js")
        assert not {key: known[key][1] for key in found if known[key][1]}
        assert [key for key, value in found.items() if not is_of(value, known[key][0])] == []

    def test_has_only_keys_of_interface_config_that_something_reads(self, name: str) -> None:
        status = {key: status for key, status, _ in data_rows("jitsi/interface-config-keys.tsv")}
        assert {status.get(key) for key in read_variant(name)[1]} == {"read"}

    def test_has_only_keys_of_branding_that_something_reads(self, name: str) -> None:
        known = dict(data_rows("jitsi/branding-keys.tsv"))
        found = dict(deep(read_variant(name)[2]))
        assert not found.keys() - known.keys()
        assert [key for key, value in found.items() if not is_of(value, known[key])] == []

    def test_tells_a_key_once(self, name: str) -> None:
        for text, value in zip(served(variant(name)), read_variant(name), strict=True):
            code = re.sub(r"(?m)^\s*//.*$", "", text)
            written = re.findall(r'(?:^|[{,])\s*"?(\w+)"?:', code, re.MULTILINE)
            inside = [key for member in value.get("p2p", {}).get("stunServers", ()) for key in member]
            assert len(written) == len(dict(deep(value))) + len(inside)

    def test_leaves_the_page_around_it_alone(self, name: str) -> None:
        config, interface, _ = served(variant(name))
        assert ECHO.findall(config) == ["subdomain", "subdir"]
        assert "<" not in ECHO.sub("", config) + interface

    def test_says_what_the_settings_say(self, name: str) -> None:
        settings, (config, interface, _) = variant(name).settings, read_variant(name)
        expected = {
            "hosts.domain": "domain",
            "requireDisplayName": "meetings.display_name_required",
            "resolution": "limits.resolution",
            "constraints.video.height.max": "limits.resolution",
            "p2p.enabled": "meetings.peer_to_peer",
            "prejoinConfig.enabled": "meetings.prejoin_page",
            "defaultLanguage": "language",
        }
        found = dict(deep(config))
        assert {key: found[key] for key in expected} == {key: attrgetter(to)(settings) for key, to in expected.items()}
        assert found["startAudioMuted"] == settings.meetings.muted_from - 1
        assert found["startVideoMuted"] == settings.meetings.camera_off_from - 1
        assert found.get("roomPasswordNumberOfDigits") == settings.meetings.password_digits
        assert found["channelLastN"] == (settings.limits.last_n or -1)
        assert interface["APP_NAME"] == settings.branding.name

    def test_asks_nobody_but_its_own_server_for_its_address(self, name: str) -> None:
        meet = variant(name)
        own = [f"stun:{meet.topology.turn_domain}:{meet.settings.turn.port}"] if meet.topology.turn else []
        assert [server["urls"] for server in read_variant(name)[0]["p2p"]["stunServers"]] == own

    def test_keeps_to_itself(self, name: str) -> None:
        config = read_variant(name)[0]
        assert config["disableThirdPartyRequests"]
        assert config["analytics"] == {"disabled": True}
        assert config["gravatar"]["disabled"]
        assert config["gravatar"]["baseUrl"].startswith(f"https://{config['hosts']['domain']}/")
        assert not config["giphy"]["enabled"]
        assert config["deeplinking"]["disabled"] == (not variant(name).settings.web.mobile_apps)


class TestConnections:
    def test_go_to_the_server(self) -> None:
        config = read_variant("open")[0]
        assert config["websocket"] == "wss://meet.example.org/xmpp-websocket"
        assert config["bosh"] == "https://meet.example.org/http-bind"
        assert config["conferenceRequestUrl"] == "https://meet.example.org/conference-request/v1"
        assert config["hosts"]["muc"] == Names("meet.example.org").rooms

    def test_keep_the_rooms_of_tenants_apart(self) -> None:
        config = read(variant("open"), subdomain="Sales.", subdir="Sales/")[0]
        assert config["websocket"] == "wss://meet.example.org/Sales/xmpp-websocket"
        assert config["bosh"] == "https://meet.example.org/Sales/http-bind"
        assert config["conferenceRequestUrl"] == "https://meet.example.org/Sales/conference-request/v1"
        assert config["hosts"]["muc"] == "conference.sales.meet.example.org"

    def test_are_told_by_the_web_server_that_puts_in_the_tenant(self) -> None:
        config = served(variant("minimal"))[0]
        for tenant in ("", "sales"):
            there = f'set $subdomain "{tenant}."; set $subdir "{tenant}/";' if tenant else ""
            sent = by_node(f"{included(config, there)}\n;config")
            variables = {"subdomain": f"{tenant}.", "subdir": f"{tenant}/"} if tenant else {}
            assert sent == read(variant("minimal"), **variables)[0]


class TestAuthentication:
    @pytest.mark.parametrize(
        ("name", "guests", "accounts"),
        [
            ("minimal", "guest.meet.example.org", "meet.example.org"),
            ("no-guests", None, "meet.example.org"),
            ("jwt", "guest.meet.example.org", None),
            ("jwt-secret", None, None),
            ("open", None, None),
        ],
    )
    def test_people_come_in_where_they_may(self, name: str, guests: str | None, accounts: str | None) -> None:
        hosts = read_variant(name)[0]["hosts"]
        assert (hosts.get("anonymousdomain"), hosts.get("authdomain")) == (guests, accounts)

    def test_tokens_are_got_from_the_identity_provider(self) -> None:
        config = read_variant("jwt")[0]
        assert config["tokenAuthUrl"] == "https://id.example.org/login?room={room}"
        assert config["tokenLogoutUrl"] == "https://id.example.org/logout"

    def test_no_provider_is_named_where_there_is_none(self) -> None:
        assert not [key for name in ("minimal", "jwt-secret") for key in read_variant(name)[0] if key.startswith("tok")]


class TestASetting:
    @pytest.mark.parametrize(
        ("settings", "key", "value"),
        [
            ("meetings.lobby = false", "securityUi.hideLobbyButton", True),
            ("meetings.breakout_rooms = false", "breakoutRooms.hideAddRoomButton", True),
            ("meetings.polls = false", "disablePolls", True),
            ("meetings.reactions = false", "disableReactions", True),
            ('meetings.recording = "off"', "localRecording.disable", True),
            ('meetings.end_to_end_encryption = "off"', "e2ee.disabled", True),
            ('meetings.end_to_end_encryption = "external-key"', "e2ee.externallyManagedKey", True),
            ("web.welcome_page = false", "welcomePage.disabled", True),
            ("web.welcome_page = false", "enableClosePage", True),
            ("meetings.muted_from = 1", "startAudioMuted", 0),
            ('meetings.file_sharing_url = "https://f.example.org/"', "fileSharing.apiUrl", "https://f.example.org/"),
        ],
    )
    def test_changes_its_key(self, settings: str, key: str, value: object) -> None:
        assert dict(deep(read_variant("minimal")[0])).get(key) != value
        assert dict(deep(changed(settings)))[key] == value

    @pytest.mark.parametrize(
        ("settings", "button"),
        [
            ("meetings.polls = false", "polls"),
            ("meetings.reactions = false", "reactions"),
            ('meetings.recording = "off"', "recording"),
        ],
    )
    def test_takes_its_button_away(self, settings: str, button: str) -> None:
        assert button in read_variant("minimal")[0]["toolbarButtons"]
        assert button not in changed(settings)["toolbarButtons"]

    @pytest.mark.parametrize("button", ["help", "embedmeeting", "filesharing"])
    def test_gives_a_button_only_to_what_there_is(self, button: str) -> None:
        assert button in read_variant("everything")[0]["toolbarButtons"]
        assert button not in read_variant("minimal")[0]["toolbarButtons"]

    @pytest.mark.parametrize("button", ["sharedvideo", "whiteboard", "etherpad", "livestreaming", "feedback"])
    def test_gives_no_button_to_what_is_elsewhere(self, button: str) -> None:
        assert button not in read_variant("everything")[0]["toolbarButtons"]


class TestBranding:
    def test_links_lead_to_own_pages(self) -> None:
        links = read_variant("everything")[0]["legalUrls"]
        assert links["privacy"] == "https://www.example.org/privacy"
        assert links["terms"] == "https://www.example.org/terms"
        assert links["helpCentre"] == links["security"] == "https://help.example.org/meetings"

    def test_links_that_nobody_set_lead_to_nobody_else(self) -> None:
        assert set(read_variant("minimal")[0]["legalUrls"].values()) == {"https://meet.example.org/"}

    def test_a_logo_is_served_from_the_own_server(self) -> None:
        config, interface, branding = read_variant("everything")
        url = "https://meet.example.org/branding/logo.svg"
        assert config["defaultLogoUrl"] == interface["DEFAULT_WELCOME_PAGE_LOGO_URL"] == branding["logoImageUrl"] == url
        assert interface["SHOW_JITSI_WATERMARK"]
        assert branding["logoClickUrl"] == interface["JITSI_WATERMARK_LINK"] == "https://www.example.org/"

    def test_without_a_logo_there_is_none_of_upstream(self) -> None:
        config, interface, branding = read_variant("minimal")
        assert not interface["SHOW_JITSI_WATERMARK"]
        assert branding == {"logoImageUrl": "", "logoClickUrl": ""}
        assert config["defaultLogoUrl"] == interface["JITSI_WATERMARK_LINK"] == ""

    def test_the_logo_is_in_the_bundle_as_it_is(self) -> None:
        files = variant("everything").bundle("meet.example.org").files
        (logo,) = [file for file in files if isinstance(file.content, bytes)]
        assert logo.placement.path == "/etc/jitsi/meet/branding/logo.svg"
        assert logo.content == Path("examples/site/branding/logo.svg").read_bytes()

    def test_the_accent_colours_all_that_has_it(self) -> None:
        palette = read_variant("everything")[2]["customTheme"]["palette"]
        assert palette["action01"] == palette["prejoinActionButtonPrimary"] == "#0f766e"
        assert palette["action01Hover"] == "#0c645d"
        assert palette["action01Active"] == "#0a524d"

    def test_the_background_is_behind_meetings_and_before_them(self) -> None:
        _, interface, branding = read_variant("everything")
        assert branding["backgroundColor"] == branding["premeetingBackground"] == "#1f2937"
        assert interface["DEFAULT_BACKGROUND"] == "#1f2937"

    def test_a_name_cannot_end_the_script_or_include_a_file(self) -> None:
        name = 'A</script><!--#include virtual="/x" --> "` ${x} \\'
        meet = product(f"{MINIMAL}\nbranding.name = {json.dumps(name)}")
        assert "<" not in served(meet)[1]
        assert read(meet)[1]["APP_NAME"] == name


def faults(site: Path, logo: str = "logo.svg") -> list[Fault]:
    return list(product(f'{MINIMAL}\nbranding.logo = "{logo}"', site=site).faults())


def message(site: Path, logo: str = "logo.svg") -> str:
    (fault,) = faults(site, logo)
    assert fault.path == ("jitsi_meet", "branding", "logo")
    assert fault.hint
    return fault.message


class TestALogo:
    def test_that_is_a_picture_has_no_fault(self, tmp_path: Path) -> None:
        (tmp_path / "logo.svg").write_text(
            SVG.format('<style>a{fill:url(#g)}</style><use xlink:href="#g"/><image href="data:image/png;base64,AA"/>')
        )
        (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
        assert faults(tmp_path) + faults(tmp_path, "logo.png") == []

    def test_may_be_a_link_inside_the_site(self, tmp_path: Path) -> None:
        (tmp_path / "real.svg").write_text(SVG.format(""))
        (tmp_path / "logo.svg").symlink_to("real.svg")
        assert faults(tmp_path) == []

    def test_must_be_there(self, tmp_path: Path) -> None:
        assert "not there" in message(tmp_path)

    def test_must_be_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "logo.svg").mkdir()
        assert "not a file" in message(tmp_path)

    def test_must_not_lie_outside_the_site(self, tmp_path: Path) -> None:
        (tmp_path / "secret.svg").write_text(SVG.format(""))
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "logo.svg").symlink_to("../secret.svg")
        assert "out of the site" in message(tmp_path / "site")

    def test_must_not_be_a_link_to_itself(self, tmp_path: Path) -> None:
        (tmp_path / "logo.svg").symlink_to("logo.svg")
        assert message(tmp_path)

    def test_must_not_be_too_big(self, tmp_path: Path) -> None:
        (tmp_path / "logo.svg").write_text(SVG.format(" " * 1_000_000))
        assert "bigger" in message(tmp_path)

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("logo.png", b"GIF89a"),
            ("logo.gif", b"GIF89a"),
            ("logo.svg", b"\x89PNG\r\n\x1a\n"),
            ("logo.svg", b""),
            ("logo.svg", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
            ("logo.svg", b"<svg/>"),
        ],
    )
    def test_must_be_what_its_name_says(self, tmp_path: Path, name: str, data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        assert message(tmp_path, name)

    @pytest.mark.parametrize(
        "inside",
        [
            "<script>alert(1)</script>",
            '<a onclick="alert(1)"/>',
            "<foreignObject/>",
            '<x:div xmlns:x="http://www.w3.org/1999/xhtml"/>',
            '<image href="https://t.example.org/pixel.png"/>',
            '<image xlink:href="//t.example.org/pixel.png"/>',
            '<use href="other.svg#a"/>',
            '<a xlink:href="&#106;avascript:alert(1)"/>',
            '<image href="data:image/svg+xml,x"/>',
            '<a><animate attributeName="xlink:href" to="javascript:alert(1)"/></a>',
            "<style>@import 'https://t.example.org/a.css';</style>",
            "<style>a{fill:url('https://t.example.org/a')}</style>",
            "<style><![CDATA[a{fill:u\\72l(//t.example.org)}]]></style>",
            '<a style="background:URL( //t.example.org/a )"/>',
            '<a fill="url(https://t.example.org/a#b)"/>',
            "<?xml-stylesheet href='https://t.example.org/a.css'?>",
        ],
    )
    def test_must_not_run_or_load_anything(self, tmp_path: Path, inside: str) -> None:
        (tmp_path / "logo.svg").write_text(SVG.format(inside))
        assert message(tmp_path).startswith("logo.svg holds")

    def test_must_not_define_entities(self, tmp_path: Path) -> None:
        text = '<!DOCTYPE svg [<!ENTITY a SYSTEM "/etc/passwd">]>' + SVG.format("&a;")
        (tmp_path / "logo.svg").write_text(text)
        assert "DOCTYPE" in message(tmp_path)

    def test_is_needed_to_click_on(self) -> None:
        (fault,) = product(f'{MINIMAL}\nbranding.logo_link = "https://www.example.org/"').faults()
        assert fault.path == ("jitsi_meet", "branding", "logo_link")


class TestALanguage:
    def test_is_one_that_the_pages_are_in(self) -> None:
        assert changed('language = "pt-BR"')["defaultLanguage"] == "pt-BR"

    @pytest.mark.parametrize(("language", "meant"), [("ptBR", "pt-BR"), ("de-AT", "de"), ("english", "en")])
    def test_that_is_none_is_met_with_the_nearest(self, language: str, meant: str) -> None:
        with pytest.raises(ValidationError, match=f"did you mean {meant}\\?"):
            product(f'{MINIMAL}\nlanguage = "{language}"')
