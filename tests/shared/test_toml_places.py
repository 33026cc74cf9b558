"""In which line of a TOML file a setting stands, however it is written."""

from __future__ import annotations

import pytest

from migrate.shared.toml_places import line_of

TEXT = '''# a comment
a = 1
[b]

# another
c = [
  "x",  # ]
  [ "y",
    "z" ],
  { k = 1 },
]
d.e = { f = [1, 2] }
"quo.ted" = """
[not.a.table]
a = 2
"""
[[g]]
h = 1
[[g]]
  [g.i]
  j = \'\'\'
k = 1\'\'\'
  [[g.l]]
  h = 1
  [[g.l]]
  h = 2
[m.n."o.p"]
q = 1
[b.r]
s = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 2),
        (("b",), 3),
        (("b", "c"), 6),
        (("b", "c", 0), 7),
        (("b", "c", 1), 8),
        (("b", "c", 1, 0), 8),
        (("b", "c", 1, 1), 9),
        (("b", "c", 2, "k"), 10),
        (("b", "c", 7), 6),
        (("b", "d", "e"), 12),
        (("b", "d", "e", "f", 1), 12),
        (("b", "quo.ted"), 13),
        (("g", 0, "h"), 18),
        (("g", 1), 19),
        (("g", 1, "i"), 20),
        (("g", 1, "i", "j"), 21),
        (("g", 1, "l", 0, "h"), 24),
        (("g", 1, "l", 1, "h"), 26),
        (("m",), 27),
        (("m", "n", "o.p", "q"), 28),
        (("m", "n", "o.p", "missing"), 27),
        (("b", "r", "s"), 30),
        (("b", "missing"), 3),
        (("missing",), None),
        ((), None),
    ],
    ids=str,
)
def test_a_setting_is_found_or_the_nearest_table_above_it(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, path) == line
    assert line_of(TEXT.replace("\n", "\r\n"), path) == line


def test_a_long_file_takes_no_time() -> None:
    text = "".join(f"[t{number}]\n# comment\na = [1, 2]\n" for number in range(3000))
    assert line_of(text, ("t2999", "a", 1)) == 9000
