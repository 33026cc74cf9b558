"""What the server keeps in mind: what bundles placed, and the services that were not told of it yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from ansible.module_utils.jitsi_migrate_plan import Placed, Plan, placed_of
from ansible.module_utils.jitsi_migrate_refused import Refused

FORMAT, VERSION = "jitsi-migrate/placed", 1


def read_record(path: Path) -> Placed:
    """Return what earlier bundles placed: nothing where there is no record."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Placed([], [])
    except ValueError:
        raise Refused(f"{path}: cannot be read. Remove it; what older bundles left behind then stays") from None
    if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise Refused(f"{path}: was written by another version of jitsi-migrate")
    # What was added within the version is not there in older records.
    return placed_of(data)._replace(
        restart=tuple(data["restart"]), reload=tuple(data["reload"]), unchecked=data.get("unchecked", {})
    )


def record_text(record: Placed) -> bytes:
    """Return a record as it is kept. It holds no secret: only where secrets are."""
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "files": [file._asdict() for file in record.files],
        "links": [link._asdict() for link in record.links],
        "restart": record.restart,
        "reload": record.reload,
        "unchecked": dict(record.unchecked),
    }
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode()


def after(plan: Plan, wanted: Placed, record: Placed) -> Placed:
    """Return the record of a plan that was carried out: what is kept stays known, to be named again."""
    return Placed(
        [*wanted.files, *(file for file in record.files if file.path in plan.kept)],
        [*wanted.links, *(link for link in record.links if link.path in plan.kept)],
        tuple(plan.restart),
        tuple(plan.reload),
    )


def between(wanted: Placed, record: Placed, done: Placed, unchecked: Mapping[str, bool]) -> Placed:
    """Return the record of a plan that is being carried out: what stands is of the one bundle or of the other."""
    return done._replace(
        files=[*wanted.files, *(file for file in record.files if file not in wanted.files)],
        links=[*wanted.links, *(link for link in record.links if link not in wanted.links)],
        unchecked=unchecked,
    )
