"""What conditions mean: case, emptiness, days, order, deleted and archived records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.sandbox.salesforce.schema import Choice, Field

from tests.sandbox.desk import NOON, Clock
from tests.sandbox_salesforce.ledger import database, lead, names, rows

BOTH = pytest.mark.parametrize("null_ne", [True, False])


@BOTH
def test_text_is_compared_without_case(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """``=``, IN and LIKE find text however its letters are written, in and beyond ASCII."""
    db = database(null_ne=null_ne)
    lead(db, "Müller", Email="A@x.example")
    assert names(db, "Email = 'a@X.EXAMPLE'") == ["Müller"]
    assert names(db, "LastName IN ('MÜLLER', 'x')") == ["Müller"]
    assert names(db, "LastName LIKE 'mÜ%'") == ["Müller"]
    assert names(db, "LastName LIKE 'm_LLER'") == ["Müller"]
    assert names(db, "LastName > 'n' OR LastName < 'M'") == []


@BOTH
def test_ids_are_compared_as_18_characters(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """An id of 15 characters means the same record as its 18."""
    db = database(null_ne=null_ne)
    record = lead(db, "a")
    assert names(db, f"Id = '{record[:15]}'") == names(db, f"Id IN ('{record}')") == ["a"]


@BOTH
def test_empty_values_come_first_either_way(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """Empty fields lead ascending and descending order, and end it only with NULLS LAST; case does not sort."""
    db = database(null_ne=null_ne)
    for name, city in (("1", "b"), ("2", None), ("3", "C"), ("4", "a")):
        lead(db, name, City=city)
    assert names(db, "Company != null ORDER BY City") == ["2", "4", "1", "3"]
    assert names(db, "Company != null ORDER BY City DESC") == ["2", "3", "1", "4"]
    assert names(db, "Company != null ORDER BY City DESC NULLS LAST") == ["3", "1", "4", "2"]
    assert names(db, "Company != null ORDER BY City NULLS LAST LIMIT 2 OFFSET 1") == ["1", "3"]


@BOTH
def test_instants_are_compared_in_utc(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """A literal with an offset means its instant, whatever zone it is written in."""
    db = database(null_ne=null_ne)
    lead(db, "a", "2026-11-20T10:00:00Z")
    assert names(db, "CreatedDate = 2026-11-20T11:00:00+01:00") == ["a"]
    assert names(db, "CreatedDate < 2026-11-20T05:00:01-0500") == ["a"]
    assert names(db, "CreatedDate > 2026-11-20T10:00:00.000Z") == []


@BOTH
def test_the_key_set_goes_on_where_the_last_page_ended(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """(SystemModstamp, Id) after the last record seen finds each later one once."""
    db = database(null_ne=null_ne)
    ids = [lead(db, str(number), "2026-11-20T10:00:00Z") for number in range(3)]
    lead(db, "3", "2026-11-20T10:00:01Z")
    stamp = "2026-11-20T10:00:00Z"
    after = f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{ids[1]}')) ORDER BY SystemModstamp, Id"
    assert names(db, after) == ["2", "3"]


def test_the_switch_decides_about_empty_fields() -> None:
    """``!=``, NOT IN and NOT find records without a value under one reading and leave them out under the other."""
    for null_ne, found in ((True, ["empty", "other"]), (False, ["other"])):
        db = database(null_ne=null_ne)
        lead(db, "empty")
        lead(db, "other", City="Ulm")
        lead(db, "same", City="Bonn")
        for condition in ("City != 'BONN'", "City NOT IN ('bonn')", "NOT City = 'Bonn'", "NOT City LIKE 'bo%'"):
            assert names(db, condition) == found, (null_ne, condition)
        for condition in ("(City != 'Bonn' OR City = null)", "City = null OR City > 'Bonn'"):
            assert names(db, condition) == ["empty", "other"]
        assert names(db, "City != 'Bonn' AND City != null") == ["other"]


def test_the_switch_reaches_numbers_days_parents_and_choices() -> None:
    """The same holds for every type of field, through parents and for EXCLUDES and semi-joins."""
    for null_ne, found in ((True, ["a"]), (False, [])):
        db = database(null_ne=null_ne)
        db.schema.define("Lead", Field("Topics__c", "multipicklist", "Topics", options=(Choice("x"), Choice("y"))))
        lead(db, "a")
        person = db.insert("Contact", {"LastName": "c"})
        member = {"CampaignId": db.insert("Campaign", {"Name": "Fair"}), "ContactId": person}
        db.insert("CampaignMember", member)
        contact = lead(
            db, "b", NumberOfEmployees=1, ConvertedDate="2026-11-23", Topics__c="x", ConvertedContactId=person
        )
        assert contact
        for condition in (
            "NumberOfEmployees != 1",
            "ConvertedDate != TODAY",
            "ConvertedDate != 2026-11-23",
            "Topics__c EXCLUDES ('x')",
            "ConvertedContact.LastName != 'c'",
            "ConvertedContactId NOT IN (SELECT ContactId FROM CampaignMember)",
        ):
            assert names(db, condition) == found, (null_ne, condition)


@BOTH
def test_an_empty_truth_is_false_and_an_empty_text_is_null(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """A boolean is never empty: ``= null`` means false; ``''`` asks for nothing in a text."""
    db = database(null_ne=null_ne)
    lead(db, "no", Email="")
    lead(db, "yes", DoNotCall=True, Email="a@x.example")
    assert names(db, "DoNotCall = null") == names(db, "DoNotCall = false") == names(db, "DoNotCall != true") == ["no"]
    assert names(db, "DoNotCall != null") == ["yes"]
    assert names(db, "Email = ''") == names(db, "Email = null") == ["no"]
    assert names(db, "Email IN (null, 'x')") == ["no"]
    assert names(db, "Email NOT IN (null, 'x')") == names(db, "Email != ''") == ["yes"]


@BOTH
def test_days_follow_the_injected_clock(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """TODAY and its kin mean days in UTC counted from the clock; moving it moves them."""
    clock = Clock()
    db = database(clock, null_ne=null_ne)
    lead(db, "today", "2026-11-23T00:00:00Z")
    lead(db, "yesterday", "2026-11-22T23:59:59Z")
    lead(db, "week", "2026-11-16T00:00:00Z")
    lead(db, "before", "2026-11-15T23:59:59Z")
    for literal, found in (
        ("= TODAY", ["today"]),
        ("= YESTERDAY", ["yesterday"]),
        ("= LAST_N_DAYS:7", ["today", "yesterday", "week"]),
        ("< LAST_N_DAYS:7", ["before"]),
        ("> YESTERDAY", ["today"]),
        ("<= YESTERDAY", ["yesterday", "week", "before"]),
        (">= N_DAYS_AGO:1", ["today", "yesterday"]),
        ("= THIS_MONTH", ["today", "yesterday", "week", "before"]),
        ("= LAST_MONTH", []),
        ("= LAST_WEEK", ["week", "before"]),
        ("= THIS_WEEK", ["today", "yesterday"]),
        ("= THIS_QUARTER", ["today", "yesterday", "week", "before"]),
        ("= LAST_N_YEARS:2", []),
        ("= LAST_90_DAYS", ["today", "yesterday", "week", "before"]),
        ("= NEXT_N_DAYS:3", []),
    ):
        assert names(db, f"CreatedDate {literal}") == found, literal
    clock.move(days=1)
    assert names(db, "CreatedDate = YESTERDAY") == ["today"]


@BOTH
def test_choices_are_found_one_by_one_and_together(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """INCLUDES takes several alternatives, each of which may ask for several choices at once."""
    db = database(null_ne=null_ne)
    db.schema.define("Lead", Field("Topics__c", "multipicklist", "Topics", length=4099))
    for name, topics in (("a", "x;y"), ("b", "y;z"), ("c", "xx")):
        lead(db, name, Topics__c=topics)
    assert names(db, "Topics__c INCLUDES ('x;y', 'Z')") == ["a", "b"]
    assert names(db, "Topics__c INCLUDES ('x')") == ["a"]
    assert names(db, "Topics__c EXCLUDES ('y')") == ["c"]


@BOTH
def test_a_semi_join_finds_by_the_ids_of_another_query(null_ne: bool) -> None:  # noqa: FBT001 -- a case
    """IN and NOT IN of a query compare ids; inner rows without one, and deleted ones, count for nothing."""
    db = database(null_ne=null_ne)
    first, second = lead(db, "a"), lead(db, "b")
    campaign = db.insert("Campaign", {"Name": "Fair", "Type": "Trade Show"})
    db.insert("CampaignMember", {"CampaignId": campaign, "LeadId": first, "HasResponded": True})
    db.insert("CampaignMember", {"CampaignId": campaign, "LeadId": second, "HasResponded": True, "IsDeleted": True})
    db.insert("CampaignMember", {"CampaignId": campaign, "ContactId": db.insert("Contact", {"LastName": "c"})})
    inner = "SELECT LeadId FROM CampaignMember WHERE HasResponded = true AND Campaign.Type = 'trade show'"
    assert names(db, f"Id IN ({inner})") == ["a"]
    assert names(db, "Id NOT IN (SELECT LeadId FROM CampaignMember)") == ["b"]


def test_deleted_records_are_for_query_all_only() -> None:
    """``query`` hides what is in the bin; ``queryAll`` shows it with its master."""
    db = database()
    winner, loser = lead(db, "winner"), lead(db, "loser")
    db.update("Lead", loser, {"IsDeleted": True, "MasterRecordId": winner})
    assert names(db, "Company = 'Acme'") == ["winner"]
    assert names(db, "IsDeleted = true") == []
    found = rows(db, "SELECT LastName, MasterRecordId FROM Lead WHERE IsDeleted = true", all_rows=True)
    assert [(row["LastName"], row["MasterRecordId"]) for row in found] == [("loser", winner)]
    assert db.query("SELECT COUNT() FROM Lead").total == 1
    assert db.query("SELECT COUNT() FROM Lead", all_rows=True).total == 2


@pytest.mark.parametrize(
    ("sobject", "values", "hidden"),
    [
        ("Task", {"Status": "Completed", "ActivityDate": "2025-11-23"}, True),
        ("Task", {"Status": "Completed", "ActivityDate": "2025-11-24"}, False),
        ("Task", {"Status": "Completed", "CreatedDate": "2025-11-23T11:00:00Z"}, True),
        ("Task", {"Status": "Completed", "CreatedDate": "2025-11-23T13:00:00Z"}, False),
        ("Task", {"Status": "Not Started", "ActivityDate": "2020-01-01"}, False),
        ("Event", {"StartDateTime": "2025-11-22T09:00:00Z"}, True),
        ("Event", {"StartDateTime": "2025-12-22T09:00:00Z"}, False),
        ("Event", {"ActivityDate": "2025-01-01", "IsAllDayEvent": True}, True),
    ],
)
def test_old_activities_are_archived(sobject: str, values: dict[str, object], *, hidden: bool) -> None:
    """Closed tasks and events of a year ago are hidden from ``query``, and marked in ``queryAll``."""
    db = database()
    record = db.insert(sobject, values)
    soql = f"SELECT Id, IsArchived FROM {sobject}"  # noqa: S608 -- SOQL
    assert len(rows(db, soql)) == int(not hidden)
    assert [row["IsArchived"] for row in rows(db, soql, all_rows=True)] == [hidden]
    assert (db.get(sobject, record) or {})["IsArchived"] is hidden


def test_a_task_is_archived_when_its_year_is_over() -> None:
    """Nothing is written when a task grows too old: the clock alone does it."""
    clock = Clock(NOON - timedelta(days=100))
    db = database(clock)
    db.insert("Task", {"Status": "Completed"})
    clock.move(days=364)
    assert db.query("SELECT COUNT() FROM Task").total == 1
    clock.move(days=1)
    assert db.query("SELECT COUNT() FROM Task").total == 0
