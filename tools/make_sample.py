"""
Write the bundled sample: about 200 made-up people of a European seller of software to companies.

Run `python -m tools.make_sample` after a change in `tools/sample_*.py`; a test holds the file and these modules
together. Whoever resembles a living person does so by chance: names are put together, telephone numbers and domains are
those that nobody can have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.sample_crowd import crowd
from tools.sample_stories import stories

TARGET: Final = Path(__file__).parent.parent / "connector" / "sandbox" / "sample.jsonl"


def text() -> str:
    """Return the whole file, one person a line."""
    return "".join(f"{person.line()}\n" for person in (*stories(), *crowd()))


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
