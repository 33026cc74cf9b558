"""Names of XMPP accounts, as servers write them (RFC 3920, appendix A: nodeprep)."""

from __future__ import annotations

import stringprep
from unicodedata import ucd_3_2_0

_FORBIDDEN = frozenset("\"&'/:<>@")
_PROHIBITED = (
    *(stringprep.in_table_c11_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4),
    *(stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8),
    *(stringprep.in_table_c9, stringprep.in_table_a1),
)
# A server keeps an account in a file whose name has three characters for each byte that is no ASCII letter or digit.
_LONGEST = 240


def nodeprep(name: str) -> str:
    """Return the one form of all that mean the same name. Raises ValueError with the reason if servers refuse it."""
    mapped = "".join(map(stringprep.map_table_b2, (each for each in name if not stringprep.in_table_b1(each))))
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    bad = sorted({each for each in prepared if each in _FORBIDDEN or any(table(each) for table in _PROHIBITED)})
    if bad:
        raise ValueError(f"may not have {', '.join(map(_shown, bad))}")
    if not prepared:
        raise ValueError("is empty")
    if sum(1 if byte < 128 and chr(byte).isalnum() else 3 for byte in prepared.encode()) > _LONGEST:
        raise ValueError("is too long")
    if not _runs_one_way(prepared):
        raise ValueError("mixes letters that are written from left to right and from right to left")
    return prepared


def _shown(character: str) -> str:
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


def _runs_one_way(name: str) -> bool:
    if not any(map(stringprep.in_table_d1, name)):
        return True
    ends = stringprep.in_table_d1(name[0]) and stringprep.in_table_d1(name[-1])
    return ends and not any(map(stringprep.in_table_d2, name))
