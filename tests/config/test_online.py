"""What the CRM lacks is found before the first write, at its place, with the nearest that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from connector.adapters.base import FieldSchema, Option, Owner, Schema
from connector.config.load import load_or_raise
from connector.config.online import check_online
from connector.problems import Problem

from tests.config.golden_cases import FOLDER
from tests.config.support import ENVIRON, NOW

FILE = FOLDER / "valid.toml"
CONFIG = load_or_raise(FILE, ENVIRON)
STAGES = tuple(
    Option(value, label)
    for value, label in (
        ("lead", "Lead"),
        ("marketingqualifiedlead", "Marketing Qualified Lead"),
        ("salesqualifiedlead", "Sales Qualified Lead"),
    )
)


def fields(*found: FieldSchema) -> Mapping[str, FieldSchema]:
    """Return *found* by name."""
    return MappingProxyType({one.name: one for one in found})


CONTACT = fields(
    FieldSchema("email", "Email", "text"),
    FieldSchema("jobtitle", "Job Title", "text"),
    FieldSchema("lifecyclestage", "Lifecycle Stage", "choice", options=STAGES),
    FieldSchema("recent_conversion_date", "Recent Conversion Date", "instant", writable=False),
    FieldSchema("recent_conversion_event_name", "Recent Conversion", "text", writable=False),
)
SCHEMA = Schema(
    fields={"contact": CONTACT, "company": fields(FieldSchema("numberofemployees", "Employees", "decimal"))},
    owners=(Owner("1", "sales-lead@acme.example", "Sara"), Owner("2", "carl@acme.example", "Carl", active=False)),
    as_of=NOW,
)


def without(name: str, *instead: FieldSchema) -> Schema:
    """Return the schema with other contact fields in place of *name*."""
    kept = {key: one for key, one in CONTACT.items() if key != name}
    return replace(SCHEMA, fields={**SCHEMA.fields, "contact": {**kept, **fields(*instead)}})


def found(schema: Schema) -> tuple[Problem, ...]:
    """Return what is wrong with the small configuration at a portal that looks like *schema*."""
    return check_online(CONFIG, {"hubspot": schema})


def line(problem: Problem) -> str:
    """Return the line of the file that a problem names."""
    return FILE.read_text(encoding="utf-8").splitlines()[problem.line - 1]


def test_a_portal_that_has_everything_gives_no_problem() -> None:
    """Nor does a system whose schema is not there yet."""
    assert found(SCHEMA) == ()
    assert check_online(CONFIG, {}) == ()


@pytest.mark.parametrize(
    ("schema", "where", "message", "hint"),
    [
        (
            without("jobtitle", FieldSchema("job_title", "Title", "text")),
            'job_title = "jobtitle"',
            'hubspot has no contact field "jobtitle".',
            'Did you mean "job_title"?',
        ),
        (
            without("lifecyclestage", replace(CONTACT["lifecyclestage"], options=STAGES[:2])),
            'sql = "salesqualifiedlead"',
            '"lifecyclestage" of hubspot has no option "salesqualifiedlead".',
            'Did you mean "marketingqualifiedlead"? Options: "lead" (Lead), "marketingqualifiedlead" (Marketing',
        ),
        (
            without("lifecyclestage", replace(CONTACT["lifecyclestage"], writable=False)),
            'field = "lifecyclestage"',
            '"lifecyclestage" of hubspot cannot be written.',
            "Map a field that the API may write.",
        ),
        (
            without("recent_conversion_date", FieldSchema("last_conversion_date", "Recent conversion", "instant")),
            'stamp = "recent_conversion_date"',
            'hubspot has no contact field "recent_conversion_date".',
            'Did you mean "last_conversion_date"?',
        ),
        (
            replace(
                SCHEMA,
                fields={**SCHEMA.fields, "company": fields(FieldSchema("numberofemployees", "Employees", "date"))},
            ),
            'employees = "numberofemployees"',
            '"numberofemployees" is of type date in hubspot, and employees is integer.',
            "Give employees another type, or map another field.",
        ),
        (
            replace(SCHEMA, owners=(Owner("1", "sales.lead@acme.example", "Sara"),)),
            'fallback = "sales-lead@acme.example"',
            'hubspot has no owner "sales-lead@acme.example".',
            'Did you mean "sales.lead@acme.example"?',
        ),
        (
            replace(SCHEMA, owners=(Owner("1", "sales-lead@acme.example", "Sara", active=False),)),
            'fallback = "sales-lead@acme.example"',
            '"sales-lead@acme.example" is not active in hubspot.',
            "Name somebody who is active.",
        ),
        (
            replace(SCHEMA, missing_scopes=("crm.objects.contacts.write",)),
            "[systems.hubspot]",
            "the credentials of hubspot lack crm.objects.contacts.write.",
            "Add these scopes where the token was made.",
        ),
    ],
    ids=["field", "option", "read-only", "engagement", "type", "owner", "inactive", "scopes"],
)
def test_what_the_portal_lacks_is_named_at_its_place(schema: Schema, where: str, message: str, hint: str) -> None:
    """One problem, at the line that names it."""
    (problem,) = found(schema)
    assert (line(problem), problem.message) == (where, message)
    assert problem.hint.startswith(hint)
    assert problem.file == FILE.name
    assert not problem.warning


def test_a_label_in_place_of_a_value_is_recognised() -> None:
    """People copy what they see on the screen."""
    labelled = tuple(replace(one, value=f"{number}") for number, one in enumerate(STAGES))
    config = replace(
        CONFIG,
        mappings={
            "hubspot": replace(
                CONFIG.mappings["hubspot"],
                objects=tuple(
                    replace(one, stage=replace(one.stage, values=dict.fromkeys(list(one.stage.values)[:1], ("Lead",))))
                    if one.stage is not None
                    else one
                    for one in CONFIG.mappings["hubspot"].objects
                ),
            )
        },
    )
    schema = without("lifecyclestage", replace(CONTACT["lifecyclestage"], options=labelled))
    (problem,) = check_online(config, {"hubspot": schema})
    assert problem.hint.startswith('"Lead" is a label; its value is "0".')


def test_a_field_of_our_own_that_is_not_there_yet_is_a_warning() -> None:
    """`connector setup` makes it; a pass leaves it out until then."""
    mapping = CONFIG.mappings["hubspot"]
    contact = mapping.of("contact")
    assert contact is not None
    config = replace(
        CONFIG, mappings={"hubspot": replace(mapping, objects=(replace(contact, write={"fit": "connector_fit"}),))}
    )
    (problem,) = check_online(config, {"hubspot": SCHEMA})
    assert problem.warning
    assert problem.message == 'hubspot has no contact field "connector_fit" yet.'


def test_an_absent_member_of_a_pool_is_a_warning() -> None:
    """They are passed over until they are back; the fallback must be there."""
    config = replace(CONFIG, owners=replace(CONFIG.owners, pools={"inbound": ("carl@acme.example",)}))
    (problem,) = check_online(config, {"hubspot": SCHEMA})
    assert problem.warning
    assert problem.message == '"carl@acme.example" is not active in hubspot.'
