"""
One command as a Standard Webhooks message: its body, its signature, and what an answer to it means.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, read 2026-11-23: the id
stays over all retries, the timestamp is each attempt's; 2xx is success, 410 ends the endpoint, 429, 502 and 504 ask for
less, and everything else, redirects included, is a failure that is tried again by a schedule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from connector.adapters.webhook.templates import Template, filled
from connector.commands import About, Command, CreateTask, Kind, SetFields, SetStage, kind_of
from connector.model import CrmRef, Evidence, Value
from connector.signatures.standard import signature

SCHEDULE: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Waits between the ten attempts that the specification recommends: 75.6 hours in all."""
GONE: Final = 410
REFUSED_SIGNATURE: Final = 401
SLOWER: Final = frozenset({429, 502, 503, 504})
TYPES: Final[Mapping[Kind, str]] = MappingProxyType({
    Kind.TASK: "task.created",
    Kind.STAGE: "lifecycle.stage_changed",
    Kind.FIELDS: "lifecycle.fields_changed",
})
_EMAIL: Final = "email"


def headers(key: str, body: bytes, at: datetime, secret: bytes | None) -> dict[str, str]:
    """Return the headers of one attempt at *at*; the signature is over id, timestamp and exactly these bytes."""
    stamp = str(int(at.timestamp()))
    found = {"Content-Type": "application/json", "webhook-id": key, "webhook-timestamp": stamp}
    if secret is not None:
        found["webhook-signature"] = signature(secret, key, stamp, body)
    return found


def text_of(command: Command, template: Template | None = None) -> str:
    """Return the body of *command* as JSON: ours, or the admin's; the same at every attempt."""
    body = _body(command) if template is None else filled(template.value, _values(command))
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _body(command: Command) -> dict[str, Any]:
    """Return our own JSON."""
    about = command.about
    data: dict[str, Any] = {"id": command.key, "person": {"id": command.ref.id}}
    if about is not None:
        data |= {
            "person": _person(about),
            "stage": about.stage,
            "scores": dict(about.scores),
            "reasons": list(about.reasons),
            "evidence": [_evidence(one) for one in about.evidence],
        }
    match command:
        case CreateTask():
            data["task"] = _task(command)
        case SetStage():
            data |= {"stage": command.stage, "value": command.value, "previous": command.seen, "field": command.field}
        case SetFields():
            data["fields"] = dict(command.values)
    return {"type": TYPES[kind_of(command)], "timestamp": _instant(about.at if about else None), "data": data}


def _person(about: About) -> dict[str, Any]:
    """Return whom it is about."""
    return {
        "id": str(about.person_id),
        "email": about.fields.get(_EMAIL),
        "fields": {name: _plain(value) for name, value in about.fields.items()},
        "records": [{"system": one.system, "object": one.object, "id": one.id} for one in about.records],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    """Return one dated fact."""
    return {"at": _instant(one.at), "what": one.what, "detail": one.detail, "count": one.count}


def _task(command: CreateTask) -> dict[str, Any]:
    """Return the task."""
    return {
        "subject": command.subject,
        "body_text": command.body_text,
        "body_html": command.body,
        "type": command.type,
        "priority": command.priority,
        "owner": command.owner or None,
        "due_at": _instant(command.due_at),
        "due_on": command.due_on.isoformat() if command.due_on else None,
        "remind_at": _instant(command.remind_at),
        "playbook": command.playbook,
    }


def _plain(value: Value) -> object:
    """Return a field's value as JSON has it."""
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _instant(at: datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _values(command: Command) -> Callable[[str], str]:
    """Return what each placeholder of a template stands for."""
    body = _body(command)
    data = body["data"]
    person = data.get("person", {})
    task = data.get("task", {})
    known: dict[str, object] = {
        "type": body["type"],
        "id": command.key,
        "timestamp": body["timestamp"],
        "stage": data.get("stage"),
        "reasons": data.get("reasons"),
        "evidence": [_line(one) for one in data.get("evidence", ())],
        "person.id": person.get("id"),
        "person.records": [_name(one) for one in (command.about.records if command.about else ())],
        "stage.value": data.get("value"),
        "stage.previous": data.get("previous"),
        "stage.field": data.get("field"),
        "task.text": task.get("body_text"),
        "task.html": task.get("body_html"),
        **{f"task.{name}": value for name, value in task.items()},
        **{f"person.{name}": value for name, value in person.get("fields", {}).items()},
        **{f"score.{name}": value for name, value in data.get("scores", {}).items()},
    }
    if isinstance(command, SetFields):
        known["fields"] = [f"{name}: {value}" for name, value in command.values.items()]
        known |= {f"fields.{name}": value for name, value in command.values.items()}
    return lambda name: _text(known.get(name))


def _line(one: Mapping[str, Any]) -> str:
    """Return one dated fact as a line."""
    return " ".join(str(part) for part in (one["at"], one["what"], one["detail"]) if part)


def _name(ref: CrmRef) -> str:
    """Return a row's name as people write it."""
    return f"{ref.system} {ref.object} {ref.id}"


def _text(value: object) -> str:
    """Return a value as it stands in a text; what is not known is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
