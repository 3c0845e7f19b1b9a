"""Strong reads, merges, deletions, activities and lists of HubSpot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.base import OPEN_DEALS, Wanted
from connector.commands import Rank
from connector.mapping.vocabulary import JOINED_AT, LIST_NAME
from connector.model import CrmRef

from tests.adapters.desk import Desk, in_turn, reply, told

LISTS = Wanted({"contact": ("email",)}, lists=("Webinar May", "Fair"))


def ref(key: str, name: str = "contact") -> CrmRef:
    """Return the name of a row."""
    return CrmRef("hubspot", name, key)


# Strong reads


@pytest.mark.parametrize("manner", ["dropped", "resolved"])
def test_a_merged_away_id_leads_to_the_new_record(manner: str) -> None:
    """A batch read drops or resolves an old id; either way it is told as moved, with the record under its new id."""
    desk = Desk(merged_in_batches=manner)
    winner, loser, other = desk.contact("Ann"), desk.contact("Bea"), desk.contact("Cleo")
    new = ref(desk.portal.rep.merge(winner.id, loser.id))
    found = desk.adapter.fetch([winner, loser, other])
    assert {old: one.ref for old, one in found.moved.items()} == {winner: new, loser: new}
    assert found.records.keys() == {other}
    assert set(found.moved[loser].merged) == {winner, loser}


def test_archived_erased_and_unknown_records_are_gone() -> None:
    """The recycle bin, an erasure, an id that never was and one that is no number all mean gone."""
    desk = Desk()
    archived, erased = desk.contact("Ann"), desk.contact("Bea")
    desk.portal.rep.archive_contact(archived.id)
    desk.portal.rep.gdpr_delete(erased.id)
    asked = [archived, erased, ref("4711"), ref("not-a-number")]
    before = desk.calls()
    found = desk.adapter.fetch(asked)
    assert found.gone == set(asked)
    assert desk.calls() - before <= 5


def test_many_archived_records_take_no_call_each() -> None:
    """What stands in the recycle bin is told apart in batches."""
    desk = Desk()
    refs = [desk.contact(f"Ann{n}") for n in range(60)]
    for one in refs:
        desk.portal.rep.archive_contact(one.id)
    before = desk.calls()
    assert desk.adapter.fetch(refs).gone == set(refs)
    assert desk.calls() - before == 2


def test_an_id_that_was_only_late_is_a_record() -> None:
    """A row that the batch left out and a single read shows under the same id is simply there."""
    row = {"id": "51", "properties": {"email": "a@b.example"}}
    adapter, _ = told(in_turn(reply(207, {"results": [], "numErrors": 1}), reply(200, row)))
    found = adapter.fetch([ref("51")])
    assert found.records[ref("51")].raw["email"] == "a@b.example"
    assert not found.moved


def test_a_read_has_the_rank_of_the_write_it_serves() -> None:
    """The look before a task is paid for as the task is."""
    desk = Desk()
    contact = desk.contact()
    desk.portal.rep.open_deal(contact.id)
    desk.adapter.fetch([contact], Rank.TASK, frozenset({OPEN_DEALS}))
    assert desk.meter.asked == [("burst", Rank.TASK)] * 3


def test_closed_deals_are_not_open() -> None:
    """Only deals that are neither won nor lost count."""
    desk = Desk()
    contact = desk.contact()
    for won in (True, False):
        desk.portal.rep.close_deal(desk.portal.rep.open_deal(contact.id), won=won)
    desk.portal.rep.open_deal(contact.id)
    found = desk.adapter.fetch([contact], also=frozenset({OPEN_DEALS}))
    assert found.records[contact].related == {OPEN_DEALS: 1}


def test_the_primary_company_is_the_parent() -> None:
    """It is read from the contact itself, at no further call."""
    desk = Desk()
    company = desk.portal.rep.create_company({"name": "Acme"})
    contact = ref(desk.portal.rep.create_contact({"email": "a@acme.example"}, company))
    before = desk.calls()
    assert desk.adapter.fetch([contact]).records[contact].parents == (ref(company, "company"),)
    assert desk.calls() - before == 1
    assert desk.adapter.fetch([ref(company, "company")]).records[ref(company, "company")].raw["name"] == "Acme"


def test_ids_of_associations_may_be_numbers() -> None:
    """The target's id was a JSON number live and is text in the document; paging within one record is followed."""
    deal = {"id": "8", "properties": {"hs_is_closed": "false"}}
    first = {"from": {"id": "51"}, "to": [{"toObjectId": 7}], "paging": {"next": {"after": "7"}}}
    answers = in_turn(
        reply(200, {"results": [{"id": "51", "properties": {}}]}),
        reply(207, {"results": [first], "errors": [{"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"}]}),
        reply(200, {"results": [{"from": {"id": "51"}, "to": [{"toObjectId": "8"}]}]}),
        reply(200, {"results": [{"id": "7", "properties": {"hs_is_closed": "false"}}, deal]}),
    )
    adapter, tap = told(answers)
    found = adapter.fetch([ref("51")], also=frozenset({OPEN_DEALS}))
    assert found.records[ref("51")].related == {OPEN_DEALS: 2}
    assert tap.sent[2].body == {"inputs": [{"id": "51", "after": "7"}]}


def test_both_spellings_of_who_was_merged_are_read() -> None:
    """One property lists ids, the other ids with instants; the row's own id is not one of them."""
    properties = {"hs_merged_object_ids": "1;2", "hs_calculated_merged_vids": "2:1700000000000;3:1700000000000;51:1"}
    adapter, _ = told(lambda _: reply(200, {"results": [{"id": "51", "properties": properties}]}))
    assert adapter.fetch([ref("51")]).records[ref("51")].merged == (ref("1"), ref("2"), ref("3"))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("2022-02-17T19:25:29Z", "2022-02-17T19:25:29+00:00"),
        ("2022-02-17T19:25:29.120Z", "2022-02-17T19:25:29.120000+00:00"),
        ("1645125929000", "2022-02-17T19:25:29+00:00"),
        (None, "2021-01-01T00:00:00+00:00"),
        ("rubbish", "2021-01-01T00:00:00+00:00"),
    ],
)
def test_instants_are_read_in_every_form(shown: str | None, expected: str) -> None:
    """With and without fraction, as milliseconds, or from the row when the property is empty."""
    row = {"id": "51", "properties": {"lastmodifieddate": shown}, "updatedAt": "2021-01-01T00:00:00Z"}
    adapter, _ = told(lambda _: reply(200, {"results": [row]}))
    assert adapter.fetch([ref("51")]).records[ref("51")].modified_at.isoformat() == expected


def test_rows_that_are_no_rows_are_passed_over() -> None:
    """A list of odd things does not stop those that are rows."""
    results = [None, 7, {}, {"id": None}, {"id": "51", "properties": None}, {"properties": {"hs_object_id": "52"}}]
    adapter, _ = told(lambda _: reply(200, {"results": results}))
    assert [one.ref.id for one in adapter.pull("contacts", None).records] == ["51", "52"]


# Deletions


def test_the_recycle_bin_is_read_once_and_then_for_what_is_new() -> None:
    """Each day the deletions since the last look, with an hour of overlap, and no others."""
    desk = Desk()
    early = [desk.contact(f"Ann{n}") for n in range(120)]
    for one in early:
        desk.portal.rep.archive_contact(one.id)
    desk.later(hours=2)
    found = desk.read("deleted_contacts")
    assert {one for page in found for one in page.gone} == set(early)
    desk.later(days=3)
    late = desk.contact("Bea")
    desk.portal.rep.archive_contact(late.id)
    again = desk.read("deleted_contacts", found[-1].cursor)
    assert {one for page in again for one in page.gone} == {late}


def test_the_bin_is_a_daily_stream() -> None:
    """Looking once a day is enough, since the strong read finds what matters before a write."""
    assert {one.name: one.every for one in Desk().adapter.streams()} == {
        "companies": None,
        "contacts": None,
        "meetings": None,
        "calls": None,
        "emails": None,
        "deleted_contacts": timedelta(days=1),
    }


# Activities


def test_activities_hang_on_their_contacts() -> None:
    """Meetings, calls and e-mails come with the contacts they belong to and with what tells who did them."""
    desk = Desk()
    contact = desk.contact()
    meeting = desk.portal.rep.book_meeting(contact.id)
    call = desk.portal.rep.log_call(contact.id)
    email = desk.portal.rep.log_email(contact.id)
    desk.later(minutes=2)
    for stream, key in (("meetings", meeting), ("calls", call), ("emails", email)):
        found = [one for page in desk.read(stream) for one in page.records]
        assert [(one.ref.id, one.parents) for one in found] == [(key, (contact,))]
    assert "hs_meeting_source" in desk.tap.sent[0].body["properties"]
    assert {"hs_call_direction"} <= set(desk.tap.sent[2].body["properties"])
    assert {"hs_email_direction", "hs_email_status"} <= set(desk.tap.sent[4].body["properties"])


def test_old_activities_stay_where_they_are() -> None:
    """The first load of activities begins at the lookback, and is backfill."""
    desk = Desk()
    contact = desk.contact()
    desk.portal.rep.log_call(contact.id)
    desk.later(days=200)
    desk.portal.rep.log_call(contact.id)
    desk.later(minutes=2)
    found = desk.read("calls")
    assert len([one for page in found for one in page.records]) == 1
    assert found[0].backfill
    desk.portal.rep.log_call(contact.id)
    desk.later(minutes=2)
    later = desk.read("calls", found[-1].cursor)
    assert len([one for page in later for one in page.records]) == 1
    assert not later[0].backfill


def test_nothing_new_among_activities_is_one_call() -> None:
    """Contacts are looked up only for rows that are new."""
    desk = Desk()
    desk.portal.rep.log_call(desk.contact().id)
    desk.later(minutes=2)
    cursor = desk.read("calls")[-1].cursor
    before = desk.calls()
    desk.read("calls", cursor)
    assert desk.calls() - before == 1


def test_an_activity_without_contact_has_no_parent() -> None:
    """The association read answers 207 without it, which is no error."""
    desk = Desk()
    contact = desk.contact()
    call = desk.portal.rep.log_call(contact.id)
    desk.portal.rep.archive_contact(contact.id)
    desk.later(minutes=2)
    found = [one for page in desk.read("calls") for one in page.records]
    assert [one.ref.id for one in found] == [call]


def test_activities_are_read_strongly_with_their_contacts() -> None:
    """A webhook's hint about a meeting is answered with the contacts."""
    desk = Desk()
    contact = desk.contact()
    call = ref(desk.portal.rep.log_call(contact.id), "call")
    assert desk.adapter.fetch([call]).records[call].parents == (contact,)


# Lists


def test_joiners_come_with_the_day_they_joined() -> None:
    """Each member of a wanted list is a row of its own, dated by its joining, under the admin's name of the list."""
    desk = Desk(LISTS)
    contact, other = desk.contact("Ann"), desk.contact("Bea")
    desk.portal.rep.add_to_list(contact.id, "webinar may")
    joined = desk.clock()
    desk.later(hours=1)
    desk.portal.rep.add_to_list(other.id, "Fair")
    desk.portal.rep.add_to_list(other.id, "Not wanted")
    found = [one for page in desk.read("lists") for one in page.records]
    assert [(one.raw[LIST_NAME], one.parents) for one in found] == [("Webinar May", (contact,)), ("Fair", (other,))]
    assert found[0].modified_at == joined
    assert found[0].raw[JOINED_AT] == joined.isoformat().replace("+00:00", "Z")
    assert found[0].ref.object == "membership"


def test_lists_that_did_not_change_cost_one_call() -> None:
    """Size and last change of all lists are seen in one search."""
    desk = Desk(LISTS)
    contact = desk.contact()
    for name in LISTS.lists:
        desk.portal.rep.add_to_list(contact.id, name)
    cursor = desk.read("lists")[-1].cursor
    cursor = desk.read("lists", cursor)[-1].cursor
    before = desk.calls()
    found = desk.read("lists", cursor)
    assert [page.records for page in found] == [()]
    assert desk.calls() - before == 1


def test_of_a_list_that_grew_only_the_end_is_read() -> None:
    """The page where we were is read again, and the members known long since are left out."""
    desk = Desk(LISTS)
    for n in range(600):
        desk.portal.rep.add_to_list(desk.contact(f"Ann{n}").id, "Fair")
    cursor = desk.read("lists")[-1].cursor
    cursor = desk.read("lists", cursor)[-1].cursor
    desk.later(hours=2)
    new = desk.contact("Bea")
    desk.portal.rep.add_to_list(new.id, "Fair")
    before = desk.calls()
    found = [one for page in desk.read("lists", cursor) for one in page.records]
    assert new in {one.parents[0] for one in found}
    assert desk.calls() - before <= 3


def test_a_list_that_lost_members_loses_no_joiner() -> None:
    """Where the place we kept holds another member, the list is read from the start, and nobody is skipped."""
    desk = Desk(LISTS)
    early = [desk.contact(f"Ann{n}") for n in range(600)]
    for one in early:
        desk.portal.rep.add_to_list(one.id, "Fair")
    cursor = desk.read("lists")[-1].cursor
    cursor = desk.read("lists", cursor)[-1].cursor
    desk.later(hours=2)
    for one in early[:300]:
        desk.portal.rep.archive_contact(one.id)
        desk.portal._state.lists.drop(int(one.id))
    new = [desk.contact(f"Bea{n}") for n in range(5)]
    for one in new:
        desk.portal.rep.add_to_list(one.id, "Fair")
    found = {one.parents[0] for page in desk.read("lists", cursor) for one in page.records}
    assert found >= set(new)


def test_a_list_that_is_made_later_is_found() -> None:
    """A name that leads nowhere today is looked up again, and nothing else waits for it."""
    desk = Desk(LISTS)
    cursor = desk.read("lists")[-1].cursor
    contact = desk.contact()
    desk.portal.rep.add_to_list(contact.id, "Fair")
    found = [one for page in desk.read("lists", cursor) for one in page.records]
    assert [one.parents for one in found] == [(contact,)]
