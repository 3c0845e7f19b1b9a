"""Clauses about delivery: who may send what, what blocks it, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from connector.commands import Rank
from connector.store.base import Settlement, State

from tests.store.made import (
    HOUR,
    MINE,
    MINUTE,
    NOW,
    fields,
    keys,
    person,
    sent,
    stage,
    state_of,
    task,
)
from tests.store.suite import Clause, Subject

OTHERS = MINE + 1
"""The epoch of another process."""


def whatever_may_have_been_written_blocks_its_slot(subject: Subject) -> None:
    """Behind an INFLIGHT, UNKNOWN or PARKED effect the newer one waits; other slots and records do not."""
    blockers = (State.INFLIGHT, State.UNKNOWN, State.PARKED)
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3, 4)
        ids = sent(turn, *(stage(one, f"first {number}", number) for number in (1, 2, 3)))
        turn.settle([Settlement(ids[1], MINE, State.UNKNOWN), Settlement(ids[2], MINE, State.PARKED)], NOW)
        turn.enqueue([stage(one, f"next {number}", number) for number in (1, 2, 3, 4)])
        turn.enqueue([fields(one, "fields", 1)])
        assert tuple(state_of(turn, id_) for id_ in ids) == blockers
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["next 4", "fields"]
        turn.settle([Settlement(ids[0], MINE, State.DONE), Settlement(ids[1], MINE, State.DONE)], NOW)
        turn.drop([ids[2]], NOW, "a human said so")
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["next 1", "next 2", "next 3"]


def what_is_blocked_is_no_next_attempt(subject: Subject) -> None:
    """Nobody is woken for an effect that waits behind a parked one or is claimed already."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        (parked,) = sent(turn, stage(one, "parked"))
        turn.settle([Settlement(parked, MINE, State.PARKED)], NOW)
        turn.enqueue([stage(one, "behind")])
        assert turn.next_attempt("hubspot") is None
        turn.enqueue([stage(one, "claimed", 2)])
        assert turn.next_attempt("hubspot") == NOW
        turn.claim("hubspot", 9, NOW, MINE)
        assert turn.next_attempt("hubspot") is None


def the_best_rank_is_claimed_first(subject: Subject) -> None:
    """Records come by their best effect, oldest first, with all that may go for them; no more records than asked."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, *range(1, 5))
        turn.enqueue([
            fields(one, "fields 1", 1),
            stage(one, "stage 2", 2),
            fields(one, "fields 3", 3),
            task(one, "task 3", 3),
        ])
        first = turn.claim("hubspot", 2, NOW, MINE)
        assert keys(first) == ["task 3", "stage 2", "fields 3"]
        assert {(effect.state, effect.epoch) for effect in first} == {(State.PENDING, MINE)}
        assert keys(turn.claim("hubspot", 2, NOW, MINE)) == ["fields 1"]


def a_claim_asks_for_system_rank_and_time(subject: Subject) -> None:
    """Effects of another system, of a lower rank or for later are left out."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        later = replace(stage(one, "later", 2), not_before=NOW + MINUTE)
        turn.enqueue([fields(one, "fields", 1), later, stage(one, "now", 3)])
        assert turn.claim("salesforce", 9, NOW, MINE) == ()
        assert turn.claim("hubspot", 0, NOW, MINE) == ()
        assert keys(turn.claim("hubspot", 9, NOW, MINE, Rank.STAGE)) == ["now"]
        assert keys(turn.claim("hubspot", 9, NOW + MINUTE, MINE)) == ["later", "fields"]


def a_claim_is_one_workers(subject: Subject) -> None:
    """What is claimed is nobody else's, also not of the same epoch's next claim, until it is given back."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1)
        (id_,) = turn.enqueue([stage(one, "S")])
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["S"]
        assert turn.claim("hubspot", 9, NOW, MINE) == turn.claim("hubspot", 9, NOW, OTHERS) == ()
        turn.unclaim([id_], OTHERS)
        assert turn.claim("hubspot", 9, NOW, OTHERS) == ()
        turn.unclaim([id_], MINE)
        assert keys(turn.claim("hubspot", 9, NOW, OTHERS)) == ["S"]


def only_its_claimer_may_send(subject: Subject) -> None:
    """Sending marks INFLIGHT, counts the attempt and its instant, for the claimer's own PENDING effects only."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        mine, dropped = turn.enqueue([stage(one, "mine", 1), stage(one, "dropped", 2)])
        assert turn.send([mine], MINE, NOW) == frozenset()
        turn.claim("hubspot", 9, NOW, MINE)
        turn.drop([dropped], NOW, "a human said so")
        assert turn.send([mine], OTHERS, NOW) == frozenset()
        assert turn.send([mine, dropped], MINE, NOW + MINUTE) == {mine}
        assert turn.send([mine], MINE, NOW) == frozenset()
        (effect,) = turn.effects(ids=[mine])
        assert (effect.state, effect.attempts, effect.sent_at) == (State.INFLIGHT, 1, NOW + MINUTE)


def a_settlement_is_fenced_by_its_epoch(subject: Subject) -> None:
    """Who is not the owner changes nothing; who is, changes exactly what was under way."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        id_, waiting = turn.enqueue([stage(one, "S"), stage(one, "W", 2)])
        assert turn.settle([Settlement(waiting, 0, State.DONE)], NOW) == frozenset()
        turn.claim("hubspot", 1, NOW, MINE)
        turn.send([id_], MINE, NOW)
        assert turn.settle([Settlement(id_, OTHERS, State.DONE)], NOW) == frozenset()
        assert state_of(turn, id_) is State.INFLIGHT
        done = Settlement(id_, MINE, State.DONE, "made", "req-1", remote_id="99")
        assert turn.settle([done, Settlement(12345, MINE, State.DONE)], NOW + MINUTE) == {id_}
        (effect,) = turn.effects(ids=[id_])
        assert (effect.state, effect.remote_id, effect.settled_at) == (State.DONE, "99", NOW + MINUTE)
        assert (effect.reason, effect.request_id) == ("made", "req-1")
        assert turn.settle([Settlement(id_, MINE, State.PENDING)], NOW) == frozenset()
        assert state_of(turn, id_) is State.DONE


def an_attempt_that_was_none_is_given_back(subject: Subject) -> None:
    """A write that the adapter never sent costs no attempt; one that was sent does; either may be claimed again."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        asked, unasked = sent(turn, stage(one, "asked", 1), stage(one, "unasked", 2))
        (claimed,) = turn.enqueue([stage(one, "claimed", 3)])
        turn.claim("hubspot", 9, NOW, MINE)
        turn.settle(
            [
                Settlement(asked, MINE, State.PENDING, "busy", not_before=NOW + HOUR),
                Settlement(unasked, MINE, State.PENDING, attempted=False),
                Settlement(claimed, MINE, State.PENDING, attempted=False),
            ],
            NOW,
        )
        found = {effect.command.key: effect for effect in turn.effects()}
        assert {key: effect.attempts for key, effect in found.items()} == {"asked": 1, "unasked": 0, "claimed": 0}
        assert (found["asked"].not_before, found["asked"].reason) == (NOW + HOUR, "busy")
        assert keys(turn.claim("hubspot", 9, NOW, OTHERS)) == ["unasked", "claimed"]


def who_waits_again_gives_way_to_a_newer_one(subject: Subject) -> None:
    """An effect that is to be tried again is dropped when a newer one has come for its slot meanwhile."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1)
        (old,) = sent(turn, stage(one, "old"))
        turn.enqueue([stage(one, "new")])
        turn.settle([Settlement(old, MINE, State.PENDING)], NOW)
        assert state_of(turn, old) is State.DROPPED
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["new"]


def what_a_dead_process_left_is_unknown(subject: Subject) -> None:
    """INFLIGHT of other epochs becomes UNKNOWN and ours; own sends go on; dead claims end; the dead stay out."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        (lost,) = sent(turn, stage(one, "lost", 1))
        (claimed,) = turn.enqueue([stage(one, "claimed", 2)])
        turn.claim("hubspot", 9, NOW, MINE)
        (own,) = sent(turn, stage(one, "own", 3), epoch=OTHERS)
        assert turn.orphaned(OTHERS, NOW + MINUTE) == 1
        assert [state_of(turn, id_) for id_ in (lost, own)] == [State.UNKNOWN, State.INFLIGHT]
        assert turn.settle([Settlement(lost, MINE, State.DONE)], NOW) == frozenset()
        assert turn.unknown("hubspot", NOW, 9) == ()
        (found,) = turn.unknown("hubspot", NOW + MINUTE, 9)
        assert (found.id, found.epoch, found.not_before, found.attempts) == (lost, OTHERS, NOW + MINUTE, 1)
        assert keys(turn.claim("hubspot", 9, NOW, OTHERS)) == ["claimed"]
        assert turn.send([claimed], OTHERS, NOW) == {claimed}
        assert turn.settle([Settlement(lost, OTHERS, State.DONE)], NOW) == {lost}


def an_older_unknown_is_adopted(subject: Subject) -> None:
    """What was unknown already when a process died can be settled by the next one, at the instant it was put off to."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1)
        (id_,) = sent(turn, stage(one, "S"))
        turn.settle([Settlement(id_, MINE, State.UNKNOWN, "time-out", not_before=NOW + HOUR)], NOW)
        assert turn.orphaned(OTHERS, NOW) == 0
        assert turn.next_attempt("hubspot") == NOW + HOUR
        assert turn.settle([Settlement(id_, OTHERS, State.PENDING)], NOW) == {id_}


def the_unknown_are_probed_oldest_first(subject: Subject) -> None:
    """Unknown effects of one system whose instant has come, oldest first, no more than asked for."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        ids = sent(turn, fields(one, "a", 1), task(one, "b", 2), stage(one, "c", 3))
        turn.settle([Settlement(id_, MINE, State.UNKNOWN) for id_ in ids[:2]], NOW)
        turn.settle([Settlement(ids[2], MINE, State.UNKNOWN, not_before=NOW + HOUR)], NOW)
        assert keys(turn.unknown("hubspot", NOW, 9)) == ["a", "b"]
        assert keys(turn.unknown("hubspot", NOW + HOUR, 1)) == ["a"]
        assert turn.unknown("salesforce", NOW, 9) == ()


CLAUSES: tuple[Clause, ...] = (
    whatever_may_have_been_written_blocks_its_slot,
    what_is_blocked_is_no_next_attempt,
    the_best_rank_is_claimed_first,
    a_claim_asks_for_system_rank_and_time,
    a_claim_is_one_workers,
    only_its_claimer_may_send,
    a_settlement_is_fenced_by_its_epoch,
    an_attempt_that_was_none_is_given_back,
    who_waits_again_gives_way_to_a_newer_one,
    what_a_dead_process_left_is_unknown,
    an_older_unknown_is_adopted,
    the_unknown_are_probed_oldest_first,
)
