"""inventory.ini is read as Ansible reads it, or refused with the line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from migrate.core.errors import ConfigurationError
from migrate.deployment.inventory import read_inventory, with_host
from migrate.shared.resources import project_text
from tests.readers import program

GROUPS = ("jitsi_meet", "jitsi_videobridge", "coturn")

# Ansible reads all of them in one run: § keeps their names apart.
UNDERSTOOD = {
    "one host": "[web§]\na§.example.org\n",
    "several groups": "[web§]\na§.example.org\n[bridge§]\nb§.example.org\na§.example.org\n",
    "a group in two parts": "[web§]\na§.example.org\n[bridge§]\n[web§]\nb§.example.org\n",
    "comments": "# x\n; y\n[web§] # z\n  # inside\na§.example.org # the first\n; b.example.org\n",
    "variables": "[web§]\na§.example.org ansible_host=192.0.2.1 note=\"two words\" other='# none'\n",
    "variables of a group": "[web§]\na§.example.org\n[web§:vars]\nx = 1\ny=[1:2]\n[all:vars]\nz=1\n",
    "children": "[both§:children]\nweb§\nbridge§ # too\n[web§]\na§.example.org\n[bridge§]\nb§.example.org\n",
    "grandchildren": "[a§:children]\nb§\n[b§:children]\nc§\n[c§]\nx§.example.org\n[b§]\ny§.example.org\n",
    "a diamond": "[a§:children]\nb§\nc§\n[b§:children]\nd§\n[c§:children]\nd§\n[d§]\nx§.example.org\n",
    "variables before the group": "[web§:vars]\nx=1\n[web§]\na§.example.org\n",
    "an address": "[web§]\n192.0.2.§\n",
    "other line ends": "[web§]\r\na§.example.org\r\n\r\n[bridge§]\r\n",
    "a comment inside a word": "[web§]\na§.example.org#b\n",
    "nothing": "",
    "the example": project_text("inventory.example"),
}

REFUSED = {
    "a range": ("[web]\nweb[1:3].example.org\n", "line 2: web[1:3].example.org is a range"),
    "a port": ("[web]\na.example.org:2222\n", "line 2: a.example.org:2222 has a port: write a.exam"),
    "no group": ("a.example.org\n", "line 1: a.example.org is in no group"),
    "no such kind": ("[web:hosts]\na.example.org\n", "line 1: [web:hosts] is not the name of a group"),
    "a blank in a name": ("[web servers]\na.example.org\n", "line 1: [web servers] is not"),
    "a comment that is none": ("[web] ; c\na.example.org\n", "line 1: [web] ; c is not"),
    "an open header": ("[web\na.example.org\n", "line 1: [web is not"),
    "an open quote": ('[web]\na.example.org note="two words\n', "line 2: a quote is not closed"),
    "two hosts in a line": ("[web]\na.example.org b.example.org\n", "line 2: b.example.org is no variable of a."),
    "a host twice": ("[web]\na.example.org\nb.example.org\na.example.org\n", "line 4: a.example.org is in [web] al"),
    "a child that is none": ("[a:children]\nb\n", "line 2: there is no group [b] to be part of [a]"),
    "everything as a child": ("[a:children]\nall\n", "line 2: there is no group [all] to be part of [a]"),
    "a circle": ("[a:children]\nb\n[b:children]\na\n", "line 2: [b] is part of [a], and [a] is part of [b]"),
    "a group in itself": ("[a]\nx.example.org\n[a:children]\na\n", "line 4: [a] is part of [a]"),
    "a longer circle": ("[a:children]\nb\n[b:children]\nc\n[c:children]\na\n", "line 6: [a] is part of [c]"),
    "variables of no group": ("[web:vars]\nx=1\n", "line 1: there is no group [web] to have variables"),
    "no variable": ("[web]\na.example.org\n[web:vars]\nx\n", "line 4: x is no variable of [web]"),
    "two children in a line": ("[a:children]\nb c\n[b]\n[c]\n", "line 2: b c is not the name of a group"),
    "YAML": ("---\nall:\n  hosts:\n    a.example.org:\n", "line 1: this begins like YAML"),
    "YAML without a mark": ("all:\n  hosts:\n    a.example.org:\n", "line 1: this begins like YAML"),
    "another alphabet": ("[web]\nmünchen.example.org\n", "line 2: münchen.example.org is not the name of a host"),
    "a path": ("[web]\n../a\n", "line 2: ../a is not the name of a host"),
    "a mark of byte order": ("\ufeff[web]\na.example.org\n", "line 1: \ufeff[web] is "),
}  # fmt: skip


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError, match=r"inventory\.ini is not understood") as caught:
        read_inventory(text, "inventory.ini")
    return caught.value.details


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_understood_is_told_with_its_line(case: str) -> None:
    text, expected = REFUSED[case]
    assert [fault for fault in faults(text) if fault.startswith(expected)], faults(text)


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    text = "a.example.org\n[web]\nb[1:2]\n[web:vars]\nx\n[all_of_them:children]\nnone\n"
    assert [fault.partition(":")[0] for fault in faults(text)] == ["line 1", "line 3", "line 5", "line 7"]


@pytest.mark.slow
def test_ansible_finds_the_same_hosts_in_the_same_groups(tmp_path: Path) -> None:
    own = dict[str, tuple[str, ...]]()
    for number, text in enumerate(UNDERSTOOD.values(), 1):
        (tmp_path / f"{number}.ini").write_bytes(text.replace("§", str(number)).encode())
        own |= read_inventory(text.replace("§", str(number)), f"{number}.ini").groups
    theirs = by_ansible(*tmp_path.glob("*.ini"))
    # What is empty is not always listed.
    assert {group: set(hosts) for group, hosts in own.items() if hosts} == {
        group: set(hosts) for group, hosts in theirs.items() if hosts
    }
    assert len(own) > len(UNDERSTOOD)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["a circle", "a child that is none", "an open quote", "variables of no group", "YAML"])
def test_ansible_refuses_it_too(tmp_path: Path, case: str) -> None:
    path = tmp_path / "inventory.ini"
    path.write_text(REFUSED[case][0])
    with pytest.raises(subprocess.CalledProcessError):
        by_ansible(path)


def by_ansible(*paths: Path) -> dict[str, list[str]]:
    """Return the hosts of each group, those of its children included, as Ansible sees them."""
    command = [program("ansible-inventory", "ansible-core"), "--list", *(f"--inventory={path}" for path in paths)]
    environment = {
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        "HOME": str(paths[0].parent),
        "LC_ALL": "C.UTF-8",
    }
    listed = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)

    def hosts(group: str) -> list[str]:
        below = [host for child in listed[group].get("children", ()) for host in hosts(child)]
        return [*listed[group].get("hosts", ()), *below]

    return {group: hosts(group) for group in listed if group not in ("_meta", "all")}


def test_a_host_is_put_into_the_groups_of_the_example() -> None:
    example = project_text("inventory.example")
    text = with_host(example, "inventory.ini", "meet.example.org", GROUPS)
    found = read_inventory(text, "inventory.ini")
    assert [found.hosts(group) for group in GROUPS] == [("meet.example.org",)] * 3
    assert text.replace("]\nmeet.example.org\n", "]\n") == example
    assert with_host(text, "inventory.ini", "other.example.org", GROUPS) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "[jitsi_meet]\nH\n\n[jitsi_videobridge]\nH\n\n[coturn]\nH\n"),
        ("[jitsi_meet]", "[jitsi_meet]\nH\n\n[jitsi_videobridge]\nH\n\n[coturn]\nH\n"),
        ("[x]\na b=1", "[x]\na b=1\n\n[jitsi_meet]\nH\n\n[jitsi_videobridge]\nH\n\n[coturn]\nH\n"),
        (
            "[coturn]\r\nturn\r\n[jitsi_videobridge] # c\r\n# b\r\n[jitsi_meet]\r\n",
            "[coturn]\r\nturn\r\n[jitsi_videobridge] # c\r\nH\r\n# b\r\n[jitsi_meet]\r\nH\r\n",
        ),
        ("[jitsi_meet:children]\nweb\n[web]\na\n", "[jitsi_meet:children]\nweb\n[web]\na\n"),
        ("[jitsi_meet]\na\n", "[jitsi_meet]\na\n"),
    ],
)
def test_a_host_is_put_into_groups_that_are_empty_and_nothing_else_changes(before: str, after: str) -> None:
    text = with_host(before, "inventory.ini", "meet.example.org", GROUPS)
    assert text == after.replace("H", "meet.example.org")


def test_no_host_is_put_into_an_inventory_that_is_not_understood() -> None:
    with pytest.raises(ConfigurationError):
        with_host("[web\n", "inventory.ini", "meet.example.org", GROUPS)
