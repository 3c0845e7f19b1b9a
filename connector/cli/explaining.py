"""`connector explain`: one person, every point and every criterion, what is missing, and what happened so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector.assemble import assemble
from connector.cli.exits import Exit
from connector.cli.people import called
from connector.cli.say import data, err, out, settled, told
from connector.cli.tables import table
from connector.commands import CreateTask
from connector.engine import Engine
from connector.evaluate import left_alone, person_of
from connector.lifecycle import SET_BACK
from connector.model import NOTHING, Barrier, Check, Evidence, Explanation, Person, Transition
from connector.store import open_store
from connector.store.base import Dossier, Effect

LEFT_ALONE: Final = "none: their CRM record says that they may not be profiled or processed, or are to be forgotten"
_SHOWN: Final = 3
"""Pieces of evidence printed for a line; --json has all."""


@told
def explain(who: str, file: Path | None, *, as_json: bool) -> Exit:
    """Explain the person whom *who* names."""
    config = settled(file, online=False)
    store = open_store(config.store_url, read_only=True)
    engine = assemble(config, store=store)
    with store.reading() as look:
        ids = look.find(who)
        dossiers = look.dossiers(ids)
        history = {one: tuple(look.transitions(one)) for one in ids}
        effects = {one: look.effects(person_id=one) for one in ids}
    if not dossiers:
        err(f'nobody is known as "{who}". Give an e-mail address, a CRM id, or our own id.')
        err("Who is new in the CRM is known after the next connector sync.")
        return Exit.FAILED
    if len(dossiers) > 1:
        err(f'"{who}" names {len(dossiers)} people: ' + ", ".join(str(one.standing.person_id) for one in dossiers))
    for dossier in dossiers:
        person = person_of(engine, dossier)
        if left_alone(dossier.held):
            # Not even to explain it is somebody profiled who may not be.
            person = replace(person, fields=NOTHING)
        engagements = () if left_alone(dossier.held) else dossier.engagements
        explanation = engine.judge.explain(person, engagements, engine.clock())
        mine = dossier.standing.person_id
        if as_json:
            data(_as_json(engine, dossier, person, explanation, history[mine], effects[mine]))
        else:
            out(_as_text(engine, dossier, person, explanation, history[mine], effects[mine]))
    return Exit.DONE


def _as_json(  # noqa: PLR0913 - the parts of one answer
    engine: Engine,
    dossier: Dossier,
    person: Person,
    explanation: Explanation,
    history: Sequence[Transition],
    effects: Sequence[Effect],
) -> dict[str, object]:
    """Return the explanation as `--json` prints it."""
    agreement = engine.config.agreement
    return {
        "person": {
            "id": person.id,
            "fields": dict(person.fields),
            "records": [f"{ref.system}:{ref.object}:{ref.id}" for ref in person.refs],
        },
        "stage": person.stage,
        "stage_at": person.stage_at,
        "verdict": explanation.decision.stage,
        "blocked": explanation.decision.blocked,
        "evaluated": not left_alone(dossier.held),
        "scores": dict(explanation.decision.scores),
        "lines": [
            {
                "score": line.score,
                "rule": line.rule,
                "points": line.points,
                "note": line.note,
                "evidence": [_evidence(one) for one in line.evidence],
            }
            for line in explanation.lines
        ],
        "checks": {name: _check(check) for name, check in explanation.checks.items()},
        "missing": list(explanation.missing),
        "lacking": list(explanation.lacking),
        "top_reason": explanation.top_reason,
        "recheck_at": dossier.standing.due_at,
        "withheld": [
            {"reason": one.reason, "since": one.at, "hold_until": one.hold_until, "stages": sorted(one.stages)}
            for one in dossier.standing.barriers
        ],
        "history": [
            {
                "from": step.source,
                "to": step.target,
                "at": step.at,
                "by": step.actor,
                "imputed": step.imputed,
                "agreement": step.version,
                "reasons": list(step.reasons),
            }
            for step in history
        ],
        "writes": [
            {"what": _what(one), "state": one.state, "at": one.created_at, "reason": one.reason} for one in effects
        ],
        "agreement": {"version": agreement.version, "hash": agreement.hash},
    }


def _evidence(one: Evidence) -> dict[str, object]:
    """Return evidence with its type and date."""
    return {"type": one.what, "at": one.at, "count": one.count, "detail": one.detail}


def _check(check: Check) -> dict[str, object]:
    """Return a check with its parts."""
    return {
        "asked": check.asked,
        "found": check.found,
        "passed": check.passed,
        "until": check.until,
        "evidence": [_evidence(one) for one in check.evidence],
        "missing": list(check.missing),
        "parts": [_check(part) for part in check.parts],
    }


def _as_text(  # noqa: PLR0913 - the parts of one answer
    engine: Engine,
    dossier: Dossier,
    person: Person,
    explanation: Explanation,
    history: Sequence[Transition],
    effects: Sequence[Effect],
) -> str:
    """Return the explanation for a person to read."""
    zone = engine.config.timezone
    records = ", ".join(f"{ref.system} {ref.object} {ref.id}" for ref in person.refs)
    stage = person.stage.upper() if person.stage else "none"
    since = f" since {_day(person.stage_at, zone)}" if person.stage_at else ""
    verdict = explanation.decision.stage.upper() if explanation.decision.stage else "neither MQL nor SQL"
    blocked = ", but blocked" if explanation.decision.blocked else ""
    parts = [
        called(person),
        f"record    {records}; our id {person.id}",
        f"stage     {stage}{since}",
        f"verdict   {verdict}{blocked}, by agreement {engine.config.agreement.version}",
    ]
    if left_alone(dossier.held):
        return "\n".join([*parts[:3], f"verdict   {LEFT_ALONE}"])
    parts += [f"withheld  {_withheld(barrier, zone)}" for barrier in dossier.standing.barriers]
    parts += ["", "Score", _lines(explanation, zone), "", "Criteria"]
    for check_name, check in explanation.checks.items():
        parts += [f"{check_name}:", *_tree(check, zone, 1)]
    if explanation.missing:
        parts += ["", "Empty fields that were asked for: " + ", ".join(explanation.missing)]
    if explanation.lacking:
        parts += ["", "Lacking to the next stage", *[f"  - {one}" for one in explanation.lacking]]
    if history:
        parts += ["", "History", *[_step(step, zone) for step in history]]
    waiting = [one for one in effects if one.state not in {"done", "dropped"}]
    if waiting:
        parts += ["", "Writes under way", *[f"  {one.state}: {_what(one)} {one.reason}".rstrip() for one in waiting]]
    return "\n".join(parts)


def _withheld(barrier: Barrier, zone: ZoneInfo) -> str:
    """Return why what is there does not move the person."""
    if barrier.reason == SET_BACK:
        hold = f", not before {_day(barrier.hold_until, zone)}" if barrier.hold_until else ""
        return f"somebody moved them back; only what they do after {_day(barrier.at, zone)} counts by itself{hold}"
    return f"what they did up to {_day(barrier.at, zone)} was there before us and moves nobody ([first_sync])"


def _lines(explanation: Explanation, zone: ZoneInfo) -> str:
    """Return the score line by line, each score's sum below its lines."""
    rows = []
    for score, total in explanation.decision.scores.items():
        rows += [
            (
                _points(line.points),
                score,
                line.rule,
                "; ".join(_fact(one, zone) for one in line.evidence[:_SHOWN])
                + (f"; {len(line.evidence) - _SHOWN} more" if len(line.evidence) > _SHOWN else ""),
                line.note,
            )
            for line in explanation.lines
            if line.score == score
        ]
        rows.append((_points(total), score, "= total" if score == "total" else "= sum", "", ""))
    noted = any(row[-1] for row in rows)
    head = ("points", "score", "rule", "evidence", "note")
    return table(head if noted else head[:-1], rows if noted else [row[:-1] for row in rows], frozenset({0}))


def _points(points: float) -> str:
    """Return points without needless digits."""
    return f"{points:.6f}".rstrip("0").rstrip(".")


def _fact(one: Evidence, zone: ZoneInfo) -> str:
    """Return one piece of evidence in a few words."""
    count = f"{one.count} x " if one.count > 1 else ""
    detail = f" ({one.detail})" if one.detail else ""
    return f"{count}{one.what}{detail} {_day(one.at, zone)}".rstrip()


def _tree(check: Check, zone: ZoneInfo, depth: int) -> list[str]:
    """Return a check and its parts, indented."""
    verdict = {True: "yes", False: "no", None: "unknown"}[check.passed]
    found = f" ({check.found})" if check.found else ""
    lines = ["  " * depth + f"[{verdict}] {check.asked}{found}"]
    for part in check.parts:
        lines += _tree(part, zone, depth + 1)
    return lines


def _step(step: Transition, zone: ZoneInfo) -> str:
    """Return one step of the ledger, its reasons below it."""
    moved = f"{step.source or '(none)'} -> {step.target or '(cleared)'}"
    words = {"connector": f"by us, agreement {step.version}", "crm": "in the CRM", "found": "found at first sight"}
    note = ", skipped step" if step.imputed else ""
    reasons = "".join(f"\n  {' ' * 16}  {reason}" for reason in step.reasons)
    return f"  {_day(step.at, zone)}  {moved}  ({words[str(step.actor)]}{note}){reasons}"


def _what(effect: Effect) -> str:
    """Return the write in a few words."""
    command = effect.command
    return (
        command.subject
        if isinstance(command, CreateTask)
        else f"{effect.slot} of {command.ref.object} {command.ref.id}"
    )


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    """Return an instant as local day and minute."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""
