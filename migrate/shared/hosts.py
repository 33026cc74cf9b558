"""hosts.csv: who the hosts are on the new system. Rows are added by plan and completed by people."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from migrate.core.errors import ConfigurationError
from migrate.core.meeting import Person
from migrate.core.naming import normalise
from migrate.shared.formulas import guard, unguard

FILE = "hosts.csv"
COLUMNS = ("zoom_name", "zoom_id", "zoom_email", "account", "calendar_url")


@dataclass(slots=True)
class HostBook:
    """The rows of hosts.csv. A person is known by address, else by a name that only one row has.

    `columns` are those of the file: people may add their own, and keep them. So are `delimiter` and `mark`, the byte
    order mark: what a spreadsheet program saved it must be able to open again. `lines` tell where rows end.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    columns: Sequence[str] = COLUMNS
    delimiter: str = ","
    mark: str = ""
    lines: Sequence[int] = ()
    _by_email: dict[str, dict[str, str]] = field(default_factory=dict)
    _by_name: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for row in self.rows:
            self._index(row)

    def join(self, person: Person) -> Person:
        """Complete a person by what the file knows; a person it does not know, or knows twice, stays as it is."""
        row = self.row(person)
        if row is None:
            return person
        return Person(
            person.name or row["zoom_name"], person.email or row["zoom_email"], person.account or row["account"]
        )

    def namesakes(self, person: Person) -> Sequence[str]:
        """Return the addresses of all who may be meant, if only the name is known and several people have it."""
        named = [] if person.email else self._by_name.get(normalise(person.name), [])
        return [row["zoom_email"] for row in named] if len(named) > 1 else []

    def add(self, people: Iterable[Person]) -> int:
        """Add a row for each person the file does not know, complete those it does; return how many were added."""
        before = len(self.rows)
        everybody = dict.fromkeys(people)
        # An address goes with a name that the file has only if nobody else is called so.
        called = {(normalise(person.name), person.email.casefold()) for person in everybody if person.email}
        bearers = Counter(name for name, _ in called)
        # Whoever has both first: a name or an address alone may be theirs.
        for person in sorted(everybody, key=lambda person: (not person.email, not person.name)):
            name = " ".join(person.name.split())
            row = self._known(person, unique=bearers[normalise(name)] == 1)
            if row is None and (name or person.email):
                row = dict.fromkeys(self.columns, "")
                self.rows.append(row)
            if row is not None:
                self._complete(row, {"zoom_name": name, "zoom_email": person.email})
        return len(self.rows) - before

    def give_accounts(self, accounts: Mapping[str, str]) -> None:
        """Write accounts, by address in lower case, into the rows that have none."""
        for email, row in self._by_email.items():
            if not row["account"]:
                row["account"] = accounts.get(email, "")

    def _known(self, person: Person, *, unique: bool) -> dict[str, str] | None:
        named = self._by_name.get(normalise(person.name), [])
        if not person.email:
            return named[0] if named else None
        nameless = named[0] if unique and len(named) == 1 and not named[0]["zoom_email"] else None
        return self._by_email.get(person.email.casefold(), nameless)

    def _complete(self, row: dict[str, str], values: Mapping[str, str]) -> None:
        for column, value in values.items():
            if value and not row[column]:
                row[column] = value
        self._index(row)

    @property
    def accounts(self) -> set[str]:
        """All accounts that the file has."""
        return {row["account"].strip() for row in self.rows} - {""}

    def row(self, person: Person) -> Mapping[str, str] | None:
        """Return what the file says of a person; None of one whom it does not know, or knows twice."""
        if person.email:
            return self._by_email.get(person.email.casefold())
        named = self._by_name.get(normalise(person.name), [])
        return named[0] if len(named) == 1 else None

    def _index(self, row: dict[str, str]) -> None:
        if row["zoom_email"]:
            self._by_email[row["zoom_email"].casefold()] = row
        named = self._by_name[normalise(row["zoom_name"])]
        if row["zoom_name"] and row not in named:
            named.append(row)


def read(data: bytes, path: str) -> HostBook:
    """Read hosts.csv from its bytes. Raises ConfigurationError as `load` does, or if it is not UTF-8."""
    if b"\0" in data:
        raise ConfigurationError(f"{path}: is UTF-16, not UTF-8", hint=_ENCODING_HINT)
    try:
        return load(data.decode(), path)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}:{line}: is not UTF-8", hint=_ENCODING_HINT) from error


def load(text: str, path: str) -> HostBook:
    """Read hosts.csv. Raises ConfigurationError naming every missing column or overlong row."""
    # A spreadsheet puts a mark before what it saves as UTF-8.
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    delimiter = _delimiter(text)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    faults: list[str] = []
    rows = []
    lines = []
    try:
        columns = list(reader.fieldnames or ())
        missing = [name for name in COLUMNS if name not in columns]
        if missing:
            raise ConfigurationError(f"{path}: columns are missing: {', '.join(missing)}", hint=_HEADER_HINT)
        for row in reader:
            if None in row:
                faults.append(f"{path}:{reader.line_num}: more cells than columns")
                continue
            rows.append({name: unguard(row[name] or "") for name in columns})
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.append(f"{path}:{reader.reader.line_num}: {error}")
    if faults:
        raise ConfigurationError(f"{path} is not valid", details=faults, hint="Mend these lines and run again.")
    return HostBook(rows, columns, delimiter, mark, lines)


def dump(book: HostBook) -> str:
    """Write hosts.csv. A cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=book.delimiter, lineterminator="\n")
    writer.writerow(book.columns)
    writer.writerows([guard(row[name]) for name in book.columns] for row in book.rows)
    return book.mark + stream.getvalue()


def _delimiter(text: str) -> str:
    """Return what parts most of our columns in the header; in some countries spreadsheets write semicolons."""
    header = text.partition("\n")[0].replace('"', "").rstrip("\r")
    return max(_DELIMITERS, key=lambda candidate: len(set(COLUMNS) & set(header.split(candidate))))


_DELIMITERS = (",", ";", "\t")
_MARK = "\ufeff"
_HEADER_HINT = f"The first line must be: {','.join(COLUMNS)}"
_ENCODING_HINT = "Open it in the spreadsheet program again and save it as “CSV UTF-8”."
