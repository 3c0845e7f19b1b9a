"""From `[agreement]` to the nouns of `connector.agreement`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import Any, cast

from connector.agreement import Agreement, Rule
from connector.config.canonical import canonical, digest
from connector.config.draft import Draft, several
from connector.criteria import parse
from connector.criteria.scope import Scope
from connector.criteria.syntax import All, Condition, Not, ScoreIs
from connector.criteria.syntax import Any as AnyOf
from connector.problems import Path, did_you_mean

_HERE: Path = ("agreement",)


def build_agreement(draft: Draft) -> None:
    """Read `[agreement]` with its rules and criteria."""
    table = draft.document.agreement
    if table is None:
        return
    scope = draft.scope()
    rules = _rules(draft, scope)
    effective = datetime.combine(table.effective, time(), draft.timezone).astimezone(UTC)
    if effective > draft.now:
        message = f"the agreement takes effect on {table.effective}, which is still to come."
        draft.doubtful((*_HERE, "effective"), message, "Nothing is decided before that day.")
    for key, known, what in (
        ("caps", draft.score_names(), "score"),
        ("once_per", frozenset(scope.engagements), "engagement"),
    ):
        for name in getattr(table, key):
            if name not in known:
                hint = did_you_mean(name, known) or f"Known: {several(sorted(known))}."
                draft.wrong((*_HERE, key, name), f'there is no {what} "{name}".', hint)
    found = Agreement(
        version=table.version,
        effective=effective,
        rules=rules,
        mql=_criterion(draft, scope, "mql", table.mql),
        sql=_criterion(draft, scope, "sql", table.sql),
        never=_criterion(draft, scope, "never", table.never),
        require=_criterion(draft, scope, "require", table.require),
        caps=MappingProxyType(dict(table.caps)),
        once_per=MappingProxyType(dict(table.once_per)),
        hold=table.hold,
        marketing=table.marketing,
        sales=table.sales,
    )
    if table.mql is None and table.sql is None:
        message = "the agreement says neither who is MQL nor who is SQL."
        draft.wrong(_HERE, message, "Add [agreement.mql], [agreement.sql] or both.")
    text = canonical(found)
    draft.agreement = replace(found, canonical=text, hash=digest(text))


def _rules(draft: Draft, scope: Scope) -> tuple[Rule, ...]:
    """Read the rules; two with one name would be one line in the score."""
    agreement = cast("Mapping[str, Any]", draft.sheet.raw["agreement"])
    names: dict[str, int] = {}
    rules = []
    for index, raw in enumerate(agreement.get("rule", ())):
        path: Path = (*_HERE, "rule", index)
        rule, problems = parse.rule(raw, path, scope)
        draft.take(problems)
        name = raw.get("name")
        if name in names:
            message = f'there is another rule "{name}", number {names[name] + 1}.'
            draft.wrong((*path, "name"), message, "Score lines are told apart by the rule's name: change one.")
        elif isinstance(name, str):
            names[name] = index
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def _criterion(draft: Draft, scope: Scope, key: str, raw: Mapping[str, Any] | None) -> Condition | None:
    """Read one criterion of the agreement."""
    if raw is None:
        return None
    found, problems = parse.condition(raw, (*_HERE, key), scope)
    draft.take(problems)
    return found


def unreachable(condition: Condition, caps: Mapping[str, float]) -> tuple[str, float] | None:
    """Return a score and its cap that make *condition* impossible; None when nothing does."""
    if isinstance(condition, ScoreIs):
        cap = caps.get(condition.score)
        low = condition.at_least
        return (condition.score, cap) if cap is not None and low is not None and low > cap else None
    if isinstance(condition, All):
        return next((found for part in condition.parts if (found := unreachable(part, caps))), None)
    if isinstance(condition, AnyOf):
        each = [unreachable(part, caps) for part in condition.parts]
        return each[0] if each and all(each) else None
    if isinstance(condition, Not):
        return None
    return None
