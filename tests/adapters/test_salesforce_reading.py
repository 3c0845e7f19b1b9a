"""The strong read of Salesforce: few requests, one answer for each ref, deals and tasks beside them."""

from __future__ import annotations

import pytest

from connector.adapters.base import OPEN_DEALS, TASK_OPEN, AdapterDown, Wanted
from connector.commands import Rank
from connector.model import CrmRef

from tests.adapters.org_told import refused
from tests.adapters.reads_told import Desk, account, any_id, contact, lead, page, row, several

DEALS = frozenset({OPEN_DEALS})
NO_OBJECT = refused(400, "INVALID_TYPE", "sObject type 'Opportunity' is not supported.")


def ref(name: str, key: str) -> CrmRef:
    """Return a ref of the told org."""
    return CrmRef("salesforce", name, key)


def test_400_leads_are_one_request() -> None:
    """Two queries of 200 ids each travel in one composite call, which counts as one; the describe is held."""
    desk = Desk(count=None)
    at = desk.clock()
    desk.tell(page())
    desk.reads.fetch([ref("lead", lead(999))])
    refs = [ref("lead", lead(n)) for n in range(400)]
    rows = [row(one.id, at) for one in refs]
    desk.tell(several(page(*rows[:200]), page(*rows[200:])))
    before = len(desk.meter.asked)
    assert desk.reads.fetch(refs, Rank.STAGE).records.keys() == set(refs)
    assert len(desk.meter.asked) - before == 1
    assert {rank for _, rank in desk.meter.asked[before:]} == {Rank.STAGE}


def test_every_ref_is_there_or_gone_or_moved() -> None:
    """Deleted, never there and malformed are gone; merged and converted are moved, under the record that lives on."""
    desk = Desk(count=None)
    at = desk.clock()
    alive, deleted, merged, converted, never = (ref("lead", lead(n)) for n in range(1, 6))
    bad = ref("lead", "../../User/005")
    desk.tell(
        page(
            row(alive.id, at, Email="a@a.example"),
            row(deleted.id, at, IsDeleted=True),
            row(merged.id, at, IsDeleted=True, MasterRecordId=alive.id),
            row(converted.id, at, IsConverted=True, ConvertedContactId=contact(4)),
        ),
        page(row(contact(4), at)),
    )
    found = desk.reads.fetch([alive, deleted, merged, converted, never, bad])
    assert found.records.keys() == {alive}
    assert found.gone == {deleted, never, bad}
    assert {old: one.ref for old, one in found.moved.items()} == {merged: alive, converted: ref("contact", contact(4))}
    assert all(one.merged == (old,) for old, one in found.moved.items())
    assert "User" not in "".join(desk.org.soql)


def test_a_short_id_is_answered_under_the_ref_asked_for() -> None:
    """An id of 15 characters is asked for in 18, and the answer stands under the ref as it was given."""
    desk = Desk(count=None)
    short = ref("lead", lead(1)[:15])
    desk.tell(page(row(lead(1), desk.clock())))
    found = desk.reads.fetch([short])
    assert found.records[short].ref.id == lead(1)


def test_nothing_asked_is_nothing_sent() -> None:
    """No refs are no request."""
    desk = Desk(count=None)
    assert desk.reads.fetch([]).records == {}
    assert desk.org.requests == []


def test_a_deal_counts_once_however_the_contact_is_tied_to_it() -> None:
    """A role and the primary contact of one deal are one; closed ones are not asked for, others have 0."""
    desk = Desk(count=None)
    at = desk.clock()
    busy, idle = ref("contact", contact(1)), ref("contact", contact(2))
    one, two = any_id("006", 1), any_id("006", 2)
    desk.tell(
        page(row(busy.id, at), row(idle.id, at)),
        several(
            page({"OpportunityId": one, "ContactId": busy.id}, {"OpportunityId": two, "ContactId": busy.id}),
            page({"Id": one, "ContactId": busy.id}),
        ),
    )
    found = desk.reads.fetch([busy, idle], also=DEALS)
    assert {one.id: record.related for one, record in found.records.items()} == {
        busy.id: {OPEN_DEALS: 2},
        idle.id: {OPEN_DEALS: 0},
    }
    assert all("IsClosed = false" in soql for soql in desk.org.soql[1:])


def test_one_way_to_deals_is_enough_and_none_is_unknown() -> None:
    """Where the org hides roles the primary contact counts; where it hides deals nothing is claimed."""
    desk = Desk(count=None)
    at = desk.clock()
    person = ref("contact", contact(1))
    deal = page({"Id": any_id("006", 1), "ContactId": person.id})
    desk.tell(page(row(person.id, at)), several(NO_OBJECT, deal))
    assert desk.reads.fetch([person], also=DEALS).records[person].related == {OPEN_DEALS: 1}
    desk.tell(page(row(person.id, at)), several(NO_OBJECT, NO_OBJECT))
    assert desk.reads.fetch([person], also=DEALS).records[person].related == {}


def test_a_lead_has_no_deal_and_costs_no_request_for_it() -> None:
    """It becomes a contact with its first deal; a converted one is counted as the contact it is."""
    desk = Desk(count=None)
    at = desk.clock()
    fresh, converted = ref("lead", lead(1)), ref("lead", lead(2))
    desk.tell(page(row(fresh.id, at)))
    assert desk.reads.fetch([fresh], also=DEALS).records[fresh].related == {OPEN_DEALS: 0}
    deal = page({"Id": any_id("006", 1), "ContactId": contact(2)})
    desk.tell(
        page(row(converted.id, at, IsConverted=True, ConvertedContactId=contact(2))),
        page(row(contact(2), at)),
        several(page(), deal),
    )
    assert desk.reads.fetch([converted], also=DEALS).moved[converted].related == {OPEN_DEALS: 1}


def test_a_task_says_whether_it_is_open() -> None:
    """Closed, archived and deleted ones are all told; which status is closed is Salesforce's own word."""
    desk = Desk(Wanted({}, ("lead",), tasks=True), count=None)
    at = desk.clock()
    opened, closed, deleted = (ref("task", any_id("00T", n)) for n in range(3))
    desk.tell(
        page(
            row(opened.id, at, IsClosed=False, WhoId=lead(1)),
            row(closed.id, at, IsClosed=True, WhoId=lead(1), TaskSubtype="Email"),
            row(deleted.id, at, IsClosed=False, IsDeleted=True),
        )
    )
    found = desk.reads.fetch([opened, closed, deleted])
    assert {one: record.related for one, record in found.records.items()} == {
        opened: {TASK_OPEN: 1},
        closed: {TASK_OPEN: 0},
    }
    assert found.gone == {deleted}
    assert found.records[opened].parents == (ref("lead", lead(1)),)
    assert desk.org.requests[-1].path.endswith("/queryAll")


def test_a_merged_account_leads_to_its_winner() -> None:
    """Companies are merged as people are."""
    desk = Desk(count=None)
    at = desk.clock()
    loser, winner = ref("account", account(1)), ref("account", account(2))
    desk.tell(
        page(row(loser.id, at, IsDeleted=True, MasterRecordId=winner.id)), page(row(winner.id, at, Industry="Energy"))
    )
    assert desk.reads.fetch([loser]).moved[loser].ref == winner


def test_more_rows_than_a_page_are_all_read() -> None:
    """A page of an answer inside a composite may end early too; only `done` is the end."""
    desk = Desk(count=None)
    at = desk.clock()
    refs = [ref("lead", lead(n)) for n in range(3)]
    desk.tell(
        page(row(refs[0].id, at), following="/services/data/v62.0/queryAll/0r8xx5R2yF2gs3VASQ-1"),
        page(row(refs[1].id, at), row(refs[2].id, at)),
    )
    assert desk.reads.fetch(refs).records.keys() == set(refs)


def test_rows_that_are_promised_but_cannot_be_found_are_not_taken_for_gone() -> None:
    """An answer that is not done and names no next page is no answer: nobody is called deleted on it."""
    desk = Desk(count=None)
    desk.tell(page(row(lead(1), desk.clock()), following="https://evil.example/x"))
    with pytest.raises(AdapterDown, match="has more rows"):
        desk.reads.fetch([ref("lead", lead(1)), ref("lead", lead(2))])


def test_a_lost_locator_in_a_strong_read_is_no_answer_either() -> None:
    """The caller asks again later; no ref is answered by half."""
    desk = Desk(count=None)
    desk.tell(
        page(row(lead(1), desk.clock()), following="/services/data/v62.0/queryAll/0r8xx5R2yF2gs3VASQ-1"),
        refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
    )
    with pytest.raises(AdapterDown, match="invalid query locator"):
        desk.reads.fetch([ref("lead", lead(1)), ref("lead", lead(2))])


def test_a_field_refused_inside_a_composite_is_left_out_and_all_is_asked_again() -> None:
    """One query of several that names a field hidden meanwhile costs a second call, and no ref its answer."""
    desk = Desk(count=None)
    at = desk.clock()
    refs = [ref("lead", lead(n)) for n in range(201)]
    rows = [row(one.id, at) for one in refs]
    hidden = refused(400, "INVALID_FIELD", "No such column 'HasOptedOutProcessing' on entity 'Individual'")
    desk.tell(several(hidden, hidden), several(page(*rows[:200]), page(rows[200])))
    assert desk.reads.fetch(refs).records.keys() == set(refs)
    assert ["HasOptedOutProcessing" in text for text in desk.org.soql] == [True, True, False, False]


def test_a_refusal_that_nothing_mends_ends_in_salesforces_words() -> None:
    """The second refusal of a field is not asked a third time."""
    desk = Desk(count=None)
    hidden = refused(400, "INVALID_FIELD", "No such column 'Odd__c' on entity 'Lead'")
    desk.tell(hidden, hidden)
    with pytest.raises(AdapterDown, match="Odd__c"):
        desk.reads.fetch([ref("lead", lead(1))])
    assert len(desk.org.requests) <= 2
