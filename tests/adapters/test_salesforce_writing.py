"""Writing stages and results to Salesforce: row by row, and what becomes of the rest when one row or request is bad."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest

from connector.adapters.salesforce.ids import to18
from connector.commands import Done, Outcome, Rank, Rejected, Retry
from connector.sandbox.exchange import Response

from tests.adapters.org_told import (
    Asked,
    Bench,
    Told,
    account,
    but,
    contact,
    failed,
    fields,
    lead,
    refused,
    stage,
    user,
    whole,
    yes,
)

LIMIT = ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
LOCK = ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: 00Q000000000001")


# What leaves


def test_four_hundred_stages_take_two_calls() -> None:
    """Two collections requests write them, at the rank of stages, after one describe."""
    bench = Bench()
    commands = [stage(lead(n)) for n in range(400)]
    assert bench.apply(*commands) == tuple(Done(one.ref.id) for one in commands)
    assert [len(asked.rows) for asked in bench.org.writes] == [200, 200]
    assert bench.org.describes == ["Lead"]
    assert bench.apply(*commands) == tuple(Done(one.ref.id) for one in commands)
    assert bench.org.describes == ["Lead"]
    assert {rank for _, rank in bench.meter.asked} == {Rank.STAGE}
    assert len(bench.meter.asked) == 5


def test_a_row_says_what_it_is_first_and_never_all_or_none() -> None:
    """One PATCH of the collection: type, id, the field; the owner's rules are not asked."""
    bench = Bench()
    bench.apply(stage(lead()))
    sent = bench.org.writes[0]
    assert (sent.method, sent.path) == ("PATCH", "/services/data/v62.0/composite/sobjects")
    assert [list(row) for row in sent.rows] == [["attributes", "id", "Status"]]
    assert sent.rows[0] == {"attributes": {"type": "Lead"}, "id": lead().id, "Status": "MQL"}
    assert sent.all_or_none is False
    assert sent.headers["sforce-auto-assign"] == "FALSE"


def test_leads_and_contacts_stand_apart_in_one_request() -> None:
    """Rows are sorted by type, so that a request never has more than ten chunks; outcomes keep the commands' order."""
    bench = Bench()
    mixed = [stage(lead(n)) if n % 2 else stage(contact(n), "SQL", "Stage__c") for n in range(60)]
    assert bench.apply(*mixed) == tuple(Done(one.ref.id) for one in mixed)
    types = [row["attributes"]["type"] for row in bench.org.writes[0].rows]
    assert [name for name, _ in itertools.groupby(types)] == ["Contact", "Lead"]


def test_values_go_in_the_type_of_their_field() -> None:
    """Numbers, days, instants and checkboxes by describe; "" clears; a text is cut to its length."""
    bench = Bench()
    values = {
        "Score__c": "12.5",
        "Employees": "40",
        "Since__c": "2026-11-02T23:30:00+00:00",
        "Qualified__c": "2026-11-02T09:00:00+02:00",
        "Hot__c": "true",
        "Reasons__c": "Asked for a demo twice, has 500 employees and a budget",
        "Stage__c": "",
    }
    assert bench.apply(fields(lead(), **values)) == (Done(lead().id),)
    row = dict(bench.org.writes[0].rows[0])
    assert {name: row[name] for name in values} == {
        "Score__c": 12.5,
        "Employees": 40,
        "Since__c": "2026-11-02",
        "Qualified__c": "2026-11-02T07:00:00.000Z",
        "Hot__c": True,
        "Reasons__c": "Asked for a demo twice, has 500 employe…",
        "Stage__c": None,
    }
    assert len(row["Reasons__c"]) <= 40


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Hot__c", "", False),
        ("Score__c", "", None),
        ("Score__c", "70", 70),
        ("Since__c", "2026-11-02", "2026-11-02"),
        ("Qualified__c", "2026-11-02T09:00:00", "2026-11-02T09:00:00.000Z"),
        ("Reasons__c", "🎉" * 21, "🎉" * 19 + "…"),
    ],
)
def test_odd_values(name: str, text: str, shown: object) -> None:
    """A checkbox is never empty, whole numbers have no fraction, no zone is UTC, and an emoji counts as two."""
    bench = Bench()
    bench.apply(fields(lead(), **{name: text}))
    assert bench.org.writes[0].rows[0][name] == shown
    assert isinstance(bench.org.writes[0].rows[0][name], type(shown))


def test_a_short_id_is_made_long() -> None:
    """An id of 15 characters, as exports give it, names the same record."""
    bench = Bench()
    short = replace(lead(), id=lead().id[:15])
    assert bench.apply(stage(short)) == (Done(lead().id),)
    assert bench.org.writes[0].rows[0]["id"] == lead().id


def test_results_go_to_an_account_too() -> None:
    """A company shows the best of its people."""
    bench = Bench()
    assert bench.apply(fields(account(), Score__c="7")) == (Done(account().id),)


# What is refused here


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Statsu", "x", ('Lead has no field "Statsu"', "field-level security", 'Did you mean "Status"?')),
        ("HasOptedOutOfEmail", "true", ('no field "HasOptedOutOfEmail"', "Edit on Lead.HasOptedOutOfEmail")),
        ("Sum__c", "3", ("may read Lead.Sum__c but not write it", "formulas")),
        ("Status", "Workin", ("Lead.Status is a picklist without that value", '"Workin"', 'Did you mean "Working"?')),
        ("Score__c", "many", ("Lead.Score__c holds numbers", '"many"')),
        ("Score__c", "nan", ("Lead.Score__c holds numbers", '"nan"')),
        ("Since__c", "soon", ("Lead.Since__c holds dates", '"soon"')),
        ("Hot__c", "perhaps", ("Lead.Hot__c is a checkbox", '"perhaps"')),
    ],
)
def test_what_cannot_be_written_is_refused_without_a_request(name: str, text: str, words: tuple[str, ...]) -> None:
    """Salesforce would refuse the whole request; so the sentence is ours, and the others go through."""
    bench = Bench()
    bad, good = bench.apply(fields(lead(1), **{name: text}), fields(lead(2), Score__c="3"))
    assert isinstance(bad, Rejected)
    assert all(each in bad.reason for each in words), bad.reason
    assert good == Done(lead(2).id)
    assert [row["id"] for row in bench.org.writes[0].rows] == [lead(2).id]


def test_an_object_that_cannot_be_seen_is_refused_in_plain_words() -> None:
    """Nothing is sent, and the sentence says which permission is missing."""
    bench = Bench()
    del bench.org.fields["Contact"]
    (found,) = bench.apply(stage(contact(), "SQL", "Stage__c"))
    assert isinstance(found, Rejected)
    assert "the object Contact is not visible" in found.reason
    assert bench.org.writes == []


@pytest.mark.parametrize("text", ["", "17", "../User/005000000000001", "00Q000000000001AAB", "00Q00000000000é"])
def test_a_name_that_is_no_id_never_leaves(text: str) -> None:
    """Its checksum is tested before it reaches a body or a query."""
    bench = Bench()
    (found,) = bench.apply(stage(replace(lead(), id=text)))
    assert isinstance(found, Rejected)
    assert bench.org.writes == []


# A poisoned row


def poisoned(bench: Bench, value: str) -> Told:
    """Refuse every request with a row that holds *value*, without naming anything."""

    def told(asked: Asked) -> Response:
        """Judge one request, and the next one likewise."""
        bench.org.told.append(told)
        if value in json.dumps(list(asked.rows)):
            return refused(400, "JSON_PARSER_ERROR", "Unexpected character at [line:1, column:17]")
        return bench.org.perform(asked)

    return told


def test_a_poisoned_row_is_alone_refused_in_the_end() -> None:
    """A request that is refused whole wrote nothing: its rows go again in tens, then alone."""
    bench = Bench()
    bench.org.told.append(poisoned(bench, "poison"))
    waiting = list(range(60))
    outcomes: dict[int, Outcome] = {}
    rounds = 0
    while waiting and rounds < 5:
        rounds += 1
        found = bench.apply(*(fields(lead(n), Reasons__c="poison" if n == 17 else "fine") for n in waiting))
        outcomes.update(zip(waiting, found, strict=True))
        waiting = [n for n in waiting if isinstance(outcomes[n], Retry)]
    assert rounds == 3
    assert isinstance(outcomes.pop(17), Rejected)
    assert outcomes == {n: Done(lead(n).id) for n in range(60) if n != 17}
    assert len(bench.org.writes) == 1 + 6 + 10


def test_a_field_that_vanished_meanwhile_is_looked_at_again() -> None:
    """Describe is cached, so a field may be hidden since: read anew it tells which command it is that cannot go."""
    bench = Bench()
    both = (fields(lead(1), Hot__c="true"), fields(lead(2), Score__c="3"))
    bench.apply(both[1])
    bench.org.fields["Lead"] = tuple(one for one in bench.org.fields["Lead"] if one["name"] != "Hot__c")
    words = "No such column 'Hot__c' on sobject of type Lead"
    bench.org.told.append(whole(refused(400, "INVALID_FIELD", words)))
    assert [type(one) for one in bench.apply(*both)] == [Retry, Retry]
    hidden, other = bench.apply(*both)
    assert isinstance(hidden, Rejected)
    assert 'no field "Hot__c"' in hidden.reason
    assert other == Done(lead(2).id)


def test_a_field_that_is_refused_though_it_is_shown_is_refused_the_second_time() -> None:
    """It must not go round for ever, and must not hold up who does not write it."""
    bench = Bench()
    both = (fields(lead(1), Hot__c="true"), fields(lead(2), Score__c="3"))
    words = "No such column 'Hot__c' on sobject of type Lead"
    bench.org.told += [whole(refused(400, "INVALID_FIELD", words))] * 2
    bench.apply(*both)
    hidden, other = bench.apply(*both)
    assert isinstance(hidden, Rejected)
    assert words in hidden.reason
    assert isinstance(other, Retry)
    assert bench.apply(both[1]) == (Done(lead(2).id),)


def test_an_owner_is_a_field_like_any_other() -> None:
    """A playbook may make the task's owner the record's; an inactive one is refused in Salesforce's words."""
    bench = Bench()
    words = "operation performed with inactive user [005000000000007] as owner of lead"
    bench.org.told.append(but(bench.org, p0=failed("INVALID_CROSS_REFERENCE_KEY", words, "OwnerId")))
    bad, good = bench.apply(fields(lead(1), OwnerId=user(7)), fields(lead(2), OwnerId=user(8)))
    assert isinstance(bad, Rejected)
    assert "inactive" in bad.reason
    assert good == Done(lead(2).id)


def test_nothing_is_nothing() -> None:
    """No command, no request."""
    bench = Bench()
    assert bench.writes.apply([], yes) == ()
    assert bench.writes.probe([]) == ()
    assert to18(lead().id) == lead().id
    assert bench.org.writes == []
