"""
Nouns as columns and compact JSON, and back with their types: enums, instants, dates and tuples are rebuilt.

Equality hides a lost type ("mql" == Stage.MQL), so everything that leaves the store passes through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from connector.commands import About, Command, CreateTask, Kind, SetFields, SetStage
from connector.model import NOTHING, Barrier, CrmRef, Evidence, Stage, Standing, Trigger, Value

_DATE: Final = "date"
_INSTANT: Final = "instant"
_UNSTORABLE: Final = re.compile("[\ud800-\udfff\0]")
_NO_TRIGGERS: Final[Mapping[str, Trigger]] = MappingProxyType({})
_NO_SCORES: Final[Mapping[str, int]] = MappingProxyType({})


def text_of(at: datetime) -> str:
    """Return an aware instant as fixed-width UTC text; ValueError for a naive one."""
    if at.tzinfo is not UTC:
        if at.tzinfo is None:
            message = f"an instant without a time zone cannot be stored: {at!r}"
            raise ValueError(message)
        at = at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")[:26] + "Z"


def instant(text: str) -> datetime:
    """Return the instant that `text_of` wrote."""
    return datetime.fromisoformat(text)


def maybe_text(at: datetime | None) -> str | None:
    """Return `text_of`, or None for None."""
    return None if at is None else text_of(at)


def maybe_instant(text: str | None) -> datetime | None:
    """Return `instant`, or None for None."""
    return None if text is None else datetime.fromisoformat(text)


def name_of(ref: CrmRef) -> str:
    """Return a row's name as one text; a colon inside system or object is written %3A, the id may hold anything."""
    system, kind = ref.system, ref.object
    if ":" in system or "%" in system:
        system = _escaped(system)
    if ":" in kind or "%" in kind:
        kind = _escaped(kind)
    return f"{system}:{kind}:{ref.id}"


def ref_of(name: str) -> CrmRef:
    """Return the row that `name_of` named."""
    system, kind, id_ = name.split(":", 2)
    if "%" in system:
        system = _unescaped(system)
    if "%" in kind:
        kind = _unescaped(kind)
    return CrmRef(system, kind, id_)


def maybe_name(ref: CrmRef | None) -> str | None:
    """Return `name_of`, or None for None."""
    return None if ref is None else name_of(ref)


def maybe_ref(name: str | None) -> CrmRef | None:
    """Return `ref_of`, or None for None."""
    return None if name is None else ref_of(name)


def maybe_stage(text: str | None) -> Stage | None:
    """Return the stage, or None for None and for ""."""
    return Stage(text) if text else None


def _escaped(text: str) -> str:
    """Return *text* without a colon."""
    return text.replace("%", "%25").replace(":", "%3A")


def _unescaped(text: str) -> str:
    """Return what `_escaped` was given."""
    return text.replace("%3A", ":").replace("%25", "%")


def plain(text: str) -> str:
    """Return foreign words that every database takes: lone surrogates and NUL, which none stores, become U+FFFD."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def _tagged(value: object) -> dict[str, str]:
    """Return a date or an instant under its tag; TypeError for what JSON and this store do not know."""
    if isinstance(value, datetime):
        return {_INSTANT: text_of(value)}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    message = f"{type(value).__name__} is no value of a field"
    raise TypeError(message)


_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_tagged).encode
_decode_first: Final = json.JSONDecoder().raw_decode


def json_of(thing: object) -> str:
    """Return compact JSON of what is already lists, dicts and scalars; dates and instants are tagged."""
    return _encode(thing)


def from_json(text: str) -> Any:  # noqa: ANN401 - the caller knows the shape that it wrote
    """Return what `json_of` wrote, tags unread."""
    return _decode_first(text)[0]


def _value(raw: Any) -> Value:  # noqa: ANN401 - any JSON
    """Return one field value with its type."""
    if type(raw) is list:
        return tuple(raw)
    if type(raw) is dict:
        return datetime.fromisoformat(raw[_INSTANT]) if _INSTANT in raw else date.fromisoformat(raw[_DATE])
    scalar: str | int | float | bool | None = raw
    return scalar


def values_from(raw: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return field values with their types from decoded JSON."""
    return MappingProxyType({
        name: value if type(value) is str or type(value) is int else _value(value) for name, value in raw.items()
    })


def values_text(values: Mapping[str, Value]) -> str | None:
    """Return field values as JSON, None for none at all."""
    return _encode(dict(values)) if values else None


def values_of(text: str | None) -> Mapping[str, Value]:
    """Return what `values_text` wrote."""
    if text is None:
        return NOTHING
    raw = _decode_first(text)[0]
    if "[" not in text and text.rfind("{") == 0:
        return MappingProxyType(raw)
    return values_from(raw)


def words_text(words: Iterable[str]) -> str | None:
    """Return sentences as a JSON list, None for none at all."""
    listed = list(words)
    return plain(_encode(listed)) if listed else None


def words_of(text: str | None) -> tuple[str, ...]:
    """Return what `words_text` wrote."""
    return () if text is None else tuple(_decode_first(text)[0])


def memo_text(standing: Standing) -> str | None:
    """Return what of a standing nobody queries (barriers, triggers, scores, who moved last) as JSON; None if empty."""
    memo: dict[str, object] = {}
    if standing.barriers:
        memo["barriers"] = [_barrier_raw(barrier) for barrier in standing.barriers]
    if standing.triggers:
        memo["triggers"] = {
            name: [trigger.held, trigger.episodes, maybe_text(trigger.task_at)]
            for name, trigger in standing.triggers.items()
        }
    if standing.scores:
        memo["scores"] = dict(standing.scores)
    if standing.moved_in or standing.found:
        memo["moved"] = [standing.moved_in, standing.found]
    return _encode(memo) if memo else None


def memo_of(text: str | None) -> tuple[tuple[Barrier, ...], Mapping[str, Trigger], Mapping[str, int], tuple[str, bool]]:
    """Return barriers, triggers, scores and who moved last (system, found) from what `memo_text` wrote."""
    if text is None:
        return (), _NO_TRIGGERS, _NO_SCORES, ("", False)
    memo = _decode_first(text)[0]
    barriers = tuple(_barrier(raw) for raw in memo["barriers"]) if "barriers" in memo else ()
    triggers = _NO_TRIGGERS
    if "triggers" in memo:
        triggers = MappingProxyType({
            name: Trigger(held, episodes, maybe_instant(task_at))
            for name, (held, episodes, task_at) in memo["triggers"].items()
        })
    scores = MappingProxyType(memo["scores"]) if "scores" in memo else _NO_SCORES
    return barriers, triggers, scores, tuple(memo.get("moved", ("", False)))


def _barrier_raw(barrier: Barrier) -> list[object]:
    """Return a barrier as a JSON list, stages in a fixed order."""
    return [
        text_of(barrier.at),
        barrier.reason,
        sorted(barrier.stages),
        maybe_text(barrier.hold_until),
        barrier.tasks,
    ]


def _barrier(raw: list[Any]) -> Barrier:
    """Return the barrier that `_barrier_raw` wrote."""
    at, reason, stages, hold_until, tasks = raw
    return Barrier(instant(at), reason, frozenset(map(Stage, stages)), maybe_instant(hold_until), tasks)


def _about_raw(about: About) -> dict[str, object]:
    """Return whom a command is about as JSON."""
    return {
        "person": about.person_id,
        "at": text_of(about.at),
        "fields": dict(about.fields),
        "stage": about.stage,
        "scores": dict(about.scores),
        "reasons": list(about.reasons),
        "evidence": [[maybe_text(one.at), one.what, one.detail, one.count, one.key] for one in about.evidence],
        "records": [name_of(one) for one in about.records],
    }


def _about(raw: Mapping[str, Any]) -> About:
    """Return what `_about_raw` wrote."""
    return About(
        raw["person"],
        instant(raw["at"]),
        values_from(raw["fields"]),
        maybe_stage(raw["stage"]),
        MappingProxyType(raw["scores"]),
        tuple(raw["reasons"]),
        tuple(Evidence(maybe_instant(at), *rest) for at, *rest in raw["evidence"]),
        tuple(map(ref_of, raw["records"])),
    )


def command_text(command: Command) -> str:
    """Return a command as JSON without its key and its row, which stand in columns of their own."""
    about = [_about_raw(command.about)] if command.about is not None else []
    if isinstance(command, SetStage):
        return _encode([command.field, command.value, command.stage, command.seen, command.recycle, *about])
    if isinstance(command, SetFields):
        return _encode([dict(command.values), *about] if about else dict(command.values))
    whom = {"about": about[0]} if about else {}
    return _encode({
        **whom,
        "playbook": command.playbook,
        "subject": command.subject,
        "body": command.body,
        "body_text": command.body_text,
        "due_at": text_of(command.due_at),
        "owner_id": command.owner_id,
        "owner": command.owner,
        "type": command.type,
        "priority": command.priority,
        "company": maybe_name(command.company),
        "unless_open_deal": command.unless_open_deal,
        "set_owner": command.set_owner,
        "due_on": command.due_on.isoformat() if command.due_on else None,
        "remind_at": text_of(command.remind_at) if command.remind_at else None,
    })


def command_of(kind: str, key: str, name: str, text: str) -> Command:
    """Return the command that `command_text` wrote, with its key and row."""
    raw = _decode_first(text)[0]
    ref = ref_of(name)
    if kind == Kind.STAGE:
        field, value, stage, seen, recycle, *about = raw
        return SetStage(key, ref, field, value, Stage(stage), seen, recycle, *map(_about, about))
    if kind == Kind.FIELDS:
        values, *about = raw if type(raw) is list else [raw]
        return SetFields(key, ref, MappingProxyType(values), *map(_about, about))
    whom = _about(raw.pop("about")) if "about" in raw else None
    due_at, company = instant(raw.pop("due_at")), maybe_ref(raw.pop("company"))
    # Commands stored before tasks had a day of their own lack both.
    day, reminder = raw.pop("due_on", None), raw.pop("remind_at", None)
    return CreateTask(
        key,
        ref,
        due_at=due_at,
        company=company,
        due_on=date.fromisoformat(day) if day else None,
        remind_at=instant(reminder) if reminder else None,
        about=whom,
        **raw,
    )
