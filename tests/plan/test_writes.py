"""What is written into a record: only what differs, only forward, only where we can read what stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from connector.mapping.spec import ObjectMapping, StageColumn
from connector.model import CrmRef, Decision, Stage, Standing
from connector.plan.nouns import Remote
from connector.plan.writes import differ, points_to_write, stage_writes, whole_points

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
COLUMN = StageColumn(
    "lifecyclestage",
    MappingProxyType({Stage.LEAD: ("lead",), Stage.MQL: ("mql",), Stage.SQL: ("sql", "sql-old")}),
)
MAPPING = ObjectMapping("hubspot", "contact", (), COLUMN, MappingProxyType({"fit": "c_fit"}))
LEAD = Remote(CrmRef("hubspot", "contact", "1"), MAPPING, "lead", Stage.LEAD, MappingProxyType({}))
COMPANY = replace(LEAD, ref=CrmRef("hubspot", "company", "9"))
SQL = Standing(1, revision=3, judged=2, stage=Stage.SQL, stage_at=NOW)


def decision(**scores: float) -> Decision:
    """Return a verdict with these points."""
    return Decision(None, None, None, blocked=False, scores=scores, triggers={}, recheck_at=None)


def test_a_record_behind_is_moved_with_the_first_of_its_values() -> None:
    """Of several values that mean SQL the first of the file is written, on what was seen."""
    (command,) = stage_writes([LEAD], SQL)
    assert (command.value, command.seen, command.recycle) == ("sql", "lead", False)


def test_a_value_that_is_not_mapped_is_never_overwritten(tmp_path: Path) -> None:
    """A company in a stage of the portal's own is left there, though its people move."""
    del tmp_path
    assert stage_writes([replace(COMPANY, raw_stage="partner", stage=None)], SQL) == ()


def test_an_empty_stage_may_be_set() -> None:
    """Nothing stands there, so nothing is overwritten."""
    assert len(stage_writes([replace(LEAD, raw_stage=None, stage=None)], SQL)) == 1


def test_a_record_ahead_is_left_alone() -> None:
    """A record that is already there, or beyond, or where stages are not ours to write, gets nothing."""
    beyond = replace(LEAD, raw_stage="x", stage=Stage.CUSTOMER)
    there = replace(LEAD, raw_stage="sql-old", stage=Stage.SQL)
    assert stage_writes([beyond, there, replace(LEAD, stages=False)], SQL) == ()


def test_coming_back_from_disqualified_is_a_recycle() -> None:
    """The vendor would ignore it as backward, so it goes the vendor's own way."""
    (command,) = stage_writes([replace(LEAD, raw_stage="dq", stage=Stage.DISQUALIFIED)], SQL)
    assert command.recycle


def test_the_same_entry_has_the_same_key() -> None:
    """Saying it twice has the effect of once; a later entry is another."""
    (first,), (again,) = stage_writes([LEAD], SQL), stage_writes([LEAD], SQL)
    (later,) = stage_writes([LEAD], replace(SQL, stage_at=NOW.replace(hour=10)))
    assert first.key == again.key != later.key


def test_points_are_whole_and_rounded_down() -> None:
    """A written 30 is never a 29.6 that did not qualify; the noise of floating point is no point."""
    assert whole_points(decision(a=29.6, b=30.0, c=29.9999999999, d=-0.5)) == {"a": 29, "b": 30, "c": 30, "d": -1}


def test_zeros_that_were_never_written_stay_unwritten() -> None:
    """A base of people who did nothing costs no write."""
    assert not differ([LEAD], decision(fit=0.0))
    assert differ([replace(LEAD, written={"c_fit": "5"})], decision(fit=0.0))


def test_a_company_shows_the_best_of_its_people_so_far() -> None:
    """Less than what stands there changes nothing."""
    shown = replace(COMPANY, written={"c_fit": "20"})
    assert not differ([shown], decision(fit=10.0))
    assert differ([shown], decision(fit=30.0))


def test_points_that_changed_by_time_alone_wait_for_a_week_or_another_write() -> None:
    """A change of facts writes at once; decay alone does not, until a week has passed or something else is sent."""
    shown = [replace(LEAD, written={"c_fit": "20"})]
    quiet = replace(SQL, judged=3, scored_at=NOW)
    assert points_to_write(SQL, decision(fit=10.0), shown, NOW, sending=False)
    assert not points_to_write(quiet, decision(fit=10.0), shown, NOW, sending=False)
    assert points_to_write(quiet, decision(fit=10.0), shown, NOW, sending=True)
    assert points_to_write(quiet, decision(fit=10.0), shown, NOW.replace(day=9), sending=False)


def test_spreading_reaches_a_persons_own_records_that_say_nothing_against_it() -> None:
    """A company does not follow a person's old stage, and a rejected record stays rejected."""
    rejected = replace(LEAD, raw_stage="no", stage=Stage.DISQUALIFIED)
    assert stage_writes([COMPANY, rejected], SQL, spreading=True) == ()
    assert len(stage_writes([LEAD], SQL, spreading=True)) == 1
    assert len(stage_writes([COMPANY, rejected], SQL)) == 2
