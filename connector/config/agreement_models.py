"""The options of the agreement, its tasks and its tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

from connector.config.shapes import Criterion, StageName, UnlessTable, Words, found
from connector.options import REQUIRED, Due, DueSpan, Span, Table, option, wrong

PRIORITIES: Final = ("high", "medium", "low", "none")
TASK_TYPES: Final = ("call", "email", "todo")


class PointsTable(Table):
    """Points that are taken from a number."""

    field: str = option("", example='"grade_points"', says="Our field that holds the number.")
    attribute: str = option("", example='"minutes"', says="Attribute of the engagement that is summed.")
    times: float = option(1.0, example="0.5", says="What the number is multiplied by.", unit="points for each 1")


def _points(given: object) -> object:
    """Refuse what is neither a number nor a table, in one sentence."""
    if isinstance(given, bool) or not isinstance(given, int | float | dict):
        raise wrong(
            f"points are a number, not {found(given)}.",
            'Write 20, or { field = "grade", times = 2 } for a number of theirs.',
        )
    return {"times": given} if not isinstance(given, dict) else given


class RuleTable(Table):
    """One line of the scoring agreement."""

    score: str = option(REQUIRED, example='"engagement"', says="Score that the points count for.", shortest=1)
    name: str = option(REQUIRED, example='"Keeps coming back"', says="What people call the rule; unique.", shortest=1)
    when: Criterion = option(
        REQUIRED, kind="criterion", example='{ field = "employees", at_least = 50 }', says="What must hold."
    )
    points: Annotated[PointsTable, BeforeValidator(_points, json_schema_input_type=float | PointsTable)] = option(
        REQUIRED,
        kind="number or table",
        example="20",
        says="What it gives, negative to subtract; or a table that takes it from a number.",
        unit="points",
    )
    each: bool = option(default=False, example="true", says="Whether each happening gives the points, or all once.")
    max_points: float | None = option(
        None, example="30", says="Most that the rule gives by itself.", unit="points", shown="no cap"
    )
    within: Span | None = option(
        None,
        example='"30 days"',
        says="Only happenings so young count, wherever `when` sets no window.",
        shown="all time",
    )
    half_life: Span | None = option(
        None, example='"14 days"', says="The points of a happening halve after each such span.", shown="no decay"
    )
    say: str = option("", example='"Answer the question first."', says="Sentence for the rep when the rule held.")


class AgreementTable(Table):
    """When a lead is MQL, when SQL, when neither."""

    version: str = option(
        REQUIRED, example='"2026-11"', says="Name of this edition; give a new one with every change.", shortest=1
    )
    effective: date = option(
        REQUIRED, example="2026-11-01", says="Day from whose midnight on it holds; nothing is decided before."
    )
    marketing: str = option("", example='"Head of Marketing"', says="Who agreed, for marketing.")
    sales: str = option("", example='"Head of Sales"', says="Who agreed, for sales.")
    hold: Span = option(
        timedelta(days=30), example='"30 days"', says="How long nothing happens after a human set somebody back."
    )
    caps: dict[str, float] = option({}, example="{ engagement = 100 }", says="Most points of a score.", unit="points")
    once_per: dict[str, Span] = option(
        {}, example='{ form_submitted = "1 hour" }', says="Several of one type within this span count once."
    )
    rule: list[RuleTable] = option([], says="The scoring rules, one table for each.")
    mql: Criterion | None = option(
        None,
        kind="criterion",
        example='{ score = "engagement", at_least = 30 }',
        says="Who is marketing-qualified.",
        shown="nobody",
    )
    sql: Criterion | None = option(
        None,
        kind="criterion",
        example='{ engagement = "meeting_booked" }',
        says="Who is sales-qualified.",
        shown="nobody",
    )
    never: Criterion | None = option(
        None,
        kind="criterion",
        example='{ field = "email", domain_in = "free-mail" }',
        says="Knock-outs, whatever the points say.",
        shown="nobody",
    )
    require: Criterion | None = option(
        None,
        kind="criterion",
        example='{ field = "consent", equals = true }',
        says="Must be true before anything happens; unknown blocks.",
        shown="nothing",
    )


class BandTable(Table):
    """A priority by score."""

    score: str = option(REQUIRED, example='"total"', says="Score that is looked at.", shortest=1)
    at_least: float = option(REQUIRED, example="80", says="From so many points on.", unit="points")
    priority: Literal["high", "medium", "low", "none"] = option(REQUIRED, example='"high"', says="Priority it gives.")


class TaskTable(Table):
    """A playbook: which task a rep gets, when and in which words; the first that matches wins."""

    name: str = option(
        REQUIRED,
        example='"new-sql"',
        says="Part of the task's key in the CRM: a new name is a new task.",
        shortest=1,
        longest=60,
    )
    on: Criterion = option(
        REQUIRED,
        kind="criterion",
        example='{ stage = "sql" }',
        says="A stage that is entered, or a criterion that turns true.",
    )
    by: Literal["connector", "anyone"] = option(
        "connector", example='"anyone"', says="Whose move into the stage gives a task: only ours, or anyone's."
    )
    when: Criterion | None = option(
        None,
        kind="criterion",
        example='{ field = "country", equals = "DE" }',
        says="Must hold as well.",
        shown="always",
    )
    unless: UnlessTable | None = option(
        None,
        kind="criterion",
        example='{ any = [ { open_deal = true }, { sales_activity = "any", within = "7 days" } ] }',
        says="What speaks against the task; a task of ours that is still open always does, unless `open_task = false`.",
        shown="nothing else",
    )
    again_after: Span | None = option(
        None,
        example='"90 days"',
        says="A later occasion gives another task at the earliest after this.",
        shown="at once",
    )
    type: Literal["call", "email", "todo"] = option("call", example='"call"', says="Kind of task.")
    priority: Literal["high", "medium", "low", "none"] = option(
        "high", example='"high"', says="Priority, where no band says otherwise."
    )
    bands: list[BandTable] = option(
        [],
        example='[ { score = "total", at_least = 80, priority = "high" } ]',
        says="Priority by score; of those that match, the one with the most points wins.",
    )
    subject: str = option(
        "{first_name} {last_name} ({company}): {top_reason}",
        example='"Call {first_name} {last_name} ({company}): {top_reason}"',
        says="Subject; placeholders are the names of our fields and top_reason, and an empty one leaves no hole.",
        shortest=1,
        longest=250,
    )
    due: DueSpan = option(
        Due(timedelta(hours=4), business=True),
        example='"4 business hours"',
        says="When it is due, counted from the decision.",
    )
    owner: Words = option(
        ("record owner", "fallback"),
        example='["company owner", "record owner", "round robin: inbound", "fallback"]',
        says="Who gets it: the first of these who can take it. An e-mail names one person, "
        '"queue: NAME" a queue, "round robin: POOL" a pool.',
    )
    set_owner: bool = option(default=False, example="true", says="Whether they also become the owner of the record.")
    language: Literal["", "en", "de"] = option(
        "", example='"de"', says="Language of this task.", shown="the configured language"
    )
    say: str = option("", example='"Booked through the site."', says="Sentence that stands before what the rules say.")
    reject: str = option(
        "", example='"Set the stage to disqualified."', says="How to say no.", shown="the standard sentence"
    )


class SampleTable(Table):
    """An engagement in a test."""

    type: str = option(REQUIRED, example='"meeting_booked"', says="What happened.", shortest=1)
    days_ago: float | None = option(None, example="3", says="How long ago.", unit="days", at_least=0, at_most=36500)
    hours_ago: float | None = option(None, example="2", says="How long ago.", unit="hours", at_least=0, at_most=876_000)
    count: int = option(1, example="4", says="How many of it happened.", unit="happenings", at_least=1, at_most=100_000)
    attributes: dict[str, Any] = option({}, example='{ form = "Question" }', says="What is known of it.")


class TestTable(Table):
    """One expectation, checked by `connector test`."""

    __test__ = False
    name: str = option(REQUIRED, example='"A CTO who books is ours"', says="What it states.", shortest=1)
    person: dict[str, Any] = option(
        {},
        example='{ employees = 200, job_title = "CTO" }',
        says="What is known of the person; a date may be { days_ago = 10 } or { days_ahead = 10 }.",
    )
    engagements: list[SampleTable] = option(
        [], example='[ { type = "meeting_booked", days_ago = 1 } ]', says="What they did."
    )
    stage: StageName | None = option(None, example='"lead"', says="Stage they are in before.", shown="none")
    stage_for: Span | None = option(None, example='"10 days"', says="How long they have been in it.", shown="just now")
    expect: Literal["sql", "mql", "none"] = option(REQUIRED, example='"sql"', says="What the agreement says of them.")
    scores: dict[str, float] = option({}, example="{ fit = 20 }", says="Points that must come out.", unit="points")
