"""
The cases of deciding can fail: copies of the core, broken on purpose in one place, are each caught by a named case.

A copy is the text of the product's own modules under another package name; nothing of the product is touched.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

import connector

from tests.decide_cases import CASES

_ROOT: Final = Path(connector.__file__).parent
_COPIED: Final = ("compare", "moments", "history", "timed", "tendency", "codegen", "millionths", "phrases")
_NAME: Final = "broken_core"


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One deliberate breakage.

    Attributes:
        file: Below the package.
        text: What stands there, once.
        broken: What is put in its place.
        killer: The case that must fail.
    """

    file: str
    text: str
    broken: str
    killer: str


MUTANTS: Final = {
    "unknown counts as no under not": Mutant(
        "criteria/codegen.py",
        'return outcome, f"({outcome} is False)"',
        'return outcome, f"(not {outcome})"',
        "unknown_stays_unknown_under_not",
    ),
    "unknown counts as no under not, explained": Mutant(
        "criteria/timed.py", "None if passed is None else not passed", "not passed", "unknown_stays_unknown_under_not"
    ),
    "unknown is never unknown": Mutant(
        "criteria/codegen.py",
        "return isinstance(condition, FieldIs) and condition.test.op is not Op.IS_SET",
        "return False",
        "one_no_outweighs_unknown_in_all",
    ),
    "unknown outweighs no in all, explained": Mutant(
        "criteria/timed.py",
        "    if any(passed is False for passed, _ in verdicts):",
        "    if any(passed is False for passed, _ in verdicts) and all(passed is not None for passed, _ in verdicts):",
        "one_no_outweighs_unknown_in_all",
    ),
    "any asks for all": Mutant(
        "criteria/codegen.py",
        'return _joined("or", [truth(',
        'return _joined("and", [truth(',
        "one_yes_outweighs_unknown_in_any",
    ),
    "a threshold must be passed": Mutant(
        "criteria/codegen.py",
        'bounds.append(f"{points} >= {writer.constants.name(at_least(condition.at_least))}")',
        'bounds.append(f"{points} > {writer.constants.name(at_least(condition.at_least))}")',
        "a_threshold_is_met_by_exactly_its_points",
    ),
    "a threshold must be passed, explained": Mutant(
        "score/__init__.py", "if raw >= bound:", "if raw > bound:", "a_threshold_is_met_by_exactly_its_points"
    ),
    "at least means more than": Mutant(
        "criteria/codegen.py", 'Op.AT_LEAST: ">="', 'Op.AT_LEAST: ">"', "a_field_bound_includes_its_value"
    ),
    "at most means less than": Mutant(
        "criteria/codegen.py", 'Op.AT_MOST: "<="', 'Op.AT_MOST: "<"', "a_field_bound_includes_its_value"
    ),
    "the end of a window is out": Mutant(
        "criteria/codegen.py",
        'asked.append(f"at >= {start}")',
        'asked.append(f"at > {start}")',
        "the_end_of_a_window_belongs_to_it",
    ),
    "the end of a window is out, explained": Mutant(
        "criteria/history.py", "if one.at >= start", "if one.at > start", "the_end_of_a_window_belongs_to_it"
    ),
    "the next look is a second late": Mutant(
        "criteria/history.py",
        "return later(one.at, within + TICK)",
        "return later(one.at, within + TICK * 1_000_000)",
        "the_next_look_is_when_the_window_ends",
    ),
    "the next look is forgotten": Mutant(
        "criteria/tendency.py",
        "found = Tendency.FALLS if condition.at_least > 0 else Tendency.STAYS",
        "found = Tendency.STAYS",
        "the_next_look_is_when_the_window_ends",
    ),
    "the next look waits for the last happening": Mutant(
        "criteria/history.py",
        "return _last_beyond(did, newest_first, math.ceil(did.at_least) - 1, zone)",
        "return expiry(newest_first[0], did.within)",
        "the_next_look_waits_for_the_deciding_happening",
    ),
    "silence begins with the oldest": Mutant(
        "criteria/history.py",
        "return expiry(newest_first[0], did.within)",
        "return expiry(newest_first[-1], did.within)",
        "silence_is_looked_for_when_it_begins",
    ),
    "everything decays as if it happened now": Mutant(
        "decide/sums.py",
        "(y := (now - at).total_seconds()) > 0",
        "(y := (now - now).total_seconds()) > 0",
        "points_halve_with_the_age_of_the_happening",
    ),
    "everything decays as if it happened now, explained": Mutant(
        "score/weights.py",
        "return float(0.5 ** ((now - at).total_seconds() / half_life))",
        "return 1.0",
        "points_halve_with_the_age_of_the_happening",
    ),
    "once fades by the oldest": Mutant(
        "decide/sums.py",
        'newer = f"({variable} is None or at > {variable})"',
        'newer = f"({variable} is None or at < {variable})"',
        "points_given_once_fade_by_the_newest",
    ),
    "fading is looked at twice too late": Mutant(
        "score/forecast.py",
        "_EARLY: Final = 1 - 1e-9",
        "_EARLY: Final = 2.0",
        "the_next_look_is_before_faded_points_cross",
    ),
    "fading is not looked at": Mutant(
        "score/forecast.py",
        "    if total <= need:\n",
        "    if total >= 0:\n",
        "the_next_look_is_before_faded_points_cross",
    ),
    "the cap comes after the rounding": Mutant(
        "decide/sums.py",
        """before.append(f"if p {'>' if self.rule.max_points >= 0 else '<'} {cap}: p = {cap}")""",
        'late = f"(lambda q: q if q < {cap} * {MICRO} else {cap} * {MICRO})(round(p * {MICRO}))"\n'
        "            return self._add(self._held(), late, *before)",
        "the_cap_comes_before_the_rounding",
    ),
    "the rule's cap is forgotten": Mutant(
        "decide/sums.py",
        "if self.rule.max_points is not None:",
        "if self.rule.max_points is not None and False:",
        "a_rule_gives_no_more_than_its_cap",
    ),
    "a cap below zero holds from above": Mutant(
        "decide/sums.py",
        "{'>' if self.rule.max_points >= 0 else '<'}",
        "{'>'}",
        "a_rule_gives_no_more_than_its_cap",
    ),
    "the score's cap is forgotten": Mutant(
        "decide/compiled.py",
        'f"if {variable} > {cap}: {variable} = {cap}"',
        'f"if {variable} > {cap}: {variable} = {variable}"',
        "a_score_gives_no_more_than_its_cap",
    ),
    "a counter counts once": Mutant(
        "criteria/codegen.py",
        'return f"{variable} += e.count"',
        'return f"{variable} += 1"',
        "each_happening_counts_as_often_as_it_says",
    ),
    "days are days in UTC": Mutant(
        "criteria/moments.py",
        "        return at.astimezone(zone).date()\n",
        "        return at.date()\n",
        "days_are_those_of_the_configured_zone",
    ),
    "an empty value is a different one": Mutant(
        "criteria/codegen.py",
        'writer.after.append(f"{variable}.discard(None)")',
        'writer.after.append("pass")',
        "different_values_are_counted_once_each",
    ),
    "the end of a span is a second happening": Mutant(
        "criteria/history.py",
        "one.at - kept[place].at <= span",
        "one.at - kept[place].at < span",
        "two_sources_of_one_happening_count_once",
    ),
    "the baseline counts": Mutant(
        "criteria/history.py",
        "if one.at > since]",
        "if one.at >= since]",
        "only_what_is_later_than_the_baseline_counts",
    ),
    "the baseline goes before the merge": Mutant(
        "criteria/history.py",
        "    if once_per and any(",
        "    if since is not None:\n"
        "        engagements = [one for one in engagements if one.at > since]\n"
        "    if once_per and any(",
        "a_second_report_of_something_old_is_not_new",
    ),
    "sales scores": Mutant("score/weights.py", "if one != SALES_ACTIVITY", "if one", "what_sales_did_gives_no_points"),
    "an unknown knock-out blocks": Mutant(
        "decide/compiled.py",
        'blocked = "v0 is True" if',
        'blocked = "v0 is not False" if',
        "a_knock_out_blocks_only_when_it_is_true",
    ),
    "unknown consent is consent": Mutant(
        "decide/compiled.py", "v1 is not True", "v1 is False", "consent_that_cannot_be_seen_blocks"
    ),
    "mql goes before sql": Mutant(
        "decide/compiled.py",
        "if v3 else {constant(Stage.MQL)} if v2",
        "if v2 and v3 else {constant(Stage.MQL)} if v2",
        "sql_goes_before_mql",
    ),
    "the future has more than all its points": Mutant(
        "decide/sums.py",
        "if (y := (now - at).total_seconds()) > 0",
        "if (y := (now - at).total_seconds()) != 0.5",
        "a_clock_that_runs_ahead_loses_nothing",
    ),
    "an expiring loss is not looked at": Mutant(
        "score/forecast.py",
        "    sign = 1 if falling else -1\n",
        "    sign = 1\n",
        "points_taken_away_come_back_in_time",
    ),
    "shrinking points are not looked at": Mutant(
        "score/weights.py",
        "shrinks_at = _first_expiry(did, facts, matched) if rule.each else None",
        "shrinks_at = None",
        "shrinking_points_are_looked_at",
    ),
    "a look within the minute": Mutant(
        "decide/recheck.py", "max(until, now + SOONEST)", "until", "nobody_is_looked_at_within_a_minute"
    ),
    "dates turn at midnight in UTC": Mutant(
        "criteria/moments.py",
        "time(), zone).astimezone(UTC)",
        "time(), UTC)",
        "dates_turn_at_local_midnight",
    ),
    "today is not in the next days": Mutant(
        "criteria/moments.py", "if ahead >= 0 else", "if ahead > 0 else", "dates_turn_at_local_midnight"
    ),
    "older than includes its end": Mutant(
        "criteria/moments.py",
        "return (True, None) if now - at > span",
        "return (True, None) if now - at >= span",
        "older_than_is_strict",
    ),
    "time in stage is too long": Mutant(
        "criteria/codegen.py",
        '(condition.for_at_least, ">=")',
        '(condition.for_at_least, ">")',
        "time_in_a_stage_counts_from_its_beginning",
    ),
    "time in stage is not looked at": Mutant(
        "criteria/timed.py",
        "return False, later(since, least)",
        "return False, None",
        "time_in_a_stage_counts_from_its_beginning",
    ),
    "an empty number is not named": Mutant(
        "decide/checks.py",
        "found += [points.field] if value is None else []",
        "found += []",
        "points_come_from_a_number",
    ),
    "texts are no numbers": Mutant(
        "criteria/compare.py",
        "value = float(value)",
        "return None",
        "points_come_from_a_summed_attribute",
    ),
    "a sum counts": Mutant(
        "criteria/codegen.py",
        'return f"{variable} += {amount(writer, kind, did.total_of)}"',
        'return f"{variable} += e.count"',
        "a_sum_is_compared_as_a_sum",
    ),
    "the total forgets a score": Mutant(
        "decide/compiled.py",
        '" + ".join(scores.values())',
        '" + ".join(list(scores.values())[:1])',
        "the_total_is_the_sum_of_all_scores",
    ),
    "points are summed in floating point": Mutant(
        "criteria/millionths.py",
        "return round(max(-MOST, min(MOST, points)) * MICRO)",
        "return max(-MOST, min(MOST, points)) * MICRO * 1.0000000000000002",
        "decimal_points_add_up_exactly",
    ),
    "what does not fit its type is taken": Mutant(
        "criteria/compare.py",
        "return value if fits else None",
        "return value if fits else 0",
        "a_value_left_by_another_type_is_empty",
    ),
}


def _written(folder: Path, mutant: Mutant | None) -> None:
    """Write the core under its other name, broken in the one place."""
    files = [f"criteria/{name}.py" for name in _COPIED]
    files += [f"{package}/{file.name}" for package in ("score", "decide") for file in (_ROOT / package).glob("*.py")]
    for name in files:
        text = (_ROOT / name).read_text(encoding="utf-8")
        if mutant is not None and name == mutant.file:
            assert text.count(mutant.text) >= 1, f"{name} no longer has: {mutant.text}"
            text = text.replace(mutant.text, mutant.broken)
        for module in (*(f"criteria.{one}" for one in _COPIED), "score", "decide"):
            text = text.replace(f"from connector.{module}", f"from {_NAME}.{module}")
        for one in _COPIED:
            text = text.replace(f"from connector.criteria import {one}\n", f"from {_NAME}.criteria import {one}\n")
        text = text.replace(
            "from connector.criteria import history, phrases\n", f"from {_NAME}.criteria import history, phrases\n"
        )
        assert "from connector.criteria import" not in text, f"{name} imports the unbroken core"
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for package in (folder, folder / "criteria"):
        (package / "__init__.py").write_text("", encoding="utf-8")


@contextmanager
def _built(folder: Path, mutant: Mutant | None) -> Iterator[ModuleType]:
    """Give the copy of `connector.decide` that is broken as *mutant* says, and forget it again."""
    _written(folder, mutant)
    spec = spec_from_file_location(_NAME, folder / "__init__.py", submodule_search_locations=[str(folder)])
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules[_NAME] = package
    try:
        spec.loader.exec_module(package)
        yield importlib.import_module(f"{_NAME}.decide")
    finally:
        for name in [one for one in sys.modules if one == _NAME or one.startswith(f"{_NAME}.")]:
            del sys.modules[name]


def test_an_unbroken_copy_passes_every_case(tmp_path: Path) -> None:
    """What kills the mutants is their breakage, not the copying."""
    with _built(tmp_path, None) as core:
        for case in CASES.values():
            case(core)


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_a_broken_core_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    """Each breakage makes the case fail that states the opposite."""
    with _built(tmp_path, mutant) as core, pytest.raises(AssertionError):
        CASES[mutant.killer](core)
