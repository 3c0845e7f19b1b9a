"""
Creating tasks, each once, and telling afterwards whether one is there.

Tier A: an External ID field on Activity, unique, holds the task's key; a second task with that key is refused, and the
refusal means "done". Upsert is not used, because it would overwrite what a rep has changed. Tier B: the key stands in a
plain field, or in a line of the description, and the task is found again among those of its person. Both by queryAll,
which is answered by the database itself and also shows what a rep deleted and what Salesforce has archived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import Enum
from types import MappingProxyType
from typing import Final

from connector.adapters.base import AdapterDown, Permit
from connector.adapters.salesforce.describing import FieldInfo
from connector.adapters.salesforce.errors import Fate
from connector.adapters.salesforce.following import Follower, retargeted
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.sending import Input, Refusal, Sender
from connector.adapters.salesforce.values import cut, instant_text, unwritable
from connector.commands import Absent, CreateTask, Done, Found, Outcome, Probed, Rank, Rejected, Unknown
from connector.model import CrmRef

TASK: Final = "Task"
MARKER: Final = "Ref:"
_MARKED: Final = re.compile(rf"(?m)^{MARKER}\s*([A-Za-z0-9_-]+)\s*$")
_PRIORITIES: Final[Mapping[str, str]] = MappingProxyType({"high": "High", "medium": "Normal", "low": "Low"})
_SUBTYPES: Final[Mapping[str, str]] = MappingProxyType({"call": "Call"})
"""E-mails are plain tasks: an Email subtype is for tasks that mirror a message which was sent."""
_PLAIN: Final = "Task"
_WHO: Final = frozenset({"lead", "contact"})
_HELD_BY: Final = re.compile(r"\b00T[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b")
_UNSEEN: Final = "<unknown>"
"""Stands in the refusal where the user may not see the task that holds the key."""
_PERSON_MOVED: Final = frozenset({
    "INVALID_CROSS_REFERENCE_KEY",
    "FIELD_INTEGRITY_EXCEPTION",
    "ENTITY_IS_DELETED",
    "CANNOT_UPDATE_CONVERTED_LEAD",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
})
"""Codes that may mean that the lead was converted or merged; which one Salesforce uses is proven nowhere."""
_LONGEST: Final = 32_000


_THERE: Final = "it was there already"


class KeyField(Enum):
    """How the org can hold a task's key."""

    UNIQUE = "unique"
    PLAIN = "plain"
    NONE = "none"


def key_field(known: Mapping[str, FieldInfo], name: str) -> KeyField:
    """Return what the field *name* of Task is good for; only a unique External ID refuses a second task."""
    info = known.get(name)
    if info is None or not (info.createable and info.filterable):
        return KeyField.NONE
    return KeyField.UNIQUE if info.unique and info.external_id else KeyField.PLAIN


@dataclass(frozen=True, slots=True)
class Tasks:
    """Creates and finds the tasks of one org."""

    follower: Follower
    sender: Sender
    objects: frozenset[str]
    key_name: str

    def create(self, commands: Sequence[CreateTask], permit: Permit) -> Mapping[str, Outcome]:
        """
        Create tasks in as few requests as may be; a key that is there already is Done.

        Raises:
            AdapterDown: Before anything was performed.
        """
        known = self.follower.describes.of(TASK, Rank.TASK)
        holder = key_field(known, self.key_name)
        outcomes: dict[str, Outcome] = {}
        inputs: list[Input] = []
        for one in commands:
            wrong = _wrong(one, known)
            if wrong:
                outcomes[one.key] = Rejected(". ".join(wrong))
            else:
                values = self._shown(one, known, holder)
                inputs.append(Input(one.key, TASK, "", values, str(values.get("WhatId") or values["WhoId"])))
        sent = self.sender.send("POST", inputs, Rank.TASK, permit)
        outcomes.update(sent.others)
        outcomes.update({key: Done(made) for key, made in sent.made.items()})
        outcomes.update({key: refusal.outcome for key, refusal in sent.refused.items()})
        if holder is KeyField.UNIQUE:
            outcomes.update(self._adopted(sent.refused))
        by_key = {one.key: one for one in commands}
        outcomes.update(self._followed({key: (by_key[key].ref, each) for key, each in sent.refused.items()}))
        return outcomes

    def probe(self, commands: Sequence[CreateTask]) -> Mapping[str, Probed]:
        """
        Tell for each command whether its task is there: by key where a field holds it, else among its person's.

        Raises:
            AdapterDown: It cannot be read now.
        """
        as_of = self.follower.wire.clock()
        found: dict[str, str] = {}
        if key_field(self.follower.describes.of(TASK, Rank.TASK), self.key_name) is not KeyField.NONE:
            found.update(self._by_key([one.key for one in commands]))
        left = [one for one in commands if one.key not in found]
        if left:
            # Also where a field holds keys: the task may be from before the org had it.
            found.update(self._by_person(left))
        return {one.key: Found(found[one.key]) if one.key in found else Absent(as_of) for one in commands}

    def _followed(self, refusals: Mapping[str, tuple[CrmRef, Refusal]]) -> Mapping[str, Outcome]:
        """Look after the persons of tasks that were refused in words which may mean that the person moved."""
        doubtful = {
            key: (ref, refusal)
            for key, (ref, refusal) in refusals.items()
            if refusal.fate in {Fate.CONVERTED, Fate.GONE} or any(each.code in _PERSON_MOVED for each in refusal.errors)
        }
        return retargeted(self.follower, self.objects, doubtful, Rank.TASK)

    def _shown(self, command: CreateTask, known: Mapping[str, FieldInfo], holder: KeyField) -> dict[str, object]:
        """Return a task as Salesforce takes it; what the org cannot hold and a rep can do without is left out."""
        due = command.due_on or command.due_at.astimezone(UTC).date()
        shown: dict[str, object] = {
            "WhoId": to18(command.ref.id),
            "Subject": cut(command.subject, known["Subject"].length),
            "ActivityDate": due.isoformat(),
            "Description": self._body(command, known["Description"].length or _LONGEST, holder),
        }
        if command.owner_id:
            shown["OwnerId"] = to18(command.owner_id)
        if holder is not KeyField.NONE:
            shown[self.key_name] = command.key
        extra: dict[str, object] = {}
        if command.priority in _PRIORITIES:
            extra["Priority"] = _PRIORITIES[command.priority]
        extra["TaskSubtype"] = _SUBTYPES.get(command.type, _PLAIN)
        if command.company is not None and command.company.object == "account" and command.ref.object == "contact":
            # With a lead in WhoId, WhatId must be empty.
            extra["WhatId"] = to18(command.company.id)
        if command.remind_at is not None and {"IsReminderSet", "ReminderDateTime"} <= set(known):
            extra |= {"IsReminderSet": True, "ReminderDateTime": instant_text(command.remind_at)}
        return shown | {name: value for name, value in extra.items() if _offered(value, known.get(name))}

    def _body(self, command: CreateTask, length: int, holder: KeyField) -> str:
        """Return the description; the line with the key is never cut off."""
        if holder is not KeyField.NONE or command.key in _MARKED.findall(command.body_text):
            return cut(command.body_text, length)
        line = f"\n\n{MARKER} {command.key}"
        return cut(command.body_text, length - len(line)) + line

    def _adopted(self, refused: Mapping[str, Refusal]) -> Mapping[str, Outcome]:
        """Turn the refusal of a second task into Done."""
        second = {key: each for key, each in refused.items() if each.fate is Fate.EXISTS}
        outcomes: dict[str, Outcome] = {
            key: Done(held, _THERE) for key, each in second.items() if self._about_key(each) and (held := _held(each))
        }
        asked = [key for key in second if key not in outcomes]
        if not asked:
            return outcomes
        try:
            found = self._by_key(asked)
        except AdapterDown as down:
            reason = f"refused, because it is there already; which task it is could not be read: {down.reason}"
            return {**outcomes, **dict.fromkeys(asked, Unknown(reason))}
        outcomes.update({key: Done(task, _THERE) for key, task in found.items()})
        for key in asked:
            if key not in found and self._about_key(second[key]):
                outcomes[key] = Done("", f"{_THERE}, but the connector's user may not see it")
        return outcomes

    def _about_key(self, refusal: Refusal) -> bool:
        """Say whether a refusal is about the field with the key and no other unique field."""
        words = " ".join(f"{each.message} {' '.join(each.fields)}" for each in refusal.errors).casefold()
        return self.key_name.casefold() in words or _UNSEEN in words

    def _by_key(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Return the tasks that hold one of *keys*, also those that a rep has deleted; text has no case there."""
        asked = {key.casefold(): key for key in keys}
        found: dict[str, str] = {}
        for row in self.follower.rows(TASK, self.key_name, list(keys), (self.key_name,), Rank.TASK):
            key = asked.get(str(row.get(self.key_name) or "").casefold())
            if key is not None:
                found.setdefault(key, to18(row["Id"]))
        return found

    def _by_person(self, commands: Sequence[CreateTask]) -> Mapping[str, str]:
        """Return the tasks found among those of the persons; one that was converted or merged is followed."""
        found = self._among(commands, {one.key: to18(one.ref.id) for one in commands})
        left = [one for one in commands if one.key not in found]
        moved = self.follower.elsewhere([one.ref for one in left], Rank.TASK) if left else {}
        again = {one.key: moved[one.ref].id for one in left if one.ref in moved}
        return {**found, **self._among([one for one in left if one.key in again], again)} if again else found

    def _among(self, commands: Sequence[CreateTask], people: Mapping[str, str]) -> dict[str, str]:
        """Return the tasks of *people* (record id by command key) that carry a command's key."""
        names = ("WhoId", "Description", self.key_name)
        wanted = {(people[one.key], one.key.casefold()): one.key for one in commands}
        found: dict[str, str] = {}
        for row in self.follower.rows(TASK, "WhoId", [people[one.key] for one in commands], names, Rank.TASK):
            for held in (str(row.get(self.key_name) or ""), *_MARKED.findall(str(row.get("Description") or ""))):
                key = wanted.get((to18(row["WhoId"]), held.casefold()))
                if key is not None:
                    found.setdefault(key, to18(row["Id"]))
        return found


def _wrong(command: CreateTask, known: Mapping[str, FieldInfo]) -> list[str]:
    """Return why a task can never be written as things stand, one sentence each with what an admin can do."""
    wrong = [] if command.ref.object in _WHO else [f"a task hangs on a lead or a contact, not on {command.ref.object}"]
    company = command.company.id if command.company else ""
    ids = {"record": command.ref.id, "owner": command.owner_id, "company": company}
    wrong += [f'the {what} "{each}" is no id of Salesforce' for what, each in ids.items() if each and not is_id(each)]
    needed = ["WhoId", "Subject", "ActivityDate", "Description", *(["OwnerId"] if command.owner_id else [])]
    if not known:
        return [*wrong, unwritable(TASK, "WhoId", known)]
    return wrong + list(filter(None, (unwritable(TASK, name, known, creating=True) for name in needed)))


def _offered(value: object, info: FieldInfo | None) -> bool:
    """Say whether the org can hold *value*: the field is there, and if it is a choice, *value* is one of it."""
    if info is None or not info.createable:
        return False
    return not info.options or value in {each.value for each in info.options}


def _held(refusal: Refusal) -> str:
    """Return the id of the task that a refusal names as the holder of the key; empty when it names none."""
    named = [each for error in refusal.errors for each in _HELD_BY.findall(error.message) if is_id(each)]
    return to18(named[0]) if named else ""
