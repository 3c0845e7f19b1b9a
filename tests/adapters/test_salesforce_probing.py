"""Whether values that may have been written to Salesforce are there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.values import same
from connector.commands import Absent, Found, Rank, Unknown

from tests.adapters.org_told import Bench, contact, fields, lead, lost_after, stage


def test_what_was_written_is_found_in_the_form_in_which_it_is_shown() -> None:
    """Numbers, days, instants, checkboxes, cut texts and cleared fields, after an answer that was lost."""
    bench = Bench()
    bench.hold(lead())
    command = fields(
        lead(),
        Score__c="12.50",
        Employees="40",
        Since__c="2026-11-02T23:30:00+00:00",
        Qualified__c="2026-11-02T09:00:00.123456+00:00",
        Hot__c="",
        Reasons__c=" Asked for a demo twice, has 500 employees and a budget",
        Stage__c="",
    )
    assert bench.writes.probe([command]) == (Absent(bench.clock()),)
    bench.org.told.append(lost_after(bench.org))
    assert isinstance(bench.apply(command)[0], Unknown)
    row = bench.org.tables["Lead"][0]
    row |= {"Qualified__c": "2026-11-02T09:00:00.000+0000", "Reasons__c": row["Reasons__c"].strip(), "Score__c": 12.5}
    assert bench.writes.probe([command]) == (Found(lead().id),)


def test_a_value_that_is_not_there_is_absent() -> None:
    """As of now, by a strong read."""
    bench = Bench()
    bench.hold(lead(1), Status="MQL")
    bench.hold(lead(2), Status="Open")
    assert bench.writes.probe([stage(lead(1)), stage(lead(2))]) == (Found(lead(1).id), Absent(bench.clock()))


def test_one_of_two_fields_is_not_enough() -> None:
    """All of a command's values must be there."""
    bench = Bench()
    bench.hold(lead(), Score__c=12, Hot__c=False)
    assert bench.writes.probe([fields(lead(), Score__c="12", Hot__c="true")]) == (Absent(bench.clock()),)


def test_a_merged_record_is_looked_up_as_its_winner() -> None:
    """The merge took the value along, or did not."""
    bench = Bench()
    bench.hold(lead(1), MasterRecordId=lead(2).id, Status="MQL")
    bench.org.tables["Lead"][0]["IsDeleted"] = True
    bench.hold(lead(2), Status="Open")
    assert bench.writes.probe([stage(lead(1))]) == (Absent(bench.clock()),)
    bench.org.tables["Lead"][1]["Status"] = "MQL"
    assert bench.writes.probe([stage(lead(1))]) == (Found(lead(2).id),)


def test_a_converted_lead_still_shows_what_was_written() -> None:
    """It can be read, only not be changed."""
    bench = Bench()
    bench.hold(lead(), Score__c=3, IsConverted=True, ConvertedContactId=contact().id)
    assert bench.writes.probe([fields(lead(), Score__c="3")]) == (Found(lead().id),)


@pytest.mark.parametrize("name", ["Hidden__c", "Sum__c"])
def test_what_can_no_longer_be_written_is_absent(name: str) -> None:
    """Saying it again is harmless, and is refused with a sentence for the admin."""
    bench = Bench()
    bench.hold(lead(), **{name: 3})
    assert bench.writes.probe([fields(lead(), **{name: "3"})]) == (Absent(bench.clock()),)


def test_a_deleted_record_and_a_name_that_is_none_are_absent() -> None:
    """Neither holds anything, and neither is asked for by a name that is no id."""
    bench = Bench()
    bench.hold(lead(1), Status="MQL")
    bench.org.tables["Lead"][0]["IsDeleted"] = True
    strange = replace(lead(), id="x' OR Name LIKE '%")
    assert bench.writes.probe([stage(lead(1)), stage(strange)]) == (Absent(bench.clock()),) * 2
    assert not any("LIKE" in one for one in bench.org.queries)


def test_four_hundred_are_probed_in_few_calls() -> None:
    """Two hundred ids a query; each object by itself, at the rank of what is probed."""
    bench = Bench()
    commands = [stage(lead(n)) for n in range(400)]
    for one in commands:
        bench.hold(one.ref, Status="MQL")
    assert bench.writes.probe(commands) == tuple(Found(one.ref.id) for one in commands)
    assert bench.meter.asked == [("burst", Rank.STAGE)] * 3


def test_a_probe_that_cannot_be_read_is_down() -> None:
    """Silence is no proof of absence."""
    bench = Bench()
    bench.org.deaf = 9
    with pytest.raises(AdapterDown):
        bench.writes.probe([stage(lead())])


@pytest.mark.parametrize(
    ("held", "written", "equal"),
    [
        (None, None, True),
        ("", None, True),
        (None, "x", False),
        (0, None, False),
        (None, 0, False),
        (False, False, True),
        (None, False, True),
        (True, False, False),
        (12.0, 12, True),
        (12.1, 12, False),
        ("12", 12, False),
        ("a\r\nb", "a\nb", True),
        ("a b", "a  b", False),
        ("2026-11-02T09:00:00.000+0000", "2026-11-02T09:00:00.123Z", True),
        ("2026-11-02T09:00:01.000+0000", "2026-11-02T09:00:00.123Z", False),
        ("2026-11-02", "2026-11-02", True),
        ("Title", "T-shirt", False),
    ],
)
def test_values_are_compared_as_salesforce_shows_them(held: object, written: object, equal: bool) -> None:  # noqa: FBT001 - a table
    """Same value, other writing."""
    assert same(held, written) is equal
