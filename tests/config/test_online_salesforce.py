"""What a Salesforce org lacks is found before the first write; and what HubSpot's own sync would do to a pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from connector.adapters.base import FieldSchema, Option, Owner, Schema
from connector.config.load import load_or_raise
from connector.config.nouns import Config
from connector.config.online import check_online
from connector.problems import Problem

from tests.config.support import ENVIRON, NOW, ROOT

FILE = ROOT / "examples" / "hubspot-marketing-salesforce-sales" / "config.toml"
ALONE = ROOT / "connector" / "config" / "example_salesforce.toml"
TEXT = FILE.read_text(encoding="utf-8")
Fields = Mapping[str, FieldSchema]


def fields(types: str, **options: tuple[str, ...]) -> dict[str, FieldSchema]:
    """Return fields written as "Email:text Title:text", with the *options* of some."""
    pairs = (one.split(":") for one in types.split())
    return {
        name: FieldSchema(name, name, kind, options=tuple(Option(one, one) for one in options.get(name, ())))
        for name, kind in pairs
    }


STATUS = ("Open - Not Contacted", "Nurturing", "Marketing Qualified", "Sales Qualified", "Working - Contacted")
ENDS = ("Closed - Not Converted", "Closed - Converted")
NAMES = "Email:text FirstName:text LastName:text Phone:text MobilePhone:text Title:text OwnerId:text "
RESULTS = "Connector_Score__c:decimal Connector_Reason__c:text HasOptedOutOfEmail:boolean "
LEAD = fields(
    NAMES + RESULTS + "Company:text NumberOfEmployees:integer Country:text Industry:choice Status:choice",
    Status=(*STATUS, *ENDS),
    Industry=("Machinery", "Technology"),
)
LEAD["Status"] = replace(
    LEAD["Status"],
    options=tuple(replace(one, writable=one.value != "Closed - Converted") for one in LEAD["Status"].options),
)
CONTACT = fields(
    NAMES + RESULTS + "MailingCountry:text Lifecycle_Stage__c:choice",
    Lifecycle_Stage__c=("Lead", "MQL", "SQL", "Opportunity", "Customer"),
)
STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer")
PORTAL = Schema(
    fields={
        "contact": fields(
            "email:text firstname:text lastname:text hs_analytics_num_page_views:integer lifecyclestage:choice "
            "hs_analytics_last_timestamp:instant recent_conversion_date:instant recent_conversion_event_name:text "
            "hs_email_click:integer hs_email_last_click_date:instant",
            lifecyclestage=STAGES,
        )
    },
    owners=(),
    as_of=NOW,
)
MEMBER = fields(
    "Status:choice HasResponded:boolean Campaign.Name:text Campaign.Type:choice",
    **{"Status": ("Sent", "Responded"), "Campaign.Type": ("Webinar", "Email")},
)
ORG = Schema(
    fields={
        "lead": LEAD,
        "contact": CONTACT,
        "account": fields("Name:text NumberOfEmployees:integer Industry:text OwnerId:text"),
        "campaign_member": MEMBER,
    },
    owners=(
        *(Owner(f"005{number}", f"{name}@acme.example", name) for number, name in enumerate(("ann", "ben"))),
        Owner("0059", "sales-lead@acme.example", "Lead"),
        Owner("00G1", "", "Inbound Leads", queue=True),
    ),
    as_of=NOW,
)


def org(name: str, **changed: FieldSchema | None) -> Schema:
    """Return the org with other fields on the object *name*; None takes one away."""
    kept = {**ORG.fields[name], **changed}
    return replace(ORG, fields={**ORG.fields, name: {key: one for key, one in kept.items() if one is not None}})


def configured(right: str, wrong: str, folder: Path) -> Config:
    """Return the example with one text in place of another."""
    assert right in TEXT
    file = folder / "config.toml"
    file.write_text(TEXT.replace(right, wrong, 1), encoding="utf-8")
    return load_or_raise(file, ENVIRON)


def found(config: Config, schema: Schema = ORG, portal: Schema = PORTAL) -> tuple[Problem, ...]:
    """Return what is wrong with *config* at these two systems."""
    return check_online(config, {"salesforce": schema, "hubspot": portal})


CONFIG = load_or_raise(FILE, ENVIRON)


def test_an_org_and_a_portal_that_have_everything_give_no_problem() -> None:
    """For both; and for what init writes for Salesforce alone."""
    assert found(CONFIG) == ()
    alone = check_online(load_or_raise(ALONE, ENVIRON), {"salesforce": ORG})
    assert [one.message for one in alone] == []


def test_a_status_that_converts_the_lead_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """It exists, and no write may set it."""
    config = configured('"Closed - Not Converted"', '"Closed - Converted"', tmp_path)
    (problem,) = found(config)
    assert problem.path == ("mapping", "salesforce", "lead", "stage", "disqualified")
    assert problem.message == '"Closed - Converted" stands in "Status" of salesforce, but no write may set it.'
    assert "only by being converted" in problem.hint
    assert problem.line
    assert not problem.warning


def test_a_status_that_converts_may_stand_where_stages_are_only_read(tmp_path: Path) -> None:
    """Nothing is written there."""
    config = configured('"Closed - Not Converted"', '"Closed - Converted"', tmp_path)
    config = replace(config, home=replace(config.home, stages=("hubspot",)))
    assert found(config) == ()


@pytest.mark.parametrize(
    ("schema", "path", "message", "hints"),
    [
        (
            org("lead", HasOptedOutOfEmail=None),
            ("mapping", "salesforce", "lead", "opted_out"),
            'salesforce has no lead field "HasOptedOutOfEmail".',
            ("field-level security", "Object Manager > Lead > Fields & Relationships > HasOptedOutOfEmail"),
        ),
        (
            org("contact", Title=None, Title__c=FieldSchema("Title__c", "Title (own)", "text")),
            ("mapping", "salesforce", "contact", "job_title"),
            'salesforce has no contact field "Title".',
            ('Did you mean "Title__c"?', "field-level security"),
        ),
        (
            org("lead", Status=replace(LEAD["Status"], options=LEAD["Status"].options[:2])),
            ("mapping", "salesforce", "lead", "stage", "mql"),
            '"Status" of salesforce has no option "Marketing Qualified".',
            ("Options:",),
        ),
        (
            org("lead", Connector_Score__c=replace(LEAD["Connector_Score__c"], writable=False)),
            ("mapping", "salesforce", "lead", "write", "total"),
            '"Connector_Score__c" of salesforce cannot be written.',
            ("Edit Access", "Object Settings > Lead"),
        ),
        (
            org("contact", Lifecycle_Stage__c=replace(CONTACT["Lifecycle_Stage__c"], writable=False)),
            ("mapping", "salesforce", "contact", "stage", "field"),
            '"Lifecycle_Stage__c" of salesforce cannot be written.',
            ("Map a field", "Object Settings > Contact"),
        ),
        (
            replace(ORG, missing_scopes=("Edit on Lead",)),
            ("systems", "salesforce"),
            "the credentials of salesforce lack Edit on Lead.",
            ("permission set",),
        ),
    ],
    ids=["hidden", "nearest", "option", "read-only", "stage read-only", "rights"],
)
def test_what_the_org_lacks_is_named_at_its_place(
    schema: Schema, path: tuple[str, ...], message: str, hints: tuple[str, ...]
) -> None:
    """With where an admin switches it on."""
    problems = [one for one in found(CONFIG, schema) if one.path == path]
    assert [one.message for one in problems] == [message]
    assert [hint for hint in hints if hint not in problems[0].hint] == []
    assert not problems[0].warning
    assert problems[0].line


def test_a_result_field_that_is_missing_is_for_an_admin_to_make() -> None:
    """The connector makes no field in Salesforce, so the hint does not say that it would."""
    problems = found(CONFIG, org("lead", Connector_Reason__c=None))
    (problem,) = problems
    assert problem.warning
    assert problem.path == ("mapping", "salesforce", "lead", "write", "top_reason")
    assert "An admin makes it" in problem.hint
    assert "--yes" not in problem.hint


def test_a_field_over_a_relation_is_checked_on_the_related_object(tmp_path: Path) -> None:
    """Where that was described; where it was not, a warning says that the value will stay unknown."""
    config = configured('country = "MailingCountry"', 'country = "Account.BillingContry"', tmp_path)
    there = FieldSchema("Account.BillingCountry", "Billing Country", "text", writable=False)
    (problem,) = found(config, org("contact", **{"Account.BillingCountry": there}))
    assert problem.message == 'salesforce has no field "BillingContry" over "Account" of contact.'
    assert 'Did you mean "Account.BillingCountry"?' in problem.hint
    assert "Object Manager > Account" in problem.hint
    (problem,) = found(config)
    assert problem.warning
    assert problem.message.startswith('nothing is known of "Account" of contact in salesforce')
    config = configured('country = "MailingCountry"', 'country = "Account.BillingCountry"', tmp_path)
    assert found(config, org("contact", **{"Account.BillingCountry": there})) == ()
    config = configured('opted_out = "HasOptedOutOfEmail"   ', 'opted_out = "Owner.IsActive"   ', tmp_path)
    (problem,) = found(config, org("lead", **{"Owner.IsActive": FieldSchema("Owner.IsActive", "Active", "date")}))
    assert '"Owner.IsActive" is of type date' in problem.message


def test_what_a_condition_asks_for_is_looked_up_but_not_the_statuses_of_campaigns(tmp_path: Path) -> None:
    """Every campaign has member statuses of its own: "Attended" is none of the description's, and no mistake."""
    kind = '{ path = "Campaign.Type", equals = "Webnar" }'
    config = configured('{ path = "Status", equals = "Attended" }', kind, tmp_path)
    (problem,) = found(config)
    assert problem.warning
    assert problem.message == '"Campaign.Type" of salesforce has no option "Webnar".'
    assert problem.hint.startswith('Did you mean "Webinar"?')


@pytest.mark.parametrize(
    ("name", "says", "hint"),
    [
        ("queue: Inbound Leads", "", ""),
        ("queue:inbound  leads", "", ""),
        ("queue: Inbond leads", 'no "queue: inbond leads"', 'Did you mean "queue: inbound leads"?'),
        ("queue: Support", 'no "queue: support"', 'Queues: "queue: inbound leads". Task must be among'),
        ("carl@acme.example", 'no owner "carl@acme.example"', ""),
    ],
)
def test_a_queue_is_looked_up_by_its_name(name: str, says: str, hint: str, tmp_path: Path) -> None:
    """Only those that may own tasks are there."""
    config = configured('fallback = "sales-lead@acme.example"', f'fallback = "{name}"', tmp_path)
    problems = found(config)
    assert [says in one.message for one in problems] == [True] * bool(says)
    assert all(hint in one.hint for one in problems)


@pytest.mark.parametrize("kept", ["salesforceleadid", "salesforcecontactid"])
def test_a_pair_that_hubspots_own_sync_writes_as_well_is_a_warning(kept: str) -> None:
    """It says what to switch off; without both homes or without the sync there is nothing to say."""
    contact = {**PORTAL.fields["contact"], **fields(f"{kept}:text")}
    synced = replace(PORTAL, fields={"contact": contact})
    (problem,) = found(CONFIG, portal=synced)
    assert problem.warning
    assert problem.path == ("home", "stages")
    assert kept in problem.message
    assert '"lifecyclestage"' in problem.hint
    assert "Don't sync" in problem.hint
    for stages in (("hubspot",), ("salesforce",)):
        one = replace(CONFIG, home=replace(CONFIG.home, stages=stages))
        assert found(one, portal=synced) == ()
    assert check_online(CONFIG, {"salesforce": ORG}) == ()
