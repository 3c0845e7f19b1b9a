"""Which of the vendor's fields are to be read."""

from __future__ import annotations

from connector.mapping.spec import Column, ObjectMapping, SystemMapping, When
from connector.mapping.vocabulary import HUBSPOT
from connector.mapping.wanted import wanted_fields

from tests.mapping.made import BOOKED, CONTACT, FORMS, JOINED, VIEWS, engagement


def test_everything_that_is_looked_at_is_wanted() -> None:
    """Columns, conditions, stage, owner, written fields, and all that engagement looks at, each once."""
    wanted = wanted_fields(SystemMapping("hubspot", (CONTACT,), (VIEWS, FORMS, BOOKED, JOINED)), HUBSPOT)
    assert wanted["contact"] == (
        "email", "firstname", "jobtitle", "numberofemployees", "annualrevenue", "hs_email_optout", "date_of_birth",
        "trial_end", "fit_grade", "topics", "country", "lifecyclestage", "hubspot_owner_id", "connector_engagement",
        "connector_reasons", "views", "last_view", "converted", "form_name",
    )  # fmt: skip
    assert set(wanted["meeting"]) == {
        "hs_createdate", "hs_timestamp", "hs_meeting_start_time", "hs_meeting_source",
        "hs_meeting_created_from_link_id", "hs_meeting_outcome", "hs_meeting_title",
    }  # fmt: skip
    assert wanted["membership"] == ()


def test_of_a_nested_path_the_first_step_is_wanted() -> None:
    """A vendor is asked for the top of a nested value."""
    columns = (Column("email", "data.attendee.email", when=(When(r"odd\.name.x"),)),)
    mapping = SystemMapping("website", (ObjectMapping("website", "contact", columns),), ())
    assert wanted_fields(mapping) == {"contact": ("data", "odd.name")}


def test_engagement_on_a_company_wants_company_fields() -> None:
    """A counter on companies is asked of companies."""
    on_company = engagement("visited", counter="visits", on="companies")
    assert wanted_fields(SystemMapping("hubspot", (), (on_company,)), HUBSPOT) == {"company": ("visits",)}
