"""`connector outbox` with its filters: what is listed, what goes again, what is given up, and who is asked before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.store import open_store
from connector.store.base import Quarantined, Settlement, State

from tests.cli.office import Office, leads
from tests.store.made import DAY, HOUR, NOW, contact, fields, person, stage, task

KEPT = ("parked stage", "parked fields", "parked task", "waiting", "done")


@pytest.fixture(name="office")
def a_desk(tmp_path: Path) -> Iterator[Office]:
    """Open an office whose store holds three parked writes of three kinds, one that waits and one that is done."""
    office = Office(tmp_path / "office", leads("amy"))
    assert office.run("sync").returncode == 0
    store = open_store(f"sqlite:///{office.folder}/connector.db")
    with store.writing() as tx:
        one, other = person(tx, 901), person(tx, 902)
        epoch = tx.next_epoch()
        ids = tx.enqueue([
            stage(one, KEPT[0], 901),
            fields(one, KEPT[1], 901),
            task(other, KEPT[2], 902),
            stage(other, KEPT[3], 902),
        ])
        tx.claim("hubspot", 9, NOW + DAY, epoch)
        tx.send(ids[:3], epoch, NOW)
        tx.unclaim(ids[3:], epoch)
        reasons = ("no such option", 'Property "x" does not exist', "no such owner")
        tx.settle(
            [Settlement(id_, epoch, State.PARKED, reason) for id_, reason in zip(ids, reasons, strict=False)], NOW
        )
        tx.quarantine([Quarantined(contact(903), "employees: no number", "d", NOW - HOUR, NOW)])
    store.close()
    yield office
    office.close()


def states(office: Office) -> dict[str, list[str]]:
    """Return the kinds of writes in each state."""
    found: dict[str, list[str]] = {}
    for one in office.ask("outbox", "list", *(f"--state={state}" for state in State)):
        found.setdefault(one["state"], []).append(one["kind"])
    return found


def test_every_filter_narrows_the_list(office: Office) -> None:
    """System, kind, state, person, reason, time and ids, alone and together."""
    ask = office.ask
    parked = ("--state", "parked")
    everything = ask("outbox", "list", *parked)
    assert [one["kind"] for one in everything] == ["create_task", "set_stage", "set_fields"]
    for words, kinds in (
        (("--system", "hubspot"), ["create_task", "set_stage", "set_fields"]),
        (("--kind", "stage"), ["set_stage"]),
        (("--kind", "fields"), ["set_fields"]),
        (("--reason", "NO SUCH"), ["create_task", "set_stage"]),
        (("--reason", "no such", "--kind", "task"), ["create_task"]),
        (("--person", "902"), ["create_task"]),
        (("--since", (NOW + DAY).date().isoformat()), []),
        (("--since", NOW.date().isoformat()), ["create_task", "set_stage", "set_fields"]),
        ((str(everything[1]["id"]),), ["set_stage"]),
    ):
        assert [one["kind"] for one in ask("outbox", "list", *parked, *words)] == kinds, words
    assert len(ask("outbox", "list", "--quarantine", "--reason", "EMPLOYEES")) == 1
    assert ask("outbox", "list", "--quarantine", "--reason", "born") == []


def test_a_filter_that_names_nothing_is_wrong_usage(office: Office) -> None:
    """Each says what there is, and nothing is printed or changed."""
    before = states(office)
    for words, said in (
        (("--system", "hubsport"), 'Did you mean "hubspot"?'),
        (("--kind", "tasks"), 'Did you mean "task"?'),
        (("--person", "nobody@buyer.example"), "there is nobody with"),
        (("--since", "lately"), 'write a span such as "2 days"'),
    ):
        for command in (("list",), ("retry", "--yes"), ("drop", "--yes")):
            done = office.run("outbox", *command, *words)
            assert (done.returncode, done.stdout) == (2, ""), (command, words)
            assert said in done.stderr
    done = office.run("outbox", "drop", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "name ids or a filter" in done.stderr
    assert states(office) == before


def test_nothing_is_changed_before_somebody_agreed(office: Office) -> None:
    """Without a terminal and without --yes a retry and a drop show what and how many, and exit 2."""
    before = states(office)
    for words, will in ((("retry", "--kind", "task"), "go again"), (("drop", "--kind", "task"), "be dropped")):
        done = office.run("outbox", *words)
        assert done.returncode == 2
        assert "1 write will " + will in done.stderr
        assert "--yes" in done.stderr
        assert "no such owner" in done.stdout
    assert states(office) == before


def test_what_is_named_goes_again_or_is_given_up(office: Office) -> None:
    """A retry takes the parked ones that are meant, a drop what waits; the count is said, others stay."""
    done = office.run("outbox", "retry", "--reason", "no such option", "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 write will go again with the next pass")
    assert states(office)["pending"] == ["set_stage", "set_stage"]
    done = office.run("outbox", "drop", "--state", "parked", "--note", "gone", "--yes")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 writes will be dropped for good")
    assert states(office) == {"pending": ["set_stage", "set_stage"], "dropped": ["create_task", "set_fields"]}
    assert {one["reason"] for one in office.ask("outbox", "list", "--state", "dropped")} == {"gone"}
    done = office.run("outbox", "retry", "--yes")
    assert (done.returncode, done.stdout) == (0, "no write is meant; nothing to do\n")
