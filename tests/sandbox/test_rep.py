"""What people in the portal do by hand, merges and erasure."""

from __future__ import annotations

import pytest

from connector.sandbox.hubspot import NO_LAG, Portal

from tests.sandbox.desk import ASSOCIATIONS, OBJECTS, Caller, Clock, did, person, where

DUE = {"hs_timestamp": "2026-11-24T09:00:00Z"}


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


@pytest.fixture
def call(clock: Clock) -> Caller:
    """Return a caller of a portal with two people, the second further on than the first."""
    people = [
        person("a", did("page_viewed", 4), did("meeting_booked", 3), firstname="Ann"),
        person("b", did("page_viewed", 2), did("page_viewed", 0), jobtitle="CTO", lifecyclestage="opportunity"),
    ]
    return Caller(Portal(people, clock=clock, limits="off"))


def test_a_merge_makes_a_new_record_to_which_both_ids_lead(call: Caller) -> None:
    """GET of either old id answers 200 with the new id; lists no longer have them, nor does the recycle bin."""
    portal = call.portal
    old = [portal.contact_id("a"), portal.contact_id("b")]
    new = portal.rep.merge(*old)
    assert new not in old
    assert [call.ok("GET", f"{OBJECTS}/contacts/{key}")["id"] for key in old] == [new, new]
    assert portal.ids("contacts") == [new]
    assert call.ok("GET", f"{OBJECTS}/contacts", query={"archived": "true"})["results"] == []
    assert portal.contact_id("a") == portal.contact_id("b") == new


def test_a_merge_keeps_the_best_of_both(call: Caller) -> None:
    """The primary's values win, counters add up, the furthest stage stays, the other address becomes additional."""
    portal = call.portal
    a, b = portal.contact_id("a"), portal.contact_id("b")
    new = portal.rep.merge(a, b)
    names = ("email", "firstname", "jobtitle", "lifecyclestage", "hs_analytics_num_page_views", "hs_additional_emails")
    values = call.read("contacts", new, *names, "hs_merged_object_ids", "hs_calculated_merged_vids")
    assert {name: values[name] for name in names} == {
        "email": "a@corp.example",
        "firstname": "Ann",
        "jobtitle": "CTO",
        "lifecyclestage": "opportunity",
        "hs_analytics_num_page_views": "3",
        "hs_additional_emails": "b@corp.example",
    }
    assert values["hs_merged_object_ids"] == f"{a};{b}"
    assert values["hs_calculated_merged_vids"] == f"{a}:1795435200000;{b}:1795435200000"


def test_ties_move_with_a_merge(call: Caller) -> None:
    """Tasks and meetings of both hang on the new record, found by an old id too."""
    portal = call.portal
    a, b = portal.contact_id("a"), portal.contact_id("b")
    tasks = {call.create("tasks", DUE, (key, 204)) for key in (a, b)}
    new = portal.rep.merge(a, b)
    for key in (a, new):
        body = {"inputs": [{"id": key}]}
        rows = call.ok("POST", f"{ASSOCIATIONS}/contacts/tasks/batch/read", body)["results"]
        assert {str(tie["toObjectId"]) for tie in rows[0]["to"]} == tasks
    assert len(call.ok("GET", f"{OBJECTS}/contacts/{new}/associations/meetings")["results"]) == 1


def test_merging_through_the_api(call: Caller) -> None:
    """POST merge answers 200 with the new record, and refuses a record with itself."""
    a, b = call.portal.contact_id("a"), call.portal.contact_id("b")
    row = call.ok("POST", f"{OBJECTS}/contacts/merge", {"primaryObjectId": a, "objectIdToMerge": b})
    assert call.portal.contact_id("a") == row["id"]
    body = {"primaryObjectId": a, "objectIdToMerge": b}
    assert call("POST", f"{OBJECTS}/contacts/merge", body)[0] == 400
    assert call("POST", f"{OBJECTS}/contacts/merge", {"primaryObjectId": a})[0] == 400


def test_a_chain_of_merges_is_followed(call: Caller) -> None:
    """The id of a record merged twice leads to the last one."""
    portal = call.portal
    a = portal.contact_id("a")
    first = portal.rep.merge(a, portal.contact_id("b"))
    last = portal.rep.merge(portal.rep.create_contact({"email": "c@x.example"}), first)
    assert call.ok("GET", f"{OBJECTS}/contacts/{a}")["id"] == last


def test_search_follows_a_merge_late(call: Caller, clock: Clock) -> None:
    """Merged rows stay in total until the index follows."""
    portal = call.portal
    new = portal.rep.merge(portal.contact_id("a"), portal.contact_id("b"))
    filters = where("email", "IN", values=["a@corp.example", "b@corp.example"])
    assert call.search("contacts", filters) == {"total": 2, "results": []}
    clock.move(seconds=31)
    assert [row["id"] for row in call.search("contacts", filters)["results"]] == [new]


def test_erasure_leaves_nothing(call: Caller, clock: Clock) -> None:
    """The record is gone from reads, recycle bin, lists and ties; the API does it by id or e-mail."""
    portal = call.portal
    a, b = portal.contact_id("a"), portal.contact_id("b")
    portal.rep.add_to_list(a, "Fair")
    assert (
        call("POST", f"{OBJECTS}/contacts/gdpr-delete", {"objectId": "a@corp.example", "idProperty": "email"})[0] == 204
    )
    portal.rep.gdpr_delete(b)
    clock.move(seconds=31)
    for key in (a, b):
        assert call("GET", f"{OBJECTS}/contacts/{key}")[0] == 404
        assert call("GET", f"{OBJECTS}/contacts/{key}", query={"archived": "true"})[0] == 404
        assert portal.values("contacts", key) == {}
    assert call.ok("GET", "/crm/lists/2026-03/11/memberships")["results"] == []
    meeting = portal.ids("meetings")[0]
    assert call.ok("GET", f"{OBJECTS}/meetings/{meeting}/associations/contacts")["results"] == []
    assert call("POST", f"{OBJECTS}/contacts/gdpr-delete", {"objectId": a})[0] == 404


def test_tasks_are_ticked_off_changed_and_deleted_by_hand(call: Caller, clock: Clock) -> None:
    """Each is visible to reads at once and stands in the journal as the rep's."""
    portal = call.portal
    keys = [call.create("tasks", DUE, (portal.contact_id("a"), 204)) for _ in range(3)]
    clock.move(minutes=1)
    portal.rep.complete_task(keys[0])
    portal.rep.edit_task(keys[1], {"hs_task_subject": "Mine now", "hs_timestamp": "2026-11-25T09:00:00Z"})
    portal.rep.delete_task(keys[2])
    done = call.read("tasks", keys[0], "hs_task_status", "hs_task_is_completed", "hs_task_completion_date")
    assert (done["hs_task_status"], done["hs_task_is_completed"]) == ("COMPLETED", "1")
    assert done["hs_task_completion_date"] == "2026-11-23T12:01:00Z"
    assert call.read("tasks", keys[1], "hs_task_subject")["hs_task_subject"] == "Mine now"
    assert call("GET", f"{OBJECTS}/tasks/{keys[2]}")[0] == 404
    ours = [(each.action, each.object_id) for each in portal.journal if each.actor == "rep"]
    assert ours == [("update", keys[0]), ("update", keys[1]), ("archive", keys[2])]


def test_the_journal_tells_tasks_by_contact(call: Caller) -> None:
    """Tasks count for the contact they were made for, or tied to later; a loose one stands apart."""
    a, b = call.portal.contact_id("a"), call.portal.contact_id("b")
    one = call.create("tasks", DUE, (a, 204))
    two, loose = call.create("tasks", DUE), call.create("tasks", DUE)
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}]
    row = {"from": {"id": two}, "to": {"id": b}, "types": types}
    call.ok("POST", f"{ASSOCIATIONS}/tasks/contacts/batch/create", {"inputs": [row]})
    assert call.portal.journal.tasks_by_contact() == {a: [one], b: [two], "": [loose]}
    entry = call.portal.journal.of("tasks", "create", "api")[0]
    assert (entry.method, entry.path) == ("POST", f"{OBJECTS}/tasks")
    assert entry.linked == (("contacts", a),)


def test_opening_a_portal_is_no_write(call: Caller) -> None:
    """The journal begins empty, whatever the file held."""
    assert len(call.portal.journal) == 0


def test_contacts_come_and_go_by_hand(call: Caller) -> None:
    """A contact made, changed and archived by a rep is so for the API at once."""
    portal = call.portal
    company = portal.rep.create_company({"name": "New", "domain": "new.example"})
    key = portal.rep.create_contact({"email": "n@new.example", "budget": "9"}, company)
    portal.rep.change_email(key, "m@new.example")
    values = call.read("contacts", key, "email", "budget", "associatedcompanyid")
    assert (values["email"], values["budget"], values["associatedcompanyid"]) == ("m@new.example", "9", company)
    portal.rep.archive_contact(key)
    assert call("GET", f"{OBJECTS}/contacts/{key}")[0] == 404


def test_owners_are_listed_active_and_former(call: Caller) -> None:
    """Owners have their own id, which is not always the user's; a former one has no user id."""
    active = call.ok("GET", "/crm/owners/2026-03")["results"]
    assert [each["email"] for each in active] == ["ann@acme.example", "ben@acme.example", "sales-lead@acme.example"]
    assert [str(each["userId"]) == each["id"] for each in active] == [False, True, True]
    former = call.ok("GET", "/crm/owners/2026-03", query={"archived": "true"})["results"]
    assert [(each["userId"], each["archived"]) for each in former] == [(None, True)]
    new = call.portal.rep.add_owner("dora@acme.example", "Dora", "Dorn")
    assert call.ok("GET", f"/crm/owners/2026-03/{new}")["firstName"] == "Dora"
    assert call("GET", "/crm/owners/2026-03/1")[0] == 404


def test_a_second_company_is_not_primary_until_told(clock: Clock) -> None:
    """The first company is primary; a tie with the primary type takes its place, and keeps it when tied again."""
    portal = Portal(clock=clock, index_lag=NO_LAG, limits="off")
    call = Caller(portal)
    one, two = (portal.rep.create_company({"name": name}) for name in ("One", "Two"))
    key = call.create("contacts", {"email": "a@x.example"}, (one, 279), (two, 279))
    assert call.read("contacts", key, "associatedcompanyid")["associatedcompanyid"] == one
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    row = {"from": {"id": key}, "to": {"id": two}, "types": types}
    call.ok("POST", f"{ASSOCIATIONS}/contacts/companies/batch/create", {"inputs": [row]})
    assert call.read("contacts", key, "associatedcompanyid")["associatedcompanyid"] == two
    call.ok("PUT", f"{OBJECTS}/contacts/{key}/associations/default/companies/{two}")
    ties = call.ok("GET", f"{OBJECTS}/contacts/{key}/associations/companies")["results"]
    labels = {str(tie["toObjectId"]): {each["label"] for each in tie["associationTypes"]} for tie in ties}
    assert labels == {one: {None}, two: {None, "Primary"}}


def test_associations_to_nothing_are_refused(call: Caller) -> None:
    """A creation with an unknown target or a type of another pair fails and writes nothing."""
    for to, type_id in (("404", 204), (call.portal.contact_id("a"), 202)):
        rows = [{"to": {"id": to}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}]
        status, answer = call("POST", f"{OBJECTS}/tasks", {"properties": DUE, "associations": rows})
        assert (status, answer["message"]) == (400, "One or more associations are invalid")
    assert len(call.portal.journal) == 0


def test_a_bare_portal_has_none_of_our_properties(clock: Clock) -> None:
    """Without the set-up step there are neither result fields nor a key on tasks."""
    for bare in (True, False):
        call = Caller(Portal(clock=clock, bare=bare))
        for path in ("contacts/connector_fit", "tasks/connector_key"):
            assert call("GET", f"/crm/properties/2026-03/{path}")[0] == (404 if bare else 200)


def test_two_portals_with_the_same_seed_are_alike(clock: Clock) -> None:
    """Ids depend on the seed alone."""
    ids = [Portal([person("a")], seed=seed, clock=clock).contact_id("a") for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]
