"""What is written into the records of one person: stages and results, only where they differ; pure."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from connector.commands import SetFields, SetStage
from connector.lifecycle import OURS, SET_BACK, may_move
from connector.mapping.write import fields_to_write
from connector.model import COMPANIES, Check, CrmRef, Decision, Explanation, Stage, Standing, Value
from connector.plan.nouns import Remote, Rules

SCORES_AT_LEAST_EVERY: Final = timedelta(days=7)


def whole_points(decision: Decision) -> dict[str, int]:
    """Return each score as whole points, rounded down so that a written 30 is never a 29.6 that did not qualify."""
    return {name: math.floor(points + 1e-9) for name, points in decision.scores.items()}


def reasons(explanation: Explanation, stage: Stage | str | None) -> tuple[str, ...]:
    """Return plain sentences: the newest behaviour first, then each criterion that was met with what was found."""
    sentences = [explanation.top_reason] if explanation.top_reason else []
    check = explanation.checks.get(str(stage)) if stage else None
    sentences += [f"{one.asked}: {one.found}" for one in _met(check)] if check else []
    return tuple(dict.fromkeys(sentences))


def _met(check: Check) -> list[Check]:
    """Return the leaves of *check* that held."""
    if not check.parts:
        return [check] if check.passed else []
    return [leaf for part in check.parts if part.passed for leaf in _met(part)]


def spreads(standing: Standing, rules: Rules) -> bool:
    """
    Tell whether a stage that the person holds already belongs on all their records.

    Not where somebody set them back, and a stage that was there before us goes nowhere unless `[first_sync]` says so.
    """
    since = standing.stage_at
    if standing.stage not in OURS or since is None or any(one.reason == SET_BACK for one in standing.barriers):
        return False
    allowed = rules.first_sync.stage_changes
    go_live = rules.go_live - allowed if isinstance(allowed, timedelta) else rules.go_live
    return not standing.found or allowed is True or since >= go_live


def spread_reason(standing: Standing) -> tuple[str, ...]:
    """Say why a record follows."""
    where = f" in {standing.moved_in}" if standing.moved_in else ""
    return (f"the person is {standing.stage}{where} already",)


def stage_writes(remotes: Sequence[Remote], standing: Standing, *, spreading: bool = False) -> tuple[SetStage, ...]:
    """
    Write the stage wherever it is mapped, behind ours, and not a value we cannot read.

    *Spreading* a stage that the person holds already reaches their own records only, and none that says "no".
    """
    stage, since = standing.stage, standing.stage_at
    if stage is None or since is None:
        return ()
    commands = []
    for remote in remotes:
        column = remote.mapping.stage
        if spreading and (remote.ref.object in COMPANIES or remote.stage == Stage.DISQUALIFIED):
            continue
        if column is None or not remote.stages or not column.values.get(stage):
            continue
        if remote.raw_stage and remote.stage is None:
            continue
        if not may_move(remote.stage, stage):
            continue
        key = effect_key(remote.ref, "stage", stage, since.isoformat())
        value = column.values[stage][0]
        recycle = remote.stage == Stage.DISQUALIFIED
        commands.append(SetStage(key, remote.ref, column.field, value, stage, remote.raw_stage, recycle))
    return tuple(commands)


def _points(remote: Remote, scores: Mapping[str, int]) -> dict[str, str]:
    """Return the whole points this record should show, by the vendor's field."""
    return {their: str(scores[ours]) for ours, their in remote.mapping.write.items() if ours in scores}


def _behind(remote: Remote, scores: Mapping[str, int]) -> bool:
    """Tell whether the record shows other points; zeros that were never written are left unwritten."""
    for their, points in _points(remote, scores).items():
        shown = remote.written.get(their) or "0"
        if remote.ref.object in COMPANIES:
            if int(points) > _number(shown):
                return True
        elif shown != points:
            return True
    return False


def _number(text: str) -> int:
    """Return *text* as a whole number, 0 when it is none."""
    try:
        return int(float(text))
    except ValueError:
        return 0


def differ(remotes: Sequence[Remote], decision: Decision) -> bool:
    """Tell whether any record shows other points than the decision's."""
    scores = whole_points(decision)
    return any(_behind(remote, scores) for remote in remotes if remote.mapping.write)


def points_to_write(
    standing: Standing, decision: Decision, remotes: Sequence[Remote], now: datetime, *, sending: bool
) -> bool:
    """Tell whether results are to be written now: facts changed, something else is sent, or a week has passed."""
    if sending:
        return any(remote.mapping.write for remote in remotes)
    if not differ(remotes, decision):
        return False
    if standing.judged != standing.revision or standing.judged == 0:
        return True
    return standing.scored_at is None or now - standing.scored_at >= SCORES_AT_LEAST_EVERY


def field_writes(  # noqa: PLR0913 - as plan
    remotes: Sequence[Remote],
    standing: Standing,
    decision: Decision,
    explanation: Explanation,
    rules: Rules,
    now: datetime,
) -> tuple[SetFields, ...]:
    """Write results that differ from what the record shows; a company shows the best of its people so far."""
    scores = whole_points(decision)
    qualified = standing.stage_at if standing.stage in OURS else None
    results: dict[str, Value] = dict(scores)
    results["stage"] = str(standing.stage) if standing.stage else None
    results["reasons"] = "; ".join(reasons(explanation, standing.stage))
    results["top_reason"] = explanation.top_reason
    results["qualified_at"] = qualified
    results["agreement"] = rules.agreement.version
    commands = []
    for remote in remotes:
        if not remote.mapping.write or (remote.ref.object in COMPANIES and not _behind(remote, scores)):
            continue
        wanted = fields_to_write(remote.mapping, results)
        changed = {their: text for their, text in wanted.items() if (remote.written.get(their) or "") != text}
        changed = {their: text for their, text in changed.items() if text not in {"", "0"} or remote.written.get(their)}
        if changed:
            key = effect_key(remote.ref, "fields", *sorted(changed.items()), now.isoformat())
            commands.append(SetFields(key, remote.ref, MappingProxyType(changed)))
    return tuple(commands)


def effect_key(ref: CrmRef, *parts: object) -> str:
    """Return 26 characters that name one effect on one record: the same parts give the same key for ever."""
    text = "|".join([ref.system, ref.object, ref.id, *map(str, parts)])
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:26].lower()
