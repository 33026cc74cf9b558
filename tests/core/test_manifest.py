"""The manifest: the same for the same bundle, another for any other, and without contents."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from migrate.core.bundle import Bundle, Content, Link, Placement, SecretSpan, ServerFile
from migrate.core.manifest import checksum, manifest_of, sha256_of, spans

SECRET = "the-secret-itself"
CONFIG = ServerFile(
    Placement("/etc/b.conf", "user", "staff", "0640", ("look", "{}"), ("look-at-all",), ("one",), ("two",)),
    Content(f"password={SECRET}\n", (SecretSpan(9, 9 + len(SECRET), "‹mask›"),)),
)
LOGO = ServerFile(Placement("/etc/a.png"), b"\x89PNG")
LINK = Link("/etc/c.conf", "b.conf")
BUNDLE = Bundle("meet.example.org", {"b": "2", "a": "1"}, (CONFIG, LOGO), (LINK,))


def test_it_tells_everything_but_the_contents() -> None:
    manifest = manifest_of(BUNDLE)
    text = json.dumps(manifest)
    logo, config = manifest["files"]
    assert (logo["path"], logo["sha256"], "secrets" in logo) == ("/etc/a.png", sha256_of(b"\x89PNG"), False)
    assert {**config, "sha256": "", "secrets": ""} == {
        "path": "/etc/b.conf",
        "sha256": "",
        "owner": "user",
        "group": "staff",
        "mode": "0640",
        "validate": ["look", "{}"],
        "check": ["look-at-all"],
        "restart": ["one"],
        "reload": ["two"],
        "secrets": "",
    }
    assert manifest["links"] == [{"path": "/etc/c.conf", "target": "b.conf"}]
    assert SECRET not in text
    assert spans(json.loads(text)["files"][1]) == CONFIG.content.secrets
    assert spans(logo) == ()


def test_it_is_the_same_whatever_the_order() -> None:
    other = Bundle("meet.example.org", {"a": "1", "b": "2"}, (LOGO, CONFIG), (LINK,))
    assert json.dumps(manifest_of(other)) == json.dumps(manifest_of(BUNDLE))


def test_its_checksum_does_not_count_itself() -> None:
    manifest = manifest_of(BUNDLE)
    assert checksum(manifest) == manifest["checksum"] == checksum({**manifest, "checksum": "other"})


@pytest.mark.parametrize(
    "other",
    [
        replace(BUNDLE, host="talk.example.org"),
        replace(BUNDLE, assumes={"a": "1", "b": "3"}),
        replace(BUNDLE, files=(CONFIG,)),
        replace(BUNDLE, files=(CONFIG, replace(LOGO, content=b"other"))),
        replace(BUNDLE, files=(CONFIG, replace(LOGO, placement=Placement("/etc/a.png", mode="0600")))),
        replace(BUNDLE, links=()),
        replace(BUNDLE, links=(Link("/etc/c.conf", "d.conf"),)),
    ],
)
def test_whatever_changes_its_checksum_does(other: Bundle) -> None:
    assert manifest_of(other)["checksum"] != manifest_of(BUNDLE)["checksum"]
