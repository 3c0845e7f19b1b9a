"""What the pages show on a terminal is what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import PAGES, ROOT, blocks
from tests.docs.sessions import commands, differs, run

ELSEWHERE: Final = {
    ROOT / "docs" / "how-to" / "first-agreement.md": ROOT / "tests" / "config" / "test_first_agreement.py"
}
"""Pages that build up a file of their own, each with the test that executes all of it."""
BARE: Final = ROOT / "docs" / "how-to" / "connect-hubspot.md"
"""Shows a portal that has no field of ours yet."""
ORG: Final = ROOT / "docs" / "how-to" / "connect-salesforce.md"
"""Runs beside the other simulated CRM, with what `init --crm salesforce` writes."""
SHOWN: Final = tuple(
    page for page in PAGES if page not in ELSEWHERE and any(one.page == page for one in blocks("console"))
)


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.stem)
def test_a_session_runs_as_it_is_shown(page: Path, tmp_path: Path) -> None:
    """Command after command, beside a sandbox; what ends badly is followed by `echo $?`."""
    steps = [step for one in blocks("console") if one.page == page for step in commands(one)]
    crm = "salesforce" if page == ORG else "hubspot"
    answers = run(tmp_path, [command for command, _ in steps], bare=page == BARE, crm=crm)
    followed = [command for command, _ in steps[1:]] + [""]
    for (command, shown), (code, real, _), then in zip(steps, answers, followed, strict=True):
        assert code == 0 or then == "echo $?", f"{command} ended with {code}:\n{real}"
        assert not differs(shown or "…\n", real), f"$ {command}\n{real}"


@pytest.mark.parametrize("page", ELSEWHERE, ids=lambda page: page.stem)
def test_a_page_that_is_left_out_here_is_executed_elsewhere(page: Path) -> None:
    """By a test that names it."""
    assert page.name in ELSEWHERE[page].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n…\n", "a\nb\nc\n", True),
        ("…\nc\n", "a\nb\nc\n", True),
        ("…\nd\n", "a\nb\nc\n", False),
        ("read … records\n", "read 310 records\n", True),
        ("read … records\n", "read\n310 records\n", False),
        ("on 23 Nov, due Tue 24 Nov 13:00\n", "on 2 Dec, due Wed 3 Dec 09:30\n", True),
        ("at 2026-11-23 22:31\n", "at 2027-01-02 01:02\n", True),
        ("wrote 194\n", "wrote 195\n", False),
    ],
)
def test_the_comparison_sees_what_differs(shown: str, real: str, *, same: bool) -> None:
    """Else every page would pass."""
    assert differs(shown, real) is not same
