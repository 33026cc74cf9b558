"""Text that tries to be more than a value, for every format at once."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = (
    *('"', "'", "`", "\\", "$", "%", "#", ";", "=", ":", ",", "{", "}", "[", "]", "<", ">", "&", "-", "/", "~", "!"),
    *(" ", "\t", "\n", "\r", "\0", "\x02", "\x03", "\x1b", "\x7f", "\x85", "\xa0", "\xad", "\u2028", "\u2029"),
    *(
        "\u200b",
        "\u202e",
        "\ufeff",
        "\ufffe",
        "\uffff",
        "\ufdd0",
        "\U0001fffe",
        "\U0001f600",
        "é",
        "日本",
        "null",
        "true",
        "0x1F",
        "1e3",
        "--",
    ),
    *(
        "]]",
        "--]]",
        "]]..os.execute('id')..[[",
        '"..os.execute("id").."',
        "\\z",
        "\\065",
        "\\x41",
        "\\u{41}",
        "\\u0041",
    ),
    *(
        "${x}",
        "$host",
        "$$",
        "$(id)",
        "`id`",
        "%n",
        "%%",
        "%H",
        "'; add_header X y; #",
        '"; return 500; #',
        "\nuser=a:b",
    ),
    *("//", "/*", "*/", "</script>", "<!--", "-->", "&amp;", "&#0;", "{{ x }}", "{% raw %}", "'''", '"""', "include "),
    *(
        "\\\n",
        "\r\n",
        "\n\n[Service]\nExecStart=x",
        "yes",
        "~",
        "- a",
        "a: b",
        "!!python/name:x",
        "*a",
        "&a",
        "|\n",
        "=x",
    ),
)

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text("abc 019", max_size=3)), max_size=6).map("".join),
)

NASTY = [
    "",
    " ",
    " a ",
    "\\",
    "a\\",
    '"',
    '""',
    '"a"',
    "plain",
    "a b",
    *FRAGMENTS,
    *(f"a{part}b" for part in FRAGMENTS),
]
"""Tried first, and whole."""

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
