"""
Creating tasks, each once, and telling afterwards whether one is there.

HubSpot has no idempotency header, so the task carries its key: in a unique property (tier A: a second task with that
key is refused, and the refusal means "done"), in a plain property, or in the body's last line (tier B: found again
through the contact's associations). Upsert is not used: it takes no associations. What a batch read by key or an
association says comes from the primary store; a search would prove nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from html import escape
from typing import Final

from connector.adapters.apart import Apart
from connector.adapters.base import AdapterDown, Permit
from connector.adapters.http import Meaning, meaning
from connector.adapters.hubspot.links import linked
from connector.adapters.hubspot.payload import Row, iso
from connector.adapters.hubspot.reading import fetch, read_rows
from connector.adapters.hubspot.records import Kind
from connector.adapters.hubspot.sending import Input, send
from connector.adapters.hubspot.vocabulary import (
    API_VERSION,
    COMPANY,
    CONTACT,
    KEY_MARKER,
    KEY_PROPERTY,
    STATUSES,
    TASK,
    TASK_LINKS,
    TASK_PRIORITIES,
    TASK_TYPES,
    objects_path,
)
from connector.adapters.hubspot.wire import Call, Wire
from connector.commands import Absent, CreateTask, Done, Found, Outcome, Probed, Rank, Rejected, Retry, Unknown

_LOOK_AGAIN: Final = timedelta(hours=1)
_LATER: Final = timedelta(minutes=1)
_BODY: Final = "hs_task_body"
_MARKED: Final = re.compile(rf"{KEY_MARKER}\s*([A-Za-z0-9_-]+)")


class KeyField(Enum):
    """How the portal can hold a task's key."""

    UNIQUE = "unique"
    PLAIN = "plain"
    NONE = "none"


class Keys:
    """What the portal has for the key: asked once, and again each hour while it is not the best; safe for threads."""

    def __init__(self, wire: Wire) -> None:
        """Begin without knowing."""
        self._wire = wire
        self._lock = threading.Lock()
        self._known: KeyField | None = None
        self._at: datetime | None = None

    def field(self, rank: Rank) -> KeyField:
        """
        Return what the portal has.

        Raises:
            AdapterDown: It is not known and cannot be asked now.
        """
        with self._lock:
            known, at = self._known, self._at
        now = self._wire.clock()
        if known is not None and at is not None and (known is KeyField.UNIQUE or now - at < _LOOK_AGAIN):
            return known
        path = f"/crm/properties/{API_VERSION}/tasks/{KEY_PROPERTY}"
        answer = self._wire.read(Call("GET", path), rank)
        if meaning(answer.status, STATUSES) != Meaning.DONE or answer.body.get("archived") is True:
            return self.learn(KeyField.NONE)
        return self.learn(KeyField.UNIQUE if answer.body.get("hasUniqueValue") is True else KeyField.PLAIN)

    def learn(self, found: KeyField) -> KeyField:
        """Take what somebody else has found out."""
        with self._lock:
            self._known, self._at = found, self._wire.clock()
        return found


@dataclass(frozen=True, slots=True)
class Tasks:
    """Creates and finds the tasks of one system."""

    wire: Wire
    apart: Apart
    keys: Keys
    contact: Kind

    def create(self, commands: Sequence[CreateTask], permit: Permit) -> Mapping[str, Outcome]:
        """Create tasks in as few batches as may be; a key that is there already is Done."""
        holder = self.keys.field(Rank.TASK)
        by_key = {one.key: one for one in commands}
        outcomes: dict[str, Outcome] = {}
        for keys in self.apart.companies(list(by_key)):
            part = [by_key[key] for key in keys]
            try:
                self.wire.pay(Rank.TASK)
                inputs = [Input(one.key, "", _shown(one, holder)) for one in part]
                sent = send(self.wire, objects_path(TASK, "/batch/create"), inputs, permit, self.apart)
            except AdapterDown as down:
                if not outcomes:
                    raise
                outcomes.update(dict.fromkeys(keys, Retry(down.reason, down.after or _LATER)))
                continue
            outcomes.update({key: Done(each.id) for key, each in sent.made.items()})
            outcomes.update(self._adopted(sent.outcomes) if holder is KeyField.UNIQUE else sent.outcomes)
        return outcomes

    def probe(self, commands: Sequence[CreateTask]) -> Mapping[str, Probed]:
        """Tell for each command whether its task is there: by unique key where there is one, else by its contact."""
        as_of = self.wire.clock()
        found: dict[str, str] = {}
        if self.keys.field(Rank.TASK) is KeyField.UNIQUE:
            found.update(self._by_key([one.key for one in commands]))
        open_ones = [one for one in commands if one.key not in found]
        if open_ones:
            found.update(self._by_contact(open_ones))
        return {one.key: Found(found[one.key]) if one.key in found else Absent(as_of) for one in commands}

    def _adopted(self, outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
        """Turn a refusal into Done where the key is there: whatever HubSpot calls it, somebody has made the task."""
        refused = [key for key, outcome in outcomes.items() if isinstance(outcome, Rejected)]
        if not refused:
            return outcomes
        try:
            held = self._by_key(refused)
        except AdapterDown as down:
            reason = f"refused, perhaps because it is there already; that could not be read: {down.reason}"
            return {**outcomes, **dict.fromkeys(refused, Unknown(reason))}
        return {**outcomes, **{key: Done(task, "it was there already") for key, task in held.items()}}

    def _by_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the tasks that hold one of *keys* in the unique property, also those a rep has deleted."""
        found: dict[str, str] = {}
        for archived in (False, True):
            left = [key for key in keys if key not in found]
            if left:
                rows = read_rows(self.wire, TASK, left, (KEY_PROPERTY,), Rank.TASK, archived=archived, by=KEY_PROPERTY)
                found.update({each.properties.get(KEY_PROPERTY) or "": key for key, each in rows.items()})
        return {key: task for key, task in found.items() if key in keys}

    def _by_contact(self, commands: Sequence[CreateTask]) -> Mapping[str, str]:
        """Return the tasks found among those of the contacts; a contact that was merged is followed."""
        found = self._among(commands, {one.key: one.ref.id for one in commands})
        left = [one for one in commands if one.key not in found and one.ref.object == CONTACT]
        if not left:
            return found
        refs = list(dict.fromkeys(one.ref for one in left))
        moved = fetch(self.wire, self.contact, refs, Rank.TASK, frozenset()).moved
        again = {one.key: moved[one.ref].ref.id for one in left if one.ref in moved}
        return {**found, **self._among([one for one in left if one.key in again], again)} if again else found

    def _among(self, commands: Sequence[CreateTask], owners: Mapping[str, str]) -> dict[str, str]:
        """Return the tasks of the *owners* (record id by command key) that carry a command's key."""
        found: dict[str, str] = {}
        for name in dict.fromkeys(one.ref.object for one in commands):
            same = [one for one in commands if one.ref.object == name]
            ties = linked(self.wire, name, TASK, [owners[one.key] for one in same], Rank.TASK)
            ids = sorted({task for each in ties.values() for task in each})
            rows = read_rows(self.wire, TASK, ids, (KEY_PROPERTY, _BODY), Rank.TASK)
            for one in same:
                for task in ties.get(owners[one.key], ()):
                    if task in rows and _carries(rows[task], one.key):
                        found.setdefault(one.key, task)
        return found


def _carries(row: Row, key: str) -> bool:
    """Say whether a task has *key* in its property or in the last line of its body."""
    body = row.properties.get(_BODY) or ""
    return row.properties.get(KEY_PROPERTY) == key or key in _MARKED.findall(body)


def _shown(command: CreateTask, holder: KeyField) -> Mapping[str, object]:
    """Return a task as HubSpot takes it, tied to its contact and company in the same request."""
    body = command.body
    properties = {
        "hs_timestamp": iso(command.due_at),
        "hs_task_subject": command.subject,
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": TASK_TYPES.get(command.type, "TODO"),
    }
    if command.priority in TASK_PRIORITIES:
        properties["hs_task_priority"] = TASK_PRIORITIES[command.priority]
    if command.owner_id:
        properties["hubspot_owner_id"] = command.owner_id
    if holder is not KeyField.NONE:
        properties[KEY_PROPERTY] = command.key
    elif command.key not in _MARKED.findall(body):
        body += f"<p>{KEY_MARKER} {escape(command.key)}</p>"
    properties[_BODY] = body
    targets = [(command.ref.object, command.ref.id)]
    if command.company is not None:
        targets.append((COMPANY, command.company.id))
    return {"properties": properties, "associations": [_tie(name, key) for name, key in targets]}


def _tie(name: str, key: str) -> dict[str, object]:
    """Return one association of a new task."""
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": TASK_LINKS[name]}
    return {"to": {"id": key}, "types": [kind]}
