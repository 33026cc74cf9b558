"""Files that ship with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def data_text(name: str) -> str:
    """Return the text of a file in migrate/data."""
    return files("migrate.data").joinpath(name).read_text(encoding="utf-8")


def data_rows(name: str) -> list[list[str]]:
    """Return the rows of a table in migrate/data (TSV) as cells, without the header."""
    return [line.split("\t") for line in data_text(name).splitlines()[1:]]


def project_text(name: str) -> str:
    """Return the text of a file that stands at the top of the project, such as inventory.example."""
    return project_path(name).read_text(encoding="utf-8")


def project_path(name: str) -> Path:
    """Return where a file or folder of the top of the project is, for programs that read it themselves."""
    package = Path(str(files("migrate")))
    shipped = package / "_data" / name
    # An editable install has no _data: there the file itself is beside the package.
    return shipped if shipped.exists() else package.parent / name
