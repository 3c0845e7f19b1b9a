"""From `[[task]]` and `[owners]` to playbooks and pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from connector import durations
from connector.agreement import Owners, Playbook, PriorityBand, Unless
from connector.config.agreement_models import TaskTable
from connector.config.draft import Draft, several
from connector.config.shapes import STAGES, found
from connector.criteria import parse
from connector.criteria.scope import Scope
from connector.criteria.syntax import Any as AnyOf
from connector.criteria.syntax import Condition
from connector.model import SALES_ACTIVITY, Stage
from connector.owners import QUEUE, ROUND_ROBIN, named, pool_of
from connector.problems import Path, did_you_mean
from connector.task import KNOWN, unknown_placeholders

OWNER_WORDS: Final = ("company owner", "record owner", "fallback")
UNLESS_KEYS: Final = ("open_deal", "open_task", "sales_activity")
_ANY: Final = "any"


def build_owners(draft: Draft) -> None:
    """Read `[owners]`; addresses and names of queues are compared in lower case."""
    table = draft.document.owners
    if table is None:
        return
    _address(draft, ("owners", "fallback"), table.fallback)
    pools: dict[str, tuple[str, ...]] = {}
    for name, members in (table.__pydantic_extra__ or {}).items():
        path: Path = ("owners", name)
        if not members:
            draft.wrong(path, f'the pool "{name}" is empty.', "Name at least one e-mail.")
        for index, member in enumerate(members):
            _address(draft, (*path, index), member)
            if named(member) in [named(one) for one in members[:index]]:
                draft.wrong((*path, index), f'"{member}" stands there twice.', "Leave one out.")
        pools[name] = tuple(named(member) for member in members)
    draft.owners = Owners(named(table.fallback), MappingProxyType(pools))


def _address(draft: Draft, path: Path, written: str) -> None:
    """Check that *written* can be an owner's e-mail, or names a queue."""
    if named(written).startswith(QUEUE):
        if named(written) == f"{QUEUE} ":
            draft.wrong(path, f'"{written}" names no queue.', 'Write the name that people see: "queue: Inbound leads".')
        return
    name, at, domain = written.rpartition("@")
    if not (name and at and domain) or " " in written:
        hint = 'Owners are named by the e-mail they have in the CRM, queues by their name: "queue: Inbound leads".'
        draft.wrong(path, f'"{written}" is no e-mail address.', hint)


def build_playbooks(draft: Draft) -> None:
    """Read every `[[task]]`."""
    scope = draft.scope()
    names: dict[str, int] = {}
    playbooks = []
    for index, table in enumerate(draft.document.task):
        path: Path = ("task", index)
        if table.name in names:
            message = f'there is another task "{table.name}", number {names[table.name] + 1}.'
            draft.wrong((*path, "name"), message, "The name is part of the task's key in the CRM: change one.")
        names.setdefault(table.name, index)
        playbooks.append(_playbook(draft, path, table, scope))
    draft.playbooks = tuple(playbooks)


def _playbook(draft: Draft, path: Path, table: TaskTable, scope: Scope) -> Playbook:
    """Read one `[[task]]`."""
    stage, on = _trigger(draft, (*path, "on"), table.on, scope)
    if table.by == "anyone" and stage is None:
        hint = 'Leave it out, or write on = { stage = "sql" }.'
        draft.wrong((*path, "by"), '"by" is about who moved a stage, and this task is on a criterion.', hint)
    for name in unknown_placeholders(table.subject, draft.fields):
        hint = did_you_mean(name, (*draft.fields, *KNOWN)) or f"There are {several(sorted({*draft.fields, *KNOWN}))}."
        draft.wrong((*path, "subject"), f'there is no placeholder "{{{name}}}".', hint)
    for position, band in enumerate(table.bands):
        if band.score not in {*draft.score_names(), parse.TOTAL}:
            hint = did_you_mean(band.score, (*draft.score_names(), parse.TOTAL))
            draft.wrong((*path, "bands", position, "score"), f'no rule gives "{band.score}" points.', hint)
    for position, step in enumerate(table.owner):
        _owner_step(draft, (*path, "owner", position), step)
    return Playbook(
        name=table.name,
        on_stage=stage,
        on=on,
        by=table.by,
        when=_criterion(draft, (*path, "when"), table.when, scope) if table.when is not None else None,
        unless=_unless(draft, (*path, "unless"), table.unless, scope),
        again_after=table.again_after,
        type=table.type,
        priority=table.priority,
        bands=tuple(PriorityBand(band.score, band.at_least, band.priority) for band in table.bands),
        subject=table.subject,
        due=table.due.span,
        due_business=table.due.business,
        owner=tuple(step.strip() for step in table.owner),
        set_owner=table.set_owner,
        language=table.language,
        say=table.say,
        reject=table.reject,
    )


def _criterion(draft: Draft, path: Path, raw: object, scope: Scope) -> Condition | None:
    """Read one criterion."""
    condition, problems = parse.condition(raw, path, scope)
    draft.take(problems)
    return condition


def _trigger(draft: Draft, path: Path, raw: Mapping[str, Any], scope: Scope) -> tuple[Stage | None, Condition | None]:
    """Read what a task is on: the entering of one stage, or a criterion."""
    if set(raw) != {"stage"}:
        return None, _criterion(draft, path, raw, scope)
    name = raw["stage"]
    if isinstance(name, str) and name in STAGES:
        return Stage(name), None
    near = did_you_mean(name, STAGES) if isinstance(name, str) else "A task is on one stage."
    draft.wrong((*path, "stage"), f"{found(name)} is no stage.", near or f"Stages are {several(STAGES)}.")
    return None, None


def _owner_step(draft: Draft, path: Path, step: str) -> None:
    """Check one step of an owner chain."""
    step = step.strip()
    owners = draft.document.owners
    pools = list(owners.__pydantic_extra__ or {}) if owners is not None else []
    if step.startswith(ROUND_ROBIN):
        pool = pool_of(step)
        if owners is not None and pool not in pools:
            hint = did_you_mean(pool, pools) or f'Add it to [owners]: {pool or "inbound"} = ["ann@acme.example"].'
            draft.wrong(path, f'no pool "{pool}" is in [owners].', hint)
    elif named(step).startswith(QUEUE):
        _address(draft, path, step)
    elif step not in OWNER_WORDS and ("@" not in step or " " in step):
        words = (*OWNER_WORDS, *(f"{ROUND_ROBIN} {pool}" for pool in pools))
        hint = did_you_mean(step, words) or f'Write one of {several(words)}, "round robin: POOL", or an e-mail.'
        draft.wrong(path, f'"{step}" names nobody.', hint)


@dataclass(slots=True)
class _UnlessParts:
    """What the parts of an `unless` add up to."""

    found: Unless
    conditions: list[Condition]


def _unless(draft: Draft, path: Path, raw: Mapping[str, Any] | None, scope: Scope) -> Unless:
    """Read an `unless`: one thing that speaks against the task, or any of several."""
    if raw is None:
        return Unless()
    parts: list[tuple[Path, Any]] = [(path, raw)]
    if set(raw) == {_ANY} and isinstance(raw[_ANY], list):
        parts = [((*path, _ANY, index), part) for index, part in enumerate(raw[_ANY])]
    read = _UnlessParts(Unless(), [])
    for here, part in parts:
        special = [key for key in UNLESS_KEYS if key in part] if isinstance(part, Mapping) else []
        if not special:
            condition = _criterion(draft, here, part, scope)
            if condition is not None:
                read.conditions.append(condition)
        else:
            _special(draft, here, part, special, read)
    if read.conditions:
        one = read.conditions[0] if len(read.conditions) == 1 else AnyOf(tuple(read.conditions))
        return replace(read.found, condition=one)
    return read.found


def _special(draft: Draft, path: Path, part: Mapping[str, Any], special: list[str], read: _UnlessParts) -> None:
    """Read a part that asks for deals, tasks or sales activity."""
    known = {special[0], "within"} if special[0] == SALES_ACTIVITY else {special[0]}
    for key in part:
        if key in special[1:]:
            hint = "Write one table for each: unless = { any = [ { … }, { … } ] }."
            draft.wrong(path, f'one table asks for "{special[0]}" and "{key}".', hint)
        elif key not in known:
            draft.wrong(
                (*path, key), f'unknown key "{key}".', did_you_mean(key, known) or f"Known: {several(sorted(known))}."
            )
    if special[0] == SALES_ACTIVITY:
        _sales_activity(draft, path, part, read)
        return
    key = special[0]
    if not isinstance(part[key], bool):
        draft.wrong((*path, key), f"true or false was expected, not {found(part[key])}.", f"Write {key} = true.")
        return
    if key == "open_deal":
        read.found = replace(read.found, open_deal=part[key])
    else:
        read.found = replace(read.found, open_task=part[key])


def _sales_activity(draft: Draft, path: Path, part: Mapping[str, Any], read: _UnlessParts) -> None:
    """Read what sales must have done, and how lately."""
    given = part[SALES_ACTIVITY]
    kinds = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, list) else ()
    if not kinds or not all(isinstance(one, str) and one for one in kinds):
        hint = 'Write sales_activity = "any", "call", "email" or "meeting".'
        draft.wrong((*path, SALES_ACTIVITY), f"{found(given)} is no kind of sales activity.", hint)
        kinds = (_ANY,)
    if "within" not in part:
        draft.wrong(path, '"within" is missing.', 'Say how lately: { sales_activity = "any", within = "7 days" }.')
        return
    span = durations.parse(part["within"])
    if isinstance(span, durations.Unreadable):
        draft.wrong((*path, "within"), span.message, span.hint)
        return
    if read.found.sales_activity is not None:
        draft.wrong(path, "sales activity is asked for twice.", "Put the kinds into one list.")
        return
    read.found = replace(read.found, sales_activity=span, kinds=() if _ANY in kinds else kinds)
