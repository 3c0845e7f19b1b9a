"""The text of a task, as plain text and as the same in HTML with everything from outside escaped; pure."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

LONGEST: Final = 65_000
"""Characters: HubSpot takes 65,536 in a text property; the rest is room for an adapter that adds the task's key."""


@dataclass(frozen=True, slots=True)
class Block:
    """
    A paragraph of lines, or a list.

    Attributes:
        lines: One sentence each, plain text.
        heading: Above them; may be empty.
        bullets: Whether the lines are items of a list.
        optional: Whether lines may be left out from the end when the task gets too long.
    """

    lines: tuple[str, ...]
    heading: str = ""
    bullets: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A task's text in both forms; there are no links in it, so that no address from outside can be clicked."""

    html: str
    text: str


def rendered(blocks: Sequence[Block]) -> Body:
    """Return *blocks* in both forms, each at most `LONGEST` characters; optional lines go first, from the end."""
    kept = [one for one in blocks if one.lines]
    body = Body(_html(kept), _text(kept))
    while max(len(body.html), len(body.text)) > LONGEST:
        last = next((at for at in range(len(kept) - 1, -1, -1) if kept[at].optional), None)
        if last is None:
            return Body(_html(_halved(kept)), _text(_halved(kept)))
        shorter = replace(kept[last], lines=kept[last].lines[:-1])
        kept[last : last + 1] = [shorter] if shorter.lines else []
        body = Body(_html(kept), _text(kept))
    return body


def _halved(blocks: Sequence[Block]) -> list[Block]:
    """Return *blocks* with each line cut so far that even all of it escaped fits: what is left when nothing may go."""
    lines = sum(len(one.lines) + 1 for one in blocks)
    # One character escapes to at most six ("&quot;"), and a line has at most thirty characters of tags around it.
    longest = max((LONGEST // lines - 30) // 6, 1)
    return [replace(one, lines=tuple(line[:longest] for line in one.lines)) for one in blocks]


def _text(blocks: Sequence[Block]) -> str:
    """Return plain text: a blank line between blocks."""
    parts = []
    for block in blocks:
        lines = [f"- {line}" for line in block.lines] if block.bullets else list(block.lines)
        parts.append("\n".join(([block.heading] if block.heading else []) + lines))
    return "\n\n".join(parts)


def _html(blocks: Sequence[Block]) -> str:
    """Return HTML of p, br, strong, ul and li only."""
    parts = []
    for block in blocks:
        heading = f"<strong>{html.escape(block.heading)}</strong>" if block.heading else ""
        lines = [html.escape(line) for line in block.lines]
        if block.bullets:
            parts.append((f"<p>{heading}</p>" if heading else "") + f"<ul><li>{'</li><li>'.join(lines)}</li></ul>")
        else:
            parts.append(f"<p>{'<br>'.join(([heading] if heading else []) + lines)}</p>")
    return "".join(parts)
