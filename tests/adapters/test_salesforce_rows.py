"""What rows of Salesforce become: who lives on, who is gone, whose an activity is, and what is one of two rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.base import AdapterDown, Page, Wanted
from connector.adapters.salesforce.objects import NOT_EVALUATED
from connector.model import CrmRef

from tests.adapters.org_told import refused
from tests.adapters.reads_told import (
    Desk,
    account,
    any_id,
    contact,
    lead,
    page,
    row,
    several,
    stamp,
)

LEADS = Wanted({"lead": ("Email",)}, ("lead",))


def keys(found: list[Page]) -> list[str]:
    """Return the ids of the records of pages."""
    return [one.ref.id for each in found for one in each.records]


def test_deleted_merged_and_converted_rows_come_with_the_changes() -> None:
    """Deleted is gone; a loser is told by its winner, a lead by its contact, both read in one request."""
    desk = Desk()
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(
        page(
            row(lead(1), at, IsDeleted=True),
            row(lead(2), at, IsDeleted=True, MasterRecordId=lead(5)),
            row(lead(3), at, IsConverted=True, ConvertedContactId=contact(3)),
            row(lead(4), at, Email="d@a.example"),
        ),
        several(
            page(row(contact(3), at, Email="c@a.example", AccountId=account(1))),
            page(row(lead(5), at, Email="e@a.example")),
        ),
    )
    before = len(desk.org.requests)
    (found,) = desk.read("leads")
    told = {one.ref: one for one in found.records}
    assert found.gone == (CrmRef("salesforce", "lead", lead(1)),)
    assert {ref.id: [one.id for one in each.merged] for ref, each in told.items()} == {
        lead(4): [],
        lead(5): [lead(2)],
        contact(3): [lead(3)],
    }
    assert told[CrmRef("salesforce", "contact", contact(3))].parents == (CrmRef("salesforce", "account", account(1)),)
    assert len(desk.org.requests) - before == 3


def test_a_winner_on_the_same_page_needs_no_request() -> None:
    """The winner of a merge changed too, so mostly it stands beside the loser; it comes once with the loser's name."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(page(row(lead(1), at, IsDeleted=True, MasterRecordId=lead(2)), row(lead(2), at)))
    (found,) = desk.read("leads")
    assert [(one.ref.id, [each.id for each in one.merged]) for one in found.records] == [(lead(2), [lead(1)])]


def test_a_chain_of_merges_and_a_conversion_is_followed_to_its_end() -> None:
    """A loser whose winner lost later, and was converted then, lives on as the contact's winner."""
    desk = Desk()
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(
        page(row(lead(1), at, IsDeleted=True, MasterRecordId=lead(2))),
        page(row(lead(2), at, IsConverted=True, ConvertedContactId=contact(3))),
        page(row(contact(3), at, IsDeleted=True, MasterRecordId=contact(4))),
        page(row(contact(4), at)),
    )
    (found,) = desk.read("leads")
    assert [(one.ref.id, [each.id for each in one.merged]) for one in found.records] == [(contact(4), [lead(1)])]


def test_a_circle_of_merges_ends_as_gone() -> None:
    """What names itself its own master in a circle cannot be followed for ever."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(
        page(
            row(lead(1), at, IsDeleted=True, MasterRecordId=lead(2)),
            row(lead(2), at, IsDeleted=True, MasterRecordId=lead(1)),
        )
    )
    (found,) = desk.read("leads")
    assert {ref.id for ref in found.gone} == {lead(1), lead(2)}


def test_a_converted_lead_is_gone_where_contacts_are_not_mapped() -> None:
    """With Leads alone it leaves our sight, at no further request."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(page(row(lead(1), at, IsConverted=True, ConvertedContactId=contact(1))))
    (found,) = desk.read("leads")
    assert (found.records, [ref.id for ref in found.gone]) == ((), [lead(1)])


@pytest.mark.parametrize("flag", ["HasOptedOutProfiling", "HasOptedOutProcessing", "ShouldForget"])
def test_who_opted_out_of_profiling_is_marked(flag: str) -> None:
    """One true flag of the Individual is enough; none, and no Individual, marks nobody."""
    desk = Desk(LEADS)
    at = desk.clock() - timedelta(minutes=5)
    quiet = {"attributes": {}, "HasOptedOutProfiling": False, "HasOptedOutProcessing": False, "ShouldForget": False}
    desk.tell(
        page(
            row(lead(1), at, Individual={**quiet, flag: True}),
            row(lead(2), at, Individual=quiet),
            row(lead(3), at, Individual=None),
        )
    )
    (found,) = desk.read("leads")
    assert [one.raw.get(NOT_EVALUATED) for one in found.records] == [True, None, None]


def test_raw_rows_nest_parents_and_keep_no_attributes() -> None:
    """Values stand under the vendor's names; what only describes the answer is left out, also inside a parent."""
    desk = Desk()
    at = desk.clock() - timedelta(minutes=5)
    parent = {"attributes": {"type": "Account"}, "Industry": "Energy"}
    desk.tell(page(row(contact(1), at, Email="a@a.example", Account=parent)))
    (found,) = desk.read("contacts")
    assert found.records[0].raw == {
        "Id": contact(1),
        "SystemModstamp": stamp(at),
        "IsDeleted": False,
        "Email": "a@a.example",
        "Account": {"Industry": "Energy"},
    }
    assert found.records[0].modified_at == at.replace(microsecond=0)


def test_activities_hang_on_whom_their_id_names() -> None:
    """WhoId is a lead or a contact by its first three characters; whatever else it names is nobody to us."""
    desk = Desk(Wanted({}, ("lead", "contact", "task")), count=None)
    at = desk.clock() - timedelta(minutes=5)
    desk.tell(
        page(
            row(any_id("00T", 1), at, WhoId=lead(1)),
            row(any_id("00T", 2), at, WhoId=contact(2)),
            row(any_id("00T", 3), at, WhoId=None),
            row(any_id("00T", 4), at, WhoId=account(4)),
            row(any_id("00T", 5), at, IsDeleted=True, WhoId=lead(1)),
        )
    )
    (found,) = desk.read("tasks")
    assert [[(ref.object, ref.id) for ref in one.parents] for one in found.records] == [
        [("lead", lead(1))],
        [("contact", contact(2))],
        [],
        [],
    ]
    assert found.gone == (CrmRef("salesforce", "task", any_id("00T", 5)),)


def test_an_email_and_its_mirror_count_once() -> None:
    """With e-mails read, a task that stands beside one is left out; other e-mail tasks stay."""
    desk = Desk(Wanted({}, ("lead", "task", "email_message")), count=None)
    at = desk.clock() - timedelta(minutes=5)
    tasks = [
        row(any_id("00T", n), at, TaskSubtype=kind, WhoId=lead(1)) for n, kind in enumerate(["Email", "Email", "Call"])
    ]
    desk.tell(page(*tasks), page({"ActivityId": any_id("00T", 0)}))
    assert keys(desk.read("tasks")) == [any_id("00T", 1), any_id("00T", 2)]
    assert desk.org.soql[-1].startswith("SELECT ActivityId FROM EmailMessage WHERE ActivityId IN ('00T")
    assert desk.org.soql[-1].count("'00T") == 2


def test_email_tasks_stay_where_emails_are_not_read() -> None:
    """Without the other stream the task is the one that counts, and nothing more is asked."""
    desk = Desk(Wanted({}, ("lead", "task")), count=None)
    desk.tell(page(row(any_id("00T", 1), desk.clock(), TaskSubtype="Email", WhoId=lead(1))))
    assert keys(desk.read("tasks")) == [any_id("00T", 1)]


@pytest.mark.parametrize("kinds", [("From", "To"), ("FromAddress", "ToAddress")])
def test_emails_hang_on_who_sent_or_got_them(kinds: tuple[str, str]) -> None:
    """Of an incoming one the sender, of an outgoing one whoever got it; users are nobody, drafts are nothing."""
    sender, receiver = kinds
    desk = Desk(Wanted({}, ("lead", "contact", "email_message")), count=None)
    at = desk.clock() - timedelta(minutes=5)
    came, went, draft = (any_id("02s", n) for n in range(3))

    def tie(message: str, who: str, kind: str) -> dict[str, str]:
        """Return one relation of an e-mail."""
        return {"EmailMessageId": message, "RelationId": who, "RelationType": kind}

    desk.tell(
        page(
            row(came, at, Incoming=True, Status="1"),
            row(went, at, Incoming=False, Status="3"),
            row(draft, at, Incoming=False, Status="5"),
        ),
        page(
            tie(came, lead(1), sender),
            tie(came, contact(9), receiver),
            tie(went, any_id("005", 1), sender),
            tie(went, lead(1), receiver),
            tie(went, contact(2), receiver),
        ),
    )
    (found,) = desk.read("email_messages")
    assert {one.ref.id: [ref.id for ref in one.parents] for one in found.records} == {
        came: [lead(1)],
        went: [lead(1), contact(2)],
    }


def test_a_converted_member_counts_for_the_contact_only() -> None:
    """A converted lead's membership keeps the lead and gains the contact: it is one, and the contact's."""
    desk = Desk(Wanted({}, ("lead", "contact", "campaign_member")), count=None)
    at = desk.clock() - timedelta(minutes=5)
    parent = {"attributes": {}, "Name": "Fair", "Type": "Trade Show"}
    member = any_id("00v", 1)
    desk.tell(page(row(member, at, LeadId=lead(1), ContactId=contact(1), Status="Attended", Campaign=parent)))
    (found,) = desk.read("campaign_members")
    assert found.records[0].parents == (CrmRef("salesforce", "contact", contact(1)),)
    assert found.records[0].raw["Campaign"] == {"Name": "Fair", "Type": "Trade Show"}
    assert "Campaign" not in desk.org.described


def test_emails_whose_people_are_hidden_are_a_matter_of_permissions() -> None:
    """E-mails that nobody belongs to would vanish without a word; the admin is told what to allow instead."""
    desk = Desk(Wanted({}, ("lead", "email_message")), count=None)
    no_such = refused(400, "INVALID_TYPE", "sObject type 'EmailMessageRelation' is not supported.")
    desk.tell(page(row(any_id("02s", 1), desk.clock(), Incoming=True)), no_such)
    with pytest.raises(AdapterDown, match="does not show EmailMessageRelation") as caught:
        desk.reads.pull("email_messages", None)
    assert caught.value.kind == "scopes"
