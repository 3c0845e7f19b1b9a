"""The pages hang together: links lead somewhere, commands are all there, nothing is too long to read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.docs.commands import PAGE, commands, parameters, renewed, spelt
from tests.docs.pages import LINKED, PAGES, ROOT, anchors, links, prose, read

_PATH: Final = re.compile(r"`((?:\.ci|bench|connector|docs|examples|requirements|tests)/[\w./-]+)`")
_WORDS: Final = 1_000
"""Five minutes at two hundred words a minute."""


def name(page: Path) -> str:
    """Return what a test of a page is called by."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading in it."""
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_files_that_are_named_are_there(page: Path) -> None:
    """A path in running text is one of the repository."""
    assert [one for one in _PATH.findall(prose(page)) if not (ROOT / one).exists()] == []


def test_every_page_is_reached_from_the_readme() -> None:
    """Through links, in however many steps."""
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md" and page.exists():
            reached.add(page)
            ahead += [(page.parent / one.partition("#")[0]).resolve() for one in links(page) if one[0] != "#"]
    assert [name(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in reached] == []


@pytest.mark.parametrize("page", [one for one in PAGES if "reference" not in one.parts], ids=name)
def test_a_page_is_read_in_five_minutes(page: Path) -> None:
    """What is longer is two pages; tables are looked into, not read."""
    lines = [line for line in prose(page).splitlines() if not line.startswith("|")]
    assert len(" ".join(lines).split()) <= _WORDS


def test_the_commands_page_is_what_the_commands_say() -> None:
    """`python -m tests.docs.commands` writes it anew."""
    assert read(PAGE) == renewed(read(PAGE))


@pytest.mark.parametrize("command", [found for found, _ in commands()])
def test_every_command_and_option_is_described(command: str) -> None:
    """Under a heading of its own, with a sentence for each option."""
    (found,) = (one for other, one in commands() if other == command)
    section = read(PAGE).split(f"\n### {command}\n")[1].split("\n### ")[0]
    assert found.help.strip() in section
    for one in parameters(found):
        assert one.help
        assert f"| `{spelt(one)}` |" in section
