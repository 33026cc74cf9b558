"""What to tell a user about a file from which no schedule can be read."""

from __future__ import annotations

from migrate.core.errors import InputError
from migrate.core.ports import Document, ReadOptions
from migrate.shared.columns import guess, listed, locate, map_options, missing
from migrate.shared.kinds import FileKind, kind_of, meetings_in, past_column
from migrate.shared.tables import Sheet, Table, sheet_of

_EXPORT = "Export Reports > Usage Reports > Upcoming Events in the Zoom portal, one file a month."
_GUESS = " Or have series guessed from the past meetings in this file, to be checked and then accepted: --from-history"


def advise(document: Document, options: ReadOptions) -> InputError:
    """Return the error for a file that is no schedule: what was seen, what is missing, and the options to try."""
    sheet = sheet_of(document, options)
    # A workbook is a zip archive, whatever its name.
    if document.data.startswith(b"PK\x03\x04"):
        return InputError(f"{document.path}: is a workbook, not a CSV file", hint="Save the sheet as CSV UTF-8.")
    if sheet.broken:
        return InputError(f"{document.path}: {sheet.broken}", hint="Mend the file there, or export it again.")
    if not sheet.tables:
        return InputError(f"{document.path}: is {_nature(sheet)}", hint=_EXPORT)
    kind = kind_of(document, options)
    if kind and kind.what:
        return _other(document.path, kind, guessable=bool(meetings_in(sheet, kind, options.columns)))
    table = max(sheet.tables, key=lambda table: len(table.rows))
    if column := past_column(table, options.columns):
        text = f"{document.path}: lists meetings that already happened (a column is {listed([column])})"
        return InputError(text, hint=_EXPORT)
    return _unknown(document.path, table, options, doubtful=bool(sheet.doubts))


def _nature(sheet: Sheet) -> str:
    return "not a table of rows and columns" if sheet.read > sheet.blank else "empty"


def _other(path: str, kind: FileKind, *, guessable: bool) -> InputError:
    article = "an" if kind.label[0] in "AEIOU" else "a"
    return InputError(
        f"{path}: is no schedule but {article} {kind.label} file: it {kind.what}",
        hint=_EXPORT + (_GUESS if guessable else ""),
    )


def _unknown(path: str, table: Table, options: ReadOptions, *, doubtful: bool) -> InputError:
    places = locate(table.header, options.columns)
    lacking = missing(places)
    found = guess(table.header, (cells for _, cells in table.rows), places)
    absent = [name for field, name in options.columns.items() if field not in places]
    details = [f"the columns are: {listed(table.header)}"]
    if absent:
        details.append(f"--map names what is not there: {listed(absent)}")
    wanted = {field: found.get(field, "…") for field in [*lacking, *found]}
    # No --map helps where the names of the columns are made of other letters.
    first = "If the names of the columns look wrong, save the file as CSV UTF-8. " if doubtful else ""
    return InputError(
        f"{path}: no column is known as {' or '.join(lacking) or 'part of a schedule'}",
        hint=f"{first}Say which column is which, for instance: {map_options(wanted)}" if wanted else _EXPORT,
        details=details,
    )
