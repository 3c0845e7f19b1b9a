"""What the port promises of systems that cannot be read, one clause a function."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

from connector.adapters.base import OPEN_DEALS, Showing
from connector.adapters.memory import Trouble
from connector.commands import Absent, Done, Retry, Unknown

from tests.adapters.clauses import down, each_kind, only, task, yes
from tests.adapters.subjects import Subject


def there_is_nothing_to_read(subject: Subject) -> None:
    """No streams, and whoever reads all the same is refused before anything leaves."""
    before = subject.requests()
    assert subject.adapter.streams() == ()
    with down():
        subject.adapter.pull("contacts", None)
    with down():
        subject.adapter.fetch([subject.contact("Ann")], also=frozenset({OPEN_DEALS}))
    assert subject.requests() == before


def what_was_lost_goes_again_under_its_key(subject: Subject) -> None:
    """Whether it had arrived or not: the probe lets it go again at once, and the other side has it once."""
    for trouble in (Trouble.LOST_PERFORMED, Trouble.LOST_UNPERFORMED):
        for same in each_kind(subject, subject.contact("Ann")):
            command = replace(same, key=f"{len(trouble)}{same.key}"[:26])
            before = subject.writes()
            sent = subject.requests()
            subject.trouble(trouble, write=True)
            assert isinstance(only(subject.adapter.apply([command], yes)), Unknown)
            assert subject.requests() == sent + 1
            subject.clock.sleep(timedelta(minutes=3))
            assert only(subject.adapter.probe([command])) == Absent(subject.clock())
            assert isinstance(only(subject.again().apply([command], yes)), Done)
            assert subject.writes() <= before + 1
    assert subject.writes() == 2 * len(each_kind(subject, subject.never()))


def a_permit_refused_costs_no_attempt(subject: Subject) -> None:
    """What has not left is told apart from what was refused, because attempts are counted."""
    outcome = only(subject.adapter.apply([task(subject.contact("Ann"))], lambda: False))
    assert isinstance(outcome, Retry)
    assert not outcome.sent
    subject.trouble(Trouble.BUSY, write=True)
    refused = only(subject.adapter.apply([task(subject.contact("Bea"))], yes))
    assert isinstance(refused, Retry)
    assert refused.sent


def attempts_have_an_end(subject: Subject) -> None:
    """A schedule of growing waits says when a command that fails goes again, and when it is given up."""
    schedule = subject.adapter.abilities.retry_schedule
    assert all(one < other for one, other in pairwise(schedule))
    assert timedelta(days=2) < sum(schedule, timedelta()) < timedelta(days=7)


def whoever_gets_tasks_is_an_owner(subject: Subject) -> None:
    """The configuration's own names are the directory, people and queues."""
    owners = subject.adapter.describe().owners
    assert [(one.id, one.email, one.queue) for one in owners] == [
        ("ann@acme.example", "ann@acme.example", False),
        ("queue: inbound", "", True),
    ]
    assert all(one.active for one in owners)


def nothing_is_made_before_writing(subject: Subject) -> None:
    """There are no fields to prepare, and describing asks nobody."""
    assert subject.adapter.prepare(dry=False) == subject.adapter.prepare(dry=True) == ()
    schema = subject.adapter.describe()
    assert schema.portal
    assert schema.as_of == subject.clock()
    assert (subject.requests(), subject.writes()) == (0, 0)


def what_would_leave_is_shown(subject: Subject) -> None:
    """The body of each kind can be looked at before, and looking sends nothing."""
    adapter: object = subject.adapter
    assert isinstance(adapter, Showing)
    for command in each_kind(subject, subject.contact("Ann")):
        assert command.key in adapter.shown(command)
    assert subject.requests() == 0


CLAUSES: Final = (
    there_is_nothing_to_read,
    what_was_lost_goes_again_under_its_key,
    a_permit_refused_costs_no_attempt,
    attempts_have_an_end,
    whoever_gets_tasks_is_an_owner,
    nothing_is_made_before_writing,
    what_would_leave_is_shown,
)
