"""Creating tasks in HubSpot, each once, and finding them again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.commands import (
    Absent,
    CreateTask,
    Done,
    Found,
    Rank,
    Rejected,
    Retry,
    Unknown,
)
from connector.model import CrmRef
from connector.sandbox.hubspot import Fault, FaultKind

from tests.adapters.desk import Desk, in_turn, reply, told
from tests.clock import START

KEY = "ABCDEFGHIJKLMNOPQRSTUVWX01"


def yes() -> bool:
    """Permit everything."""
    return True


def contact(key: str) -> CrmRef:
    """Return the name of a contact."""
    return CrmRef("hubspot", "contact", key)


def task(ref: CrmRef, key: str = KEY, **more: object) -> CreateTask:
    """Return a task command."""
    made = CreateTask(key, ref, "new-sql", "Call Ann", "<p>Ann &amp; co</p>", "Ann & co", START + timedelta(hours=4))
    return CreateTask(**{**{name: getattr(made, name) for name in CreateTask.__slots__}, **more})


def create_body(desk: Desk) -> dict[str, object]:
    """Return the one input of the last task creation."""
    sent = [one for one in desk.tap.sent if one.path.endswith("/tasks/batch/create")][-1]
    return dict(sent.body["inputs"][0])


def test_a_task_is_written_whole_in_one_request() -> None:
    """Due date, owner, key and the ties to contact and company go together, so no half of it can be lost."""
    desk = Desk()
    company = desk.portal.rep.create_company({"name": "Acme"})
    ref = CrmRef("hubspot", "contact", desk.portal.rep.create_contact({"email": "a@acme.example"}, company))
    owner = desk.portal.rep.add_owner("ann@acme.example")
    command = task(ref, owner_id=owner, company=CrmRef("hubspot", "company", company))
    assert isinstance(desk.adapter.apply([command], yes)[0], Done)
    kinds = {"associationCategory": "HUBSPOT_DEFINED"}
    assert create_body(desk) == {
        "properties": {
            "hs_timestamp": "2026-11-02T13:00:00.000Z",
            "hs_task_subject": "Call Ann",
            "hs_task_body": "<p>Ann &amp; co</p>",
            "hs_task_status": "NOT_STARTED",
            "hs_task_type": "CALL",
            "hs_task_priority": "HIGH",
            "hubspot_owner_id": owner,
            "connector_key": KEY,
        },
        "associations": [
            {"to": {"id": ref.id}, "types": [{**kinds, "associationTypeId": 204}]},
            {"to": {"id": company}, "types": [{**kinds, "associationTypeId": 192}]},
        ],
        "objectWriteTraceId": KEY,
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"type": "email"}, ("EMAIL", "HIGH")),
        ({"type": "todo", "priority": "medium"}, ("TODO", "MEDIUM")),
        ({"type": "fax", "priority": "low"}, ("TODO", "LOW")),
        ({"priority": "none"}, ("CALL", None)),
    ],
)
def test_types_and_priorities_are_hubspots(given: dict[str, str], shown: tuple[str, str | None]) -> None:
    """What HubSpot has no word for is a to-do; no priority is left out, as nobody documents that it may be sent."""
    desk = Desk()
    desk.adapter.apply([task(desk.contact(), **given)], yes)
    properties = create_body(desk)["properties"]
    assert isinstance(properties, dict)
    assert (properties["hs_task_type"], properties.get("hs_task_priority")) == shown


def test_without_the_property_the_key_stands_in_the_body() -> None:
    """A portal that was not prepared gets the key as the body's last line, once, and the probe finds it there."""
    desk = Desk(bare=True)
    ref = desk.contact()
    marked = task(ref, "K2", body="<p>x</p><p>connector-key: K2</p>")
    assert all(isinstance(one, Done) for one in desk.adapter.apply([task(ref), marked], yes))
    inputs = [one["properties"] for one in desk.tap.sent[-1].body["inputs"]]
    assert inputs[0]["hs_task_body"] == f"<p>Ann &amp; co</p><p>connector-key: {KEY}</p>"
    assert inputs[1]["hs_task_body"] == "<p>x</p><p>connector-key: K2</p>"
    assert not any("connector_key" in one for one in inputs)
    found = desk.adapter.probe([task(ref), marked, task(ref, "K")])
    assert [type(one) for one in found] == [Found, Found, Absent]


def test_a_plain_property_holds_the_key_too() -> None:
    """Where unique values are refused the property still carries the key, found through the contact."""
    desk = Desk(bare=True, unique_task_property=False)
    desk.adapter.prepare(dry=False)
    ref = desk.contact()
    assert isinstance(desk.adapter.apply([task(ref)], yes)[0], Done)
    assert create_body(desk)["properties"]["connector_key"] == KEY  # type: ignore[index]
    assert isinstance(desk.adapter.probe([task(ref)])[0], Found)


def test_a_task_of_another_process_is_adopted() -> None:
    """Refused because the key is there means done, with that task's id; the others of the batch are new."""
    desk = Desk()
    refs = [desk.contact("Ann"), desk.contact("Bea")]
    first = desk.adapter.apply([task(refs[0])], yes)[0]
    again, new = desk.build().apply([task(refs[0]), task(refs[1], "OTHER")], yes)
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert isinstance(new, Done)
    assert again.remote_id == first.remote_id != new.remote_id
    assert again.note


def test_a_task_that_a_rep_deleted_is_not_made_again() -> None:
    """Where keys are unique, the recycle bin counts: the probe finds what was made and thrown away."""
    desk = Desk()
    ref = desk.contact()
    made = desk.adapter.apply([task(ref)], yes)[0]
    assert isinstance(made, Done)
    desk.portal.rep.delete_task(made.remote_id)
    assert desk.adapter.probe([task(ref)]) == (Found(made.remote_id),)


def test_a_refusal_that_cannot_be_looked_into_is_unknown() -> None:
    """It may be there already; while that cannot be read nobody says refused."""
    desk = Desk()
    ref = desk.contact()
    desk.adapter.apply([task(ref)], yes)
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=503, path="tasks/batch/read", times=3))
    assert isinstance(desk.adapter.apply([task(ref)], yes)[0], Unknown)


def test_a_task_on_a_missing_record_is_refused_alone() -> None:
    """With a trace id on each input a bad association costs one row."""
    desk = Desk()
    ref = desk.contact()
    done, refused = desk.adapter.apply([task(ref), task(contact("4711"), "OTHER")], yes)
    assert isinstance(done, Done)
    assert isinstance(refused, Rejected)


def test_the_key_property_is_asked_for_once() -> None:
    """What the portal has is remembered; what it lacks is looked for again after an hour."""
    desk = Desk(bare=True)
    ref = desk.contact()
    for n in range(3):
        desk.adapter.apply([task(ref, f"K{n}")], yes)
    asked = [one for one in desk.tap.sent if one.path.endswith("/properties/2026-03/tasks/connector_key")]
    assert len(asked) == 1
    desk.build().prepare(dry=False)
    desk.later(hours=2)
    desk.adapter.apply([task(ref, "K9")], yes)
    assert create_body(desk)["properties"]["connector_key"] == "K9"  # type: ignore[index]


def test_a_hundred_tasks_take_one_call() -> None:
    """A full batch is one request at the rank of tasks."""
    desk = Desk()
    refs = [desk.contact(f"Ann{n}") for n in range(100)]
    desk.adapter.describe()
    before = desk.calls()
    outcomes = desk.adapter.apply([task(ref, f"KEY{n}") for n, ref in enumerate(refs)], yes)
    assert all(isinstance(one, Done) for one in outcomes)
    assert desk.calls() - before == 1
    assert desk.meter.asked[-1] == ("burst", Rank.TASK)


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_whole_refusal_of_tasks_names_no_innocent(status: int) -> None:
    """A batch of tasks that is refused as a whole goes again apart; alone, each gets its own answer."""
    unique = reply(200, {"hasUniqueValue": False})
    refusal = [reply(status, {"message": "no"}) for _ in range(3)]
    adapter, tap = told(in_turn(unique, *refusal))
    commands = [task(contact("51"), "A"), task(contact("52"), "B")]
    assert [type(one) for one in adapter.apply(commands, yes)] == [Retry, Retry]
    assert [type(one) for one in adapter.apply(commands, yes)] == [Rejected, Rejected]
    assert len(tap.sent) == 4
