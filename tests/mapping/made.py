"""The fields, the mapping and the rows that the tests of mapping speak about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.mapping.spec import (
    By,
    Column,
    EngagementMapping,
    FieldSpec,
    FieldType,
    ObjectMapping,
    StageColumn,
    SystemMapping,
    When,
)
from connector.model import SALES_ACTIVITY, CrmRef, Record, Stage

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
FIELDS: Final = {
    spec.name: spec
    for spec in (
        FieldSpec("email", FieldType.EMAIL),
        FieldSpec("first_name", FieldType.TEXT),
        FieldSpec("job_title", FieldType.TEXT),
        FieldSpec("company", FieldType.TEXT),
        FieldSpec("employees", FieldType.INTEGER, unit="people"),
        FieldSpec("revenue", FieldType.DECIMAL),
        FieldSpec("opted_out", FieldType.BOOLEAN),
        FieldSpec("born_on", FieldType.DATE),
        FieldSpec("trial_ends_at", FieldType.INSTANT),
        FieldSpec("grade", FieldType.CHOICE, ("D", "C", "B-", "B", "A")),
        FieldSpec("interests", FieldType.LIST),
    )
}
CONTACT: Final = ObjectMapping(
    system="hubspot",
    object="contact",
    columns=(
        Column("email", "email"),
        Column("first_name", "firstname"),
        Column("job_title", "jobtitle", default="unknown"),
        Column("employees", "numberofemployees"),
        Column("revenue", "annualrevenue"),
        Column("opted_out", "hs_email_optout"),
        Column("born_on", "date_of_birth"),
        Column("trial_ends_at", "trial_end"),
        Column("grade", "fit_grade", values={"grade_a": "A", "grade_b": "B"}),
        Column("interests", "topics", when=(When("country", equals=("DE", "AT")),)),
    ),
    stage=StageColumn(
        "lifecyclestage",
        {
            Stage.LEAD: ("lead",),
            Stage.MQL: ("marketingqualifiedlead",),
            Stage.SQL: ("salesqualifiedlead", "153180554"),
            Stage.CUSTOMER: ("customer", "evangelist"),
        },
    ),
    write={"engagement": "connector_engagement", "reasons": "connector_reasons"},
)
COMPANY: Final = ObjectMapping(
    system="hubspot",
    object="company",
    columns=(Column("company", "name"), Column("employees", "numberofemployees"), Column("email", "contact_email")),
)


def engagement(kind: str, **more: object) -> EngagementMapping:
    """Return an engagement mapping of the system hubspot."""
    return EngagementMapping("hubspot", 0, kind, **more)  # type: ignore[arg-type]


VIEWS: Final = engagement("page_viewed", counter="views", at="last_view")
FORMS: Final = engagement("form_submitted", stamp="converted", attributes={"form": "form_name"})
BOOKED: Final = engagement("meeting_booked", object="meetings", by=By.PERSON, attributes={"title": "hs_meeting_title"})
SOLD: Final = (
    engagement(SALES_ACTIVITY, object="meetings", by=By.REP),
    engagement(SALES_ACTIVITY, object="calls", by=By.REP, attributes={"minutes": "minutes"}),
    engagement(SALES_ACTIVITY, object="emails", by=By.REP),
)
ANSWERED: Final = engagement("email_replied", object="emails", by=By.PERSON)
JOINED: Final = engagement("newsletter_subscribed", list="Newsletter")
SYSTEM: Final = SystemMapping("hubspot", (CONTACT, COMPANY), (VIEWS, FORMS, BOOKED, *SOLD, ANSWERED, JOINED))


def ref(key: str, kind: str = "contact", system: str = "hubspot") -> CrmRef:
    """Return the name of a row."""
    return CrmRef(system, kind, key)


def row(  # noqa: PLR0913 - a row has these parts
    raw: Mapping[str, object],
    kind: str = "contact",
    key: str = "123",
    modified_at: datetime = NOW - HOUR,
    merged: tuple[str, ...] = (),
    parents: tuple[CrmRef, ...] = (),
) -> Record:
    """Return a row as an adapter gives it."""
    return Record(
        ref(key, kind), modified_at, {"id": key, **raw}, parents=parents, merged=tuple(ref(one) for one in merged)
    )
