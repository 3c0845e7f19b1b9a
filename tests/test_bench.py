"""The benchmarks can fail, each figure says what it means, and the page shows what is measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox.hubspot import Portal
from connector.sandbox.server import serve

from bench import calls, cpu, drain, memory, overlap, run, salesforce, starting
from bench.apart import Apart, Failed
from bench.rows import BOUNDS, Row
from tests.clock import START, VirtualClock

ASKED = {
    "calls_nothing_changed": ("lower", 1),
    "calls_200_of_20000": ("lower", 3),
    "calls_2000_of_20000": ("lower", 12),
    "calls_per_qualified": ("lower", 0.06),
    "evaluate_vs_handwritten": ("higher", 0.7),
    "cpu_us_per_change": ("lower", 500),
    "rss_mb_200000": ("lower", 130),
    "rss_slope_mb": ("lower", 15),
    "first_load_overlap": ("higher", 0.9),
    "drain_share": ("higher", 0.9),
    "refused_share": ("lower", 0.01),
    "version_seconds": ("lower", 0.3),
    "run_ready_seconds": ("lower", 2),
    "sf_calls_2000_of_200000": ("lower", 4),
    "sf_calls_400_writes": ("lower", 6),
    "sf_first_load_calls": ("lower", 220),
    "sf_rss_mb": ("lower", 150),
    "sf_rss_slope_mb": ("lower", 15),
    "ingest_vs_bare": ("higher", 0.6),
    "ingest_p99_vs_bare": ("lower", 3),
    "flood_lost": ("lower", 0),
}
"""What was promised, written down a second time."""


def printing(*rows: Mapping[str, object]) -> tuple[str, ...]:
    """Return the command of a subject that prints *rows*."""
    return (sys.executable, "-c", f"print({json.dumps(json.dumps(rows))})")


def row(name: str, value: float, *, holds: bool = True) -> dict[str, object]:
    """Return a row as a subject prints it."""
    return {"name": name, "value": value, "holds": holds}


def test_the_limits_are_those_that_were_promised() -> None:
    """Nobody moves a limit by editing the table alone."""
    assert {name: (str(bound.better), bound.limit) for name, bound in BOUNDS.items()} == ASKED


@pytest.mark.parametrize(("name", "good", "bad"), [("version_seconds", 0.3, 0.31), ("drain_share", 0.9, 0.89)])
def test_a_figure_beyond_its_limit_does_not_hold(name: str, good: float, bad: float) -> None:
    """The limit itself is let through, the least step beyond it is not."""
    assert Row(name, good).holds
    assert not Row(name, bad).holds


def test_a_figure_that_rests_on_something_else_does_not_hold() -> None:
    """A pass that read nobody is fast and worthless."""
    assert not Row("calls_200_of_20000", 0, sound=False).holds


def test_a_row_over_its_limit_makes_the_run_fail(capsys: pytest.CaptureFixture[str]) -> None:
    """The results say so, and so does the exit code."""
    rows = run.collected({"one": printing(row("version_seconds", 0.1), row("run_ready_seconds", 9.0))})
    assert [one["holds"] for one in rows] == [True, False]
    assert run.reported(rows, ()) == 1
    assert run.reported(rows[:1], ()) == 0
    assert "MISS run_ready_seconds" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"0"', "null", "true"])
def test_what_is_no_number_does_not_hold(value: str) -> None:
    """A division by nothing is no good figure."""
    text = f'[{{"name": "drain_share", "value": {value}, "holds": true}}]'
    (only,) = run.collected({"one": (sys.executable, "-c", f"print({text!r})")})
    assert only["holds"] is False
    assert only["value"] is None


def test_a_subject_is_believed_when_it_says_that_a_row_does_not_hold() -> None:
    """A good figure of something that was not meant stays a miss."""
    (only,) = run.collected({"one": printing(row("evaluate_vs_handwritten", 0.9, holds=False))})
    assert only["holds"] is False


def test_a_subject_that_fails_leaves_the_others_and_fails_the_run() -> None:
    """What was not measured is missed by name; an empty run is no success."""
    rows = run.collected({
        "bad": (sys.executable, "-c", "raise SystemExit(3)"),
        "good": printing(row("rss_slope_mb", 1)),
    })
    assert [one["name"] for one in rows] == ["rss_slope_mb"]
    assert run.reported(rows, ["rss_slope_mb"]) == 0
    assert run.reported(rows, ["rss_slope_mb", "rss_mb_200000"]) == 1
    assert run.reported([], ()) == 1


def test_rows_carry_all_that_a_script_reads() -> None:
    """Name, value, unit, limit, better and holds, nothing else."""
    (only,) = run.collected({"one": printing(row("version_seconds", 0.1))})
    assert only == {
        "name": "version_seconds",
        "value": 0.1,
        "unit": "s",
        "limit": 0.3,
        "better": "lower",
        "holds": True,
    }


def test_an_unknown_benchmark_is_named_together_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bench cups` is a slip of the finger."""
    assert run.main(["cups"]) == 2
    assert "cpu" in capsys.readouterr().err


def test_the_page_shows_every_row_with_its_limit_and_the_machine() -> None:
    """The figures of docs/performance.md are those of a whole run."""
    page = run.PAGE.read_text(encoding="utf-8")
    table = page.partition(run.BEGIN)[2].partition(run.END)[0]
    assert [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")] == list(ASKED)
    assert "cores" in table
    assert "Python" in table


def test_the_figures_of_the_page_are_replaced_and_the_rest_stays() -> None:
    """Renewing twice is renewing once; a page without a place for them is refused."""
    (only,) = run.collected({"one": printing(row("version_seconds", 0.1))})
    page = f"before\n{run.BEGIN}\nyesterday\n{run.END}\nafter\n"
    once = run.renewed(page, [only])
    assert once == run.renewed(once, [only])
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert "| `version_seconds` | 0.1 s | ≤ 0.3 s | yes |" in once
    assert "yesterday" not in once
    with pytest.raises(ValueError, match="lacks"):
        run.renewed("nothing here", [only])


def test_rows_that_are_measured_again_stand_among_the_others() -> None:
    """One subject renews its own rows; the page says of which, and when."""
    old = run.collected({"one": printing(row("version_seconds", 0.1), row("sf_rss_mb", 90))})
    new = run.collected({"one": printing(row("sf_rss_mb", 200), row("drain_share", 1))})
    rows = run.mixed(old, new)
    assert [(one["name"], one["value"]) for one in rows] == [
        ("drain_share", 1),
        ("version_seconds", 0.1),
        ("sf_rss_mb", 200),
    ]
    page = f"{run.BEGIN}\nMeasured on 2026-01-01: a machine.\n\n| Row |\n{run.END}\n"
    once = run.renewed(page, rows, ["sf_rss_mb", "drain_share"])
    assert "Measured on 2026-01-01: a machine.\n`sf_rss_mb`, `drain_share` measured on 20" in once
    assert "| `version_seconds` | 0.1 s |" in once


def test_requests_are_counted_by_pass(tmp_path: Path) -> None:
    """A first load takes a request a page, and would miss the limit of a pass that it is no pass of."""
    desk = calls.Desk(tmp_path, 1_500)
    assert calls.calls(desk.first) > 15
    assert not Row("calls_2000_of_20000", calls.calls(desk.first)).holds
    assert calls.looked(desk) == Row("calls_nothing_changed", 1)
    assert calls.changed(desk, "calls_200_of_20000", range(150)) == Row("calls_200_of_20000", 1)
    assert calls.qualified(desk, range(100)).sound


def test_people_who_had_qualified_before_are_no_figure(tmp_path: Path) -> None:
    """A pass in which nobody becomes SQL for the first time says nothing about what that costs."""
    desk = calls.Desk(tmp_path, 40)
    assert calls.qualified(desk, range(20)).sound
    assert not calls.qualified(desk, range(20)).sound


def test_processor_time_and_memory_are_those_of_the_connector(tmp_path: Path) -> None:
    """Both come from a process that holds no portal, after it did what was asked."""
    assert cpu.measured(cpu.Sizes(base=60, changed=40, rounds=1), tmp_path).sound
    rows = memory.measured(memory.Sizes(small=40, large=80, changed=20), tmp_path)
    assert [one.name for one in rows] == ["rss_mb_200000", "rss_slope_mb"]
    assert all(one.sound for one in rows)
    assert 20 < rows[0].value < 200


def test_a_first_load_is_measured_against_a_slow_portal(tmp_path: Path) -> None:
    """Pages take the portal's time, and nobody is quicker than one page a round trip."""
    row = overlap.measured(overlap.Sizes(base=500, round_trip=timedelta(milliseconds=50)), tmp_path)
    assert row.sound
    assert 0.2 < row.value <= 1


def test_a_backlog_is_measured_while_it_lasts(tmp_path: Path) -> None:
    """One that ends before the measuring does is no figure: nothing was left to send."""
    ends = drain.Sizes(backlog=5, round_trip=timedelta(milliseconds=10), span=timedelta(seconds=2))
    lasts = replace(ends, backlog=900, round_trip=timedelta(milliseconds=250))
    for folder, sizes in (("ends", ends), ("lasts", lasts)):
        (tmp_path / folder).mkdir()
        share, refused = drain.measured(sizes, tmp_path / folder)
        assert share.sound is refused.sound is (folder == "lasts")
        assert share.value > 0
        assert refused.value == 0


def test_the_command_line_is_timed_from_outside(tmp_path: Path) -> None:
    """Both rows come from real processes."""
    rows = starting.measured(starting.Sizes(versions=1, runs=1, base=5), tmp_path)
    assert [one.name for one in rows] == ["version_seconds", "run_ready_seconds"]
    assert all(one.sound and one.value > 0.01 for one in rows)


def test_salesforce_is_loaded_in_both_ways_by_processes_of_their_own(tmp_path: Path) -> None:
    """Pages order no job, a job is one, and each way takes what changes and writes what qualifies."""
    sizes = salesforce.Sizes(changed=20)
    found = salesforce.loaded(sizes, 80, tmp_path / "org")
    assert {way: one.jobs for way, one in found.items()} == {"pages": 0, "bulk": 1}
    assert all(one.loaded and one.taken and one.wrote for one in found.values())
    assert all(20 < one.peak < 200 and 1 < one.again <= 4 for one in found.values())
    assert all(each.sound for each in salesforce.rows(Row("sf_calls_400_writes", 6), found, found))


def test_a_pass_that_writes_is_counted_whole(tmp_path: Path) -> None:
    """It takes two requests for each 200, and one that cannot write anything is no figure."""
    few = salesforce.written(salesforce.Sizes(base=30, qualified=20), tmp_path / "few")
    assert few == Row("sf_calls_400_writes", 4)
    more = salesforce.written(salesforce.Sizes(base=500, qualified=500), tmp_path / "more")
    assert more.sound
    assert not more.holds
    assert not salesforce.written(salesforce.Sizes(base=10, qualified=0), tmp_path / "none").sound


GOOD = salesforce.Way(first=202, again=4, peak=140, jobs=0, loaded=True, taken=True, wrote=True)
"""What a way of loading comes to when all is well."""


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({"first": 221}, {"sf_first_load_calls"}),
        ({"again": 5}, {"sf_calls_2000_of_200000"}),
        ({"peak": 150.1}, {"sf_rss_mb"}),
        ({"peak": 160}, {"sf_rss_mb", "sf_rss_slope_mb"}),
        ({"jobs": 2}, {"sf_first_load_calls", "sf_rss_mb", "sf_rss_slope_mb"}),
        ({"loaded": False}, {"sf_first_load_calls", "sf_calls_2000_of_200000", "sf_rss_mb", "sf_rss_slope_mb"}),
        ({"taken": False}, {"sf_calls_2000_of_200000"}),
        ({"wrote": False}, {"sf_rss_mb", "sf_rss_slope_mb"}),
    ],
)
def test_either_way_of_loading_can_miss(changed: Mapping[str, Any], missed: set[str]) -> None:
    """The worse of both ways is the figure, and each row rests on what it was meant to do."""
    small = {"pages": GOOD, "bulk": replace(GOOD, jobs=1)}
    large = {"pages": GOOD, "bulk": replace(GOOD, **{"jobs": 1, **changed})}
    wrote = Row("sf_calls_400_writes", 6)
    assert all(one.holds for one in salesforce.rows(wrote, small, small))
    assert {one.name for one in salesforce.rows(wrote, small, large) if not one.holds} == missed


def test_an_object_apart_tells_what_went_wrong_there() -> None:
    """A failure over there is a failure here, with its traceback."""
    with Apart("tests.clock:VirtualClock") as clock, pytest.raises(Failed, match="has no attribute 'stop'"):
        clock.ask("stop")


def test_a_served_portal_dates_its_answers_by_its_own_clock() -> None:
    """A connector takes `Date` for the vendor's time, so the clock that was set ahead must be in it."""
    clock = VirtualClock()
    clock.advance(timedelta(days=3))
    with serve(Portal(clock=clock), clock=clock) as server:
        answer = requests.get(f"{server.url}/account-info/2026-03/details", timeout=5)
        assert answer.headers["Date"] == f"{START + timedelta(days=3):%a, %d %b %Y %H:%M:%S} GMT"
