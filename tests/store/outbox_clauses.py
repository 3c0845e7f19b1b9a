"""Clauses about the outbox: what waits, who may send it, and what became of it."""

from __future__ import annotations

from dataclasses import replace

from connector.commands import CreateTask, Kind, Rank, SetStage
from connector.model import Stage
from connector.store.base import Settlement, State

from tests.store.made import (
    DAY,
    HOUR,
    MINE,
    MINUTE,
    NOW,
    company,
    contact,
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


def an_effect_comes_back_with_its_types(subject: Subject) -> None:
    """All three kinds of command and what is known of them are read as they were stored."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1)
        whole = CreateTask(
            "K",
            contact(),
            "new-sql",
            "Call",
            "<p>",
            "text",
            NOW + DAY,
            "12",
            "ann@acme.example",
            "todo",
            "low",
            company(),
            unless_open_deal=True,
            set_owner=True,
        )
        recycle = SetStage("S", contact(), "lifecyclestage", "lead", Stage.LEAD, "customer", recycle=True)
        given = [
            replace(task(one, "K"), command=whole, why=("booked a demo", "50 people")),
            replace(stage(one, "S"), command=recycle, not_before=NOW + HOUR),
            replace(fields(one, "F", state=State.HELD), brake="stage_changes", reason="too many"),
        ]
        ids = turn.enqueue(given)
        stored = turn.effects()
        assert stored == tuple(replace(effect, id=id_) for effect, id_ in zip(given, ids, strict=True))
        assert type(stored[1].command) is SetStage
        assert {(type(effect.state), type(effect.rank)) for effect in stored} == {(State, Rank)}


def a_key_is_enqueued_once(subject: Subject) -> None:
    """A key that exists in any state is left alone; the ids of the new ones come in the order given."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        (done,) = sent(turn, stage(one, "S"))
        turn.settle([Settlement(done, MINE, State.DONE, remote_id="1")], NOW)
        assert turn.enqueue([stage(one, "S")]) == ()
        assert state_of(turn, done) is State.DONE
        late, soon = turn.enqueue([fields(one, "late"), stage(one, "S"), task(one, "soon", 2), fields(one, "late")])
        assert keys(turn.effects(ids=[late])) == ["late"]
        assert keys(turn.effects(ids=[soon])) == ["soon"]


def a_newer_one_replaces_what_waits(subject: Subject) -> None:
    """A PENDING or HELD effect of the same record and slot is dropped for the newer one, others are not touched."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        old = turn.enqueue([
            stage(one, "a", 1),
            stage(one, "b", 2, state=State.HELD),
            fields(one, "c", 1),
            task(one, "d", 1),
        ])
        new = turn.enqueue([stage(one, "e", 1), stage(one, "f", 2), task(one, "g", 1)])
        assert [state_of(turn, id_) for id_ in old] == [State.DROPPED, State.DROPPED, State.PENDING, State.PENDING]
        assert [state_of(turn, id_) for id_ in new] == [State.PENDING] * 3
        (dropped,) = turn.effects(ids=old[:1])
        assert (dropped.reason, dropped.settled_at) == ("replaced by a newer one", NOW)


def the_last_of_one_batch_holds(subject: Subject) -> None:
    """Of two effects for one slot that are enqueued together the later one is to be written."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1)
        turn.enqueue([stage(one, "first"), stage(one, "second")])
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["second"]


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
        turn.enqueue([stage(one, "behind"), stage(one, "claimed", 2)])
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


def a_brake_holds_until_it_is_released(subject: Subject) -> None:
    """HELD effects name their brake, are not claimed, and go on when released; others are not held."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        waits, free = turn.enqueue([stage(one, "waits", 1, state=State.HELD), stage(one, "free", 2)])
        turn.hold({waits: "stage_changes", free: "stage_changes"})
        assert [effect.brake for effect in turn.effects()] == ["stage_changes", ""]
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["free"]
        assert turn.release([waits, free], NOW) == 1
        (released,) = turn.effects(ids=[waits])
        assert (released.state, released.brake) == (State.PENDING, "")
        assert keys(turn.claim("hubspot", 9, NOW, MINE)) == ["waits"]


def a_human_retries_or_drops(subject: Subject) -> None:
    """A parked effect goes on by a human's word with fresh attempts; what is under way cannot be dropped."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        parked, flying = sent(turn, stage(one, "parked", 1), stage(one, "flying", 2))
        turn.settle([Settlement(parked, MINE, State.PARKED, "no such option", "req-9")], NOW)
        (effect,) = turn.effects(states=[State.PARKED])
        assert (effect.reason, effect.request_id, effect.settled_at) == ("no such option", "req-9", NOW)
        assert turn.retry([parked, flying], NOW) == 1
        (again,) = turn.claim("hubspot", 9, NOW, OTHERS)
        assert (again.id, again.attempts, again.settled_at) == (parked, 0, None)
        assert turn.drop([parked, flying], NOW, "wrong list") == 1
        assert [state_of(turn, id_) for id_ in (parked, flying)] == [State.DROPPED, State.INFLIGHT]
        assert turn.drop([parked], NOW, "twice") == 0
        assert turn.effects(ids=[parked])[0].reason == "wrong list"


def the_backlog_counts_what_is_not_over(subject: Subject) -> None:
    """Live effects are counted by system and state, parked ones as well; done and dropped ones are not."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, *range(1, 6))
        done, parked, _ = sent(turn, stage(one, "1", 1), stage(one, "2", 2), stage(one, "3", 3))
        turn.settle([Settlement(done, MINE, State.DONE), Settlement(parked, MINE, State.PARKED)], NOW)
        turn.enqueue([stage(one, "4", 4), stage(one, "5", 5)])
        assert turn.backlog() == {
            ("hubspot", State.PARKED): 1,
            ("hubspot", State.INFLIGHT): 1,
            ("hubspot", State.PENDING): 2,
        }


def the_next_attempt_is_the_earliest(subject: Subject) -> None:
    """When something may go next: at once when something waits without a date, else the earliest date; else never."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        assert turn.next_attempt("hubspot") is None
        turn.enqueue([replace(stage(one, "late", 1), not_before=NOW + DAY)])
        turn.enqueue([replace(stage(one, "soon", 2), not_before=NOW + HOUR)])
        turn.enqueue([stage(one, "held", 3, state=State.HELD)])
        assert turn.next_attempt("hubspot") == NOW + HOUR
        turn.enqueue([fields(one, "now", 3)])
        assert turn.next_attempt("hubspot") == NOW
        assert turn.next_attempt("salesforce") is None


def tasks_are_counted_for_their_owners(subject: Subject) -> None:
    """Tasks of each owner: those made since then and those on their way; not held, parked, dropped or older ones."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, *range(1, 9))
        old, new, parked, flying = sent(
            turn, task(one, "old", 1), task(one, "new", 2), task(one, "parked", 3), task(one, "flying", 4)
        )
        turn.settle([Settlement(old, MINE, State.DONE)], NOW - DAY)
        turn.settle([Settlement(new, MINE, State.DONE), Settlement(parked, MINE, State.PARKED)], NOW)
        assert state_of(turn, flying) is State.INFLIGHT
        turn.enqueue([task(one, "held", 5, state=State.HELD), task(one, "waits", 6, owner="ben@acme.example")])
        turn.enqueue([stage(one, "no task", 7)])
        assert turn.tasks_today(NOW - HOUR) == {"ann@acme.example": 2, "ben@acme.example": 1}


def effects_are_listed_as_asked(subject: Subject) -> None:
    """Every filter narrows the list, which goes by rank, then age."""
    with subject.store() as store, store.writing() as turn:
        one, other = person(turn, 1), person(turn, 2)
        turn.enqueue([
            fields(one, "f", 1),
            stage(one, "s", 1),
            stage(other, "t", 2, state=State.HELD),
            task(other, "k", 2),
        ])
        assert keys(turn.effects()) == ["k", "s", "t", "f"]
        assert keys(turn.effects(limit=2)) == ["k", "s"]
        assert keys(turn.effects(states=[State.HELD])) == ["t"]
        assert keys(turn.effects(states=[State.HELD, State.DONE])) == ["t"]
        assert keys(turn.effects(person_id=one, kind=Kind.STAGE)) == ["s"]
        assert keys(turn.effects(system="hubspot", kind=Kind.TASK)) == ["k"]
        assert keys(turn.effects(system="salesforce")) == []


def effects_follow_a_merged_row(subject: Subject) -> None:
    """Live effects on a row that was merged away concern the row it became, in one order; keys and past ones stay."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        (done,) = sent(turn, task(one, "done", 1))
        turn.settle([Settlement(done, MINE, State.DONE)], NOW)
        old, other, new = turn.enqueue([stage(one, "old", 1), task(one, "other", 1), stage(one, "new", 2)])
        assert turn.readdress(contact(1), contact(2)) == 2
        assert [(effect.command.key, effect.command.ref) for effect in turn.claim("hubspot", 9, NOW, MINE)] == [
            ("other", contact(2)),
            ("new", contact(2)),
        ]
        assert [state_of(turn, id_) for id_ in (old, other, new)] == [State.DROPPED, State.PENDING, State.PENDING]
        assert turn.effects(ids=[done])[0].command.ref == contact(1)


CLAUSES: tuple[Clause, ...] = (
    an_effect_comes_back_with_its_types,
    a_key_is_enqueued_once,
    a_newer_one_replaces_what_waits,
    the_last_of_one_batch_holds,
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
    a_brake_holds_until_it_is_released,
    a_human_retries_or_drops,
    the_backlog_counts_what_is_not_over,
    the_next_attempt_is_the_earliest,
    tasks_are_counted_for_their_owners,
    effects_are_listed_as_asked,
    effects_follow_a_merged_row,
)
