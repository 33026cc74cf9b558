"""Files that ship with the package."""

from __future__ import annotations

from importlib.resources import files


def data_text(name: str) -> str:
    """Return the text of a file in migrate/data."""
    return files("migrate.data").joinpath(name).read_text(encoding="utf-8")


def data_rows(name: str) -> list[list[str]]:
    """Return the rows of a table in migrate/data (TSV) as cells, without the header."""
    return [line.split("\t") for line in data_text(name).splitlines()[1:]]


def project_text(name: str) -> str:
    """Return the text of a file that stands at the top of the project, such as inventory.example."""
    package = files("migrate")
    shipped = package.joinpath("_data", name)
    # An editable install has no _data: there the file itself is beside the package.
    found = shipped if shipped.is_file() else package.joinpath("..", name)
    return found.read_text(encoding="utf-8")
