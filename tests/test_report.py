"""Funnel and conversion are counted from the ledger, each person once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connector import report
from connector.model import Actor, Stage, Transition

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
START = datetime(2026, 10, 30, 9, tzinfo=UTC)


def step(  # noqa: PLR0913 - a step has these parts
    person: int,
    target: Stage | None,
    days: float,
    *,
    source: Stage | None = None,
    imputed: bool = False,
    version: str = "v1",
) -> Transition:
    """Return a step that *person* took so many days after the start."""
    return Transition(person, source, target, START + days * DAY, Actor.CONNECTOR, imputed, version, "h")


def test_a_cohort_is_who_became_mql_in_the_same_month() -> None:
    """Its SQLs are those of them who ever became SQL, whenever that was; the sum stands last."""
    known = report.paths([
        step(1, Stage.MQL, 0),
        step(2, Stage.MQL, 1),
        step(1, Stage.SQL, 4),
        step(3, Stage.MQL, 5),
    ])
    rows = report.conversion(known, report.month(BERLIN))
    assert [(row.cohort, row.mql, row.sql, row.rate, row.median_days) for row in rows] == [
        ("2026-10", 2, 1, 0.5, 4.0),
        ("2026-11", 1, 0, 0.0, None),
        ("all", 3, 1, 0.3333, 4.0),
    ]


def test_a_local_day_decides_the_month() -> None:
    """23:30 UTC on the last of October is November in Berlin."""
    late = Transition(1, None, Stage.MQL, datetime(2026, 10, 31, 23, 30, tzinfo=UTC), Actor.CONNECTOR)
    assert report.conversion(report.paths([late]), report.month(BERLIN))[0].cohort == "2026-11"


def test_a_skipped_mql_counts_as_passed() -> None:
    """A lead that went straight to SQL is in both figures, after no time."""
    known = report.paths([
        step(1, Stage.MQL, 0, imputed=True),
        step(1, Stage.SQL, 0, source=Stage.MQL),
    ])
    (row,) = report.conversion(known, report.week(BERLIN))
    assert (row.mql, row.sql, row.median_days) == (1, 1, 0.0)


def test_nobody_counts_twice() -> None:
    """Recycled and qualified again is one MQL and one SQL, dated by the first time."""
    known = report.paths([
        step(1, Stage.MQL, 0),
        step(1, Stage.SQL, 2),
        step(1, Stage.LEAD, 3),
        step(1, Stage.MQL, 40),
        step(1, Stage.SQL, 41),
    ])
    (row,) = report.conversion(known, report.version)
    assert (row.cohort, row.mql, row.sql, row.median_days) == ("v1", 1, 1, 2.0)


def test_who_is_found_beyond_a_stage_has_reached_it() -> None:
    """A customer found at first sight counts in every stage of the funnel up to customer."""
    found = Transition(1, None, Stage.CUSTOMER, START, Actor.FOUND)
    rows = {row.stage: row for row in report.funnel(report.paths([found]), 2)}
    assert [rows[stage].people for stage in (Stage.SUBSCRIBER, Stage.LEAD, Stage.MQL, Stage.SQL, Stage.CUSTOMER)] == [
        2,
        1,
        1,
        1,
        1,
    ]
    assert rows[Stage.CUSTOMER].now == 1
    assert rows[Stage.LEAD].of_previous == 0.5


def test_time_in_stage_is_the_median_of_those_who_went_on() -> None:
    """Who still stands there is not counted into the time."""
    known = report.paths([
        step(1, Stage.LEAD, 0),
        step(2, Stage.LEAD, 0),
        step(3, Stage.LEAD, 0),
        step(1, Stage.MQL, 2),
        step(2, Stage.MQL, 6),
    ])
    rows = {row.stage: row for row in report.funnel(known, 3)}
    assert rows[Stage.LEAD].median_days == 4.0
    assert rows[Stage.MQL].median_days is None


def test_nothing_yet_is_a_row_of_nothing() -> None:
    """Without any MQL there is one row that says so, and no division by zero."""
    (row,) = report.conversion(report.paths([]), report.month(BERLIN))
    assert (row.cohort, row.mql, row.sql, row.rate, row.median_days) == ("all", 0, 0, None, None)
