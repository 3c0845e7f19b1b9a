"""How records are listed, read and written, one at a time."""

from __future__ import annotations

import re

import pytest

from connector.sandbox.hubspot import Portal

from tests.sandbox.desk import OBJECTS, PROPERTIES, Caller, Clock, did, person

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


@pytest.fixture
def call(clock: Clock) -> Caller:
    """Return a caller of a portal with 300 people."""
    return Caller(Portal([person(f"p{n}") for n in range(300)], clock=clock, limits="off"))


def ids_listed(call: Caller) -> list[int]:
    """Return all contact ids in the order of the list."""
    ids: list[int] = []
    after = ""
    while True:
        page = call.ok("GET", f"{OBJECTS}/contacts", query={"limit": 100} | ({"after": after} if after else {}))
        ids += [int(row["id"]) for row in page["results"]]
        if "paging" not in page:
            return ids
        after = page["paging"]["next"]["after"]


def test_list_is_in_id_order_whatever_the_order_of_creation(call: Caller) -> None:
    """Pages ascend by id and hold everybody once; ids do not ascend by creation."""
    ids = ids_listed(call)
    assert ids == sorted(set(ids))
    assert len(ids) == 300
    made = [int(call.portal.contact_id(f"p{n}")) for n in range(300)]
    assert made != sorted(made)


def test_a_record_created_during_a_scan_can_be_missed(call: Caller) -> None:
    """Ids are not in the order of time: some new records land before the cursor of a scan that is nearly done."""
    cursor = ids_listed(call)[-1]
    new = [int(call.create("contacts", {"email": f"new{n}@x.example"})) for n in range(150)]
    assert min(new) < cursor < max(new)


def test_the_last_page_has_no_paging(call: Caller) -> None:
    """There is no paging key when nothing follows."""
    last = ids_listed(call)[-1]
    page = call.ok("GET", f"{OBJECTS}/contacts", query={"after": str(last - 1), "limit": 5})
    assert len(page["results"]) == 1
    assert "paging" not in page


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"limit": 51, "propertiesWithHistory": "email"}])
def test_list_limits(call: Caller, query: dict[str, object]) -> None:
    """A page has at most 100 records, 50 with history."""
    assert call("GET", f"{OBJECTS}/contacts", query=query)[0] == 400


def test_values_are_text_or_null_and_unknown_names_are_omitted(call: Caller) -> None:
    """An unset property is null when it is asked for; an unknown name is simply not there."""
    key = call.portal.contact_id("p1")
    values = call.read("contacts", key, "email", "phone", "no_such_thing", "num_notes")
    assert values.pop("createdate")
    assert values.pop("lastmodifieddate")
    assert values == {"email": "p1@corp.example", "phone": None, "num_notes": "0", "hs_object_id": key}


def test_defaults_are_shown_when_nothing_is_asked_for(call: Caller) -> None:
    """A contact shows e-mail and names, id and instants."""
    row = call.ok("GET", f"{OBJECTS}/contacts/{call.portal.contact_id('p1')}")
    assert set(row["properties"]) == {
        "email", "firstname", "lastname", "hs_object_id", "createdate", "lastmodifieddate",
    }  # fmt: skip
    assert row["url"].endswith(f"/record/0-1/{row['id']}")
    assert row["archived"] is False


def test_instants_have_no_fraction_when_it_is_zero(call: Caller, clock: Clock) -> None:
    """Java prints no fraction for a whole second and three digits otherwise."""
    whole = call.ok("POST", f"{OBJECTS}/contacts", {"properties": {"email": "a@x.example"}})
    clock.move(milliseconds=7)
    part = call.ok("POST", f"{OBJECTS}/contacts", {"properties": {"email": "b@x.example"}})
    assert whole["createdAt"] == "2026-11-23T12:00:00Z"
    assert part["createdAt"] == "2026-11-23T12:00:00.007Z"
    assert INSTANT.fullmatch(part["updatedAt"])


def test_instants_may_be_written_as_milliseconds(call: Caller) -> None:
    """Epoch milliseconds come back as ISO text in UTC."""
    key = call.create("tasks", {"hs_timestamp": "1795431600007"})
    assert call.read("tasks", key, "hs_timestamp")["hs_timestamp"] == "2026-11-23T11:00:00.007Z"


def test_a_date_must_be_midnight_in_utc(call: Caller) -> None:
    """Milliseconds that are not midnight are no date."""
    new = {"name": "ends", "label": "Ends", "type": "date", "fieldType": "date", "groupName": "contactinformation"}
    call.ok("POST", f"{PROPERTIES}/contacts", new)
    path = f"{OBJECTS}/contacts/{call.portal.contact_id('p1')}"
    status, answer = call("PATCH", path, {"properties": {"ends": "1795431600007"}})
    assert (status, answer["errors"][0]["code"]) == (400, "INVALID_DATE")
    call.ok("PATCH", path, {"properties": {"ends": "1795392000000"}})
    assert call.ok("GET", path, query={"properties": "ends"})["properties"]["ends"] == "2026-11-23"


def test_a_cleared_value_is_an_empty_text(call: Caller) -> None:
    """The answer echoes the empty text, and reads show it too (recorded for a number in 2022)."""
    path = f"{OBJECTS}/contacts/{call.portal.contact_id('p1')}"
    call.ok("PATCH", path, {"properties": {"firstname": "Ann"}})
    answer = call.ok("PATCH", path, {"properties": {"firstname": ""}})
    assert answer["properties"]["firstname"] == ""
    assert call.ok("GET", path)["properties"]["firstname"] == ""


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"no_such_thing": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_analytics_num_visits": "1"}, "READ_ONLY_VALUE"),
        ({"email": "not an address"}, "INVALID_EMAIL"),
        ({"lifecyclestage": "hot"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "1"}, "INVALID_OPTION"),
        ({"connector_fit": "many"}, "INVALID_INTEGER"),
        ({"closedate": "soon"}, "INVALID_DATE"),
        ({"firstname": "x" * 65_537}, "INVALID_STRING"),
    ],
)
def test_refused_values_name_property_and_code(call: Caller, properties: dict[str, str], code: str) -> None:
    """A refused value answers 400 with the code, in errors and as JSON inside the message; nothing is written."""
    key = call.portal.contact_id("p1")
    before = call.portal.values("contacts", key)
    status, answer = call("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {**properties, "jobtitle": "CTO"}})
    assert (status, answer["category"], answer["errors"][0]["code"]) == (400, "VALIDATION_ERROR", code)
    assert answer["errors"][0]["context"] == {"propertyName": list(properties)}
    assert f'"error":"{code}"' in answer["message"]
    assert call.portal.values("contacts", key) == before


def test_an_existing_email_is_a_conflict_with_the_id(call: Caller) -> None:
    """The message of the 409 carries the id that has the address."""
    status, answer = call("POST", f"{OBJECTS}/contacts", {"properties": {"email": "P1@corp.example"}})
    assert (status, answer["category"]) == (409, "CONFLICT")
    assert answer["message"] == f"Contact already exists. Existing ID: {call.portal.contact_id('p1')}"


def test_unknown_ids_are_404_in_two_forms(call: Caller) -> None:
    """A number is not found without a category; anything else is told that ids are numeric."""
    status, answer = call("GET", f"{OBJECTS}/contacts/123")
    assert (status, answer["message"]) == (404, "resource not found")
    assert "category" not in answer
    status, answer = call("GET", f"{OBJECTS}/contacts/abc")
    assert (status, answer["category"]) == (404, "OBJECT_NOT_FOUND")
    assert answer["message"] == "Object not found.  objectId are usually numeric."
    assert call("PATCH", f"{OBJECTS}/contacts/123", {"properties": {}})[0] == 404


def test_read_by_a_unique_property_only(call: Caller) -> None:
    """A contact is found by e-mail in any case; a property without unique values is refused."""
    found = call.ok("GET", f"{OBJECTS}/contacts/P7@CORP.example", query={"idProperty": "email"})
    assert found["id"] == call.portal.contact_id("p7")
    status, answer = call("GET", f"{OBJECTS}/contacts/Ann", query={"idProperty": "firstname"})
    assert status == 400
    assert "non-unique 0-1 property firstname" in answer["message"]


def test_archived_records_are_listed_apart(call: Caller) -> None:
    """A deleted record is gone from the list and from reads, but shown with archived=true."""
    key = call.portal.contact_id("p1")
    assert call("DELETE", f"{OBJECTS}/contacts/{key}") == (204, None)
    assert call("GET", f"{OBJECTS}/contacts/{key}")[0] == 404
    assert int(key) not in ids_listed(call)
    bin_ = call.ok("GET", f"{OBJECTS}/contacts", query={"archived": "true"})["results"]
    assert [row["id"] for row in bin_] == [key]
    assert bin_[0]["archived"] is True
    assert bin_[0]["archivedAt"] == "2026-11-23T12:00:00Z"
    assert call.ok("GET", f"{OBJECTS}/contacts/{key}", query={"archived": "true"})["id"] == key


def test_deleting_what_never_existed_is_no_error(call: Caller) -> None:
    """DELETE of any number answers 204 and is not a write."""
    assert call("DELETE", f"{OBJECTS}/tasks/1234567890")[0] == 204
    assert len(call.portal.journal) == 0


def test_an_activity_needs_its_instant(call: Caller) -> None:
    """A task without hs_timestamp is refused."""
    status, answer = call("POST", f"{OBJECTS}/tasks", {"properties": {"hs_task_subject": "Call"}})
    assert status == 400
    assert answer["context"] == {"properties": ["hs_timestamp"]}


def test_history_is_newest_first(call: Caller, clock: Clock) -> None:
    """Each value of a property stands with its instant and source."""
    key = call.create("contacts", {"email": "h@x.example", "jobtitle": "CTO"})
    clock.move(minutes=1)
    call.ok("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {"jobtitle": "CEO"}})
    row = call.ok("GET", f"{OBJECTS}/contacts/{key}", query={"propertiesWithHistory": "jobtitle"})
    past = row["propertiesWithHistory"]["jobtitle"]
    assert [(each["value"], each["timestamp"], each["sourceType"]) for each in past] == [
        ("CEO", "2026-11-23T12:01:00Z", "INTEGRATION"),
        ("CTO", "2026-11-23T12:00:00Z", "INTEGRATION"),
    ]


def test_list_shows_associations_only_where_there_are_any(clock: Clock) -> None:
    """The associations key is absent for a record that has none."""
    portal = Portal([person("a", did("meeting_booked", 3)), person("b")], clock=clock)
    page = Caller(portal).ok("GET", f"{OBJECTS}/contacts", query={"associations": "meetings,deals"})
    rows = {row["id"]: row for row in page["results"]}
    assert "associations" not in rows[portal.contact_id("b")]
    ties = rows[portal.contact_id("a")]["associations"]
    assert ties == {"meetings": {"results": [{"id": portal.ids("meetings")[0], "type": "contact_to_meeting"}]}}


@pytest.mark.parametrize("spelling", ["contacts", "contact", "CONTACT", "0-1"])
def test_every_spelling_of_a_type_is_taken(call: Caller, spelling: str) -> None:
    """Names in singular and plural, in any case, and type ids mean the same."""
    assert call("GET", f"{OBJECTS}/{spelling}")[0] == 200


def test_what_is_not_served_says_so(call: Caller) -> None:
    """An endpoint or version that the sandbox lacks answers 404 with method and path."""
    status, answer = call("GET", "/crm/v3/objects/contacts")
    assert status == 404
    assert "GET /crm/v3/objects/contacts" in answer["message"]
    assert call("GET", f"{OBJECTS}/unicorns")[0] == 400


def test_a_body_that_is_no_json_is_refused(call: Caller) -> None:
    """Broken JSON, a list and missing fields are validation errors."""
    for body in ([1], {"nothing": 1}, {"properties": 3}):
        status, answer = call("POST", f"{OBJECTS}/contacts", body)
        assert (status, answer["category"]) == (400, "VALIDATION_ERROR")
