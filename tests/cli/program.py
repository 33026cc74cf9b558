"""The whole program as the tests call it: words in, exit code and both streams out."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.cli.app import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXPORTS = [str(path) for path in sorted((EXAMPLES / "zoom").glob("*.csv"))]
ZONE = ("--timezone", "Europe/Berlin", "--since", "2027-01-01")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*words: str | Path) -> Result:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(word) for word in words])
        except SystemExit as ending:
            code = int(ending.code or 0)
    return Result(code, out.getvalue(), err.getvalue())
