"""Score lines for people: rounded so that what is read still adds up; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from connector.model import ScoreLine
from connector.task.clean import clean
from connector.words import Words

_TENTHS: Final = 10
_SHOWN: Final = 12
_NAME: Final = 60


def sums(lines: Sequence[ScoreLine], words: Words) -> tuple[str, ...]:
    """
    Return one sum per score, in the order of *lines*: "fit 45 = 20 Right size + 25 Decision maker".

    Points are shown in tenths, and always so that they add up to the total shown; a line may be off by a tenth for it.
    """
    by_score: dict[str, dict[str, float]] = {}
    for line in lines:
        rules = by_score.setdefault(line.score, {})
        rules[line.rule] = rules.get(line.rule, 0.0) + line.points
    return tuple(_sum(score, rules, words) for score, rules in by_score.items())


def _sum(score: str, rules: Mapping[str, float], words: Words) -> str:
    """Return one score as the sum of its rules; the smallest of very many are put together."""
    biggest = sorted(rules, key=lambda rule: -abs(rules[rule]))[:_SHOWN]
    shown = {clean(rule, _NAME): points for rule, points in rules.items() if rule in biggest}
    rest = math.fsum(points for rule, points in rules.items() if rule not in biggest)
    if len(rules) > len(biggest):
        shown[words.say("why.rest")] = shown.get(words.say("why.rest"), 0.0) + rest
    tenths = _tenths(list(shown.values()))
    text = ""
    for rule, points in zip(shown, tenths, strict=True):
        sign = (words.say("why.minus") if points < 0 else words.say("why.plus")) if text else "-" if points < 0 else ""
        text += sign + words.say("why.line", points=words.number(abs(points) / _TENTHS), rule=rule)
    total = words.number(sum(tenths) / _TENTHS)
    return words.say("why.score", score=clean(score, _NAME), total=total, lines=text)


def _tenths(points: Sequence[float]) -> list[int]:
    """Return *points* in whole tenths whose sum is the rounded sum: the largest remainders are rounded up."""
    floors = [math.floor(one * _TENTHS) for one in points]
    left = round(math.fsum(points) * _TENTHS) - sum(floors)
    by_remainder = sorted(range(len(points)), key=lambda at: floors[at] - points[at] * _TENTHS)
    for at in by_remainder[: max(left, 0)]:
        floors[at] += 1
    return floors
