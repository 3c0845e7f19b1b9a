"""The documents as tests read them: pages, fenced blocks, headings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from typing_extensions import override

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
)
"""Pages whose blocks are all executed or compared."""
LINKED: Final = (*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")
"""Pages whose links are followed."""
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """
    One fenced block.

    Attributes:
        page: Where it stands.
        line: Its first line there.
        language: The word behind the fence.
        text: What is in it.
        before: The page's text above it, to see what it is said to be.
    """

    page: Path
    line: int
    language: str
    text: str
    before: str

    @override
    def __str__(self) -> str:
        """Return the place, to name a test by."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(*languages: str) -> tuple[Block, ...]:
    """Return the blocks of *languages* on all pages; all blocks when none is named."""
    return tuple(one for page in PAGES for one in _on(page) if not languages or one.language in languages)


def _on(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page."""
    text = read(page)
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found.group(1), found.group(2), text[: found.start()])


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", read(page))


def links(page: Path) -> tuple[str, ...]:
    """Return the targets of a page's links, those to other sites left out."""
    return tuple(one for one in _LINK.findall(prose(page)) if "://" not in one and not one.startswith("mailto:"))


def anchors(page: Path) -> frozenset[str]:
    """Return what the headings of a page are called in links: lower case, hyphens for spaces, no signs."""
    found = []
    for heading in _HEADING.findall(prose(page)):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.append(kept.replace(" ", "-"))
    return frozenset(found)
