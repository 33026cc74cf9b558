"""Stands in for systemctl and journalctl, of units that are files: how each stands, and what its starts have logged.

It takes from its directory `units.json`, and writes there what is done. A start whose number is `fails_at` fails, and
writes why to the file `log`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PROPERTIES = {
    "LoadState": "loaded",
    "UnitFileState": "enabled",
    "ActiveState": "active",
    "NeedDaemonReload": "no",
    "ConditionResult": "yes",
    "ConditionTimestampMonotonic": "1",
}


def main(program: str, *words: str) -> int:
    """Answer as far as our modules ask."""
    units = json.loads((HERE / "units.json").read_text())
    if program == "journalctl":
        print(_logged(units, words), end="")
        return 0
    options = [word for word in words if word.startswith("--")]
    verb, *names = (word for word in words if not word.startswith("--"))
    if verb == "show" and "--value" in options:
        print(*(units[name]["starts"] for name in names), sep="\n")
    elif verb == "show":
        print("\n".join(_shown(units[name]) for name in names))
    else:
        return _done(units, verb, names)
    return 0


def _shown(unit: dict[str, object]) -> str:
    since = unit["since"] - time.time() + time.monotonic()
    told = {**PROPERTIES, **unit["told"], "InactiveExitTimestampMonotonic": int(since * 1_000_000)}
    return "".join(f"{name}={value}\n" for name, value in told.items())


def _done(units: dict[str, dict], verb: str, names: list[str]) -> int:
    for name in names:
        if verb in ("start", "restart"):
            units[name]["starts"] += 1
            units[name]["since"] = time.time()
            if units[name]["starts"] == units[name].get("fails_at"):
                with Path(units[name]["log"]).open("a") as log:
                    log.write("SEVERE: no port is left\n")
                print(f"Job for {name} failed.", file=sys.stderr)
                return 1
            units[name]["told"] = {}
        units[name]["done"].append(verb)
    (HERE / "units.json").write_text(json.dumps(units))
    return 0


def _logged(units: dict[str, dict], words: tuple[str, ...]) -> str:
    (unit,) = units.values()
    start = next((word.partition("=")[2] for word in words if word.startswith("_SYSTEMD_INVOCATION_ID=")), "")
    return unit["logged"].get(start, "")


raise SystemExit(main(Path(sys.argv[0]).name, *sys.argv[1:]))
