"""What the port promises of probes, the schema, our own fields and secrets, one clause a function."""

from __future__ import annotations

from typing import Final

from connector.adapters.base import AdapterDown
from connector.adapters.memory import Trouble
from connector.commands import (
    Absent,
    Done,
    Found,
    SetFields,
    Unknown,
)

from tests.adapters.clauses import down, each_kind, fields, only, stage, task, yes
from tests.adapters.subjects import Subject
from tests.clock import START


def a_probe_finds_what_was_performed(subject: Subject) -> None:
    """After a lost answer the effect is found where it is there."""
    for command in each_kind(subject, subject.contact("Ann")):
        subject.trouble(Trouble.LOST_PERFORMED, write=True)
        assert isinstance(only(subject.adapter.apply([command], yes)), Unknown)
        assert isinstance(only(subject.adapter.probe([command])), Found)


def a_probe_says_absent_where_nothing_is(subject: Subject) -> None:
    """What was not performed is certainly absent, as of an instant, among others that are there."""
    ref = subject.contact("Ann")
    made = task(ref, "MADE")
    subject.adapter.apply([made], yes)
    there, absent = subject.adapter.probe([made, task(ref, "NOT MADE")])
    assert isinstance(there, Found)
    assert isinstance(absent, Absent)
    assert START <= absent.as_of <= subject.clock()
    for command in (stage(subject, ref), fields(subject, ref)):
        assert isinstance(only(subject.adapter.probe([command])), Absent)


def a_probe_follows_a_merge(subject: Subject) -> None:
    """A task is found though its record was merged into another since."""
    winner, loser = subject.contact("Ann"), subject.contact("Bea")
    subject.adapter.apply([task(loser)], yes)
    subject.merge(winner, loser)
    assert isinstance(only(subject.adapter.probe([task(loser)])), Found)


def a_probe_writes_nothing(subject: Subject) -> None:
    """Looking changes nothing."""
    ref = subject.contact("Ann")
    before = subject.writes()
    for command in each_kind(subject, ref):
        subject.adapter.probe([command])
    assert subject.writes() == before


def a_probe_that_cannot_read_is_down(subject: Subject) -> None:
    """What cannot be read now is neither found nor absent."""
    ref = subject.contact("Ann")
    for command in each_kind(subject, ref):
        subject.trouble(Trouble.NO_CONNECTION, write=False)
        with down():
            subject.adapter.probe([command])


def the_schema_tells_what_there_is(subject: Subject) -> None:
    """Fields with options, owners, account and tier are what the vendor has now."""
    schema = subject.adapter.describe()
    choice = schema.fields[subject.person][subject.stage_field]
    values = [one.value for one in choice.options]
    assert choice.type == "choice"
    assert values.index(subject.stages[0]) < values.index(subject.stages[1])
    assert schema.portal
    assert schema.task_tier in {"A", "B"}
    assert {one.active for one in schema.owners} == {True, False}
    assert all(one.id and one.email == one.email.lower() for one in schema.owners)
    assert schema.as_of == subject.clock()


def credentials_are_checked_by_describe(subject: Subject) -> None:
    """Refused credentials are told apart from a network that is down."""
    subject.trouble(Trouble.CREDENTIALS, write=False)
    with down() as caught:
        subject.adapter.describe()
    assert caught.value.kind == "credentials"


def a_dry_preparation_makes_nothing(subject: Subject) -> None:
    """It says what it would make, and makes nothing."""
    before = subject.writes()
    assert any(subject.result_field in one for one in subject.adapter.prepare(dry=True))
    assert subject.writes() == before
    assert subject.result_field not in subject.adapter.describe().fields[subject.person]


def a_preparation_makes_each_field_once(subject: Subject) -> None:
    """The fields that are missing are made, or named for an admin to make; the next time nothing is."""
    planned = subject.adapter.prepare(dry=True)
    assert len(subject.adapter.prepare(dry=False)) == len(planned) > 0
    subject.make_by_hand()
    assert subject.result_field in subject.adapter.describe().fields[subject.person]
    assert subject.adapter.prepare(dry=False) == ()
    ref = subject.contact("Ann")
    assert subject.adapter.apply([SetFields("f", ref, {subject.result_field: "7"})], yes) == (Done(ref.id),)


def no_secret_is_shown(subject: Subject) -> None:
    """However a call fails, the credentials stand in no text that it leaves."""
    ref = subject.contact("Ann")
    shown = [repr(subject.adapter), repr(vars(subject.adapter))]
    for trouble in Trouble:
        subject.trouble(trouble, write=True)
        try:
            shown.append(repr(subject.adapter.apply([fields(subject, ref)], yes)))
        except AdapterDown as error:
            shown += [repr(error), str(error), error.reason, repr(error.__cause__), repr(error.__context__)]
        subject.trouble(trouble, write=False)
        with down() as caught:
            subject.adapter.fetch([ref])
        shown += [repr(caught.value), caught.value.reason, repr(caught.value.__cause__)]
    assert not [text for text in shown if subject.secret in text]


CLAUSES: Final = (
    a_probe_finds_what_was_performed,
    a_probe_says_absent_where_nothing_is,
    a_probe_follows_a_merge,
    a_probe_writes_nothing,
    a_probe_that_cannot_read_is_down,
    the_schema_tells_what_there_is,
    credentials_are_checked_by_describe,
    a_dry_preparation_makes_nothing,
    a_preparation_makes_each_field_once,
    no_secret_is_shown,
)
