"""HTML holds text and attributes that its reader finds as they were."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.markup import attribute, html
from tests.hostile import NASTY, TEXTS


class Reader(HTMLParser):
    """Collects all that a page holds."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def handle_data(self, data):
        self.found.append(data)

    def handle_comment(self, data):
        self.found.append(("comment", data))


@given(st.one_of(TEXTS, st.sampled_from(NASTY)))
@example("</p><script>&lt;")
def test_a_page_holds_the_text_and_the_attribute_and_nothing_else(value):
    try:
        page = f"<p title={attribute(value)}>[{html(value)}]</p>"
    except Unquotable:
        assert not value.isprintable()
        return
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.found[0] == ("p", [("title", value)])
    assert "".join(reader.found[1:]) == f"[{value}]"
