"""
A process that saves pages and is killed: run by `test_crash.py` in an interpreter of its own.

`crash.py URL` saves page after page for ever, saying the number of each on stdout when the store has acknowledged it.
`crash.py URL EACH` forks for each I/O point of a page in turn (statement, commit, and after it), saves one page in the
child, which kills itself at that point, and says what the parent then finds.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Final

from sqlalchemy import event

from connector.model import Actor, Engagement, Stage, Standing, Transition
from connector.store import open_store
from connector.store.base import Cursor, Held, Reading, Store
from connector.store.sqlite import SqliteStore

from tests.store.made import NOW, contact, stage

PAGE: Final = 5
"""Rows of one page."""


def save(store: Store, page: int) -> None:
    """Save a page as a pull does: rows, engagement, verdicts, commands, ledger and cursor in one transaction."""
    with store.writing() as turn:
        people = turn.new_people([f"{page}.{row}@acme.example" for row in range(PAGE)], NOW)
        numbered = list(enumerate(people, page * PAGE))
        turn.save_held([Held(contact(number), one, {"number": number}, NOW) for number, one in numbered])
        turn.add_all_engagements([(one, Engagement(f"viewed {n}", "page_viewed", NOW)) for n, one in numbered], NOW)
        turn.touch(people, NOW)
        turn.save_standings([Standing(one, 1, 1, Stage.MQL, NOW) for one in people])
        turn.add_transitions([Transition(one, None, Stage.MQL, NOW, Actor.CONNECTOR) for one in people])
        turn.enqueue([stage(one, f"stage {number}", number) for number, one in numbered])
        turn.save_cursor(Cursor("hubspot", "contacts", str(page), NOW, NOW))


def pages_found(look: Reading) -> int:
    """Return how many pages the cursor says there are; AssertionError when anything else disagrees."""
    cursors = look.cursors()
    pages = int(cursors[0].cursor) + 1 if cursors else 0
    # By their rows: numbers of people whose page was not stored may be left out.
    owners = look.owners_of(refs=[contact(number) for number in range(pages * PAGE)])
    people = sorted(set(owners.values()))
    dossiers = look.dossiers(people)
    counts = (
        look.person_counts()["people"],
        len(look.held([contact(number) for number in range(pages * PAGE + PAGE)])),
        sum(len(dossier.engagements) for dossier in dossiers),
        sum(dossier.standing.stage is Stage.MQL for dossier in dossiers),
        sum(1 for _ in look.transitions()),
        len(look.effects(limit=10**6)),
    )
    assert counts == (pages * PAGE,) * len(counts), f"{pages} pages, but {counts}"
    return pages


def save_until_killed(url: str) -> None:
    """Save pages for ever, from where the last process ended, saying each that is acknowledged."""
    store = open_store(url)
    store.upgrade()
    with store.reading() as look:
        page = pages_found(look)
    while True:
        save(store, page)
        print(page, flush=True)  # noqa: T201 - what the other process counts on
        page += 1


def die_at(url: str, point: int) -> None:
    """Save one page and be killed at an I/O point, counted from 0."""
    store = open_store(url)
    assert isinstance(store, SqliteStore)
    with store.reading() as look:
        page = pages_found(look)
    left = point

    def pass_point(*_: object) -> None:
        """Die here when it is time."""
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(store._engine, "before_cursor_execute", pass_point)
    event.listen(store._engine, "commit", pass_point)
    save(store, page)
    pass_point()


def die_everywhere(url: str) -> None:
    """Kill a child at each I/O point until one gets through; say how many pages there were after each."""
    store = open_store(url)
    store.upgrade()
    store.close()
    point = 0
    while True:
        child = os.fork()
        if not child:
            die_at(url, point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        store = open_store(url)
        with store.reading() as look:
            print(pages_found(look), flush=True)  # noqa: T201 - what the other process counts on
        store.close()
        if not os.WIFSIGNALED(status):
            return
        point += 1


if __name__ == "__main__":
    if len(sys.argv) > 2:
        die_everywhere(sys.argv[1])
    else:
        save_until_killed(sys.argv[1])
