"""
Scores as ledger lines: what each rule gives, its cap, the score's cap, exact sums, and when they could cross a bound.

Points are counted in whole millionths, so that a score is exactly the sum of its lines whatever their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connector.agreement import Rule
from connector.criteria.millionths import MICRO, at_least, at_most, micro
from connector.criteria.syntax import ScoreIs
from connector.criteria.timed import Verdict, soonest
from connector.durations import spoken
from connector.model import Evidence, ScoreLine
from connector.score.forecast import crossing
from connector.score.weights import Weight, mover, weigher

__all__ = ("TOTAL", "Tally", "Weight", "judged", "lines", "mover", "names", "tally", "weigher")

TOTAL: Final = "total"


@dataclass(frozen=True, slots=True)
class Tally:
    """
    One score.

    Attributes:
        weights: Of the rules it is made of.
        raw: Millionths of a point before the score's cap.
        points: The same after it.
        cap: Millionths of a point it may have at most; None for no cap.
    """

    weights: tuple[Weight, ...]
    raw: int
    points: int
    cap: int | None


def names(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the scores of *rules* in the order in which they first occur."""
    return tuple(dict.fromkeys(rule.score for rule in rules))


def tally(weights: Sequence[Weight], caps: Mapping[str, float]) -> dict[str, Tally]:
    """Return each score by its name, and "total", their sum."""
    found: dict[str, Tally] = {}
    for name in names([weight.rule for weight in weights]):
        own = tuple(weight for weight in weights if weight.rule.score == name)
        raw, cap = sum(weight.micro for weight in own), micro(caps[name]) if name in caps else None
        found[name] = Tally(own, raw, raw if cap is None else min(raw, cap), cap)
    total = sum(one.points for one in found.values())
    found[TOTAL] = Tally(tuple(weights), total, total, None)
    return found


def judged(
    condition: ScoreIs, raw: int, cap: int | None, weights: Callable[[], Sequence[Weight]], now: datetime
) -> Verdict:
    """
    Return whether a score lies where *condition* asks, and until when it surely does.

    Args:
        condition: What is asked.
        raw: The score in millionths before its cap.
        cap: The most that it may be; None for no cap.
        weights: Returns its rules, at least those that time can move; asked only where they matter.
        now: The instant of the look.
    """
    bounds = []
    if condition.at_least is not None:
        bounds.append(_floor(raw, cap, weights, at_least(condition.at_least), now))
    if condition.at_most is not None:
        above, until = _floor(raw, cap, weights, at_most(condition.at_most) + 1, now)
        bounds.append((not above, until))
    return all(passed for passed, _ in bounds), soonest([until for _, until in bounds])


def _floor(
    raw: int, cap: int | None, weights: Callable[[], Sequence[Weight]], bound: int, now: datetime
) -> tuple[bool, datetime | None]:
    """Return whether a score is at least *bound* millionths, and until when that surely stays."""
    if cap is not None and cap < bound:
        return False, None
    if raw >= bound:
        return True, crossing(weights(), raw - bound + 1, falling=True, now=now)
    return False, crossing(weights(), bound - raw, falling=False, now=now)


def lines(scores: Mapping[str, Tally], evidence: Callable[[Weight], tuple[Evidence, ...]]) -> tuple[ScoreLine, ...]:
    """
    Return every line that is not zero, by score then by rule order; their sum is exactly the score.

    What a score's cap takes away is taken from its last lines that give points.
    """
    found: list[ScoreLine] = []
    for name, score in scores.items():
        if name == TOTAL:
            continue
        given = [weight.micro for weight in score.weights]
        excess = score.raw - score.points
        for place in reversed(range(len(given))):
            taken = min(excess, max(given[place], 0))
            given[place] -= taken
            excess -= taken
        found += [
            _line(weight, points, evidence) for weight, points in zip(score.weights, given, strict=True) if points
        ]
    return tuple(found)


def _line(weight: Weight, points: int, evidence: Callable[[Weight], tuple[Evidence, ...]]) -> ScoreLine:
    """Return the line of one rule."""
    rule = weight.rule
    return ScoreLine(rule.score, rule.name, points / MICRO, rule.say, evidence(weight), _note(weight, points))


def _note(weight: Weight, points: int) -> str:
    """Return why the points are what they are, where that is not plain."""
    rule, notes = weight.rule, list[str]()
    if weight.decayed and rule.half_life is not None:
        notes.append(f"halves every {spoken(rule.half_life)}".replace("every 1 ", "every "))
    if micro(weight.raw) != weight.micro:
        notes.append(f"capped at {rule.max_points:g}")
    if points != weight.micro:
        notes.append(f"the score {rule.score} is capped")
    return ", ".join(notes)
