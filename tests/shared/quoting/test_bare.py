"""Where no quoting exists, a value is safe or refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.bare import certbot, coturn, mariadb, nftables, php_fpm, signaling, sysctl
from tests.cloud_readers import by_mariadb, by_php_fpm, by_signaling
from tests.hostile import FRAGMENTS, NASTY, TEXTS
from tests.readers import by_certbot, by_sysctl, by_turnserver

PRINTABLE = st.one_of(TEXTS, st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))


def accepted(notation, values):
    for value in values:
        try:
            text = notation(value)
        except Unquotable:
            continue
        assert text == value
        yield value


@pytest.mark.slow
@given(st.lists(PRINTABLE, max_size=12))
@example(["a", *(f"a{part}b" for part in FRAGMENTS), *NASTY])
@settings(max_examples=12, deadline=None)
def test_turnserver_reads_every_accepted_value_back(values):
    # A realm has 127 bytes, whatever the file can hold.
    found = [value[:100].strip() for value in accepted(coturn, values)]
    for realm, redirect in zip(found, reversed(found), strict=True):
        assert by_turnserver(realm, redirect) == (realm, redirect)


@pytest.mark.parametrize("value", ["", " a", "a ", "=a", '"a"', "é", "a\tb", "x" * 901])
def test_turnserver_would_read_these_differently(value):
    with pytest.raises(Unquotable):
        coturn(value)


@pytest.mark.parametrize("value", ["pa55-w/+=", "a=b", "user:0x1f", "10.0.0.0-10.255.255.255", "a # b", "x" * 900])
def test_what_turnserver_needs_is_accepted(value):
    assert coturn(value) == value


@pytest.mark.slow
@given(st.lists(PRINTABLE, min_size=1, max_size=12))
@example([*(f"a{part}b" for part in FRAGMENTS), *NASTY, "https://ca.example.org/a?b=%20&c=d"])
@settings(max_examples=3, deadline=None)
def test_certbot_reads_every_accepted_value_back(values):
    found = list(accepted(certbot, values))
    options = ("server", "eab-kid", "eab-hmac-key", "user-agent", "user-agent-comment", "preferred-chain")
    for start in range(0, len(found), len(options)):
        chunk = dict(zip(options, found[start:], strict=False))
        read = by_certbot("".join(f"{option} = {value}\n" for option, value in chunk.items()))
        assert {option: read[option.replace("-", "_")] for option in chunk} == chunk


@pytest.mark.parametrize("value", ["", "[a]", '"a"', "a b", "a #b", "-a", "é"])
def test_certbot_would_read_these_differently_or_they_are_not_needed(value):
    with pytest.raises(Unquotable):
        certbot(value)


@given(st.one_of(TEXTS, st.sampled_from(NASTY)))
def test_a_word_is_one_word(value):
    for notation in (mariadb, nftables, php_fpm, sysctl):
        for found in accepted(notation, [value]):
            assert not set(found) & set(" \t\n\"'{};,#$\\=")


def test_nftables_takes_addresses_ports_interfaces_and_sets_of_them():
    assert nftables(["10.0.0.0/8", "fd00::/8", 443, "10000-20000"]) == "{ 10.0.0.0/8, fd00::/8, 443, 10000-20000 }"
    assert [nftables(value) for value in ("eth0.100", "::1", 22)] == ["eth0.100", "::1", "22"]


def test_sysctl_reads_numbers_and_words_back():
    text = f"net.core.rmem_max = {sysctl(10485760)}\nnet.ipv4.tcp_rmem = {sysctl([4096, 1, 2])}\n"
    assert by_sysctl(text) == text


@pytest.mark.slow
@given(st.lists(PRINTABLE, max_size=40))
@example([*(f"a{part}b" for part in FRAGMENTS), *NASTY, "turn:a.example.org:3478?transport=udp", "x" * 1000])
@settings(max_examples=8, deadline=None)
def test_the_signaling_server_reads_every_accepted_value_back(values):
    found = list(accepted(signaling, values))
    # Without a server it tells of none.
    assert by_signaling(signaling([*found, "last"])) == [*found, "last"]


@pytest.mark.parametrize("value", ["", "a b", "a ;b", "a #b", "a,b", "%(url)s", "$(HOME)", '"a"', "é", "x" * 1001])
def test_the_signaling_server_would_read_these_differently_or_they_are_not_needed(value):
    with pytest.raises(Unquotable):
        signaling(value)


@pytest.mark.slow
@given(PRINTABLE)
@example("/run/php/php8.2-fpm-nextcloud.sock")
@settings(max_examples=20, deadline=None)
def test_php_fpm_reads_every_accepted_path_back(value):
    for path in accepted(php_fpm, [f"/{value}"]):
        pool = f"[cloud]\nuser = nobody\nlisten = {path}\npm = static\npm.max_children = {php_fpm(7)}\n"
        told = by_php_fpm(pool)
        assert (told["listen"], told["pm.max_children"]) == (path, "7")


@pytest.mark.slow
def test_mariadb_reads_numbers_and_words_back():
    text = f"[mariadbd]\nmax_connections = {mariadb(321)}\ntransaction_isolation = {mariadb('READ-COMMITTED')}\n"
    found = by_mariadb(text)
    assert (found["max-connections"], found["transaction-isolation"]) == ("321", "READ-COMMITTED")
