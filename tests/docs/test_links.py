"""Links lead somewhere: to files that are there, to headings that are in them, and to every page."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "index.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    return [inline or named for inline, named in LINK.findall(BLOCK.sub("", page.read_text("utf-8")))]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    return {anchor(heading) for heading in HEADING.findall(BLOCK.sub("", page.read_text("utf-8")))}


def anchor(heading: str) -> str:
    kept = (letter for letter in heading.lower() if letter in " -_" or unicodedata.category(letter)[0] in "LN")
    return "".join(kept).replace(" ", "-")


def broken(page: Path) -> list[str]:
    return [link for link in links(page) if "://" not in link and not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not heading or heading in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert not broken(page)


@pytest.mark.parametrize("link", ["gone.md", "other.md#gone", "#gone"])
def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path, link: str) -> None:
    page, other = tmp_path / "page.md", tmp_path / "other.md"
    other.write_text("# There\n")
    page.write_text(f"# Here\n[{link}]({link}) [here](#here) [there](other.md#there)\n")
    assert broken(page) == [link]


def test_links_to_other_sites_are_secure() -> None:
    assert not [link for page in PAGES for link in links(page) if "://" in link and not link.startswith("https://")]


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, new = set(), {INDEX}
    while new:
        reached |= new
        new = {target for page in new for target in targets(page)} - reached
    decisions = ROOT / "docs" / "explanation" / "decisions"
    assert not [page for page in PAGES if page not in reached and page.parent not in (decisions, ROOT)]


def targets(page: Path) -> set[Path]:
    found = {(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link}
    return {path for path in found if path in PAGES}
