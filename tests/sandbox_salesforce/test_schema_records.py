"""Records as they are kept: ids, defaults, derived values, new fields, and what a large org costs."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime

import pytest

from connector.sandbox.instants import iso, millis
from connector.sandbox.salesforce.ids import IdMaker, checksum, is_id, sobject_of, to18
from connector.sandbox.salesforce.schema import Choice, Field

from tests.sandbox.desk import NOON, Clock
from tests.sandbox_salesforce.ledger import database, lead, names, rows

KNOWN = ("0015c00002Lz9mUAAR", "001dM00003jU9GyQAK", "012000000000000AAA")


@pytest.mark.parametrize("known", KNOWN)
def test_a_real_id_has_the_checksum_we_work_out(known: str) -> None:
    """Ids seen in the wild end in the three characters that follow from the 15 before."""
    assert to18(known[:15]) == to18(known) == known
    assert is_id(known[:15])


def test_any_other_checksum_is_refused() -> None:
    """Over many ids, the checksum tells every change of case, and wrong ones are no ids."""
    chance = random.Random(7)
    maker = IdMaker(3)
    for _ in range(500):
        record = maker.next("00Q")
        assert record[15:] == checksum(record[:15])
        place = chance.randrange(3, 15)
        other = record[:place] + record[place].swapcase() + record[place + 1 :]
        assert is_id(other) == (other == record)
    for wrong in ("", "00Q", KNOWN[0] + "A", "0015c00002Lz9m!", "../../User/0050000", KNOWN[0][:-1] + "a"):
        assert not is_id(wrong)
        with pytest.raises(ValueError, match="record id"):
            to18(wrong)


def test_ids_grow_and_name_their_object() -> None:
    """Each new id is greater than the one before, in SQL as in Python; the prefix tells the object; a seed repeats."""
    maker, again = IdMaker(5), IdMaker(5)
    ids = [maker.next("00T") for _ in range(5000)]
    assert ids == sorted(set(ids)) == [again.next("00T") for _ in range(5000)]
    assert sobject_of(ids[0]) == "Task"
    assert sobject_of("zzz") == ""


def test_a_new_record_has_defaults_stamps_and_owner() -> None:
    """What a record does not say is filled in; instants are whole seconds; get shows it as REST does."""
    db = database(Clock(datetime(2026, 11, 23, 12, 0, 0, 987_000, tzinfo=UTC)))
    found = db.get("Task", db.insert("task", {"Subject": "Call"})) or {}
    assert (found["Status"], found["Priority"], found["IsClosed"]) == ("Not Started", "Normal", False)
    assert found["CreatedDate"] == found["SystemModstamp"] == "2026-11-23T12:00:00.000+0000"
    assert found["OwnerId"] == found["CreatedById"] == db.user_id
    assert found["TaskSubtype"] == "Task"
    assert found["ActivityDate"] is None


def test_a_loaded_record_keeps_its_own_past() -> None:
    """Id and instants may be given; a day may come as text of an instant."""
    db = database()
    when = NOON.replace(year=2020)
    record = db.insert(
        "Lead", {"LastName": "a", "ConvertedDate": "2020-02-03T00:00:00Z"}, id=KNOWN_LEAD, at_ms=millis(when)
    )
    found = db.get("Lead", KNOWN_LEAD[:15]) or {}
    assert record == KNOWN_LEAD
    assert found["SystemModstamp"] == "2020-11-23T12:00:00.000+0000"
    assert found["ConvertedDate"] == "2020-02-03"
    assert db.get("Lead", IdMaker(9).next("00Q")) is None


KNOWN_LEAD = to18("00Q5c00002Lz9mU")


def test_derived_values_follow_every_write() -> None:
    """Names are joined, tasks closed, events timed, memberships attributed, deals won by what is written."""
    clock = Clock()
    db = database(clock)
    person = lead(db, "Lovelace", FirstName="Ada")
    db.update("Lead", person, {"LastName": "King"})
    assert (db.get("Lead", person) or {})["Name"] == "Ada King"
    task = db.insert("Task", {"Priority": "High"})
    clock.move(hours=1)
    db.update("Task", task, {"Status": "Completed"})
    done = db.get("Task", task) or {}
    assert (done["IsClosed"], done["IsHighPriority"], done["CompletedDateTime"]) == (
        True,
        True,
        "2026-11-23T13:00:00.000+0000",
    )
    db.update("Task", task, {"Status": "In Progress"})
    assert (db.get("Task", task) or {})["CompletedDateTime"] is None
    event = db.insert("Event", {"StartDateTime": "2026-11-24T09:00:00Z", "DurationInMinutes": 30})
    timed = db.get("Event", event) or {}
    assert (timed["EndDateTime"], timed["ActivityDate"]) == ("2026-11-24T09:30:00.000+0000", "2026-11-24")
    contact = db.insert("Contact", {"LastName": "c", "EmailBouncedReason": "gone"})
    assert (db.get("Contact", contact) or {})["IsEmailBounced"] is True
    member = db.insert("CampaignMember", {"LeadId": person})
    db.update("CampaignMember", member, {"ContactId": contact})
    tied = db.get("CampaignMember", member) or {}
    assert (tied["LeadId"], tied["LeadOrContactId"], tied["Type"]) == (person, contact, "Contact")
    deal = db.insert("Opportunity", {"StageName": "Closed Won"})
    assert (db.get("Opportunity", deal) or {})["IsWon"] is True


def test_a_write_moves_the_stamp_and_nothing_else_by_itself() -> None:
    """SystemModstamp moves with the same value too, also to an instant that has passed; LastModifiedDate when told."""
    clock = Clock()
    db = database(clock)
    record = lead(db, "a", City="Ulm")
    clock.move(minutes=5)
    db.update("Lead", record, {"City": "Ulm"})
    found = db.get("Lead", record) or {}
    assert found["SystemModstamp"] == "2026-11-23T12:05:00.000+0000"
    assert found["LastModifiedDate"] == "2026-11-20T10:00:00.000+0000"
    db.update("Lead", record, {"City": None}, stamp_ms=millis(NOON))
    late = db.get("Lead", record) or {}
    assert (late["SystemModstamp"], late["City"]) == ("2026-11-23T12:00:00.000+0000", None)
    with pytest.raises(KeyError):
        db.update("Lead", IdMaker(9).next("00Q"), {"LastName": "x"})


def test_a_field_that_is_added_later_is_empty_so_far() -> None:
    """The tables follow the schema: a new field can be asked for at once, a new boolean is false."""
    db = database()
    record = lead(db, "a")
    db.schema.define("Lead", Field("VIP__c", "boolean", "VIP"))
    db.schema.define("Lead", Field("Tier__c", "picklist", "Tier", length=255, options=(Choice("A", default=True),)))
    lead(db, "b", VIP__c=True)
    found = rows(db, "SELECT VIP__c, Tier__c FROM Lead ORDER BY LastName")
    assert [(row["VIP__c"], row["Tier__c"]) for row in found] == [(False, None), (True, "A")]
    assert next(iter(db.ids("Lead"))) == record
    assert names(db, "VIP__c != true") == ["a"]


def test_records_are_found_by_what_they_hold() -> None:
    """find() answers all holders of a value without regard to case, those in the bin too."""
    db = database()
    first, second = lead(db, "a", Email="A@x.example"), lead(db, "b", Email="a@X.example", IsDeleted=True)
    assert db.find("Lead", "Email", "a@x.example") == (first, second)
    assert db.find("Lead", "OwnerId", db.user_id[:15]) == (first, second)


def test_an_org_is_furnished() -> None:
    """Organization, integration user and the rows behind the status picklists are there from the start."""
    db = database()
    assert rows(db, "SELECT Id FROM Organization")[0]["Id"] == db.org_id
    assert rows(db, "SELECT Id FROM User WHERE IsActive = true")[0]["Id"] == db.user_id
    converted = rows(db, "SELECT ApiName FROM LeadStatus WHERE IsConverted = true")
    assert [row["ApiName"] for row in converted] == ["Closed - Converted"]
    closed = rows(db, "SELECT MasterLabel FROM TaskStatus WHERE IsClosed = true ORDER BY SortOrder")
    assert [row["MasterLabel"] for row in closed] == ["Completed"]


def test_the_newest_page_of_many_leads_costs_an_index() -> None:
    """The newest 2,000 of 20,000 leads come from the index on (SystemModstamp, Id), not from a scan."""
    db = database()
    start = millis(NOON) - 20_000_000
    ids = [db.insert("Lead", {"LastName": f"n{n}"}, at_ms=start + n // 4 * 1000) for n in range(20_000)]
    stamp, last = iso(start + 18_000 // 4 * 1000), ids[18_000]
    asked = f"SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{last}')"
    begun = time.perf_counter()
    found = db.query(f"SELECT Id, LastName, SystemModstamp FROM Lead WHERE {asked} ORDER BY SystemModstamp, Id")  # noqa: S608 -- SOQL
    page = found.rows[:2000]
    took = time.perf_counter() - begun
    assert [row["Id"] for row in page] == ids[18_001:]
    assert took < 0.5
    plan = db.storage.sql.execute(
        'EXPLAIN QUERY PLAN SELECT row FROM "Lead" WHERE "SystemModstamp" > 5 ORDER BY "SystemModstamp", "Id"'
    ).fetchall()
    assert "Lead by SystemModstamp" in str(plan)
