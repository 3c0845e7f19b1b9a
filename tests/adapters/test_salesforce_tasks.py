"""Tasks in Salesforce: each once, in both tiers, with what an org can and cannot hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connector.adapters.salesforce.ids import to18
from connector.commands import Done, Found, Rank, Rejected, Retry, Unknown

from tests.adapters.org_told import (
    HOLDER,
    KEY,
    KEY_FIELD,
    TASK,
    Bench,
    account,
    but,
    contact,
    described,
    failed,
    lead,
    refused,
    task,
    user,
    whole,
)
from tests.clock import START

OTHER = "abcdefghijklmnopqrstuvwx02"
HELD = to18("00T000000000900")
TWICE = f"duplicate value found: {KEY_FIELD} duplicates value on record with id: {HELD[:15]}"


def keys(number: int) -> list[str]:
    """Return so many keys of tasks."""
    return [f"{n:026}" for n in range(number)]


# What leaves


def test_a_task_as_salesforce_takes_it() -> None:
    """Person, owner, words, day, reminder, priority and subtype in one row; the key in its own field."""
    bench = Bench()
    command = task(
        contact(), owner_id=user(), company=account(), remind_at=datetime(2026, 11, 2, 13, tzinfo=UTC), body_text="Ann"
    )
    assert bench.apply(command) == (Done(bench.org.tables["Task"][0]["Id"]),)
    sent = bench.org.writes[0]
    assert (sent.method, sent.path, sent.all_or_none) == ("POST", "/services/data/v62.0/composite/sobjects", False)
    assert sent.headers["sforce-auto-assign"] == "FALSE"
    assert next(iter(sent.rows[0])) == "attributes"
    assert sent.rows[0] == {
        "attributes": {"type": "Task"},
        "WhoId": contact().id,
        "WhatId": account().id,
        "OwnerId": user(),
        "Subject": "Call Ann",
        "Description": "Ann",
        "ActivityDate": "2026-11-03",
        "Priority": "High",
        "TaskSubtype": "Call",
        "IsReminderSet": True,
        "ReminderDateTime": "2026-11-02T13:00:00.000Z",
        KEY_FIELD: KEY,
    }


def test_a_task_on_a_lead_names_no_company() -> None:
    """With a lead in WhoId, WhatId must be empty; nobody to own it and no reminder are left out as well."""
    bench = Bench()
    bench.apply(task(lead(), company=account(), type="todo", priority="none"))
    row = bench.org.writes[0].rows[0]
    assert not {"WhatId", "OwnerId", "IsReminderSet", "ReminderDateTime", "Priority"} & set(row)
    assert row["TaskSubtype"] == "Task"


def test_the_day_falls_back_to_the_instant() -> None:
    """A command stored before tasks had a day of their own is due on the day of its instant."""
    bench = Bench()
    bench.apply(task(lead(), due_on=None, due_at=datetime(2026, 11, 4, 23, 30, tzinfo=UTC)))
    assert bench.org.writes[0].rows[0]["ActivityDate"] == date(2026, 11, 4).isoformat()


def test_a_queue_may_own_a_task() -> None:
    """Its id goes where a user's goes."""
    bench = Bench()
    queue = to18("00G000000000001")
    bench.apply(task(lead(), owner_id=queue))
    assert bench.org.writes[0].rows[0]["OwnerId"] == queue


def test_what_the_org_cannot_hold_and_a_rep_can_do_without_is_left_out() -> None:
    """Renamed priorities, no subtypes, hidden reminders: the task is made nevertheless."""
    bench = Bench()
    gone = {"TaskSubtype", "IsReminderSet", "WhatId"}
    other = described("Priority", "picklist", picklistValues=[{"value": "Hoch", "label": "Hoch", "active": True}])
    bench.org.fields["Task"] = (
        *(other if one["name"] == "Priority" else one for one in TASK if one["name"] not in gone),
        HOLDER,
    )
    command = task(contact(), company=account(), remind_at=START)
    assert isinstance(bench.apply(command)[0], Done)
    assert not {*gone, "Priority", "ReminderDateTime"} & set(bench.org.writes[0].rows[0])


@pytest.mark.parametrize("name", ["WhoId", "Subject", "Description", "ActivityDate", "OwnerId"])
def test_what_a_rep_cannot_do_without_is_refused_when_it_is_hidden(name: str) -> None:
    """No request leaves, and the sentence names field, object and what to do."""
    bench = Bench()
    bench.org.fields["Task"] = tuple(one for one in (*TASK, HOLDER) if one["name"] != name)
    (found,) = bench.apply(task(lead(), owner_id=user()))
    assert isinstance(found, Rejected)
    assert f'Task has no field "{name}"' in found.reason
    assert "field-level security" in found.reason
    assert bench.org.writes == []


@pytest.mark.parametrize(
    "command",
    [
        task(replace(lead(), id="../evil")),
        task(lead(), owner_id="00500000000000"),
        task(contact(), company=replace(account(), id="acme")),
        task(account()),
    ],
    ids=["record", "owner", "company", "object"],
)
def test_a_name_that_is_no_id_never_leaves(command: object) -> None:
    """It is refused here, and the other task goes through."""
    bench = Bench()
    bad, good = bench.apply(command, task(lead(2), OTHER))  # type: ignore[arg-type]
    assert isinstance(bad, Rejected)
    assert isinstance(good, Done)
    assert len(bench.org.writes[0].rows) == 1


def test_long_words_are_cut_to_what_the_org_holds() -> None:
    """A subject of 300 and a body of 40,000 characters would be refused."""
    bench = Bench()
    bench.apply(task(lead(), subject="x" * 300, body_text="y" * 40_000))
    row = bench.org.writes[0].rows[0]
    assert (len(row["Subject"]), len(row["Description"])) == (255, 32_000)


def test_without_a_field_the_key_stands_in_the_last_line_and_is_never_cut() -> None:
    """Tier B."""
    bench = Bench(tier="B")
    bench.apply(task(lead(), body_text="y" * 40_000))
    row = bench.org.writes[0].rows[0]
    assert KEY_FIELD not in row
    assert len(row["Description"]) == 32_000
    assert row["Description"].splitlines()[-1] == f"Ref: {KEY}"


def test_four_hundred_tasks_take_two_calls() -> None:
    """At the rank of tasks, after one describe; those of one account or person stand together."""
    bench = Bench()
    commands = [
        task(contact(n), key, company=account(n % 7)) if n % 2 else task(lead(n), key)
        for n, key in enumerate(keys(400))
    ]
    outcomes = bench.apply(*commands)
    assert all(isinstance(one, Done) for one in outcomes)
    assert [len(asked.rows) for asked in bench.org.writes] == [200, 200]
    assert [rank for _, rank in bench.meter.asked] == [Rank.TASK] * 3
    locks = [row.get("WhatId") or row["WhoId"] for asked in bench.org.writes for row in asked.rows]
    assert locks == sorted(locks)
    made = {row[KEY_FIELD]: row["Id"] for row in bench.org.tables["Task"]}
    assert [one.remote_id for one in outcomes if isinstance(one, Done)] == [made[key] for key in keys(400)]


# There already


def test_a_key_that_is_there_is_done() -> None:
    """The refusal names the task that holds it; the rep's changes to it are not touched."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", TWICE, KEY_FIELD)))
    there, new = bench.apply(task(lead(1)), task(lead(2), OTHER))
    assert there == Done(HELD, "it was there already")
    assert isinstance(new, Done)
    assert bench.org.queries == []


def test_a_refusal_that_names_no_task_is_looked_up() -> None:
    """Also one that a rep has deleted, or that was archived: it is not made again."""
    bench = Bench()
    bench.org.tables["Task"] = [{"Id": HELD, "IsDeleted": True, KEY_FIELD: KEY.upper(), "WhoId": lead().id}]
    words = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", words)))
    assert bench.apply(task(lead())) == (Done(HELD, "it was there already"),)
    assert len(bench.org.queries) == 1


@pytest.mark.parametrize("tier", ["A", "B"])
def test_keys_have_no_case(tier: str) -> None:
    """Text is compared without it there, and what a unique field holds may come back in another one."""
    bench = Bench(tier=tier)
    bench.hold(lead())
    bench.apply(task(lead()))
    assert isinstance(bench.writes.probe([task(lead(), KEY.upper())])[0], Found)


def test_an_optional_field_that_vanished_meanwhile_is_left_out_the_next_time() -> None:
    """All tasks of the request write it, and none of them needs it."""
    bench = Bench()
    bench.apply(task(lead(1)))
    bench.org.fields["Task"] = tuple(one for one in bench.org.fields["Task"] if one["name"] != "Priority")
    words = "No such column 'Priority' on sobject of type Task"
    bench.org.told.append(whole(refused(400, "INVALID_FIELD", words)))
    commands = [task(lead(n), key) for n, key in enumerate(keys(3))]
    assert [type(one) for one in bench.apply(*commands)] == [Retry] * 3
    assert [type(one) for one in bench.apply(*commands)] == [Done] * 3
    assert not any("Priority" in row for row in bench.org.writes[-1].rows)


def test_a_task_that_the_user_may_not_see_is_done_nevertheless() -> None:
    """The key is taken, so the task is there; only which one it is cannot be told."""
    bench = Bench()
    words = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", words)))
    (found,) = bench.apply(task(lead()))
    assert isinstance(found, Done)
    assert found.remote_id == ""
    assert "may not see it" in found.note


def test_another_unique_field_is_no_key() -> None:
    """A trigger's own unique number says nothing about our task."""
    bench = Bench()
    words = f"duplicate value found: Number__c duplicates value on record with id: {HELD}"
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", words, "Number__c")))
    assert isinstance(bench.apply(task(lead()))[0], Rejected)


def test_a_second_task_whose_holder_cannot_be_read_is_unknown() -> None:
    """The probe tells later."""
    bench = Bench()
    bench.org.deaf = 9
    words = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", words)))
    assert isinstance(bench.apply(task(lead()))[0], Unknown)


def test_where_the_field_is_not_unique_nothing_is_there_already() -> None:
    """A plain field holds the key to be found by, and DUPLICATE_VALUE is about something else."""
    bench = Bench()
    bench.org.fields["Task"] = (*TASK, described(KEY_FIELD, length=64))
    bench.org.told.append(but(bench.org, p0=failed("DUPLICATE_VALUE", TWICE)))
    assert isinstance(bench.apply(task(lead()))[0], Rejected)
    assert bench.org.writes[0].rows[0][KEY_FIELD] == KEY


# Refused


@pytest.mark.parametrize(
    ("element", "hint"),
    [
        (failed("INVALID_CROSS_REFERENCE_KEY", "operation performed with inactive user [005…]", "OwnerId"), "inactive"),
        (failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Tasks need a campaign", "Subject"), "validation rule"),
        (failed("DUPLICATES_DETECTED", "You're creating a duplicate", duplicateResult={}), "duplicate rule"),
        (failed("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights"), "access"),
    ],
    ids=["owner", "rule", "duplicate", "access"],
)
def test_a_task_that_is_refused_holds_up_nobody(element: dict[str, object], hint: str) -> None:
    """Salesforce's words and what an admin can do; the other task is made."""
    bench = Bench()
    bench.hold(lead(1))
    bench.org.told.append(but(bench.org, p0=element))
    bad, good = bench.apply(task(lead(1)), task(lead(2), OTHER))
    assert isinstance(good, Done)
    assert isinstance(bad, Rejected)
    assert hint in bad.reason
    assert bad.request_id


def test_a_locked_person_is_waited_for() -> None:
    """Writing a task locks the person's account, which somebody else is saving."""
    bench = Bench()
    words = "unable to obtain exclusive access to this record or 1 records: 001000000000001"
    bench.org.told.append(but(bench.org, p1=failed("UNABLE_TO_LOCK_ROW", words)))
    good, bad = bench.apply(task(lead(1)), task(lead(2), OTHER))
    assert isinstance(good, Done)
    assert isinstance(bad, Retry)
    assert bad.after > timedelta()


@pytest.mark.parametrize("code", ["CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"])
def test_a_task_for_a_lead_that_was_converted_meanwhile_goes_to_its_contact(code: str) -> None:
    """Which of the codes Salesforce uses is proven nowhere; the lead itself tells."""
    bench = Bench()
    bench.hold(lead(), IsConverted=True, ConvertedContactId=contact().id)
    bench.hold(contact())
    bench.org.told.append(but(bench.org, p0=failed(code, "cannot reference converted lead", "WhoId")))
    (found,) = bench.apply(task(lead()))
    assert isinstance(found, Retry)
    assert contact().id in found.reason


def test_a_task_for_somebody_who_was_deleted_is_refused() -> None:
    """There is nobody to call."""
    bench = Bench()
    bench.hold(lead())
    bench.org.tables["Lead"][0]["IsDeleted"] = True
    bench.org.told.append(but(bench.org, p0=failed("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")))
    assert isinstance(bench.apply(task(lead()))[0], Rejected)


def test_an_unconverted_lead_is_not_looked_at_for_a_validation_rule() -> None:
    """Only words that may mean a move cost a look."""
    bench = Bench()
    bench.org.told.append(but(bench.org, p0=failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "no")))
    bench.apply(task(lead()))
    assert bench.org.queries == []
