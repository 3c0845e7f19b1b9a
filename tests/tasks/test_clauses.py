"""Every promise about tasks is kept, and every promise can be broken: mutants of our own source must be noticed."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.tasks.clauses import CLAUSES

MUTANTS = (
    ("hours", " or day in off", "", "holidays are worked through"),
    ("hours", "begin + left <= closes", "begin + left < closes", "the moment of closing is closed"),
    ("hours", "day.weekday() not in hours.days or ", "", "weekends are worked through"),
    ("hours", " or day in hours.closed", "", "extra days off are worked through"),
    ("hours", "datetime.combine(day, hours.start, zone)", "datetime.combine(day, hours.start, UTC)", "opens by UTC"),
    ("hours", "begin = max(start, opens)", "begin = start", "time passes before opening"),
    ("hours", "timedelta(days=days)\n", "timedelta(hours=25 * days)\n", "days have 25 hours"),
    ("owners", "if rep is not None and rep.active", "if rep is not None", "inactive owners get tasks"),
    (
        "owners",
        "now[name] += 1 / len(offer.free)",
        "now = {one: part + 1 / len(now) for one, part in now.items()}",
        "absence is repaid",
    ),
    ("owners", "< daily_limit", "<= daily_limit", "one more than the limit"),
    ("owners", "why, BRAKE), load", "why), load", "nobody is told to wait"),
    ("owners", "now[chosen] -= 1", "now[chosen] -= 0", "the first of the pool gets everything"),
    ("task.subject", "(*_MERGED, (preposition, _HOLE))", "_MERGED", "prepositions dangle"),
    ("task.subject", "max(match[1], match[2], key=_strength)", "match[1] + match[2]", "both separators stay"),
    ("task.subject", "return shortened(line, LONGEST)", "return line", "a headline of any length"),
    ("task.subject", "for pattern, instead in _CLOSED:", "for pattern, instead in ():", "ends dangle"),
    ("task.body", "lines = [html.escape(line) for line in block.lines]", "lines = list(block.lines)", "no escaping"),
    ("task.body", "html.escape(block.heading)", "block.heading", "headings are not escaped"),
    ("task.body", "> LONGEST:", "> LONGEST * 9:", "too long a body"),
    ("task.body", "range(len(kept) - 1, -1, -1)", "range(0)", "nothing optional is left out first"),
    ("task.story", "reverse=True", "reverse=False", "oldest first"),
    ("task.story", 'if name != "never":', "if name:", "a knock-out is evidence"),
    ("task.story", " and one.what != SALES_ACTIVITY", "", "what a rep did is evidence"),
    ("task.story", "if check.passed:", "if True:", "what did not hold is evidence"),
    ("task.story", "one.key or (one.what, one.at, one.detail): one", "object(): one", "everything twice"),
    ("task.story", ".astimezone(reader.zone).date()", ".date()", "days by UTC"),
    ("task.story", "[:SHOWN]", "[:99]", "lines without end"),
    ("task.points", "floors[at] += 1", "floors[at] += 0", "sums that do not add up"),
    ("task.create", "playbook, str(episode))", "playbook)", "one task for ever"),
    ("task.create", '.replace("|", "\\\\|")', "", "keys that collide"),
    ("task.create", "in _PRIORITIES if", "in reversed(_PRIORITIES) if", "the lowest band wins"),
    ("task.clean", 'return "" if unicodedata.category(one) == "Cf" else " "', "return one", "control characters"),
    ("task.clean", "    words, _, _ = cut", "    cut = text\n    words, _, _ = cut", "cut too late"),
    ("task.contact", "    if one.no_email:", "    if False:", "opted out, and written to"),
    ("task.contact", "    if one.no_call:", "    if False:", "asked not to be called, and called"),
)


@pytest.mark.parametrize(
    ("module", "clause"),
    [(module, clause) for module, clauses in CLAUSES.items() for clause in clauses],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_promise_is_kept(module: str, clause: Callable[[ModuleType], None]) -> None:
    """Each clause holds for the module as it is."""
    clause(importlib.import_module(module))


@pytest.mark.parametrize(("module", "old", "new", "story"), MUTANTS, ids=[mutant[3] for mutant in MUTANTS])
def test_a_broken_promise_is_noticed(module: str, old: str, new: str, story: str) -> None:
    """Each mutant is refused by at least one clause of its module."""
    name = f"connector.{module}"
    mutant = mutated(name, old, new)
    noticed = [clause.__name__ for clause in CLAUSES[name] if refuses(clause, mutant)]
    assert noticed, story


def refuses(clause: Callable[[ModuleType], None], mutant: ModuleType) -> bool:
    """Tell whether *clause* finds *mutant* broken."""
    try:
        clause(mutant)
    except AssertionError:
        return True
    return False


def mutated(name: str, old: str, new: str) -> ModuleType:
    """Return the module *name* with *old* replaced by *new* in its source, beside the real one."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{name} has {source.count(old)} x {old!r}"
    module = ModuleType(f"mutant.{name}")
    # Dataclasses look their module up by name while they are made.
    sys.modules[module.__name__] = module
    try:
        exec(compile(source.replace(old, new), spec.origin, "exec"), module.__dict__)  # noqa: S102 - our own source
    finally:
        del sys.modules[module.__name__]
    return module
