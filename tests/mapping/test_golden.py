"""
HubSpot rows as they come, and all that is read from them, side by side in files.

Each file tells one story: successive versions of rows with all that is read from each, checked row by row;
when a rule changes, the difference shows which rows it touches.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypedDict

import pytest

from connector.mapping.compiled import Mapped, compile_mapping
from connector.mapping.happenings import NO_MARKS, Marks
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
from connector.mapping.vocabulary import HUBSPOT
from connector.model import SALES_ACTIVITY, CrmRef, Record, Stage

FOLDER: Final = Path(__file__).parent / "golden"
NOW: Final = datetime.fromisoformat("2026-11-23T12:00:00Z")
FIELDS: Final = {
    name: FieldSpec(name, FieldType(kind))
    for name, kind in {
        "email": "email",
        "first_name": "text",
        "phone": "text",
        "job_title": "text",
        "company": "text",
        "employees": "integer",
        "opted_out": "boolean",
        "last_reply_at": "instant",
    }.items()
}
CONTACT: Final = ObjectMapping(
    "hubspot",
    "contact",
    (
        Column("email", "email"),
        Column("first_name", "firstname"),
        Column("phone", "phone"),
        Column("job_title", "jobtitle", default=""),
        Column("opted_out", "hs_email_optout"),
        Column("last_reply_at", "hs_sales_email_last_replied"),
    ),
    StageColumn(
        "lifecyclestage",
        {
            Stage.LEAD: ("lead",),
            Stage.MQL: ("marketingqualifiedlead",),
            Stage.SQL: ("salesqualifiedlead",),
            Stage.CUSTOMER: ("customer", "evangelist"),
        },
    ),
    {"engagement": "connector_engagement"},
)
COMPANY: Final = ObjectMapping(
    "hubspot", "company", (Column("company", "name"), Column("employees", "numberofemployees"))
)
ENGAGEMENTS: Final = (
    EngagementMapping(
        "hubspot", 0, "page_viewed", counter="hs_analytics_num_page_views", at="hs_analytics_last_timestamp"
    ),
    EngagementMapping(
        "hubspot", 1, "email_clicked", counter="hs_email_click", at="hs_email_last_click_date", first_value="baseline"
    ),
    EngagementMapping(
        "hubspot",
        2,
        "form_submitted",
        stamp="recent_conversion_date",
        attributes={"form": "recent_conversion_event_name"},
    ),
    EngagementMapping(
        "hubspot", 3, "meeting_booked", object="meetings", by=By.PERSON, attributes={"title": "hs_meeting_title"}
    ),
    EngagementMapping("hubspot", 4, "email_replied", object="emails", by=By.PERSON),
    EngagementMapping("hubspot", 5, SALES_ACTIVITY, object="meetings", by=By.REP),
    EngagementMapping("hubspot", 6, SALES_ACTIVITY, object="emails", by=By.REP),
    EngagementMapping(
        "hubspot",
        7,
        SALES_ACTIVITY,
        object="calls",
        by=By.REP,
        attributes={"milliseconds": "hs_call_duration"},
        when=(When("hs_call_status", equals=("COMPLETED",)),),
    ),
    EngagementMapping("hubspot", 8, "newsletter_subscribed", list="Newsletter"),
)
READER: Final = compile_mapping(SystemMapping("hubspot", (CONTACT, COMPANY), ENGAGEMENTS), FIELDS, HUBSPOT)


class Step(TypedDict):
    """One version of one row in a golden file, and what is expected of it."""

    about: str
    row: Mapping[str, Any]
    expected: Mapping[str, Any]


def read(row: Mapping[str, Any]) -> Record:
    """Return the row of a golden file as an adapter gives it."""
    kind, key = row["ref"].split("/")
    return Record(
        CrmRef("hubspot", kind, key),
        datetime.fromisoformat(row["modified_at"]),
        {"id": key, **row["properties"]},
        tuple(CrmRef("hubspot", *one.split("/")) for one in row.get("parents", ())),
        tuple(CrmRef("hubspot", *one.split("/")) for one in row.get("merged", ())),
    )


def plain(mapped: Mapped, names: dict[str, str]) -> dict[str, Any]:
    """Return what was read as the golden files write it: only what is not empty, keys as the names of their order."""
    reading, happenings = mapped.reading, mapped.happenings
    told: dict[str, Any] = {
        "values": {
            name: str(value) if isinstance(value, datetime) else value for name, value in reading.values.items()
        },
        "stage": [reading.raw_stage, reading.stage] if reading.raw_stage else None,
        "owner": reading.owner_id,
        "company": reading.company.id if reading.company else None,
        "email": reading.email,
        "written": dict(reading.written),
        "engagements": [
            {
                "key": names.setdefault(one.key, f"key {len(names) + 1}"),
                "type": one.type,
                "at": one.at.isoformat().replace("+00:00", "Z"),
                "count": one.count,
                "attributes": dict(one.attributes),
            }
            for one in happenings.new
        ],
        "withdrawn": [names.setdefault(key, f"key {len(names) + 1}") for key in happenings.withdrawn],
    }
    if mapped.problems:
        return {"problems": list(mapped.problems)}
    return {name: value for name, value in told.items() if value}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    """Each version of each row is read as the file expects, with the marks that the version before left."""
    steps: list[Step] = json.loads(path.read_text(encoding="utf-8"))
    marks: dict[CrmRef, Marks] = {}
    names: dict[str, str] = {}
    for step in steps:
        record = read(step["row"])
        inherited = tuple(marks.pop(ref) for ref in record.merged if ref in marks)
        mapped = READER.take(record, marks.get(record.ref, NO_MARKS), NOW, inherited=inherited)
        marks[record.ref] = mapped.happenings.marks
        assert plain(mapped, names) == step["expected"], step["about"]


def test_there_are_stories() -> None:
    """The folder of golden files is where this test looks."""
    assert len(list(FOLDER.glob("*.json"))) >= 4
