"""Input files -> readings: find the source for each file, or say exactly what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from migrate.core.errors import InputError
from migrate.core.plan import Input
from migrate.core.ports import Document, ReadOptions, Source


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
