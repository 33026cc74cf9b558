"""What of a server's files may be shown: decision 13."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from ansible.module_utils.jitsi_migrate_plan import Difference, File, Link, Placed, Standing, digest

Spans = Sequence[Sequence[object]]  # [first character, the one after the last, what to show instead]

HIDDEN = "‹a line of the server that is not shown: it may hold a secret›"


def shown(item: Difference, contents: Mapping[str, bytes], record: Placed) -> str:
    """Return a difference for people, as a unified diff; rights stand beside the names."""
    names = f"--- {_standing_name(item)}", f"+++ {_wanted_name(item)}"
    data = contents.get(item.path)
    if isinstance(item.wanted, File) and data is None:
        return "\n".join(names) + "\n"
    lines = list(unified_diff(_old_lines(item, data or b"", record), _new_lines(item.wanted, data), lineterm=""))
    return "\n".join((*names, *lines[2:])) + "\n"


def _old_lines(item: Difference, new: bytes, record: Placed) -> list[str]:
    standing = item.standing
    if standing is None:
        return []
    if standing.data is None:
        return [f"a symbolic link to {standing.target}" if standing.target is not None else "neither file nor link"]
    text = _text(standing.data)
    if text is None:
        return [f"{len(standing.data)} bytes that are no text"]
    for placed in record.files:
        if (placed.path, placed.sha256) == (item.path, digest(standing.data)):
            return masked_lines(text, placed.secrets)
    secrets = item.wanted.secrets if isinstance(item.wanted, File) else []
    if not secrets and _open_to_all(Path(item.path), standing):
        return masked_lines(text, ())
    return known_lines(text, _text(new) or "", secrets)


def _new_lines(wanted: File | Link | None, data: bytes | None) -> list[str]:
    if isinstance(wanted, Link):
        return [f"a symbolic link to {wanted.target}"]
    if wanted is None or data is None:
        return []
    text = _text(data)
    if text is None:
        return [f"{len(data)} bytes that are no text, SHA-256 {wanted.sha256}"]
    return masked_lines(text, wanted.secrets)


def _open_to_all(path: Path, standing: Standing) -> bool:
    return bool(standing.mode & 0o004) and all(directory.stat().st_mode & 0o001 for directory in path.parents)


def _text(data: bytes) -> str | None:
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


def _standing_name(item: Difference) -> str:
    standing = item.standing
    if standing is None:
        return "/dev/null"
    if standing.target is not None:
        return str(item.path)
    return f"{item.path} ({_user(standing.uid)}:{_group(standing.gid)} {standing.mode:04o})"


def _wanted_name(item: Difference) -> str:
    if isinstance(item.wanted, File):
        return f"{item.path} ({item.wanted.owner}:{item.wanted.group} {item.wanted.mode})"
    return item.path if item.wanted else "/dev/null"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def masked_lines(text: str, spans: Spans) -> list[str]:
    """Return a text's lines with a mask in each secret's place; a secret of many lines leaves as many."""
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_masked(line, start, spans))
        start += len(line) + 1
    return _without_last(lines)


def known_lines(old: str, new: str, spans: Spans) -> list[str]:
    """Return the lines of a file of which nothing is known: those that the new one has too, and no other."""
    shown = dict(zip(new.split("\n"), masked_lines(new + "\n", spans)))
    return _without_last([shown.get(line, HIDDEN) for line in old.split("\n")])


def _masked(line: str, start: int, spans: Spans) -> str:
    end = start + len(line)
    for first, last, mask in sorted(spans, key=lambda span: int(str(span[0])), reverse=True):
        if int(str(first)) < end and start < int(str(last)):
            left, right = max(int(str(first)) - start, 0), min(int(str(last)), end) - start
            line = f"{line[:left]}{mask}{line[right:]}"
    return line


def _without_last(lines: list[str]) -> list[str]:
    # A text that ends as it should has nothing after its last end of line. One that does not is shown to differ.
    return lines[:-1] if not lines[-1] else [*lines[:-1], f"{lines[-1]} ‹no end of line›"]
