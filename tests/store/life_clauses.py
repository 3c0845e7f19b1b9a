"""Clauses about transactions and our own work: all or nothing, kept for good, one at a time, one sync role."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connector.model import Actor, Stage, Transition
from connector.store.base import AgreementRow, Cursor, Run, Store, StoreBroken, StoreBusy, Writing

from tests.store.made import DAY, HOUR, NOW, contact, held, viewed
from tests.store.suite import Clause, Subject

CURSOR = Cursor("hubspot", "contacts", "after 200", NOW - HOUR, NOW, loaded=True)
"""Where a pull goes on."""


class Crash(Exception):  # noqa: N818 - stands for the power cut
    """The process ends here."""


def _ingest(turn: Writing) -> int:
    """Save a page: rows, engagement, and the cursor behind them."""
    one = turn.new_person("ann@acme.example", NOW)
    turn.save_held([held(contact(), one)])
    turn.add_engagements(one, [viewed("a")], NOW)
    turn.save_cursor(CURSOR)
    return one


def _ingest_and_crash(store: Store) -> None:
    """Save a page and end before the block does."""
    with store.writing() as turn:
        _ingest(turn)
        raise Crash


def a_block_that_fails_leaves_nothing(subject: Subject) -> None:
    """Rows, engagement and cursor of a transaction are saved together or not at all."""
    with subject.store() as store:
        with pytest.raises(Crash):
            _ingest_and_crash(store)
        with store.reading() as look:
            assert look.held([contact()]) == {}
            assert look.cursors() == ()
            assert look.person_counts() == {"people": 0}


def what_a_block_saved_is_there_for_the_next_process(subject: Subject) -> None:
    """After the block another process finds all of it."""
    with subject.store() as store, store.writing() as turn:
        one = _ingest(turn)
    with subject.store() as store, store.reading() as look:
        assert look.cursors() == (CURSOR,)
        assert list(look.held([contact()])) == [contact()]
        assert [row.key for row in look.dossiers([one])[0].engagements] == ["a"]


def a_look_is_one_state(subject: Subject) -> None:
    """A look goes on beside a writer and sees nothing of what is saved after its first question."""
    with subject.store() as store:
        with store.reading() as look:
            assert look.cursors() == ()
            with store.writing() as turn:
                _ingest(turn)
            assert look.cursors() == ()
            assert look.person_counts() == {"people": 0}
        with store.reading() as look:
            assert look.cursors() == (CURSOR,)


def writers_take_turns(subject: Subject) -> None:
    """Threads and processes that read and then write lose no update of each other."""
    with subject.store() as ours, subject.store() as another_process:

        def count(store: Store) -> None:
            """Add one to a note, ten times."""
            for _ in range(10):
                with store.writing() as turn:
                    turn.save_note("count", str(int(turn.note("count") or "0") + 1))

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(count, [ours, ours, another_process]))
        with ours.reading() as look:
            assert look.note("count") == "30"


def one_process_has_the_sync_role(subject: Subject) -> None:
    """A second holder is told who has the role, readers and writers are not kept out, and the role is given back."""
    with subject.store() as first, subject.store() as second:
        with first.sync_role():
            with pytest.raises(StoreBusy, match=r"pid \d+"), second.sync_role():
                pass
            with second.writing() as turn:
                turn.save_note("beside", "yes")
        with second.sync_role(), first.reading() as look:
            assert look.note("beside") == "yes"


def an_epoch_is_given_once(subject: Subject) -> None:
    """No process gets an epoch that an earlier one had; none gets 0, which stands for nobody."""
    epochs = []
    for _ in range(3):
        with subject.store() as store, store.writing() as turn:
            epochs += [turn.next_epoch(), turn.next_epoch()]
    assert len(set(epochs)) == 6
    assert min(epochs) > 0


def an_upgrade_twice_is_one(subject: Subject) -> None:
    """An empty database becomes this program's; upgrading again changes nothing."""
    store = subject.connect()
    found, needed = store.version()
    assert found == ""
    with pytest.raises(StoreBroken, match="connector db upgrade"), store.reading() as look:
        look.cursors()
    assert store.upgrade() == ("", needed)
    assert store.upgrade() == (needed, needed) == store.version()
    store.close()


def a_step_is_in_the_ledger_once(subject: Subject) -> None:
    """The same step again is the same row, also one that clears the stage; by anybody else it is another."""
    lead = Transition(1, None, Stage.LEAD, NOW, Actor.FOUND, system="hubspot")
    mql = Transition(
        1,
        Stage.LEAD,
        Stage.MQL,
        NOW + HOUR,
        Actor.CONNECTOR,
        imputed=True,
        version="2026-11",
        hash="abc",
        reasons=("why",),
        system="hubspot",
    )
    cleared = Transition(1, Stage.MQL, None, NOW + DAY, Actor.CRM, system="hubspot")
    early = Transition(2, None, Stage.SQL, NOW - DAY, Actor.CRM)
    with subject.store() as store, store.writing() as turn:
        turn.new_people(["", ""], NOW)
        turn.add_transitions([mql, lead, cleared, early])
        turn.add_transitions([lead, mql, cleared])
        steps = tuple(turn.transitions())
        assert steps == (early, lead, mql, cleared)
        assert (type(steps[1].target), type(steps[1].actor), type(steps[2].imputed)) == (Stage, Actor, bool)
        assert tuple(turn.transitions(1, NOW + HOUR)) == (mql, cleared)
        turn.add_transitions([Transition(1, None, Stage.LEAD, NOW, Actor.CRM)])
        assert len(tuple(turn.transitions(1))) == 4


def an_edition_stands_as_first_seen(subject: Subject) -> None:
    """Editions of the agreement are kept, oldest first; what stands under a version is never replaced."""
    first = AgreementRow("2026-11", "abc", '{"rule": "ü"}', 1, NOW)
    with subject.store() as store, store.writing() as turn:
        turn.save_agreement(AgreementRow("2027-01", "def", "{}", 1, NOW + DAY))
        turn.save_agreement(first)
        turn.save_agreement(AgreementRow("2026-11", "other", "{}", 1, NOW + DAY))
        assert turn.agreements()[0] == first
        assert [row.version for row in turn.agreements()] == ["2026-11", "2027-01"]


def a_cursor_is_one_a_stream(subject: Subject) -> None:
    """A cursor replaces the one before it of its stream and no other."""
    later = Cursor("hubspot", "contacts", "after 400", NOW, NOW + HOUR)
    other = Cursor("hubspot", "companies", "x", NOW, NOW)
    with subject.store() as store, store.writing() as turn:
        for cursor in (CURSOR, other, later):
            turn.save_cursor(cursor)
        assert turn.cursors() == (other, later)


def runs_and_notes_are_kept(subject: Subject) -> None:
    """The last runs come newest first with their counts; a note is replaced; one that is not there is empty."""
    with subject.store() as store, store.writing() as turn:
        first, second = turn.start_run(Run(NOW, "sync")), turn.start_run(Run(NOW + HOUR, "run"))
        done = Run(NOW, "sync", first, NOW + timedelta(seconds=9), {"pulled": 3, "held": {"stage": 1}}, "down")
        turn.finish_run(done)
        assert turn.runs() == (Run(NOW + HOUR, "run", second), done)
        assert len(turn.runs(limit=1)) == 1
        turn.save_note("heartbeat", "1")
        turn.save_note("heartbeat", "2")
        assert (turn.note("heartbeat"), turn.note("nothing")) == ("2", "")


CLAUSES: tuple[Clause, ...] = (
    a_block_that_fails_leaves_nothing,
    what_a_block_saved_is_there_for_the_next_process,
    a_look_is_one_state,
    writers_take_turns,
    one_process_has_the_sync_role,
    an_epoch_is_given_once,
    an_upgrade_twice_is_one,
    a_step_is_in_the_ledger_once,
    an_edition_stands_as_first_seen,
    a_cursor_is_one_a_stream,
    runs_and_notes_are_kept,
)
