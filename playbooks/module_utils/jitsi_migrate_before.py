"""What stood before a bundle was placed: kept beside it until the whole was found good, else put back from there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ansible.module_utils.jitsi_migrate_files import beside, sync, write
from ansible.module_utils.jitsi_migrate_masking import without
from ansible.module_utils.jitsi_migrate_placing import failure, shortened
from ansible.module_utils.jitsi_migrate_plan import File, Placed, Plan
from ansible.module_utils.jitsi_migrate_refused import Refused


def before(path: Path) -> Path:
    """Return where a file stays that was replaced: a name that programs leave out when they read all of a directory."""
    return path.with_name(f".{path.name}.jitsi-migrate-before~")


class Before:
    """What stood at the places of a plan, and at the record's.

    What a killed run kept is older than what stands there now, and stays: nobody ever looked at what that run placed.
    """

    def __init__(self, plan: Plan, record: Placed, path: Path) -> None:
        self._differences = {item.path: item for item in plan.differences}
        self._record = str(path)
        changing = [*self._differences, self._record] if self._differences or record.unchecked else []
        self.unchecked: Mapping[str, bool] = {path: os.path.lexists(path) for path in changing} | dict(record.unchecked)

    def keep(self) -> None:
        """Keep all of it, before the first file is replaced."""
        kept = []
        try:
            for path in (Path(path) for path, stood in self.unchecked.items() if stood):
                if os.path.lexists(path) and not os.path.lexists(before(path)):
                    kept.append(path)
                    self._keep(path)
        except BaseException:
            for path in kept:
                before(path).unlink(missing_ok=True)
            raise
        sync({path.parent for path in kept})

    def put_back(self) -> None:
        """Make all as it was, the record last: killed before that, the next run finds what is still to be put back."""
        for place in sorted(self.unchecked, key=lambda place: (place == self._record, place)):
            path = Path(place)
            if not self.unchecked[place]:
                path.unlink(missing_ok=True)
            elif os.path.lexists(before(path)):
                before(path).replace(path)
                # Two names of one file are both left by the system.
                before(path).unlink(missing_ok=True)
            if path.parent.is_dir():
                sync([path.parent])

    def forget(self) -> None:
        """Remove what was kept."""
        for path in self.unchecked:
            before(Path(path)).unlink(missing_ok=True)

    def _keep(self, path: Path) -> None:
        item = self._differences.get(str(path))
        rights_only = item and isinstance(item.wanted, File) and not item.needs_content
        if item and rights_only and item.standing and item.standing.data is not None:
            # Another name of the same file would not keep its rights.
            write(before(path), item.standing.data, item.standing.mode, item.standing.uid, item.standing.gid)
        else:
            os.link(path, before(path), follow_symlinks=False)


def check(plan: Plan, wanted: Placed) -> None:
    """Raise Refused if one of the commands that look at all files does not agree."""
    for command in plan.checks:
        failed = failure(command)
        if failed is not None:
            words = shortened(without(failed, secrets(wanted)))
            raise Refused(f"what was placed is refused as a whole, so all is as it was. {' '.join(command)}: {words}")


def secrets(placed: Placed) -> list[str]:
    """Return the secrets of files that stand in their places."""
    texts = [(Path(file.path).read_text("utf-8", "replace"), file.secrets) for file in placed.files if file.secrets]
    return [text[first:last] for text, spans in texts for first, last, _ in spans]


def remains(placed: Iterable[str], record: Placed) -> list[Path]:
    """Return what a killed run left beside its places and is of no use: not what it may have to be put back from."""
    places = [Path(place) for place in sorted(placed)]
    useless = [beside(place) for place in places]
    useless += [before(place) for place in places if str(place) not in record.unchecked]
    return [path for path in useless if os.path.lexists(path)]
