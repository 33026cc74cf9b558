"""python -m docs.generate: bring every page up to date."""

from __future__ import annotations

import sys

from docs.generate.pages import ROOT, pages, renewed


def main() -> None:
    """Write the pages that differ from what the code says, and name them."""
    for path in pages():
        before = path.read_text("utf-8")
        after = renewed(before)
        if after != before:
            path.write_text(after, "utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
