"""Reading changes from Salesforce, told page by page: what is asked, what a cursor holds, what a refusal leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from connector.adapters.base import AdapterDown, Page, Wanted
from connector.adapters.salesforce.cursors import SEEN_MOST, Load, Place, decoded, encoded
from connector.adapters.salesforce.objects import NOT_EVALUATED
from connector.commands import Rank
from connector.sandbox.exchange import Request, Response

from tests.adapters.org_told import refused
from tests.adapters.reads_told import (
    Desk,
    contact,
    lead,
    page,
    row,
    stamp,
)

LEADS = Wanted({"lead": ("Email",)}, ("lead",))
LOCATOR = "/services/data/v62.0/query/0r8xx5R2yF2gs3VASQ-2000"
SECOND = timedelta(seconds=1)


def settled(desk: Desk, stream: str = "leads") -> str:
    """Read an empty org once and return the cursor at rest."""
    desk.tell(page())
    return desk.read(stream)[-1].cursor


def asked_from(desk: Desk) -> str:
    """Return the WHERE clause of the last query."""
    return desk.org.soql[-1].partition(" WHERE ")[2].partition(" ORDER BY ")[0]


def ago(desk: Desk, **span: float) -> str:
    """Return an instant some time ago as SOQL writes it."""
    return f"{desk.clock() - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


def keys(found: list[Page]) -> list[str]:
    """Return the ids of the records of pages."""
    return [one.ref.id for each in found for one in each.records]


def test_the_first_page_asks_for_what_is_shown_and_mapped_and_nothing_else() -> None:
    """A field that describe hides is not asked for; deletion, merge and conversion come with the same query."""
    desk = Desk()
    settled(desk)
    assert desk.org.soql == [
        "SELECT COUNT() FROM Lead",
        (
            "SELECT Id, SystemModstamp, IsDeleted, OwnerId, MasterRecordId, IsConverted, ConvertedContactId,"
            " Individual.HasOptedOutProfiling, Individual.HasOptedOutProcessing, Individual.ShouldForget,"
            " Email, Status FROM Lead ORDER BY SystemModstamp, Id"
        ),
    ]
    assert desk.org.requests[-1].path.endswith("/queryAll")


def test_nothing_changed_is_one_request() -> None:
    """A look that finds nothing is one query, and only the first of a process describes."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.later(minutes=5)
    before = len(desk.org.requests)
    desk.tell(page())
    found = desk.reads.pull("leads", cursor)
    assert (found.records, found.gone, found.more) == ((), (), False)
    assert len(desk.org.requests) - before == 1
    assert desk.org.described == ["Lead"]


def test_2_000_changes_in_a_fresh_process_are_a_describe_and_a_query() -> None:
    """The pass over a big base costs by what changed: with Leads alone mapped, two requests beside the token's."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.later(minutes=5)
    desk.reads = desk.build(LEADS)
    before = len(desk.meter.asked)
    at = desk.clock() - timedelta(minutes=3)
    desk.tell(page(*(row(lead(n), at + n * timedelta(milliseconds=1), Email=f"{n}@a.example") for n in range(2_000))))
    assert len(keys(desk.read("leads", cursor))) == 2_000
    assert len(desk.meter.asked) - before == 2


def test_a_pass_begins_two_minutes_before_the_last_one_did() -> None:
    """A transaction that is committed after its stamp is found by the next look."""
    desk = Desk(LEADS)
    began = desk.clock()
    cursor = settled(desk)
    desk.later(minutes=5)
    desk.tell(page())
    desk.reads.pull("leads", cursor)
    assert asked_from(desk) == f"SystemModstamp >= {began - timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"


def test_a_look_is_dated_by_when_it_left() -> None:
    """A query that took a minute saw the table as it was a minute before its answer was dated."""
    desk = Desk(LEADS)
    began = desk.clock()

    def slow(_request: Request) -> Response:
        """Answer after a while."""
        desk.later(seconds=50)
        return page()

    desk.tell(slow)
    held = decoded(desk.read("leads")[-1].cursor)
    assert isinstance(held, Place)
    assert held.floor == int(began.timestamp() * 1000) - 120_000


def test_every_second_pass_looks_twenty_minutes_back() -> None:
    """A transaction that took as long as Salesforce lets one take is found soon after, at no extra request."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    for _ in range(13):
        desk.later(minutes=5)
        desk.tell(page())
        cursor = desk.reads.pull("leads", cursor).cursor
    asked = [text.partition(">= ")[2].partition(" ")[0] for text in desk.org.soql[2:]]
    starts = [datetime.fromisoformat(text) for text in asked]
    back = [at.minute for at in starts]
    assert sum(later < earlier for earlier, later in pairwise(starts)) == 6, back


def test_a_row_read_again_is_not_given_again_unless_it_says_something_else() -> None:
    """Stamps have whole seconds: a second change within one has the same stamp, and is still brought."""
    desk = Desk(LEADS)
    desk.later(minutes=5)
    at = desk.clock() - 10 * SECOND
    desk.tell(page(row(lead(1), at, Email="a@a.example"), row(lead(2), at, Email="b@a.example")))
    first = desk.read("leads")
    desk.tell(page(row(lead(1), at, Email="a@a.example"), row(lead(2), at, Email="new@a.example")))
    second = desk.read("leads", first[-1].cursor)
    assert keys(first) == [lead(1), lead(2)]
    assert keys(second) == [lead(2)]
    assert second[0].records[0].raw["Email"] == "new@a.example"


def test_pages_follow_the_locator_until_salesforce_says_done() -> None:
    """A short page is not the last one, and an empty one neither; only `done` is."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(days=1)
    desk.tell(page(row(lead(1), at), following=LOCATOR), page(following=LOCATOR), page(row(lead(2), at)))
    found = desk.read("leads")
    assert keys(found) == [lead(1), lead(2)]
    assert [each.more for each in found] == [True, True, False]
    assert [request.path for request in desk.org.requests[2:]] == [LOCATOR, LOCATOR]


def test_a_lost_locator_goes_on_behind_the_last_row() -> None:
    """What a cursor of the vendor no longer knows is asked anew by stamp and id, within the same pull."""
    desk = Desk(LEADS)
    at = datetime.fromisoformat("2026-10-01T08:00:00+00:00")
    desk.tell(page(row(lead(7), at), following=LOCATOR))
    first = desk.reads.pull("leads", None)
    desk.reads = desk.build(LEADS)
    desk.tell(refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator"), page(row(lead(8), at)))
    second = desk.reads.pull("leads", first.cursor)
    assert keys([second]) == [lead(8)]
    assert asked_from(desk) == (
        f"(SystemModstamp > 2026-10-01T08:00:00Z OR (SystemModstamp = 2026-10-01T08:00:00Z AND Id > '{lead(7)}'))"
    )


def test_a_locator_that_is_no_path_of_the_api_is_not_followed() -> None:
    """Wherever an answer says to go on, the token goes to the query resource only."""
    desk = Desk(LEADS)
    desk.tell(page(row(lead(7), desk.clock()), following="/services/data/v62.0/../../evil"), page())
    assert len(desk.read("leads")) == 2
    assert desk.org.requests[-1].path.endswith("/queryAll")


def test_what_takes_too_long_is_asked_in_halves() -> None:
    """A query that Salesforce gives up on is asked for an older part first, and then for the rest."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.later(days=8)
    desk.tell(refused(400, "QUERY_TIMEOUT", "Your query request was running for too long."))
    at = desk.clock() - timedelta(days=6)
    desk.tell(page(row(lead(1), at)), page(row(lead(2), at + timedelta(days=5))))
    found = desk.read("leads", cursor)
    assert keys(found) == [lead(1), lead(2)]
    older, rest = desk.org.soql[-2:]
    middle = older.partition("SystemModstamp < ")[2].partition(" ")[0]
    assert f"SystemModstamp >= {middle}" in rest
    assert "SystemModstamp < " not in rest


def test_a_second_that_takes_too_long_is_said_in_salesforces_words() -> None:
    """Halving ends; an admin reads what Salesforce says."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.later(days=1)
    slow = refused(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
    desk.tell(*[slow] * 60)
    with pytest.raises(AdapterDown, match="running for too long"):
        desk.read("leads", cursor)


def test_a_hidden_parent_field_is_left_out_and_not_tried_again() -> None:
    """Without Data Protection the Individual's fields are refused; the query then goes without those."""
    desk = Desk(LEADS)
    desk.tell(refused(400, "INVALID_FIELD", "No such column 'HasOptedOutProcessing' on entity 'Individual'"), page())
    cursor = desk.read("leads")[-1].cursor
    assert "HasOptedOutProcessing" not in desk.org.soql[-1]
    assert "Individual.ShouldForget" in desk.org.soql[-1]
    assert desk.org.described == ["Lead", "Lead", "Individual"]
    desk.later(minutes=5)
    desk.tell(page())
    desk.read("leads", cursor)
    assert not desk.org.replies


def test_a_field_that_was_hidden_within_the_hour_is_left_out() -> None:
    """What describe showed a while ago is refused now: describe is asked again and the query goes without it."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.org.shown["Lead"] = tuple(each for each in desk.org.shown["Lead"] if each["name"] != "Email")
    desk.later(minutes=5)
    desk.tell(refused(400, "INVALID_FIELD", "No such column 'Email' on entity 'Lead'"), page())
    desk.reads.pull("leads", cursor)
    assert "Email" not in desk.org.soql[-1]


def test_an_object_that_is_not_shown_at_all_is_a_matter_of_permissions() -> None:
    """Nothing can be read of it, and the admin is told of which object and what to do."""
    desk = Desk(LEADS)
    del desk.org.shown["Lead"]
    with pytest.raises(AdapterDown, match=r"does not show Lead .* permission set") as caught:
        desk.reads.pull("leads", None)
    assert caught.value.kind == "scopes"


def test_a_refused_query_ends_the_look_in_salesforces_words() -> None:
    """What cannot be asked otherwise is said with the request id, and the same cursor goes on later."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    desk.tell(refused(400, "MALFORMED_QUERY", "unexpected token: 'x'"))
    with pytest.raises(AdapterDown, match=r"unexpected token.*ff00aa11-22bb"):
        desk.reads.pull("leads", cursor)
    desk.tell(page(row(lead(1), desk.clock())))
    assert keys([desk.reads.pull("leads", cursor)]) == [lead(1)]


def test_an_accounts_change_makes_its_contacts_come() -> None:
    """A parent's change does not touch the child, so contacts are looked for by their account's stamp."""
    desk = Desk(count=None)
    desk.tell(page())
    cursor = desk.read("contacts_of_changed_accounts")[-1].cursor
    desk.later(minutes=5)
    at = desk.clock() - timedelta(minutes=1)
    parent = {"SystemModstamp": stamp(at), "Industry": "Energy"}
    desk.tell(page(row(contact(1), at - timedelta(days=9), Account=parent)))
    (found,) = desk.read("contacts_of_changed_accounts", cursor)
    assert keys([found]) == [contact(1)]
    assert found.records[0].modified_at == (at - timedelta(days=9)).replace(microsecond=0)
    assert "ORDER BY Account.SystemModstamp, Id" in desk.org.soql[-1]
    assert asked_from(desk).startswith("Account.SystemModstamp >= ")
    assert desk.org.requests[-1].path.endswith("/query")


@pytest.mark.parametrize(("mapped", "there"), [(("Email",), False), (("Email", "Account.Industry"), True)])
def test_contacts_are_looked_for_by_their_account_only_when_it_is_mapped(mapped: tuple[str, ...], there: bool) -> None:  # noqa: FBT001 - a column of the table
    """Without a field of the account a changed account says nothing of a contact."""
    names = [one.name for one in Desk(Wanted({"contact": mapped}, ("contact",))).reads.streams()]
    assert ("contacts_of_changed_accounts" in names) is there


def test_streams_are_those_that_are_wanted_parents_first() -> None:
    """Accounts before people, people before what they did."""
    objects = ("email_message", "task", "contact", "lead", "campaign_member", "event", "account")
    names = [one.name for one in Desk(Wanted({}, objects)).reads.streams()]
    assert names == [
        *("accounts", "leads", "contacts", "leads_of_changed_individuals", "contacts_of_changed_individuals"),
        *("tasks", "events", "campaign_members", "email_messages"),
    ]
    assert [one.name for one in Desk(LEADS).reads.streams()] == ["leads", "leads_of_changed_individuals"]


def test_the_first_look_at_activities_goes_back_as_far_as_told() -> None:
    """People are read whole, what they did only for the look-back, and that is the first load."""
    desk = Desk(Wanted({}, ("lead", "event")), count=None)
    desk.tell(page())
    found = desk.reads.pull("events", None)
    assert found.backfill
    assert asked_from(desk) == f"SystemModstamp >= {ago(desk, days=180)} AND IsChild = false"
    assert desk.meter.asked[-1][1] is Rank.BACKFILL


def test_a_cursor_survives_as_text_and_stays_small() -> None:
    """Where a stream stands is read back as it was; rows remembered are the newest thousand."""
    seen = {lead(n): "0123456789ab" for n in range(SEEN_MOST + 500)}
    held = Place(
        floor=1, began=2, at=3, key="k", until=4, locator=LOCATOR, wide=5, seen=seen, met={}, first=True, job="j"
    )
    back = decoded(encoded(held))
    assert isinstance(back, Place)
    assert list(back.seen) == list(seen)[-SEEN_MOST:]
    assert replace(back, seen=seen) == held
    load = Load("j", 5, ready=True, locator="x")
    assert decoded(encoded(load)) == load


@pytest.mark.parametrize("text", ["{}", '{"mode": "list"}', '{"mode": "place", "other": 1}', '{"mode": "load"}'])
def test_a_cursor_of_somebody_else_is_refused(text: str) -> None:
    """What is none of ours is not read as if it were."""
    with pytest.raises(ValueError, match="no cursor of this adapter"):
        decoded(text)


def test_pages_of_the_first_load_say_so_and_later_ones_do_not() -> None:
    """The first load is paid as backfill, what changes afterwards as reads."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(days=2)
    desk.tell(page(row(lead(1), at), following=LOCATOR), page(row(lead(2), at)))
    found = desk.read("leads")
    assert [each.backfill for each in found] == [True, True]
    desk.later(minutes=5)
    desk.tell(page(row(lead(1), desk.clock())))
    assert not desk.read("leads", found[-1].cursor)[0].backfill
    ranks = {rank for _, rank in desk.meter.asked}
    assert ranks == {Rank.BACKFILL, Rank.READ}


def test_shown_fields_are_read_from_describe_again_within_an_hour_only() -> None:
    """A stream in one process describes once; the table of what is shown stands for the hour."""
    desk = Desk(LEADS)
    cursor = settled(desk)
    for _ in range(5):
        desk.later(minutes=5)
        desk.tell(page())
        cursor = desk.reads.pull("leads", cursor).cursor
    assert desk.org.described == ["Lead"]


def test_who_opts_out_later_comes_by_the_individuals_stamp() -> None:
    """An Individual's change does not touch the person, so people are looked for by it, once an hour."""
    desk = Desk(LEADS, count=None)
    desk.tell(page())
    cursor = desk.read("leads_of_changed_individuals")[-1].cursor
    at = desk.later(hours=1)
    nested = {"SystemModstamp": stamp(at), "ShouldForget": True}
    desk.tell(page(row(lead(1), at - timedelta(days=9), Individual=nested)))
    (found,) = desk.read("leads_of_changed_individuals", cursor)
    assert found.records[0].raw[NOT_EVALUATED] is True
    assert asked_from(desk).startswith("Individual.SystemModstamp >= ")
    every = {one.name: one.every for one in desk.reads.streams()}
    assert every == {"leads": None, "leads_of_changed_individuals": timedelta(hours=1)}


def test_an_org_without_individuals_has_none_that_change() -> None:
    """Where Data Protection is off the look costs nothing, or one refusal in a process, and holds up nobody."""
    desk = Desk(LEADS, count=None)
    desk.org.shown["Lead"] = tuple(each for each in desk.org.shown["Lead"] if each["name"] != "IndividualId")
    (found,) = desk.read("leads_of_changed_individuals")
    assert (found.records, desk.org.requests) == ((), [])
    desk = Desk(LEADS, count=None)
    del desk.org.shown["Individual"]
    no_such = refused(400, "INVALID_FIELD", "Didn't understand relationship 'Individual' in field path")
    desk.tell(no_such, no_such)
    (found,) = desk.read("leads_of_changed_individuals")
    desk.later(hours=1)
    desk.read("leads_of_changed_individuals", found.cursor)
    assert len(desk.org.requests) == 2
