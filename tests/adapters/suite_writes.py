"""What the port promises of writes, one clause a function."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Final

from connector.adapters.memory import Trouble
from connector.commands import (
    Done,
    Found,
    Kind,
    Rejected,
    Retry,
    Unknown,
)

from tests.adapters.clauses import down, each_kind, fields, only, settled, stage, task, yes
from tests.adapters.subjects import Subject


def a_stage_is_set(subject: Subject) -> None:
    """A stage that moves forward is there afterwards, and Done names the record."""
    ref = subject.contact("Ann")
    assert subject.adapter.apply([stage(subject, ref)], yes) == (Done(ref.id),)
    assert subject.value(ref, subject.stage_field) == subject.stages[1]


def a_stage_that_was_not_taken_is_not_done(subject: Subject) -> None:
    """Where the vendor ignores a backward stage the outcome says so."""
    ref = subject.contact("Ann")
    subject.change(ref, subject.stage_field, subject.stages[1])
    outcome = only(subject.adapter.apply([stage(subject, ref, subject.stages[0])], yes))
    assert isinstance(outcome, Rejected) == subject.adapter.abilities.forward_only
    assert subject.value(ref, subject.stage_field) == subject.stages[subject.adapter.abilities.forward_only]


def a_recycle_moves_back(subject: Subject) -> None:
    """A stage that goes back on purpose goes back."""
    ref = subject.contact("Ann")
    subject.change(ref, subject.stage_field, subject.stages[1])
    command = stage(subject, ref, subject.stages[0], recycle=True)
    assert subject.adapter.apply([command], yes) == (Done(ref.id),)
    assert subject.value(ref, subject.stage_field) == subject.stages[0]


def fields_are_set_and_cleared(subject: Subject) -> None:
    """Values are written as text, and the empty text clears."""
    ref = subject.contact("Ann")
    assert subject.adapter.apply([fields(subject, ref, "Bea")], yes) == (Done(ref.id),)
    assert subject.value(ref, subject.name_field) == "Bea"
    assert subject.adapter.apply([fields(subject, ref, "", "fields-2")], yes) == (Done(ref.id),)
    assert not subject.value(ref, subject.name_field)


def a_task_is_made_once(subject: Subject) -> None:
    """One command is one task on its record, and Done names it."""
    ref = subject.contact("Ann")
    outcome = only(subject.adapter.apply([task(ref)], yes))
    assert isinstance(outcome, Done)
    assert outcome.remote_id not in {"", ref.id}
    assert subject.tasks(ref) == (task(ref).subject,)


def a_task_that_is_there_is_done(subject: Subject) -> None:
    """Where keys are unique, saying it twice has the effect of once, also for another process."""
    if subject.adapter.describe().task_tier != "A":
        return
    ref = subject.contact("Ann")
    first = only(subject.adapter.apply([task(ref)], yes))
    second = only(subject.again().apply([task(ref)], yes))
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.remote_id == second.remote_id
    assert len(subject.tasks(ref)) == 1


def outcomes_come_in_order(subject: Subject) -> None:
    """A full batch has one outcome for each command, in the order of the commands."""
    refs = [subject.contact(f"Ann{n}") for n in range(subject.adapter.abilities.batch[Kind.TASK])]
    outcomes = subject.adapter.apply([task(ref, f"KEY{n:023}") for n, ref in enumerate(refs)], yes)
    stages = subject.adapter.apply([stage(subject, ref, key=f"s{n}") for n, ref in enumerate(refs)], yes)
    assert stages == tuple(Done(ref.id) for ref in refs)
    probed = subject.adapter.probe([task(ref, f"KEY{n:023}") for n, ref in enumerate(refs)])
    assert [one.remote_id for one in outcomes if isinstance(one, Done)] == [
        one.remote_id for one in probed if isinstance(one, Found)
    ]
    assert len(outcomes) == len(refs) == len(probed)
    assert all(subject.tasks(ref) == (f"Call KEY{n:023}",) for n, ref in enumerate(refs))


def one_bad_row_holds_up_nobody(subject: Subject) -> None:
    """Of a batch with a value that the vendor refuses, that row is refused with words and the others are done."""
    refs = [subject.contact(f"Ann{n}") for n in range(40)]
    commands = [stage(subject, ref, key=f"s{n}") for n, ref in enumerate(refs)]
    commands[17] = stage(subject, refs[17], "no such stage", key="s17")
    outcomes = settled(subject, commands)
    bad = outcomes.pop("s17")
    assert isinstance(bad, Rejected)
    assert "no such stage" in bad.reason
    assert all(isinstance(one, Done) for one in outcomes.values())


def a_record_that_is_gone_is_refused(subject: Subject) -> None:
    """A write to a deleted record is refused, and the others of its batch are done."""
    ref, gone = subject.contact("Ann"), subject.contact("Bea")
    subject.delete(gone)
    for one, other in zip(each_kind(subject, ref), each_kind(subject, gone), strict=True):
        refused = replace(other, key=f"X{other.key}"[:26])
        outcomes = settled(subject, [one, refused])
        assert isinstance(outcomes[one.key], Done)
        assert isinstance(outcomes[refused.key], Rejected)


def without_a_permit_nothing_leaves(subject: Subject) -> None:
    """When the permit says no the commands are to be tried again, and the vendor has heard nothing."""
    ref = subject.contact("Ann")
    for command in each_kind(subject, ref):
        before = subject.writes()
        assert isinstance(only(subject.adapter.apply([command], lambda: False)), Retry)
        assert subject.writes() == before


def each_request_asks_for_its_permit(subject: Subject) -> None:
    """A permit given for one request does not stand for the next of the same call."""
    ref = subject.contact("Ann")
    asked = count()
    outcome = subject.adapter.apply([task(ref)], lambda: next(asked) < 0)
    assert isinstance(only(outcome), Retry)
    assert next(asked) == 1


def no_connection_is_no_attempt(subject: Subject) -> None:
    """While no byte of a write has left the adapter is down, and no command is blamed."""
    ref = subject.contact("Ann")
    for command in each_kind(subject, ref):
        before = subject.writes()
        subject.trouble(Trouble.NO_CONNECTION, write=True)
        with down() as caught:
            subject.adapter.apply([command], yes)
        assert caught.value.kind == "network"
        assert caught.value.after is not None
        assert subject.writes() == before


def refused_credentials_stop_the_system(subject: Subject) -> None:
    """Credentials that are refused are nobody's command's fault, and waiting does not mend them."""
    ref = subject.contact("Ann")
    for command in each_kind(subject, ref):
        subject.trouble(Trouble.CREDENTIALS, write=True)
        with down() as caught:
            subject.adapter.apply([command], yes)
        assert (caught.value.kind, caught.value.after) == ("credentials", None)


def busy_is_to_be_tried_again(subject: Subject) -> None:
    """What the vendor did not take for now goes again after a wait."""
    ref = subject.contact("Ann")
    for command in each_kind(subject, ref):
        before = subject.writes()
        subject.trouble(Trouble.BUSY, write=True)
        outcome = only(subject.adapter.apply([command], yes))
        assert isinstance(outcome, Retry)
        assert outcome.after > timedelta()
        assert subject.writes() == before


def a_lost_answer_is_unknown(subject: Subject) -> None:
    """When no answer came every row of the batch is unknown, whether it was performed or not, and is sent once."""
    refs = [subject.contact("Ann"), subject.contact("Bea")]
    for trouble in (Trouble.LOST_UNPERFORMED, Trouble.LOST_PERFORMED):
        commands = [task(ref, f"{trouble[:6]}{ref.id:0>20}"[:26]) for ref in refs]
        subject.trouble(trouble, write=True)
        outcomes = subject.adapter.apply(commands, yes)
        assert [type(one) for one in outcomes] == [Unknown, Unknown]
    assert [len(subject.tasks(ref)) for ref in refs] == [1, 1]


CLAUSES: Final = (
    a_stage_is_set,
    a_stage_that_was_not_taken_is_not_done,
    a_recycle_moves_back,
    fields_are_set_and_cleared,
    a_task_is_made_once,
    a_task_that_is_there_is_done,
    outcomes_come_in_order,
    one_bad_row_holds_up_nobody,
    a_record_that_is_gone_is_refused,
    without_a_permit_nothing_leaves,
    each_request_asks_for_its_permit,
    no_connection_is_no_attempt,
    refused_credentials_stop_the_system,
    busy_is_to_be_tried_again,
    a_lost_answer_is_unknown,
)
