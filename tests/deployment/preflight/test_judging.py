"""Each thing that can be wrong with a host is found, called by its name, and comes with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.core.check import Look, Resolved, Verdict
from tests.deployment.preflight.hosts import ANSWERING, LOOKS, NEEDS, V4, V6, bad, listening, needing, seen

FAILED, WARNING = Verdict.FAILED, Verdict.WARNING
PRIVATE = "10.0.0.5"


def test_a_good_host_has_nothing_to_tell():
    assert bad() == []


@pytest.mark.parametrize(
    ("path", "value", "code", "verdict", "words"),
    [
        ("system.distribution", "ubuntu-24", "distribution", FAILED, "made for debian-12"),
        ("system.architecture", "riscv64", "architecture", FAILED, "riscv64"),
        ("system.init", "sh", "init", FAILED, "started by systemd"),
        ("system.container", "lxc", "container", WARNING, "lxc"),
        ("system.root", False, "not-root", FAILED, "not root's"),
        ("system.hostname_resolves", [], "hostname", FAILED, "its own name, meet"),
        ("size.memory", 1_000_000_000, "memory", FAILED, "1.0 GB of memory is too little"),
        ("size.memory", 4_000_000_000, "memory", WARNING, "small meetings"),
        ("size.disks", {"/": 9e9, "/var": 1e9}, "disk", FAILED, "1.0 GB of room on /var"),
        ("size.disks", {"/": 9e9, "/var": 4e9}, "disk", WARNING, "4.0 GB of room on /var"),
        ("size.cores", 1, "cores", WARNING, "1 core"),
        ("synchronised", False, "time-service", WARNING, "clock"),
        ("missing", ["/etc/ssl/meet.pem"], "file-missing", FAILED, "/etc/ssl/meet.pem"),
        ("owner", "other.example.org", "other-deployment", FAILED, "other.example.org"),
        ("apt.interrupted", ["libc6"], "dpkg-interrupted", FAILED, "libc6"),
        ("apt.locked", "apt-get, process 7", "apt-locked", WARNING, "apt-get, process 7"),
        ("apt.held", ["nginx"], "held", FAILED, "nginx"),
        ("apt.removes", ["exim4"], "removals", FAILED, "would remove exim4"),
        ("apt.refusal", "Unable to correct problems", "not-installable", FAILED, "Unable to correct problems"),
        ("apt.lacking", ["jicofo", "prosody"], "not-known", WARNING, "prosody"),
    ],
)
def test_what_is_wrong_with_a_host_is_told(path, value, code, verdict, words):
    (found,) = bad(what=seen({path: value}))
    assert (found.code, found.verdict, found.host) == (code, verdict, "meet")
    assert words in found.message
    assert found.hint


def test_what_others_set_up_is_told_with_the_way_to_take_it_over():
    (found,) = bad(what=seen({"foreign": [{"kind": "web-server", "words": "a web server (apache2 2.4)"}]}))
    assert (found.code, found.message) == ("foreign-web-server", "others set up a web server (apache2 2.4)")
    assert "--adopt" in found.hint


def test_a_new_host_that_knows_no_packages_yet_is_well():
    assert bad(what=seen({"apt.lacking": ["jicofo", "nginx", "prosody"]})) == []


def test_what_we_hold_ourselves_is_no_obstacle():
    assert bad(what=seen({"apt.held": ["nginx"], "owner": "meet.example.org"})) == []


@pytest.mark.parametrize("ahead", [-60.0, 60.0])
def test_a_wrong_clock_is_told(ahead):
    (found,) = bad(what=seen(ahead=ahead))
    assert found.code == "clock"
    assert f"60 seconds {'ahead' if ahead > 0 else 'behind'}" in found.message


def test_a_server_that_does_not_answer_is_told_with_its_reason():
    (found,) = bad(what=seen({"pages": [{**seen().facts["pages"][0], "problem": "it answers 404 Not Found"}]}))
    assert found.code == "no-answer"
    assert "https://packages.example.org/key: it answers 404 Not Found" in found.message


def test_a_port_that_somebody_has_is_told_with_the_program():
    (found,) = bad(what=seen({"listening": listening("tcp", 443, "apache2", "apache2.service")}))
    assert (found.code, found.verdict) == ("port-taken", FAILED)
    assert found.message == "apache2 has port 443/tcp, where the web server will be"


def test_our_own_service_may_have_its_port():
    different = {"listening": listening("tcp", 443, "nginx", "nginx.service")}
    assert [found.code for found in bad(what=seen(different))] == ["port-taken"]
    assert bad(what=seen({**different, "owner": "meet.example.org"})) == []


def test_a_firewall_that_would_lock_out_is_told():
    (found,) = bad(needing(ssh_port=2222))
    assert found.code == "ssh-port"
    assert "sshd listens at 22, and the firewall will open 2222 only" in found.message


@pytest.mark.parametrize(
    ("state", "words"),
    [("silent", "gets no answer from"), ("refused", "is refused at"), ("unreachable", "finds no way to")],
)
def test_closed_ports_are_told_together_by_where_they_were_looked_at_from(state, words):
    closed = [Look("office", "meet", V4, *port, state) for port in sorted(ANSWERING)]
    (found,) = bad(what=seen(looks=(*LOOKS, *closed)))
    assert found.code == "port-closed"
    assert found.message == f"443/tcp and 10000/udp: whoever comes from office {words} {V4}"


def test_a_bridge_that_runs_is_not_blamed_for_its_silence():
    mute = Look("", "meet", V4, "udp", 10000, "silent")
    assert bad(what=seen(looks=(mute,), answering=frozenset())) == []
    assert [found.code for found in bad(what=seen(looks=(mute,)))] == ["port-closed"]


def test_another_machine_behind_an_address_is_told():
    (found,) = bad(what=seen(looks=(Look("", "meet", V4, "tcp", 443, "open"),)))
    assert found.code == "port-elsewhere"


@pytest.mark.parametrize(
    ("addresses", "codes"),
    [
        ((), ["dns-missing"]),
        ((V4,), ["dns-family"]),
        ((V6,), ["dns-family"]),
        ((V4, V6, "203.0.113.9"), ["dns-elsewhere"]),
    ],
)
def test_names_that_lead_elsewhere_or_nowhere_are_told(addresses, codes):
    names = {"meet.example.org": Resolved(addresses, addresses)}
    assert [found.code for found in bad(what=seen(names=names))] == codes


def test_a_record_for_a_family_that_the_host_lacks_makes_people_wait():
    what = seen({"addresses": {"own": [V4], "routed": [V4]}}, looks=LOOKS[:2])
    found = bad(needing(families=(4,), addresses=(V4,)), what)
    assert [one.code for one in found] == ["dns-family"]
    assert "network.ipv6 is off: people would wait" in found[0].message
    codes = [one.code for one in bad(needing(addresses=(V4,)), what)]
    assert codes == ["no-ipv6", "dns-family"]


def test_an_address_from_which_our_own_words_came_back_is_right_whatever_it_is():
    public = "203.0.113.9"
    names = {"meet.example.org": Resolved((V4, V6, public), (V4, V6, public))}
    look = Look("", "meet", public, "tcp", 443, "answered", arrived=V4)
    assert bad(what=seen(names=names, looks=(*LOOKS, look))) == []


def test_names_that_only_this_machine_knows_are_told():
    only_here = {"meet.example.org": Resolved((V4, V6), None)}
    differs = {"meet.example.org": Resolved((V4,), (V4, V6))}
    assert [(one.code, one.verdict) for one in bad(what=seen(names=only_here))] == [("dns-only-here", WARNING)]
    assert [one.code for one in bad(what=seen(names=differs))] == ["dns-differs"]


def behind_nat(**changed):
    """Return what is told of a bridge with a private address."""
    mapped = tuple(replace(look, arrived=PRIVATE) if look.address == V4 else look for look in LOOKS)
    addresses = {"own": [PRIVATE, V6], "routed": [PRIVATE, V6]}
    what = seen({"addresses": addresses}, looks=changed.pop("looks", mapped))
    return bad(needing(addresses=(V6,), **changed), what)


def test_a_private_address_without_a_mapping_means_that_nobody_hears():
    (found,) = behind_nat()
    assert found.code == "private-address"
    assert "nobody outside would hear anybody" in found.message
    assert behind_nat(reach="lan") == []
    assert behind_nat(reach="nat", mappings=((PRIVATE, V4),)) == []
    assert behind_nat(reach="nat", asks_stun=True) == []


def test_where_no_setting_tells_how_people_come_the_names_do():
    (found,) = behind_nat(reach="named")
    assert (found.code, found.hint) == ("private-address", f"Map {PRIVATE} to the public one in hosts.meet.mappings.")
    assert behind_nat(reach="named", mappings=((PRIVATE, V4),)) == []
    private = {"meet.example.org": Resolved((PRIVATE,), (PRIVATE,))}
    told = bad(
        needing(addresses=(), reach="named"),
        seen({"addresses": {"own": [PRIVATE, V6], "routed": [PRIVATE, V6]}}, names=private),
    )
    assert "private-address" not in [one.code for one in told]


def test_a_mapping_of_an_address_that_the_host_does_not_have_is_told():
    codes = [found.code for found in behind_nat(reach="nat", mappings=(("10.0.0.6", V4),), looks=LOOKS[2:])]
    assert codes == ["mapping-unknown", "private-address"]


def test_a_mapping_that_the_router_contradicts_is_told():
    looks = (Look("", "meet", V4, "udp", 10000, "answered", arrived="10.0.0.7"), *LOOKS)
    (found,) = behind_nat(reach="nat", mappings=((PRIVATE, V4),), looks=looks)
    assert found.code == "mapping-wrong"
    assert f"arrives at 10.0.0.7, and the settings map it to {PRIVATE}" in found.message


def test_addresses_that_the_host_does_not_have_are_told():
    (found,) = bad(needing(addresses=(*NEEDS.addresses, "203.0.113.8")))
    assert (found.code, found.verdict) == ("address-unknown", WARNING)
