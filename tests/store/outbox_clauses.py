"""Clauses about the outbox: what waits, in whose favour, and what a human may do with it."""

from __future__ import annotations

from dataclasses import replace

from connector.commands import CreateTask, Kind, Rank, SetStage
from connector.model import Stage
from connector.store.base import Refusals, Settlement, State

from tests.store.made import (
    DAY,
    HOUR,
    MINE,
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
"""The epoch of another process."""


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


def a_changed_row_frees_what_was_refused(subject: Subject) -> None:
    """Parked effects on the row wait again with fresh attempts, others stay; a newer one of the slot takes over."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        ids = sent(turn, stage(one, "first", 1), fields(one, "fields", 1), stage(one, "other", 2), stage(one, "fly", 3))
        first, values, other, _ = ids
        turn.settle([Settlement(id_, MINE, State.PARKED, "no such option") for id_ in (first, values, other)], NOW)
        turn.enqueue([stage(one, "newer", 1)])
        assert turn.refusals() == (Refusals("hubspot", "no such option", 3, first),)
        assert turn.unpark([]) == turn.unpark([contact(9)]) == 0
        assert turn.unpark([contact(1), contact(3)]) == 2
        states = [state_of(turn, id_) for id_ in ids]
        assert states == [State.DROPPED, State.PENDING, State.PARKED, State.INFLIGHT]
        assert {one.attempts for one in turn.claim("hubspot", 9, NOW, OTHERS)} == {0}
        assert turn.unpark_system("salesforce") == 0
        assert turn.unpark_system("hubspot") == 1
        assert state_of(turn, other) == State.PENDING
        assert turn.refusals() == ()


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
    """Tasks of each owner: made since then, on their way, held but unweighed if asked; not parked, dropped or older."""
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
        assert turn.tasks_today(NOW - HOUR, unweighed=True) == {"ann@acme.example": 3, "ben@acme.example": 1}
        (held,) = turn.effects(states=[State.HELD])
        turn.hold({held.id: "tasks_per_owner_per_day"})
        assert turn.tasks_today(NOW - HOUR, unweighed=True) == {"ann@acme.example": 2, "ben@acme.example": 1}


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
        assert keys(turn.effects(people=[one, 999], kind=Kind.STAGE)) == ["s"]
        assert keys(turn.effects(people=[999])) == []
        assert keys(turn.effects(people=[])) == []
        assert keys(turn.effects(system="hubspot", kind=Kind.TASK)) == ["k"]
        assert keys(turn.effects(system="salesforce")) == []


def effects_are_found_by_their_reason_and_age(subject: Subject) -> None:
    """A part of the reason finds them, in any case, signs of patterns meaning themselves; so does when they came."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        a, b, c = sent(turn, stage(one, "a", 1), stage(one, "b", 2), stage(one, "c", 3))
        said = {a: 'Property "x_y" does not exist', b: "100% wrong", c: "property xzy"}
        turn.settle([Settlement(id_, MINE, State.PARKED, reason) for id_, reason in said.items()], NOW)
        turn.enqueue([replace(fields(one, "new", 1), created_at=NOW + HOUR)])
        assert keys(turn.effects(reason="PROPERTY")) == ["a", "c"]
        assert keys(turn.effects(reason="x_y")) == ["a"]
        assert keys(turn.effects(reason="0%")) == ["b"]
        assert keys(turn.effects(reason="\\")) == []
        assert keys(turn.effects(since=NOW + HOUR)) == ["new"]
        assert keys(turn.effects(since=NOW, reason="wrong")) == ["b"]


def what_brakes_hold_is_counted(subject: Subject) -> None:
    """HELD effects are counted by brake; those that wait for a brake's word, or for nothing, are not."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, *range(1, 6))
        ids = turn.enqueue([stage(one, str(number), number, state=State.HELD) for number in range(1, 5)])
        turn.enqueue([stage(one, "free", 5)])
        assert turn.held_by_brake() == {}
        turn.hold({ids[0]: "stage_changes", ids[1]: "stage_changes", ids[2]: "tasks_per_owner_per_day"})
        assert turn.held_by_brake() == {"stage_changes": 2, "tasks_per_owner_per_day": 1}
        turn.release(ids[:1], NOW)
        assert turn.held_by_brake() == {"stage_changes": 1, "tasks_per_owner_per_day": 1}


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


def nothing_waits_for_an_instant_of_a_wrong_clock(subject: Subject) -> None:
    """Brought forward, what waits may go now and what is unknown is probed by then; what is earlier stays."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2, 3)
        (lost,) = sent(turn, stage(one, "lost", 1))
        turn.settle([Settlement(lost, MINE, State.UNKNOWN, not_before=NOW + 9 * DAY)], NOW)
        late, soon = turn.enqueue([
            replace(stage(one, "late", 2), not_before=NOW + 9 * DAY),
            replace(stage(one, "soon", 3), not_before=NOW - HOUR),
        ])
        assert turn.bring_forward(NOW, NOW + HOUR) == 2
        found = {effect.id: effect.not_before for effect in turn.effects()}
        assert found == {lost: NOW + HOUR, late: NOW, soon: NOW - HOUR}


CLAUSES: tuple[Clause, ...] = (
    an_effect_comes_back_with_its_types,
    a_key_is_enqueued_once,
    a_newer_one_replaces_what_waits,
    the_last_of_one_batch_holds,
    a_brake_holds_until_it_is_released,
    a_human_retries_or_drops,
    a_changed_row_frees_what_was_refused,
    the_backlog_counts_what_is_not_over,
    the_next_attempt_is_the_earliest,
    tasks_are_counted_for_their_owners,
    effects_are_listed_as_asked,
    effects_are_found_by_their_reason_and_age,
    what_brakes_hold_is_counted,
    effects_follow_a_merged_row,
    nothing_waits_for_an_instant_of_a_wrong_clock,
)
