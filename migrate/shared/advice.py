"""What to tell a user about a file from which no schedule can be read."""

from __future__ import annotations

from migrate.core.errors import InputError
from migrate.core.ports import Document, ReadOptions
from migrate.shared.columns import guess, listed, locate, map_options, missing
from migrate.shared.tables import Table, table_of

_EXPORT = "Export Reports > Usage Reports > Upcoming Events in the Zoom portal, one file a month."


def advise(document: Document, options: ReadOptions) -> InputError:
    """Return the error for a file that is no schedule: what was seen, what is missing, and the options to try."""
    table = table_of(document, options)
    places = locate(table.header, options.columns)
    lacking = missing(places)
    # A workbook is a zip archive, whatever its name.
    if document.data.startswith(b"PK\x03\x04"):
        return InputError(f"{document.path}: is a workbook, not a CSV file", hint="Save the sheet as CSV UTF-8.")
    if table.broken:
        return InputError(f"{document.path}: {table.broken}", hint="Mend the file there, or export it again.")
    if not table.header:
        return InputError(f"{document.path}: is {_nature(table)}", hint=_EXPORT)
    if "history" in places:
        return _history(document.path, table.header[places["history"]])
    return _unknown(document.path, table, options, lacking)


def _nature(table: Table) -> str:
    return "not a table of rows and columns" if table.rows else "empty"


def _history(path: str, column: str) -> InputError:
    return InputError(f"{path}: lists meetings that already happened (a column is {listed([column])})", hint=_EXPORT)


def _unknown(path: str, table: Table, options: ReadOptions, lacking: list[str]) -> InputError:
    places = locate(table.header, options.columns)
    found = guess(table.header, (cells for _, cells in table.rows), places)
    absent = [name for field, name in options.columns.items() if field not in places]
    details = [f"the columns are: {listed(table.header)}"]
    if absent:
        details.append(f"--map names what is not there: {listed(absent)}")
    wanted = {field: found.get(field, "…") for field in [*lacking, *found]}
    return InputError(
        f"{path}: no column is known as {' or '.join(lacking) or 'part of a schedule'}",
        hint=f"Say which column is which, for instance: {map_options(wanted)}" if wanted else _EXPORT,
        details=details,
    )
