"""What the HubSpot adapter tells of a portal, what it makes there, and what its options are."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType

import pytest
from pydantic import ValidationError

from connector.adapters import hubspot, registry
from connector.adapters.base import AdapterDown, FieldSchema, Option, Wanted
from connector.adapters.http import Meaning
from connector.adapters.hubspot.vocabulary import ALWAYS, LIST_MEMBER, PLURALS, STATUSES, TASK_LINKS
from connector.mapping.vocabulary import HUBSPOT
from connector.sandbox.hubspot import Fault, FaultKind
from connector.secrets import Secret

from tests.adapters.desk import Desk, reply, told
from tests.adapters.subject_hubspot import TOKEN

WRITES = Wanted(
    {"contact": ("email",)},
    writes=MappingProxyType({"contact": ("acme_points", "acme_reasons", "acme_since"), "company": ("acme_points",)}),
    write_types=MappingProxyType({"contact": {"acme_points": "number", "acme_since": "instant"}}),
    tasks=True,
)


def test_the_portal_is_described() -> None:
    """Account, zone, tier and the day's calls are there for `validate --online`."""
    desk = Desk()
    schema = desk.adapter.describe()
    assert schema.portal == "148293017"
    assert schema.timezone == "Europe/Berlin"
    assert (schema.task_tier, schema.tier_hint) == ("A", "")
    assert schema.missing_scopes == ()
    assert "1,000,000 API calls of the day" in schema.budget
    assert schema.fields.keys() == {"contact", "company", "meeting", "call", "email", "task"}


def test_stages_come_in_the_portals_own_order() -> None:
    """Labels and places are read live, custom stages with their numeric values among them."""
    desk = Desk()
    desk.portal.rep.add_stage("153180554", "Nurture", before="opportunity")
    options = desk.adapter.describe().fields["contact"]["lifecyclestage"].options
    values = [one.value for one in options]
    assert values.index("salesqualifiedlead") < values.index("153180554") < values.index("opportunity")
    assert Option("153180554", "Nurture") in options


def test_the_type_decides_and_not_the_widget() -> None:
    """Many a datetime has the widget of a date; only a checkbox tells that an enumeration holds several values."""
    definitions = [
        {"name": "a", "label": "A", "type": "datetime", "fieldType": "date"},
        {"name": "b", "label": "B", "type": "enumeration", "fieldType": "checkbox", "options": [{"value": "x"}]},
        {"name": "c", "type": "number", "modificationMetadata": {"readOnlyValue": True}, "hasUniqueValue": True},
        {"name": "d", "type": "from the future"},
        {"label": "nameless"},
    ]
    adapter, _ = told(lambda sent: reply(200, {"results": definitions if "/properties/" in sent.url else []}))
    found = adapter.describe().fields["contact"]
    assert found == {
        "a": FieldSchema("a", "A", "instant"),
        "b": FieldSchema("b", "B", "list", options=(Option("x", ""),)),
        "c": FieldSchema("c", "", "decimal", writable=False, unique=True),
        "d": FieldSchema("d", "", "text"),
    }


def test_options_are_sorted_by_their_place() -> None:
    """The place decides and not the order of the answer; options without a place come first."""
    options = [{"value": "b", "displayOrder": 2}, {"value": "a", "displayOrder": 1}, {"value": "x"}]
    definition = {"name": "s", "type": "enumeration", "fieldType": "radio", "options": options}
    adapter, _ = told(lambda sent: reply(200, {"results": [definition] if "/properties/" in sent.url else []}))
    assert [one.value for one in adapter.describe().fields["contact"]["s"].options] == ["x", "a", "b"]


def test_owners_are_all_of_them() -> None:
    """Active and archived ones, page by page; the id is what owner fields take, not the user's."""
    pages = {
        ("false", ""): ([{"id": "1", "userId": 9, "email": "Ann@Acme.example", "firstName": "Ann"}], "x"),
        ("false", "x"): ([{"id": "2", "email": "all@acme.example", "type": "QUEUE"}], ""),
        ("true", ""): ([{"id": "3", "email": "old@acme.example", "archived": True, "userId": None}], ""),
    }

    def answer(sent: object) -> object:
        """Answer the owners' pages."""
        body = getattr(sent, "body")  # noqa: B009 - any request
        if "/owners/" not in getattr(sent, "url"):  # noqa: B009 - as above
            return reply(200, {"results": []})
        results, after = pages[body["archived"], body.get("after", "")]
        return reply(200, {"results": results} | ({"paging": {"next": {"after": after}}} if after else {}))

    adapter, _ = told(answer)  # type: ignore[arg-type]
    owners = {one.id: one for one in adapter.describe().owners}
    assert (owners["1"].email, owners["1"].name, owners["1"].active) == ("ann@acme.example", "Ann", True)
    assert owners["2"].queue
    assert owners["2"].name == "all@acme.example"
    assert not owners["3"].active


def test_missing_scopes_are_named_and_the_rest_is_described() -> None:
    """A part that the credentials may not see is empty; what they lack is said once each."""
    desk = Desk()
    for _ in range(2):
        desk.portal.faults.add(Fault(FaultKind.ANSWER, status=403, path="/crm/owners/"))
    schema = desk.adapter.describe()
    assert schema.owners == ()
    assert schema.missing_scopes == ("crm.objects.contacts.read", "crm.objects.contacts.write")
    assert schema.fields["contact"]


def test_the_usage_is_no_condition() -> None:
    """Service keys are not told the day's usage; that is no reason to fail."""
    desk = Desk()
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=403, path="api-usage"))
    schema = desk.adapter.describe()
    assert schema.budget == ""
    assert schema.missing_scopes == ()


def test_a_portal_without_the_key_is_tier_b_with_a_hint() -> None:
    """The one thing an admin can do is said; a portal without tasks needs no hint."""
    schema = Desk(bare=True).adapter.describe()
    assert schema.task_tier == "B"
    assert "connector_key" in schema.tier_hint
    assert Desk(Wanted({"contact": ()}), bare=True).adapter.describe().tier_hint == ""


def test_wanted_lists_are_looked_up() -> None:
    """A list that is not there can be told before the first write."""
    desk = Desk(Wanted({"contact": ("email",)}, lists=("webinar may", "Fair")))
    desk.portal.rep.add_to_list(desk.contact().id, "Webinar May")
    found = desk.adapter.describe().fields[LIST_MEMBER]
    assert {name: one.label for name, one in found.items()} == {"webinar may": "Webinar May"}


# Our own properties


def test_missing_properties_are_made_with_their_types() -> None:
    """Points are numbers, instants are instants, the rest is text, in the group of the object."""
    desk = Desk(WRITES, bare=True)
    planned = desk.adapter.prepare(dry=True)
    assert desk.adapter.prepare(dry=False) == planned
    fields = desk.adapter.describe().fields
    types = [fields["contact"][name].type for name in ("acme_points", "acme_reasons", "acme_since")]
    assert types == ["decimal", "text", "instant"]
    assert fields["company"]["acme_points"].type == "text"
    assert fields["task"]["connector_key"].unique
    made = [one.body for one in desk.tap.sent if one.method == "POST" and "/properties/" in one.path]
    assert [one["groupName"] for one in made[:4]] == ["contactinformation"] * 3 + ["companyinformation"]


def test_where_unique_values_are_refused_a_plain_key_is_made() -> None:
    """Tier B it is then, and the sentence has HubSpot's own words."""
    desk = Desk(WRITES, bare=True, unique_task_property=False)
    said = desk.adapter.prepare(dry=False)[-1]
    assert "not unique" in said
    assert "not supported" in said
    assert desk.adapter.describe().task_tier == "B"
    assert desk.adapter.prepare(dry=False) == ()


def test_credentials_that_may_not_make_properties_say_so() -> None:
    """The scopes that are missing reach the admin."""
    desk = Desk(WRITES, bare=True)
    desk.portal.faults.add(Fault(FaultKind.ANSWER, status=403, method="POST", path="/crm/properties/"))
    with pytest.raises(AdapterDown) as caught:
        desk.adapter.prepare(dry=False)
    assert caught.value.kind == "scopes"


def test_a_property_somebody_made_meanwhile_is_fine() -> None:
    """Two processes that prepare at once do not stand in each other's way."""
    exists = {"category": "OBJECT_ALREADY_EXISTS", "subCategory": "Properties.PROPERTY_WITH_NAME_EXISTS"}
    adapter, _ = told(
        lambda sent: reply(409, exists) if sent.method == "POST" else reply(200, {"results": []}),
        wanted=Wanted({"contact": ()}, writes={"contact": ("acme_points",)}),
    )
    assert len(adapter.prepare(dry=False)) == 1


# Options and tables


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"token": "pat-na1-plain"},
        {"token": Secret(TOKEN), "base_url": "http://api.hubapi.com"},
        {"token": Secret(TOKEN), "api_share": "0%"},
        {"token": Secret(TOKEN), "api_share": "110%"},
        {"token": Secret(TOKEN), "connections": 0},
        {"token": Secret(TOKEN), "read_timeout": "20"},
        {"token": Secret(TOKEN), "feilds": 1},
    ],
    ids=str,
)
def test_bad_options_are_refused(given: dict[str, object]) -> None:
    """No token, a token in the file, plain http, no share, no unit, a typo."""
    with pytest.raises(ValidationError) as caught:
        hubspot.Options.model_validate(given)
    assert TOKEN not in str(caught.value)


def test_options_have_sound_defaults() -> None:
    """A token is enough; the limits of the smallest plan hold until HubSpot tells others."""
    options = hubspot.Options.model_validate({"token": Secret(TOKEN), "base_url": "http://127.0.0.1:8700/"})
    assert options.base_url == "http://127.0.0.1:8700"
    assert (options.api_share, options.lookback) == (0.5, timedelta(days=180))
    assert (hubspot.limits(options).burst, hubspot.limits(options).search_per_second) == (100, 5)
    assert TOKEN not in repr(options)


def test_the_module_is_what_the_registry_wants() -> None:
    """Every name of an adapter's module is there, and the objects are those that can be pulled."""
    module = registry.module("hubspot")
    assert {"contact", "company"} == module.OBJECTS
    assert {"meetings", "calls", "emails"} == module.ACTIVITIES
    assert module.Options is hubspot.Options


def test_every_activity_brings_what_tells_who_did_it() -> None:
    """The properties that the mapping's vocabulary asks are always read."""
    for name, row in HUBSPOT.rows.items():
        assert {*row.at, *row.done_at, row.doer, row.proof, row.outcome} - {""} <= set(ALWAYS[name])
    assert set(ALWAYS) - {"contact"} <= set(PLURALS)


def test_the_tables_say_what_the_documents_say() -> None:
    """Odd rows of the tables, each with its reason beside it, hold."""
    assert TASK_LINKS == {"contact": 204, "company": 192}
    assert STATUSES[423] is Meaning.BUSY
    assert STATUSES[477] is Meaning.AWAY
