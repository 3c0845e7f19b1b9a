"""Writing to HubSpot: stages, fields and tasks, row by row, and what becomes of the rest when one row is bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count

import pytest
from urllib3 import HTTPResponse

from connector.adapters.base import AdapterDown
from connector.commands import (
    Absent,
    CreateTask,
    Done,
    Found,
    Outcome,
    Rank,
    Rejected,
    Retry,
    SetFields,
    SetStage,
    Unknown,
)
from connector.model import CrmRef, Stage
from connector.sandbox.hubspot import Fault, FaultKind

from tests.adapters.desk import Desk, Open, Sent, Tap, reply, told
from tests.clock import START

MQL, LEAD, SQL = "marketingqualifiedlead", "lead", "salesqualifiedlead"
KEY = "ABCDEFGHIJKLMNOPQRSTUVWX01"


def yes() -> bool:
    """Permit everything."""
    return True


def contact(key: str) -> CrmRef:
    """Return the name of a contact."""
    return CrmRef("hubspot", "contact", key)


def stage(ref: CrmRef, value: str = MQL, *, recycle: bool = False) -> SetStage:
    """Return a stage command keyed by its record."""
    return SetStage(f"s{ref.id}", ref, "lifecyclestage", value, Stage.MQL, recycle=recycle)


def field(ref: CrmRef, value: str = "Bea", name: str = "firstname") -> SetFields:
    """Return a field command keyed by its record."""
    return SetFields(f"f{ref.id}", ref, {name: value})


def task(ref: CrmRef, key: str = KEY, **more: object) -> CreateTask:
    """Return a task command."""
    made = CreateTask(key, ref, "new-sql", "Call Ann", "<p>Ann &amp; co</p>", "Ann & co", START + timedelta(hours=4))
    return CreateTask(**{**{name: getattr(made, name) for name in CreateTask.__slots__}, **more})


# Stages


def test_a_hundred_stages_take_two_calls() -> None:
    """One batch writes them, one reads them back, both at the rank of stages."""
    desk = Desk()
    refs = [desk.contact(f"Ann{n}") for n in range(100)]
    assert set(desk.adapter.apply([stage(ref) for ref in refs], yes)) == {Done(ref.id) for ref in refs}
    assert desk.meter.asked == [("burst", Rank.STAGE)] * 2


def test_a_backward_stage_is_refused_in_plain_words() -> None:
    """HubSpot answers 200 and keeps what it had: the read-back tells, and the others of the batch are done."""
    desk = Desk()
    ahead, behind = desk.contact("Ann", lifecyclestage=SQL), desk.contact("Bea")
    refused, done = desk.adapter.apply([stage(ahead), stage(behind)], yes)
    assert done == Done(behind.id)
    assert isinstance(refused, Rejected)
    assert 'still holds "salesqualifiedlead" and not "marketingqualifiedlead"' in refused.reason


def test_a_recycle_clears_and_sets_in_two_requests() -> None:
    """Two inputs of one batch are not ordered, so it takes two batches, each with a permit of its own."""
    desk = Desk()
    ref = desk.contact("Ann", lifecyclestage=SQL)
    permits = count()
    assert desk.adapter.apply([stage(ref, LEAD, recycle=True)], lambda: next(permits) >= 0) == (Done(ref.id),)
    values = [sent.body["inputs"][0]["properties"]["lifecyclestage"] for sent in desk.tap.sent[:2]]
    assert values == ["", LEAD]
    assert next(permits) == 2


def test_a_recycle_that_stopped_half_way_is_unknown() -> None:
    """Cleared but not set is neither done nor untouched; a forward stage of the same call goes again."""
    desk = Desk()
    back, forward = desk.contact("Ann", lifecyclestage=SQL), desk.contact("Bea")
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=429, path="batch/update", skip=1))
    half, again = desk.adapter.apply([stage(back, LEAD, recycle=True), stage(forward)], yes)
    assert isinstance(half, Unknown)
    assert "cleared" in half.reason
    assert isinstance(again, Retry)
    assert desk.adapter.probe([stage(back, LEAD, recycle=True)]) == (Absent(desk.clock()),)


def test_a_recycle_whose_second_request_finds_no_network_is_unknown() -> None:
    """Down is said only while nothing has left."""
    desk = Desk()
    ref = desk.contact("Ann", lifecyclestage=SQL)
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=401, path="batch/update", skip=1))
    assert isinstance(desk.adapter.apply([stage(ref, LEAD, recycle=True)], yes)[0], Unknown)


def test_a_stage_that_cannot_be_read_back_is_unknown() -> None:
    """Written perhaps, taken perhaps: the probe settles it."""
    desk = Desk()
    ref = desk.contact()
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=503, path="batch/read", times=3))
    assert isinstance(desk.adapter.apply([stage(ref)], yes)[0], Unknown)
    assert desk.adapter.probe([stage(ref)]) == (Found(ref.id),)


def test_the_read_back_is_paid_before_the_write() -> None:
    """A budget that lasts for one request only is not spent on a write nobody could read back."""
    meter = Open(waits=[None, timedelta(seconds=3)])
    adapter, tap = told(lambda _: reply(), meter)
    with pytest.raises(AdapterDown) as caught:
        adapter.apply([stage(contact("51"))], yes)
    assert (caught.value.kind, tap.sent) == ("budget", [])


def test_a_merged_away_record_is_unknown_and_found_by_the_probe() -> None:
    """A batch passes over an id that was merged away without a word."""
    desk = Desk()
    winner, loser = desk.contact("Ann"), desk.contact("Bea")
    new = desk.portal.rep.merge(winner.id, loser.id)
    assert isinstance(desk.adapter.apply([stage(loser)], yes)[0], Unknown)
    desk.portal.rep.set_stage(new, MQL)
    assert desk.adapter.probe([stage(loser)]) == (Found(new),)


def test_custom_stages_are_numbers() -> None:
    """A stage the portal added has a numeric value, and is written like any other."""
    desk = Desk()
    desk.portal.rep.add_stage("153180554", "Nurture", before="opportunity")
    ref = desk.contact()
    assert desk.adapter.apply([stage(ref, "153180554")], yes) == (Done(ref.id),)


def test_companies_and_contacts_go_in_batches_of_their_own() -> None:
    """One call may hold fields of both; each object has its path."""
    desk = Desk()
    ann, acme = desk.contact(), CrmRef("hubspot", "company", desk.portal.rep.create_company({"name": "Acme"}))
    assert desk.adapter.apply([field(ann), field(acme, "Apex", "name")], yes) == (Done(ann.id), Done(acme.id))
    assert [sent.path.split("/")[3] for sent in desk.tap.sent] == ["contacts", "companies"]


# One bad row


def whole(bad: set[str], body: Mapping[str, object] | None = None) -> Callable[[Sent], HTTPResponse]:
    """Answer a batch update with 400 as a whole when a *bad* record is in it."""

    def answer(sent: Sent) -> HTTPResponse:
        """Refuse or perform one batch."""
        ids = [one["id"] for one in sent.body["inputs"]]
        if bad & set(ids):
            return reply(400, body or {"message": "Invalid input JSON", "category": "VALIDATION_ERROR"})
        return reply(200, {"results": [{"id": key, "properties": {}} for key in reversed(ids)]})

    return answer


def until_settled(adapter: object, commands: list[SetFields]) -> tuple[dict[str, Outcome], int]:
    """Apply what says "again" until nothing does; return the last outcomes and how many rounds it took."""
    outcomes: dict[str, Outcome] = {}
    for rounds in range(1, 9):
        todo = [one for one in commands if isinstance(outcomes.get(one.key, Retry("", timedelta())), Retry)]
        if not todo:
            return outcomes, rounds - 1
        outcomes.update(zip([one.key for one in todo], adapter.apply(todo, yes), strict=True))  # type: ignore[attr-defined]
    return outcomes, 9


def test_a_poisoned_row_costs_the_others_three_rounds() -> None:
    """A batch refused as a whole without naming rows goes again by tens, then alone; only the bad row is refused."""
    adapter, tap = told(whole({"37"}))
    outcomes, rounds = until_settled(adapter, [field(contact(str(n))) for n in range(100)])
    assert rounds == 3
    assert isinstance(outcomes.pop("f37"), Rejected)
    assert set(outcomes.values()) == {Done(str(n)) for n in range(100) if n != 37}
    assert len(tap.sent) == 1 + 10 + 10


def test_a_row_that_was_settled_goes_in_full_company_again() -> None:
    """What had to go apart once is not slow for ever."""
    adapter, tap = told(whole({"37"}))
    until_settled(adapter, [field(contact(str(n))) for n in range(100)])
    before = len(tap.sent)
    adapter.apply([field(contact(str(n))) for n in range(100) if n != 37], yes)
    assert len(tap.sent) == before + 1


def test_a_refusal_that_names_its_rows_costs_nobody_else() -> None:
    """Rows named by id are refused at once, and the others go again together."""
    body = {"message": "bad", "errors": [{"message": "no", "context": {"ids": ["37"]}}]}
    adapter, tap = told(whole({"37"}, body))
    outcomes, rounds = until_settled(adapter, [field(contact(str(n))) for n in range(100)])
    assert rounds == 2
    assert [key for key, one in outcomes.items() if isinstance(one, Rejected)] == ["f37"]
    assert len(tap.sent) == 2


def test_a_property_that_does_not_exist_refuses_who_writes_it() -> None:
    """A name that HubSpot does not know is refused whatever the value, for all rows that write it."""
    error = {"message": "no such property", "code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["fit"]}}
    adapter, tap = told(whole({"1", "2"}, {"message": "Property values were not valid", "errors": [error]}))
    commands = [field(contact("1"), name="fit"), field(contact("2"), name="fit"), field(contact("3"))]
    outcomes, rounds = until_settled(adapter, commands)
    assert [type(one) for one in outcomes.values()] == [Rejected, Rejected, Done]
    assert (rounds, len(tap.sent)) == (2, 2)


def test_rows_of_a_207_are_matched_by_trace_id_in_any_order() -> None:
    """Results are shuffled, errors name trace ids or records, one error may stand for several, the rest is unknown."""
    body = {
        "status": "COMPLETE",
        "results": [{"id": "3", "properties": {}, "objectWriteTraceId": "f3"}, {"id": "1", "properties": {}}],
        "numErrors": 2,
        "errors": [
            {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["4", "5"]}},
            {"category": "VALIDATION_ERROR", "message": "bad", "context": {"objectWriteTraceId": ["f2"]}},
        ],
        "correlationId": "c-1",
    }
    adapter, _ = told(lambda _: reply(207, body))
    outcomes = adapter.apply([field(contact(str(n))) for n in range(1, 7)], yes)
    assert outcomes == (
        Done("1"),
        Rejected("HubSpot 207 VALIDATION_ERROR: bad", "c-1"),
        Done("3"),
        Rejected("HubSpot 207 OBJECT_NOT_FOUND: gone", "c-1"),
        Rejected("HubSpot 207 OBJECT_NOT_FOUND: gone", "c-1"),
        Unknown("HubSpot's answer does not mention this row"),
    )


def test_the_portals_own_rule_is_shown_and_not_tried_again() -> None:
    """A validation rule that wants another property filled refuses a stage; its words reach the admin."""
    error = {"message": "Budget is required at this stage", "code": "CONDITIONALLY_REQUIRED"}
    adapter, _ = told(lambda _: reply(400, {"message": "not valid", "category": "VALIDATION_ERROR", "errors": [error]}))
    outcome = adapter.apply([stage(contact("51"))], yes)[0]
    assert isinstance(outcome, Rejected)
    assert "Budget is required at this stage" in outcome.reason


def test_a_later_batch_that_cannot_go_does_not_take_back_the_first() -> None:
    """Down is an exception only while nothing has left; then it is a word for each row that has to wait."""
    meter = Open(waits=[None, timedelta(seconds=8)])
    adapter, _ = told(lambda sent: reply(200, {"results": [{"id": sent.body["inputs"][0]["id"]}]}), meter)
    done, later = adapter.apply([field(contact("51")), field(CrmRef("hubspot", "company", "7"), name="name")], yes)
    assert done == Done("51")
    assert isinstance(later, Retry)
    assert later.after == timedelta(seconds=8)


# Probes


@pytest.mark.parametrize(
    ("held", "written", "there"),
    [
        ("7", "7", True),
        ("7", "7.0", True),
        ("2026-11-02T09:00:00Z", "1793610000000", True),
        ("", "", True),
        (None, "", True),
        ("8", "7", False),
        ("Ann", "Bea", False),
        (None, "7", False),
    ],
)
def test_a_value_counts_as_written_in_hubspots_own_form(held: str | None, written: str, there: bool) -> None:  # noqa: FBT001 - a table
    """Numbers and instants come back in HubSpot's form."""
    adapter, _ = told(lambda _: reply(200, {"results": [{"id": "51", "properties": {"x": held}}]}))
    found = adapter.probe([SetFields("f", contact("51"), {"x": written})])[0]
    assert isinstance(found, Found) == there


def test_no_search_is_ever_proof() -> None:
    """Writes and probes never ask the index."""
    desk = Desk()
    ref = desk.contact()
    for command in (task(ref), stage(ref), field(ref)):
        desk.adapter.apply([command], yes)
        desk.adapter.probe([command])
    assert not any(one.path.endswith("/search") for one in desk.tap.sent)


def test_the_tap_is_only_a_tap() -> None:
    """What the tests count are the requests that left."""
    desk = Desk()
    assert isinstance(desk.tap, Tap)
    desk.adapter.pull("contacts", None)
    assert desk.calls() == 1
