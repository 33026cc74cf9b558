"""The module that puts bundles in place: exact, whole or not at all, and silent about secrets."""

from __future__ import annotations

import ast
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from migrate.core.bundle import Content
from tests.deployments import variant
from tests.disk import small_disk
from tests.playbooks.bundles import (
    MASK,
    OWNER,
    SECRET,
    Server,
    bundle_of,
    contents_of,
    shows_the_secret,
)
from tests.playbooks.modules import PLAYBOOKS, Module

REFUSING = ("sh", "-c", "cat {}; exit 1", "{}")


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    with Module("bundle", tmp_path_factory.mktemp("module") / "answer") as module:
        yield module


@pytest.fixture
def server(module):
    # Not pytest's own directory, which nobody else may enter: what all may read is shown, so it has to be so.
    with TemporaryDirectory() as directory:
        root = Path(directory)
        root.chmod(0o755)
        server = Server(root, module)
        yield server
        assert not [said for said in server.shown if shows_the_secret(said)]
        assert not list(root.rglob("*~"))


def diffs(result):
    return {text.split("\n")[1].split()[1]: text for text in (diff["prepared"] for diff in result["diff"])}


def diff_of(result):
    (diff,) = result["diff"]
    return diff["prepared"]


def test_a_bundle_is_placed_exactly(server):
    config = server.file("etc/app/app.conf", f"user = ada\npassword = «{SECRET}»\n", "0640", restart=("app",))
    page = server.file("etc/web/page.conf", "port 80\n", reload=("web",))
    result = server.place(config, page, server.link("etc/web/on/page.conf", "../page.conf"))
    assert (result["changed"], result["restart"], result["reload"]) == (True, ["app"], ["web"])
    assert server.path("etc/app/app.conf").read_text() == f"user = ada\npassword = {SECRET}\n"
    assert server.path("etc/web/on/page.conf").resolve() == server.path("etc/web/page.conf").resolve()
    modes = [server.path(name).stat().st_mode & 0o7777 for name in ("etc", "etc/app/app.conf", "etc/web/page.conf")]
    assert modes == [0o755, 0o640, 0o644]
    shown = diffs(result)
    assert f"+password = {MASK}" in shown[str(server.path("etc/app/app.conf"))].splitlines()


def test_the_same_again_changes_nothing(server):
    content = (server.file("etc/a.conf", "a\n"), server.link("etc/b.conf", "a.conf"))
    server.place(*content)
    before = server.tree()
    result = server.place(*content)
    assert (result["changed"], result["diff"], result["files"], result["contents"]) == (False, [], {}, [])
    assert server.tree() == before
    assert server.run(bundle_of(*content), state="compared")["differs"] is False


def test_check_mode_tells_the_truth_on_a_server_without_users_and_directories(server):
    file = server.file("etc/a/b.conf", f"p «{SECRET}»\n", owner="nobody-yet", group="no-group", validate=("none", "{}"))
    result = server.place(file, server.link("etc/a/c.conf", "b.conf"), check=True)
    assert result["changed"]
    assert result["files"] == {str(server.path(f"etc/a/{name}.conf")): ["missing"] for name in "bc"}
    assert not server.tree()
    assert f"+p {MASK}\n" in diffs(result)[str(server.path("etc/a/b.conf"))]


def test_users_that_do_not_exist_are_told_before_anything_changes(server):
    file = server.file("etc/b.conf", "b\n", owner="nobody-yet")
    result = server.place(server.file("etc/a.conf", "a\n"), file)
    assert "user nobody-yet" in result["msg"]
    assert not server.tree()


def test_only_contents_that_differ_are_asked_for(server):
    same, changed = server.file("etc/same.conf", "same\n"), server.file("etc/changed.conf", "old\n")
    server.place(same, changed)
    server.path("etc/same.conf").chmod(0o600)
    bundle = bundle_of(same, server.file("etc/changed.conf", "new\n"))
    compared = server.run(bundle, state="compared")
    assert compared["contents"] == [str(server.path("etc/changed.conf"))]
    assert compared["files"][str(server.path("etc/same.conf"))] == ["mode"]
    assert (compared["changed"], compared["differs"]) == (False, True)


def test_contents_that_lack_or_are_others_are_refused(server):
    bundle = bundle_of(server.file("etc/a.conf", "a\n"))
    assert "compare first" in server.run(bundle)["msg"]
    others = contents_of(bundle_of(server.file("etc/a.conf", "b\n")), [str(server.path("etc/a.conf"))])
    assert "render it again" in server.run(bundle, contents=others)["msg"]
    assert not server.tree()


def drift_content(path):
    path.write_text("by hand\n")


def drift_mode(path):
    path.chmod(0o666)


def drift_owner(path):
    if os.geteuid():
        pytest.skip("to give a file away needs root")
    os.chown(path, 1, 1)


def drift_deleted(path):
    path.unlink()


def drift_to_a_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("drift", [drift_content, drift_mode, drift_owner, drift_deleted, drift_to_a_link])
def test_what_was_changed_by_hand_is_shown_and_repaired(server, drift):
    file = server.file("etc/a.conf", "ours\n", restart=("app",))
    server.place(file)
    server.run(None, state="settled")
    before = server.tree()
    drift(server.path("etc/a.conf"))
    drifted = server.tree()
    shown = server.place(file, check=True)
    assert server.tree() == drifted
    repaired = server.place(file)
    assert (shown["changed"], shown["diff"], shown["restart"]) == (True, repaired["diff"], ["app"])
    assert {name: server.tree()[name] for name in before if name != "record.json"} == {
        name: value for name, value in before.items() if name != "record.json"
    }


def test_a_diff_is_the_truth(server):
    server.place(server.file("etc/a.conf", "one\ntwo\nthree\n"))
    path = server.path("etc/a.conf")
    path.write_text("one\nby hand\nthree\n")
    path.chmod(0o604)
    result = server.place(server.file("etc/a.conf", "one\ntwo\nthree\n"), check=True)
    owner = f"{OWNER}:{path.group()}"
    assert diff_of(result) == (
        f"--- {path} ({owner} 0604)\n+++ {path} ({owner} 0644)\n@@ -1,3 +1,3 @@\n one\n-by hand\n+two\n three\n"
    )


def test_of_a_file_with_secrets_only_known_lines_are_shown(server):
    text = f"user = ada\npassword = «{SECRET}»\nport = 1\n"
    server.place(server.file("etc/a.conf", text))
    server.path("etc/a.conf").write_text(f"user = ada\npassword = {SECRET}\nold_password = hunter2\nport = 1\n")
    shown = diff_of(server.place(server.file("etc/a.conf", text), check=True))
    assert "hunter2" not in shown
    assert [line[0] for line in shown.splitlines()[3:]] == [" ", " ", "-", " "]
    assert f" password = {MASK}" in shown


def test_what_a_bundle_placed_is_shown_with_its_own_masks(server):
    server.place(server.file("etc/a.conf", f"one = «{SECRET}»\ntwo = 2\n", "0600"))
    shown = diff_of(server.place(server.file("etc/a.conf", "one = none\ntwo = 3\n", "0600")))
    assert {f"-one = {MASK}", "-two = 2", "+one = none", "+two = 3"} <= set(shown.splitlines())


def test_a_file_that_not_all_may_read_is_not_shown(server):
    path = server.path("a.conf")
    path.write_text("password = hunter2\n")
    path.chmod(0o640)
    assert "hunter2" not in diff_of(server.place(server.file("a.conf", "new\n"), check=True))
    path.chmod(0o644)
    assert "-password = hunter2" in diff_of(server.place(server.file("a.conf", "new\n"), check=True))
    server.root.chmod(0o700)
    assert "hunter2" not in diff_of(server.place(server.file("a.conf", "new\n"), check=True))


def test_a_secret_of_many_lines_and_what_is_no_text_are_not_shown(server):
    lines = f"key = «{SECRET}\n{SECRET}»\nend\n"
    result = server.place(server.file("etc/key.conf", lines), server.file("etc/logo.png", b"\x89PNG\0"))
    shown = diffs(result)
    assert [f"+key = {MASK}", f"+{MASK}", "+end"] == shown[str(server.path("etc/key.conf"))].splitlines()[3:]
    assert "5 bytes that are no text" in shown[str(server.path("etc/logo.png"))]
    assert server.path("etc/logo.png").read_bytes() == b"\x89PNG\0"


def test_a_file_that_is_refused_leaves_all_as_it_is(server):
    first = server.file("etc/a.conf", "old\n"), server.file("etc/b.conf", f"old «{SECRET}»\n")
    server.place(*first)
    before = server.tree()
    refused = server.file("etc/b.conf", f"new «{SECRET}»\n", validate=REFUSING, restart=("app",))
    result = server.place(server.file("etc/a.conf", "new\n"), refused, server.file("etc/new/c.conf", "c\n"))
    assert result["failed"]
    assert server.tree() == before
    path = server.path("etc/b.conf")
    assert result["msg"].startswith(f"{path}: its validator refuses it, so no file was replaced. sh -c cat {path}")
    assert result["msg"].endswith("new ‹secret›")


@pytest.mark.parametrize(
    ("validator", "words"),
    [
        (("sh", "-c", "cut -c 5-12 {}; exit 1"), "‹secret›"),
        (("no-such-program", "{}"), "cannot be run (No such file or directory)"),
        (("false", "{}"), "exit status 1, no words"),
        (("sh", "-c", "echo wrong in {}: line 1; exit 2"), "wrong in {path}: line 1"),
    ],
)
def test_a_refusal_tells_why_and_no_part_of_a_secret(server, validator, words):
    result = server.place(server.file("etc/a.conf", f"p «{SECRET}»\n", validate=validator))
    assert result["msg"].endswith(words.format(path=server.path("etc/a.conf")))
    assert not server.tree()


def test_a_validator_sees_the_new_file_with_its_rights_and_no_shell(server):
    seen = server.root / "seen"
    script = f'stat -c %a "$1" > {seen}; cat "$1" >> {seen}'
    server.place(server.file("etc/$(id).conf", "new\n", "0600", validate=("sh", "-c", script, "sh", "{}")))
    assert seen.read_text() == "600\nnew\n"
    assert server.path("etc/$(id).conf").is_file()


def test_links_are_changed_at_once_and_tell_the_service_of_their_target(server):
    one, two = (server.file(f"etc/{name}.conf", name, reload=("web",)) for name in ("one", "two"))
    server.place(one, two, server.link("etc/on/site.conf", "../one.conf"))
    server.run(None, state="settled")
    result = server.place(one, two, server.link("etc/on/site.conf", "../two.conf"))
    path = server.path("etc/on/site.conf")
    assert (result["files"], result["reload"]) == ({str(path): ["target"]}, ["web"])
    assert str(path.readlink()) == "../two.conf"
    assert "-a symbolic link to ../one.conf\n+a symbolic link to ../two.conf\n" in diff_of(result)


def test_a_directory_is_never_replaced(server):
    server.path("etc/a.conf").mkdir(parents=True)
    assert "there is a directory" in server.place(server.file("etc/a.conf", "a\n"), check=True)["msg"]


def test_what_a_bundle_has_no_more_is_removed_if_it_is_still_ours(server):
    gone = [server.file(f"etc/{name}.conf", f"{name}\n", restart=(name,)) for name in ("ours", "edited", "deleted")]
    server.place(*gone, server.file("etc/stays.conf", "stays\n"), server.link("etc/link.conf", "ours.conf"))
    server.run(None, state="settled")
    server.path("etc/edited.conf").write_text("by hand\n")
    server.path("etc/deleted.conf").unlink()
    stays = server.file("etc/stays.conf", "stays\n")
    for check in (True, False):
        result = server.place(stays, check=check)
        assert result["removed"] == [str(server.path(f"etc/{name}.conf")) for name in ("link", "ours")]
        assert (result["kept"], result["restart"]) == ([str(server.path("etc/edited.conf"))], ["ours"])
    assert sorted(path.name for path in server.path("etc").iterdir()) == ["edited.conf", "stays.conf"]
    again = server.place(stays)
    assert (again["changed"], again["kept"]) == (False, [str(server.path("etc/edited.conf"))])


def test_a_full_disk_leaves_all_as_it_is(server, module):
    with small_disk(server.root, 64) as disk:
        small = Server(disk, module, server.shown)
        small.place(small.file("a.conf", "old\n"))
        before = small.tree()
        for size in (30_000, 100_000):
            files = [small.file(f"etc/{number}.conf", "x" * size) for number in range(100_000 // size)]
            result = small.place(small.file("a.conf", "new\n"), *files)
            assert result["msg"] == f"{disk}/etc: No space left on device. Run it again when that is put right"
            assert small.tree() == before


def test_what_nobody_placed_is_not_touched(server):
    server.path("etc").mkdir()
    server.path("etc/foreign.conf").write_text("foreign\n")
    server.place(server.file("etc/a.conf", "a\n"))
    server.place()
    assert [path.name for path in server.path("etc").iterdir()] == ["foreign.conf"]


def test_services_are_named_until_they_were_told(server):
    file = server.file("etc/a.conf", "a\n", restart=("app",), reload=("app", "web"))
    server.place(file)
    again = server.place(file)
    assert (again["changed"], again["restart"], again["reload"]) == (False, ["app"], ["web"])
    assert server.run(bundle_of(file), state="compared")["differs"]
    server.run(None, state="settled")
    settled = server.place(file)
    assert (settled["restart"], settled["reload"]) == ([], [])
    assert not server.run(bundle_of(file), state="compared")["differs"]


def test_a_manifest_that_was_changed_is_refused(server):
    bundle = bundle_of(server.file("etc/a.conf", "a\n"))
    manifest = json.loads(json.dumps(contents_of(bundle, [])))
    assert "version" in server.run(bundle, manifest=manifest)["msg"]


def test_no_secret_of_a_whole_server_is_shown(server):
    bundle = variant("everything").bundle("meet.example.org")
    secrets = {file.content.text[span.start : span.end] for file in bundle.files for span in spans_of(file)}
    assert len(secrets) > 3
    result = server.place(*(moved(server, file) for file in bundle.files))
    assert len(result["diff"]) == len(bundle.files)
    server.place(*(moved(server, replace(file, content=b"")) for file in bundle.files))
    assert not [secret for secret in secrets for said in server.shown if secret in said]


def spans_of(file):
    return file.content.secrets if isinstance(file.content, Content) else ()


def moved(server, file):
    place = file.placement
    return replace(server.file(place.path.lstrip("/"), "", place.mode), content=file.content)


def test_what_a_killed_run_left_beside_a_file_is_cleared_away(server):
    old = server.file("etc/a.conf", "old\n")
    server.place(old)
    assert server.place(server.file("etc/a.conf", "new\n"), killed_before=2) == {"killed": True}
    assert list(server.root.rglob("*~"))
    assert server.run(bundle_of(old), state="compared")["differs"]
    assert server.place(old)["changed"] is False
    assert sorted(server.tree()) == ["etc", "etc/a.conf", "record.json"]


@pytest.mark.slow
def test_killed_before_any_of_its_changes_it_converges(tmp_path, module):
    old = Server(tmp_path / "server", module)

    def bundle(server, version):
        config = server.file("etc/a.conf", f"{version} «{SECRET}»\n", "0640", restart=("app",))
        new = server.file("etc/new/b.conf", "b\n", reload=("web",))
        gone = server.file("etc/gone.conf", "gone\n", reload=("gone",))
        link = server.link("etc/link.conf", "a.conf" if version == "one" else "new/b.conf")
        return (config, gone, link) if version == "one" else (config, new, link)

    old.place(*bundle(old, "one"))
    old.run(None, state="settled")
    shutil.copytree(old.root, tmp_path / "old", symlinks=True)

    def two(**killed):
        shutil.rmtree(old.root)
        shutil.copytree(tmp_path / "old", old.root, symlinks=True)
        return old.place(*bundle(old, "two"), **killed)

    def tree():
        return {name: value for name, value in old.tree().items() if name != "record.json"}

    named = two()
    undisturbed = tree()
    for number in range(1, 100):
        if "killed" not in two(killed_before=number):
            break
        result = old.place(*bundle(old, "two"))
        assert tree() == undisturbed
        assert (result["restart"], result["reload"]) == (named["restart"], named["reload"])
    assert number > 10
    assert not [said for said in old.shown if shows_the_secret(said)]


def checking(server, word):
    """Return a check of the whole that agrees only if one file has a word and the other is there."""
    one, two = server.path("etc/a.conf"), server.path("etc/new/b.conf")
    return ("sh", "-c", f'cat {one}; test -f {two} && grep -q "^{word}" {one}')


def before_and_after(server, check):
    """Return two bundles between which every kind of change lies."""
    plain = server.file("etc/rights.conf", "same\n", "0600"), server.file("etc/gone.conf", "gone\n", reload=("gone",))
    old = (server.file("etc/a.conf", f"one «{SECRET}»\n", check=check), server.link("etc/link.conf", "a.conf"), *plain)
    new = (
        server.file("etc/a.conf", f"two «{SECRET}»\n", "0640", check=check, restart=("app",)),
        server.file("etc/new/b.conf", "b\n", reload=("web",)),
        server.file("etc/rights.conf", "same\n", "0644"),
        server.link("etc/link.conf", "new/b.conf"),
    )
    return old, new


def test_all_is_checked_together_when_it_is_in_place(server):
    seen = server.root / "seen"
    check = ("sh", "-c", f"cat {server.path('etc')}/*.conf >>{seen}")
    files = [server.file(f"etc/{name}.conf", f"{name}\n", check=check) for name in "ab"]
    assert server.place(*files, check=True)["changed"]
    assert not seen.exists()
    server.place(*files)
    server.place(*files)
    server.place(*files, server.file("etc/c.conf", "c\n"))
    assert seen.read_text() == "a\nb\n"
    server.place(files[0])
    assert seen.read_text() == "a\nb\na\n"


def test_what_is_refused_as_a_whole_leaves_all_as_it_was(server):
    old, _ = before_and_after(server, ("true",))
    server.place(*old)
    server.run(None, state="settled")
    before = server.tree()
    _, new = before_and_after(server, checking(server, "three"))
    result = server.place(*new)
    assert result["msg"].startswith("what was placed is refused as a whole, so all is as it was. sh -c cat ")
    assert result["msg"].endswith("two ‹secret›")
    assert server.tree() == before
    assert server.run(bundle_of(*old), state="compared")["differs"] is False


def test_what_is_refused_at_first_leaves_nothing(server):
    assert server.place(server.file("etc/a.conf", "a\n", check=("false",)))["failed"]
    assert not server.tree()


@pytest.mark.slow
@pytest.mark.parametrize("word", ["two", "three"])
def test_killed_before_any_of_its_changes_the_next_run_checks_the_whole(tmp_path, module, word):
    server = Server(tmp_path / "server", module)
    old, _ = before_and_after(server, ("true",))
    _, new = before_and_after(server, checking(server, word))
    server.place(*old)
    server.run(None, state="settled")
    shutil.copytree(server.root, tmp_path / "old", symlinks=True)

    def place(**killed):
        shutil.rmtree(server.root)
        shutil.copytree(tmp_path / "old", server.root, symlinks=True)
        return server.place(*new, **killed)

    undisturbed = place(), without_directories(server.tree())
    for number in range(1, 100):
        if "killed" not in place(killed_before=number):
            break
        again = server.place(*new)
        assert without_directories(server.tree()) == undisturbed[1], number
        assert again.get("failed") == undisturbed[0].get("failed")
        assert again.get("restart") == undisturbed[0].get("restart")
    assert number > 25
    assert not [said for said in server.shown if shows_the_secret(said)]


def without_directories(tree):
    """Leave out what a killed run may leave behind: empty directories. And one more link is no change of a file."""
    return {name: value for name, value in tree.items() if len(value) > 3}


@pytest.mark.parametrize("path", sorted(PLAYBOOKS.rglob("*.py")), ids=lambda path: path.stem)
def test_servers_with_an_older_python_can_read_it(path):
    ast.parse(path.read_text("utf-8"), feature_version=(3, 9))
