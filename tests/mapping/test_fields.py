"""Reading the columns of one record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from connector.mapping.fields import reader
from connector.mapping.paths import BadPath
from connector.mapping.spec import Column, FieldSpec, FieldType, ObjectMapping, When
from connector.mapping.vocabulary import HUBSPOT

from tests.mapping.made import COMPANY, CONTACT, FIELDS, ref, row

READ = reader(CONTACT, FIELDS, HUBSPOT)


def test_every_column_is_converted() -> None:
    """Each column becomes a value of its field's type; empty ones are left out."""
    reading = READ(
        row({
            "email": "Ann@Acme.example",
            "firstname": "Ann",
            "numberofemployees": "200",
            "annualrevenue": "1.5e6",
            "hs_email_optout": "false",
            "date_of_birth": "1980-04-03",
            "trial_end": "2026-12-01T00:00:00Z",
            "fit_grade": "grade_a",
            "topics": "api;price",
            "country": "DE",
            "hubspot_owner_id": "88842095",
        })
    )
    assert dict(reading.values) == {
        "born_on": date(1980, 4, 3),
        "email": "ann@acme.example",
        "employees": 200,
        "first_name": "Ann",
        "grade": "A",
        "interests": ("api", "price"),
        "job_title": "unknown",
        "opted_out": False,
        "revenue": 1_500_000.0,
        "trial_ends_at": datetime(2026, 12, 1, tzinfo=UTC),
    }
    assert list(reading.values) == sorted(reading.values)
    assert (reading.owner_id, reading.email, reading.problems) == ("88842095", "ann@acme.example", ())


def test_a_default_stands_in_for_an_empty_value() -> None:
    """A default is taken for null, "" and absence, and not for a value."""
    for raw in ({}, {"jobtitle": None}, {"jobtitle": " "}):
        assert READ(row(raw)).values["job_title"] == "unknown"
    assert READ(row({"jobtitle": "CTO"})).values["job_title"] == "CTO"


def test_a_column_is_read_only_when_its_condition_holds() -> None:
    """Where `when` does not hold the column is neither read nor judged."""
    assert "interests" not in READ(row({"topics": "api", "country": "FR"})).values
    assert READ(row({"topics": {"odd": 1}, "country": "FR"})).problems == ()
    assert READ(row({"topics": {"odd": 1}, "country": "AT"})).problems == (
        'hubspot contact 123: field "interests" from "topics": a nested object is not a list',
    )


def test_the_first_full_column_of_a_field_counts() -> None:
    """Two columns for one field are alternatives, in the order of the file."""
    mapping = replace(CONTACT, columns=(Column("first_name", "mobile"), Column("first_name", "phone")))
    read = reader(mapping, FIELDS)
    assert read(row({"mobile": "1", "phone": "2"})).values["first_name"] == "1"
    assert read(row({"mobile": "", "phone": "2"})).values["first_name"] == "2"


def test_every_problem_is_named() -> None:
    """All unreadable columns are reported together, with stage and owner."""
    reading = READ(row({"annualrevenue": "1,5", "lifecyclestage": {}, "hubspot_owner_id": [], "fit_grade": "grade_x"}))
    assert reading.problems == (
        (
            'hubspot contact 123: field "grade" from "fit_grade": "grade_x" is none of the mapped values '
            '("grade_a", "grade_b"). Did you mean "grade_b"?'
        ),
        'hubspot contact 123: field "revenue" from "annualrevenue": "1,5" is not a number',
        'hubspot contact 123: stage from "lifecyclestage": a nested object is not a text',
        'hubspot contact 123: owner from "hubspot_owner_id": a list is not a text',
    )


def test_the_company_is_the_parent() -> None:
    """A person's company is the parent row that is a company; a company has none."""
    parents = (ref("5", "deal"), ref("9", "company"))
    assert READ(row({}, parents=parents)).company == ref("9", "company")
    assert READ(row({})).company is None
    assert reader(COMPANY, FIELDS)(row({}, "company", parents=parents)).company is None


@pytest.mark.parametrize(
    ("raw", "identifies"),
    [
        ("Ann@Acme.example", "ann@acme.example"),
        ("a@b@c.example", "a@b@c.example"),
        ("n/a", ""),
        ("@acme.example", ""),
        ("ann@", ""),
        ("ann@localhost", ""),
        ("ann @acme.example", ""),
        (None, ""),
    ],
)
def test_only_an_address_identifies(raw: str | None, identifies: str) -> None:
    """What the CRM took for an address is kept, but only a real one brings rows together."""
    reading = READ(row({"email": raw}))
    assert reading.email == identifies
    assert reading.values.get("email") == (raw.lower() if raw else None)


def test_a_companys_address_identifies_nobody() -> None:
    """The contact address of a company is a value, not an identity."""
    reading = reader(COMPANY, FIELDS)(row({"contact_email": "info@acme.example"}, "company"))
    assert (reading.email, reading.values["email"]) == ("", "info@acme.example")


def test_the_field_called_email_identifies_before_others() -> None:
    """With several addresses the one called email counts, else the first of the file."""
    fields = {name: FieldSpec(name, FieldType.EMAIL) for name in ("private", "email", "work")}
    columns = (Column("work", "w"), Column("private", "p"), Column("email", "e"))
    raw = row({"w": "w@a.example", "p": "p@a.example", "e": "e@a.example"})
    assert reader(ObjectMapping("s", "contact", columns), fields)(raw).email == "e@a.example"
    assert reader(ObjectMapping("s", "contact", columns[:2]), fields)(raw).email == "w@a.example"


def test_nested_payloads_are_read_by_path() -> None:
    """A webhook's payload is read by dotted paths and conditions on them."""
    columns = (Column("email", "data.attendee.email", when=(When("event", equals=("booking.created",)),)),)
    read = reader(ObjectMapping("website", "contact", columns), FIELDS)
    body = {"event": "booking.created", "data": {"attendee": {"email": "Ann@Acme.example"}}}
    assert read(row(body)).email == "ann@acme.example"
    assert read(row({**body, "event": "booking.moved"})).email == ""


def test_what_stands_in_our_fields_is_told() -> None:
    """Fields that results go to are shown as text, "" for empty, and not at all when they were not read."""
    assert READ(row({"connector_engagement": 30, "connector_reasons": None})).written == {
        "connector_engagement": "30",
        "connector_reasons": "",
    }
    assert READ(row({})).written == {}


def test_a_mapping_that_cannot_be_read_is_refused_at_once() -> None:
    """A bad path or an undeclared field stops the compilation, not the first record."""
    with pytest.raises(BadPath):
        reader(replace(CONTACT, columns=(Column("email", "a..b"),)), FIELDS)
    with pytest.raises(KeyError):
        reader(replace(CONTACT, columns=(Column("unheard_of", "x"),)), FIELDS)
