"""The comparison with key tables finds what is wrong."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from migrate.shared.resources import data_rows, data_text
from tests.keys import KINDS, dead, faults, flatten

TABLES = ("jicofo-keys.tsv", "jvb-keys.tsv")


def test_a_document_is_flattened_into_paths():
    document = {"a": {"b": 1, "c": [{"d": 2}, [3]]}, "e": []}
    assert list(flatten(document)) == [("a.b", 1), ("a.c", [{"d": 2}, [3]]), ("a.c[].d", 2), ("a.c[]", [3]), ("e", [])]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"videobridge": {"ice": {"udp": {"prot": 10000}}}}, "videobridge.ice.udp.prot: nothing reads it"),
        ({"videobridge": {"ice": {"udp": {"port": True}}}}, "videobridge.ice.udp.port: True is not int"),
        ({"videobridge": {"health": {"interval": "soon"}}}, "videobridge.health.interval: 'soon' is not duration"),
        (
            {"videobridge": {"apis": {"xmpp-client": {"configs": {"a": {"NICK": "b"}}}}}},
            "videobridge.apis.xmpp-client.configs.a.NICK: nothing reads it",
        ),
        (
            {"ice4j": {"harvest": {"mapping": {"static-mappings": [{"local": "192.0.2.1"}]}}}},
            "ice4j.harvest.mapping.static-mappings[].local: nothing reads it",
        ),
    ],
)
def test_what_nothing_reads_is_found(document, fault):
    assert faults(document, "jvb-keys.tsv") == [fault]


def test_what_is_read_is_no_fault():
    shard = {"MUC_NICKNAME": "b", "PORT": 5222}
    document = {
        "videobridge": {"health": {"interval": "5 seconds"}, "apis": {"xmpp-client": {"configs": {"a": shard}}}}
    }
    assert not faults(document, "jvb-keys.tsv")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_each_key_once_and_known_types(name):
    rows = data_rows(f"jitsi/{name}")
    assert len({key for key, _ in rows}) == len(rows)
    assert {kind for _, kind in rows} <= set(KINDS)


def test_every_table_is_told_of():
    folder = files("migrate.data").joinpath("jitsi")
    tables = {path.name for path in folder.iterdir()} - {"README.md"}
    assert set(re.findall(r"^\| ([\w-]+\.tsv) ", data_text("jitsi/README.md"), re.MULTILINE)) == tables


def test_no_dead_key_is_in_a_table():
    known = {key for name in TABLES for key, _ in data_rows(f"jitsi/{name}")}
    assert dead("jvb.conf") and dead("jicofo.conf")
    assert not known & (dead("jvb.conf") | dead("jicofo.conf"))
