"""Input files -> readings: find the source for each file, or say exactly what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from migrate.core.errors import InputError
from migrate.core.plan import Input
from migrate.core.ports import Document, ReadOptions, Source
from migrate.shared.columns import normalise
from migrate.shared.tables import sheet_of


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files with the sources there are. `advise` says what to do about a file that no source knows."""

    sources: Sequence[Source]
    advise: Callable[[Document, ReadOptions], InputError]

    def read(self, documents: Iterable[Document], options: ReadOptions) -> list[Input]:
        """Read every file; raise InputError on the first that cannot be read at all."""
        return [
            Input(
                document.path,
                sha256(document.data).hexdigest(),
                self._source(document, options).read(document, options),
            )
            for document in documents
        ]

    def _source(self, document: Document, options: ReadOptions) -> Source:
        claims = [source for source in self.sources if source.identify(document, options)]
        if not claims:
            raise self.advise(document, options)
        if len(claims) > 1:
            labels = " and ".join(source.label for source in claims)
            raise InputError(
                f"{document.path}: could be {labels}",
                hint="Rename or remove the columns that belong to the other format, then plan again.",
            )
        return claims[0]


def options_of_each(documents: Sequence[Document], options: ReadOptions) -> list[ReadOptions]:
    """Return the options for each file, without the columns that the user mapped for others of the files alone.

    A column that no file has stays in the options of all, for the sources to refuse.
    """
    if len(documents) < 2 or not options.columns:
        return [options] * len(documents)
    headers = [_headers(document, options) for document in documents]
    absent = {normalise(name) for name in options.columns.values()}.difference(*headers)
    return [replace(options, columns=_within(options.columns, names | absent)) for names in headers]


def _within(columns: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {field: name for field, name in columns.items() if normalise(name) in names}


def _headers(document: Document, options: ReadOptions) -> set[str]:
    # Of a copy, whose tables are not kept.
    sheet = sheet_of(replace(document), options)
    return {normalise(name) for table in sheet.tables for name in table.header}
