"""What an org looks like to our user: fields, owners, queues, the key's tier, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

import pytest
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connector.adapters import salesforce
from connector.adapters.base import Adapter, AdapterDown, Owner, Schema, Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describer, Describes
from connector.adapters.salesforce.options import Options
from connector.commands import Rank
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce.org import Org
from connector.secrets import Secret

from tests.adapters.front_desk import ROWS, Reply, Sent, reply, wired
from tests.clock import START, VirtualClock

WANTED: Final = Wanted(
    {"lead": ("Status", "Email"), "contact": ("Email", "Account.Industry", "Account.Owner.Email")},
    ("lead", "contact"),
    stage_fields={"lead": "Status"},
    writes={"lead": ("Connector_Fit__c",)},
    write_types={"lead": {"Connector_Fit__c": "number"}},
    tasks=True,
)
VERSIONS: Final = [{"version": "61.0", "label": "Summer"}, {"version": "62.0", "label": "Winter"}]


def before(org: Org, wanted: Wanted = WANTED, **more: object) -> Adapter:
    """Return an adapter before *org*."""
    given = {"base_url": "http://127.0.0.1:8702", "client_id": Secret("demo"), "client_secret": Secret("demo"), **more}
    told = Options.model_validate(given)
    clock = VirtualClock()
    tools = Tools(clock, salesforce.budget(told, clock), cast("BaseAdapter", Carried(org)))
    return salesforce.build("salesforce", told, wanted, tools)


def schema(org: Org, wanted: Wanted = WANTED, **more: object) -> Schema:
    """Return what *org* looks like."""
    return before(org, wanted, **more).describe()


@pytest.fixture
def org() -> Org:
    """Return a fresh org."""
    return Org(clock=VirtualClock())


def fields_of(*fields: Mapping[str, Any], createable: bool = True, updateable: bool = True) -> HTTPResponse:
    """Return a describe with *fields*."""
    body = {"name": "X", "createable": createable, "updateable": updateable, "fields": fields}
    return reply(200, body, {"Last-Modified": "Mon, 02 Nov 2026 08:00:00 GMT"})


def answering(describes: Mapping[str, HTTPResponse], versions: object = VERSIONS) -> Reply:
    """Return what answers an org of these describes; lists are empty."""

    def answer(sent: Sent) -> HTTPResponse:
        """Answer one request."""
        if sent.path == "/services/data":
            return reply(200, versions)
        if sent.path.endswith("/composite"):
            parts = json.loads(sent.body)["compositeRequest"]
            rows = [{"referenceId": one["referenceId"], "httpStatusCode": 200, "body": ROWS} for one in parts]
            return reply(200, {"compositeResponse": rows})
        return describes.get(sent.path.split("/")[-2]) or reply(404, [{"errorCode": "NOT_FOUND", "message": "no"}])

    return answer


def described(describes: Mapping[str, HTTPResponse], wanted: Wanted = WANTED) -> Schema:
    """Return what an org of these describes looks like."""
    wire, _ = wired(answering(describes))
    return Describer(wire, Describes(wire), wanted, "Connector_Key__c").describe()


def test_fields_are_told_with_type_and_options(org: Org) -> None:
    """Salesforce's types become ours; active picklist values stand in order; formulas are not writable."""
    found = schema(org).fields["lead"]
    status = found["Status"]
    assert (status.type, status.writable, status.label) == ("choice", True, "Status")
    assert status.options[0].value == "Open - Not Contacted"
    assert found["Email"].type == "text"
    assert found["IsConverted"].type == "boolean"
    assert (found["SystemModstamp"].type, found["SystemModstamp"].writable) == ("instant", False)
    assert found["NumberOfEmployees"].type == "integer"
    assert found["AnnualRevenue"].type == "decimal"


def test_a_status_that_only_a_conversion_sets_is_not_writable(org: Org) -> None:
    """It may be read, but a stage mapped to it is refused by `validate --online`."""
    options = schema(org).fields["lead"]["Status"].options
    assert [one.value for one in options if not one.writable] == ["Closed - Converted"]


def test_dotted_paths_are_fields_of_the_child(org: Org) -> None:
    """Each parent that is mapped over is there under its path, one or two steps away, and never writable."""
    found = schema(org).fields["contact"]
    assert found["Account.Industry"].type == "choice"
    assert not found["Account.Industry"].writable
    assert found["Account.Owner.Email"].name == "Account.Owner.Email"
    assert "Owner.Email" not in found


def test_a_hidden_field_is_absent(org: Org) -> None:
    """Field-level security leaves it out of describe; nothing says that it is there."""
    org.db.schema.hide("Lead", "HasOptedOutOfEmail")
    assert "HasOptedOutOfEmail" not in schema(org).fields["lead"]


def test_owners_are_people_and_queues(org: Org) -> None:
    """E-mails lower case, zones as IANA names, who left inactive, queues that take tasks and no others."""
    zoe = org.rep.add_user("Zoe@Corp.Example", "Zoe", "Zimmer")
    org.rep.deactivate_user(zoe)
    takes = org.rep.add_queue("Inbound", ("Task", "Lead"))
    org.rep.add_queue("Cases only", ("Lead",))
    owners = {one.id: one for one in schema(org).owners}
    assert owners[zoe] == Owner(zoe, "zoe@corp.example", "Zoe Zimmer", active=False, timezone=owners[zoe].timezone)
    assert (owners[takes].queue, owners[takes].name, owners[takes].active) == (True, "Inbound", True)
    assert "Cases only" not in {one.name for one in owners.values()}
    assert any("/" in one.timezone for one in owners.values())
    assert len(owners) == len(schema(org).owners)


def test_the_account_is_the_organization(org: Org) -> None:
    """Its id of eighteen characters is part of every task's key; its zone ends the day."""
    found = schema(org)
    assert (found.portal, found.timezone) == (org.ids("Organization")[0], "UTC")
    assert (len(found.portal), found.as_of) == (18, START)


def test_describe_costs_few_calls(org: Org) -> None:
    """Versions, one composite call, one for each object and each parent."""
    before_calls = org.api_calls
    schema(org, Wanted({"lead": ("Email",)}, ("lead",), tasks=True))
    assert org.api_calls - before_calls == 3


def test_a_unique_external_id_is_tier_a(org: Org) -> None:
    """Salesforce itself then refuses a second task, and there is nothing left to do."""
    found = schema(org)
    assert (found.task_tier, found.tier_hint) == ("A", "")


def test_without_it_tier_b_says_what_to_do() -> None:
    """No field, or one that is not unique: the one thing to do is named."""
    found = schema(Org(clock=VirtualClock(), bare=True))
    assert found.task_tier == "B"
    assert 'Give activities a text field "Connector_Key__c"' in found.tier_hint
    plain = {"name": "Connector_Key__c", "externalId": True, "unique": False, "createable": True, "filterable": True}
    found = described({"Task": fields_of(plain)})
    assert found.task_tier == "B"
    assert "a unique External ID" in found.tier_hint
    hidden = {**plain, "unique": True, "createable": False}
    assert described({"Task": fields_of(hidden)}).task_tier == "B"


def test_an_org_without_tasks_of_ours_has_no_hint() -> None:
    """Who writes no tasks needs no key."""
    found = schema(Org(clock=VirtualClock(), bare=True), Wanted({"lead": ("Email",)}, ("lead",)))
    assert found.tier_hint == ""
    assert "task" not in found.fields


def test_missing_permissions_are_named_in_plain_words() -> None:
    """Objects that are hidden, tasks that may not be created, leads that may not be changed; nothing else."""
    one = {"name": "Status", "type": "picklist", "updateable": True}
    found = described({"Lead": fields_of(one, updateable=False), "Task": fields_of(one, createable=False)})
    assert found.missing_scopes == ("Edit on Lead", "Read on Contact", "Create on Task (Edit Tasks)")
    good = {"Lead": fields_of(one), "Task": fields_of(one), "Contact": fields_of(one, updateable=False)}
    assert described(good).missing_scopes == ()


def test_a_version_that_the_org_lacks_is_told_before_all_else() -> None:
    """Every other path would fail with less clear words."""
    wire, desk = wired(answering({}, VERSIONS[:1]))
    with pytest.raises(
        AdapterDown, match=r"does not offer version 62\.0 .* but 61\.0 to 61\.0: set api_version"
    ) as caught:
        Describer(wire, Describes(wire), WANTED, "K__c").describe()
    assert (caught.value.kind, len(desk.sent)) == ("scopes", 1)


def test_the_gauge_is_told(org: Org) -> None:
    """One sentence on the whole org's requests, without a call of its own; none where Salesforce told nothing."""
    assert "of 15,000 API requests of the last 24 hours are used by the whole org." in schema(org).budget
    assert described({}).budget == ""


def test_a_describe_is_kept_for_an_hour_and_then_asked_whether_it_changed() -> None:
    """Within the hour nothing is asked; after it the old one holds when Salesforce says so."""
    clock = VirtualClock()
    answers = [fields_of({"name": "A"}), reply(304), fields_of({"name": "B"})]
    wire, desk = wired(lambda _: answers.pop(0), clock=clock)
    describes = Describes(wire)
    for _ in range(3):
        assert set(describes.of("Lead", Rank.READ)) == {"A"}
    assert len(desk.sent) == 1
    clock.advance(timedelta(hours=1))
    assert set(describes.of("Lead", Rank.READ)) == {"A"}
    assert desk.sent[1].headers["If-Modified-Since"] == "Mon, 02 Nov 2026 08:00:00 GMT"
    clock.advance(timedelta(minutes=59))
    assert set(describes.of("Lead", Rank.READ)) == {"A"}
    assert set(describes.info("Lead", Rank.READ, fresh=True).fields) == {"B"}
    assert "If-Modified-Since" not in desk.sent[2].headers


def test_a_forgotten_describe_is_read_anew() -> None:
    """When a field that was there is refused, the next look is a new one."""
    answers = [fields_of({"name": "A"}), fields_of({"name": "B"})]
    wire, _ = wired(lambda _: answers.pop(0))
    describes = Describes(wire)
    describes.of("Lead", Rank.READ)
    describes.forget("Lead")
    assert set(describes.of("Lead", Rank.READ)) == {"B"}


def test_an_object_that_is_not_visible_has_no_fields() -> None:
    """That is an answer and not a failure; another refusal is one."""
    wire, _ = wired(lambda _: reply(404, [{"errorCode": "NOT_FOUND", "message": "no"}]))
    assert Describes(wire).of("Individual", Rank.READ) == {}
    wire, _ = wired(lambda _: reply(400, [{"errorCode": "INVALID_TYPE", "message": "no"}]))
    with pytest.raises(AdapterDown, match="INVALID_TYPE"):
        Describes(wire).of("Individual", Rank.READ)


def test_preparing_names_what_an_admin_has_to_make() -> None:
    """One sentence a field, dry or not, and nothing is made; an org that has all of them hears nothing."""
    adapter = before(Org(clock=VirtualClock(), bare=True))
    told = adapter.prepare(dry=True)
    assert adapter.prepare(dry=False) == told
    assert [each.split(":")[0] for each in told] == [
        'not made, the lead field "Connector_Fit__c" (Number)',
        'not made, the activity field "Connector_Key__c" (Text(64), unique, External ID)',
    ]
    full = Wanted({"lead": ("Email",)}, ("lead",), tasks=True)
    assert before(Org(clock=VirtualClock()), full).prepare(dry=False) == ()


def test_a_revoked_token_and_a_moved_org_are_lived_through(org: Org) -> None:
    """An admin revokes the session, the org moves to another address: the next call has a new token and goes there."""
    adapter = before(org)
    adapter.describe()
    org.sessions.revoke()
    adapter.describe()
    org.sessions.moved_to = "http://127.0.0.1:8703"
    adapter.describe()
    assert org.sessions.issued == 3


def test_an_org_that_refuses_every_token_gets_two(org: Org) -> None:
    """Credentials are named as the reason, and nothing is asked again before the pause is over."""
    adapter = before(org)
    org.sessions.broken = True
    for _ in range(20):
        with pytest.raises(AdapterDown) as caught:
            adapter.describe()
        assert caught.value.kind == "credentials"
    assert org.sessions.issued == 2
