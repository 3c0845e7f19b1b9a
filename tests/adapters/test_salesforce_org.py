"""Reading the simulated org: nothing is lost or counted twice, under both readings of what `!=` does with nulls."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from connector.adapters.base import OPEN_DEALS, TASK_OPEN, Wanted
from connector.adapters.salesforce.objects import NOT_EVALUATED
from connector.model import Record

from tests.adapters.org_read import Desk, ids, inside, ref


@pytest.fixture(params=[True, False], ids=["nulls found", "nulls left out"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """Return an org under each reading of what `!=` answers for empty fields."""
    return Desk(null_ne=request.param)


def test_everything_that_changes_comes(desk: Desk) -> None:
    """New and changed rows of every stream come with the next look, once, with values and parents."""
    desk.settle()
    firm = desk.rep.create_account({"Name": "Acme", "Industry": "Energy"})
    ann = desk.lead("Ann", Email="ann@corp.example")
    ben = desk.rep.create_contact({"LastName": "Ben"}, firm)
    call = desk.rep.log_call(ann)
    event = desk.rep.log_event(ben)
    member = desk.rep.add_to_campaign(ann, "Fair", "Responded", "Trade Show")
    mail = desk.rep.log_email(ben, incoming=True)
    desk.later(minutes=5)
    found = {one.ref: one for page in desk.all() for one in page.records}
    assert found[ref("account", firm)].raw["Industry"] == "Energy"
    assert found[ref("lead", ann)].raw["Email"] == "ann@corp.example"
    assert inside(found[ref("contact", ben)], "Account") >= {("Industry", "Energy"), ("Name", "Acme")}
    assert found[ref("contact", ben)].parents == (ref("account", firm),)
    assert found[ref("task", call)].parents == (ref("lead", ann),)
    assert found[ref("event", event)].parents == (ref("contact", ben),)
    assert found[ref("campaign_member", member)].parents == (ref("lead", ann),)
    assert found[ref("campaign_member", member)].raw["Campaign"] == {"Name": "Fair", "Type": "Trade Show"}
    assert found[ref("email_message", mail)].parents == (ref("contact", ben),)


def test_an_email_and_the_task_that_mirrors_it_are_one(desk: Desk) -> None:
    """Enhanced Email makes two rows of one e-mail; both streams together bring one."""
    desk.settle()
    ann = desk.lead()
    mail = desk.rep.log_email(ann)
    call = desk.rep.log_call(ann)
    desk.later(minutes=5)
    assert ids(desk.read("tasks")) == [call]
    assert ids(desk.read("email_messages")) == [mail]


def test_nothing_new_costs_one_request_a_stream(desk: Desk) -> None:
    """After the first look a look that finds nothing is one call, whatever there is in the org."""
    desk.rep.log_email(desk.lead())
    desk.rep.create_contact({}, desk.rep.create_account({}))
    desk.settle()
    desk.later(minutes=5)
    before = desk.org.api_calls
    assert [page.records for page in desk.all() if page.records] == []
    assert desk.org.api_calls - before == len(desk.reads.streams())


def test_2_000_changes_of_a_big_base_in_a_fresh_process_are_at_most_four_requests() -> None:
    """With Leads alone mapped: the describe, and one query for each page of what changed."""
    wanted = Wanted({"lead": ("Email", "Status")}, ("lead",), stage_fields={"lead": "Status"})
    desk = Desk(wanted)
    made = [desk.org.db.insert("Lead", {"LastName": f"L{n}", "Company": "C", "Status": "New"}) for n in range(4_000)]
    desk.later(minutes=20)
    desk.settle()
    for key in made[:2_000]:
        desk.org.db.update("Lead", key, {"Email": "x@a.example"}, stamp_ms=int(desk.clock().timestamp() * 1000))
    desk.later(minutes=5)
    desk.reads = desk.build(wanted)
    before = desk.org.api_calls
    assert set(ids(desk.read("leads"))) == set(made[:2_000])
    assert desk.org.api_calls - before <= 4


def test_late_commits_are_not_lost() -> None:
    """Transactions that show up 90 s after their stamp come all the same, though looks went past them."""
    desk = Desk(late_commit=timedelta(seconds=90))
    desk.all()
    made: set[str] = set()
    seen: set[str] = set()
    for n in range(10):
        made.add(desk.lead(f"L{n}"))
        desk.later(seconds=37)
        seen |= set(ids(desk.read("leads")))
    # Soon enough that no wider look has helped.
    desk.later(minutes=2)
    assert seen | set(ids(desk.read("leads"))) == made


def test_a_commit_of_ten_minutes_is_met_by_a_wider_look() -> None:
    """The rare transaction beyond the overlap: looks every five minutes miss it until one goes further back."""
    desk = Desk(late_commit=timedelta(minutes=10))
    desk.all()
    for _ in range(10):
        desk.later(minutes=5)
        assert desk.read("leads") == []
    made = desk.lead()
    desk.later(minutes=5)
    assert desk.read("leads") == []
    desk.later(minutes=5)
    assert ids(desk.read("leads")) == [made]


@pytest.mark.parametrize("lost", [False, True])
def test_equal_stamps_beyond_a_page_all_come(lost: bool) -> None:  # noqa: FBT001 - a column of the table
    """An import stamps all rows alike: 4,500 of one second come, also when the vendor forgets the result between."""
    desk = Desk(Wanted({"lead": ("Email",)}, ("lead",)), short_pages=True)
    made = {desk.org.db.insert("Lead", {"LastName": f"L{n}", "Company": "C"}) for n in range(4_500)}
    desk.later(minutes=5)
    found: list[str] = []
    for page in desk.pages("leads"):
        found += ids(list(page.records))
        if lost:
            desk.org.lose_cursors()
    assert sorted(found) == sorted(made)


def test_a_deleted_row_is_told_as_gone(desk: Desk) -> None:
    """Deletions come with the changes, of every object."""
    ann, ben = desk.lead(), desk.rep.create_contact({})
    desk.settle()
    desk.rep.delete(ann)
    desk.rep.delete(ben)
    desk.later(minutes=5)
    gone = {one for page in desk.all() for one in page.gone}
    assert gone >= {ref("lead", ann), ref("contact", ben)}
    assert desk.reads.fetch([ref("lead", ann)]).gone == {ref("lead", ann)}


def test_a_chain_of_merges_leads_to_who_lives_on(desk: Desk) -> None:
    """Two losers of two merges both come under the last winner, in changes and in the strong read."""
    one, two, three = (desk.lead(name) for name in ("One", "Two", "Three"))
    desk.settle()
    desk.rep.merge(two, one)
    desk.later(minutes=1)
    desk.rep.merge(three, two)
    desk.later(minutes=5)
    (found,) = desk.read("leads")
    assert (found.ref.id, {each.id for each in found.merged}) == (three, {one, two})
    fetched = desk.reads.fetch([ref("lead", key) for key in (one, two, three)])
    assert {old.id: each.ref.id for old, each in fetched.moved.items()} == {one: three, two: three}
    assert fetched.records.keys() == {ref("lead", three)}


def test_a_converted_lead_goes_on_as_its_contact(desk: Desk) -> None:
    """The contact comes with the lead's name; memberships and open tasks are the contact's, each once."""
    ann = desk.lead("Ann", Email="ann@corp.example")
    desk.rep.add_to_campaign(ann, "Fair")
    call = desk.rep.log_call(ann, Status="Not Started")
    desk.settle()
    became = desk.rep.convert(ann)
    desk.later(minutes=5)
    found = [one for page in desk.all() for one in page.records]
    people = [one for one in found if one.ref.object in {"lead", "contact"}]
    assert {one.ref.id for one in people} == {became.contact}
    assert any(ref("lead", ann) in one.merged for one in people)
    fetched = desk.reads.fetch([ref("lead", ann)])
    assert fetched.moved[ref("lead", ann)].ref == ref("contact", became.contact)
    for stream in ("tasks", "campaign_members"):
        desk.cursors.pop(stream)
        (one,) = desk.read(stream)
        assert one.parents == (ref("contact", became.contact),)
    assert desk.reads.fetch([ref("task", call)]).records[ref("task", call)].parents[0].id == became.contact


def test_a_converted_lead_is_gone_where_only_leads_are_mapped() -> None:
    """Without contacts there is nobody to go on as."""
    wanted = Wanted({"lead": ("Email",)}, ("lead",))
    desk = Desk(wanted)
    ann = desk.lead()
    desk.settle()
    desk.rep.convert(ann)
    desk.later(minutes=5)
    (page,) = desk.pages("leads")
    assert (page.records, page.gone) == ((), (ref("lead", ann),))
    assert desk.reads.fetch([ref("lead", ann)]).gone == {ref("lead", ann)}


def test_a_hidden_field_is_absent_and_not_false(desk: Desk) -> None:
    """A consent that the integration user may not see is unknown: the row does not have it at all."""
    desk.org.db.schema.hide("Lead", "HasOptedOutOfEmail")
    ann = desk.lead()
    desk.later(minutes=5)
    (found,) = desk.read("leads")
    assert found.ref.id == ann
    assert "HasOptedOutOfEmail" not in found.raw
    assert "Email" in found.raw


def test_a_field_hidden_while_running_is_left_out_at_once(desk: Desk) -> None:
    """Field-level security that changes within the hour stops nothing."""
    ann = desk.lead()
    desk.settle()
    desk.org.db.schema.hide("Lead", "Email")
    desk.rep.set_values(ann, {"LastName": "Anna"})
    desk.later(minutes=5)
    (found,) = desk.read("leads")
    assert (found.raw["LastName"], "Email" in found.raw) == ("Anna", False)
    assert desk.reads.fetch([ref("lead", ann)]).records[ref("lead", ann)].raw["LastName"] == "Anna"


def test_a_changed_account_makes_its_contacts_come(desk: Desk) -> None:
    """Firmographics are read on the contact; the account's change does not touch it, and it comes all the same."""
    firm = desk.rep.create_account({"Name": "Acme", "Industry": "Energy"})
    ben = desk.rep.create_contact({}, firm)
    desk.rep.create_contact({})
    desk.settle()
    desk.rep.set_values(firm, {"Industry": "Banking"})
    desk.later(minutes=5)
    assert desk.read("contacts") == []
    (found,) = desk.read("contacts_of_changed_accounts")
    assert found.ref.id == ben
    assert inside(found, "Account") >= {("Industry", "Banking"), ("Name", "Acme")}


def test_who_opted_out_of_profiling_is_marked(desk: Desk) -> None:
    """The flags of the Individual behind a person reach its row."""
    individual = desk.org.db.insert("Individual", {"LastName": "Ann", "HasOptedOutProfiling": True})
    ann, ben = desk.lead("Ann", IndividualId=individual), desk.lead("Ben")
    desk.later(minutes=5)
    marks = {one.ref.id: one.raw.get(NOT_EVALUATED) for one in desk.read("leads")}
    assert marks == {ann: True, ben: None}
    desk.settle()
    desk.org.db.update("Individual", individual, {"HasOptedOutProfiling": False}, stamp_ms=desk.org.db.now_ms())
    desk.later(minutes=5)
    assert desk.read("leads") == []
    assert [one.raw.get(NOT_EVALUATED) for one in desk.read("leads_of_changed_individuals")] == [None]


def test_a_contacts_open_deals_are_counted_once_each(desk: Desk) -> None:
    """By role or as the primary contact, open ones only."""
    ben = desk.rep.create_contact({}, desk.rep.create_account({}))
    deals = [desk.rep.open_opportunity(ben, f"Deal {n}") for n in range(3)]
    desk.rep.close_opportunity(deals[0])
    fetched = desk.reads.fetch([ref("contact", ben)], also=frozenset({OPEN_DEALS}))
    assert fetched.records[ref("contact", ben)].related == {OPEN_DEALS: 2}


def test_a_task_is_open_until_it_is_done_and_found_when_it_is_archived(desk: Desk) -> None:
    """Closed is what the org calls closed; an archived task is still answered, a deleted one is gone."""
    call = desk.rep.log_call(desk.lead(), Status="Not Started")
    one = ref("task", call)
    assert desk.reads.fetch([one]).records[one].related == {TASK_OPEN: 1}
    desk.rep.complete_task(call)
    desk.later(days=500)
    assert desk.reads.fetch([one]).records[one].related == {TASK_OPEN: 0}
    desk.rep.delete_task(call)
    assert desk.reads.fetch([one]).gone == {one}


def test_400_leads_are_one_request_in_the_org_too(desk: Desk) -> None:
    """Composite takes both queries in one call."""
    made = [desk.org.db.insert("Lead", {"LastName": f"L{n}", "Company": "C"}) for n in range(400)]
    desk.reads.fetch([ref("lead", made[0])])
    before = desk.org.api_calls
    assert len(desk.reads.fetch([ref("lead", key) for key in made]).records) == 400
    assert desk.org.api_calls - before == 1


def rows_of(records: list[Record]) -> dict[str, Mapping[str, object]]:
    """Return raw rows by id, instants left out, which Bulk writes in another form."""
    return {
        one.ref.id: {name: value for name, value in one.raw.items() if not str(value).startswith("20")}
        for one in records
    }


def test_a_bulk_job_brings_what_pages_bring(desk: Desk) -> None:
    """Rows of the job and rows of REST cannot be told apart, conversions and deletions included."""
    firm = desk.rep.create_account({"Industry": 'Oil, "Gas"', "Name": "Ünï\nGmbH"})
    desk.rep.create_contact({"Email": "b@corp.example"}, firm)
    desk.rep.create_contact({})
    desk.rep.delete(desk.rep.create_contact({}))
    desk.rep.convert(desk.lead())
    desk.later(minutes=5)
    paged = {name: rows_of(desk.read(name)) for name in ("leads", "contacts", "accounts")}
    desk.cursors.clear()
    desk.reads = desk.build(threshold=0)
    assert {name: rows_of(desk.read(name)) for name in paged} == paged
    assert sum(text.startswith("SELECT COUNT()") for text in desk.watched.soql) >= 3


def test_a_new_process_goes_on_from_the_cursor(desk: Desk) -> None:
    """Where a stream stands is in the cursor and nowhere else, in the middle of a load too."""
    made = {desk.org.db.insert("Lead", {"LastName": f"L{n}", "Company": "C"}) for n in range(4_100)}
    desk.later(minutes=5)
    found: list[str] = []
    cursor = None
    while True:
        page = desk.build().pull("leads", cursor)
        cursor, found = page.cursor, [*found, *ids(list(page.records))]
        if not page.more:
            break
    assert sorted(found) == sorted(made)


Deed = Callable[[random.Random, Desk, list[str]], None]
