"""What the org looks like to our user: fields with options, owners and queues, account, key tier, permissions."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from connector.adapters.base import AdapterDown, FieldSchema, Option, Owner, Schema, Wanted
from connector.adapters.salesforce.ids import is_id, to18
from connector.adapters.salesforce.payload import Answer, Call
from connector.adapters.salesforce.soql import equal, select
from connector.adapters.salesforce.vocabulary import FIELD_TYPES, LEAD, PEOPLE, ROOT, SOBJECTS, TASK
from connector.adapters.salesforce.wire import Refused, Wire
from connector.commands import Rank

Row = Mapping[str, Any]
_AGE: Final = timedelta(hours=1)
_OK: Final = range(200, 300)
_UNCHANGED: Final = 304
_GONE: Final = 404
_STATUS: Final = "Status"
_QUERIES: Final = (
    select("Organization", ("Id", "TimeZoneSidKey")).text,
    select("User", ("Id", "Name", "Email", "IsActive", "TimeZoneSidKey")).where(equal("UserType", "Standard")).text,
    select("QueueSobject", ("QueueId", "Queue.Name", "Queue.Email")).where(equal("SobjectType", "Task")).text,
    select("LeadStatus", ("ApiName", "MasterLabel", "IsConverted")).text,
)
"""What no describe tells, asked in one call."""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """
    One field as describe tells it; one that field-level security hides is not there at all.

    Attributes:
        name: API name.
        label: What people see.
        type: Salesforce's word: string, picklist, double, datetime, reference…
        length: Of texts, in characters; 0 where it does not apply.
        createable: Whether our user may set it in a new row.
        updateable: Whether our user may change it.
        filterable: Whether a query may ask for its value.
        unique: Whether a second row with the same value is refused.
        external_id: Whether it is an External ID.
        id_lookup: Whether rows can be found by it.
        restricted: Whether only the active options are taken.
        options: Active values of a picklist, in order.
        nillable: Whether it may be empty.
        reference_to: sObjects that a reference may name.
        relationship: The name under which the parent's fields are read; empty when there is none.
    """

    name: str
    label: str = ""
    type: str = "string"
    length: int = 0
    createable: bool = False
    updateable: bool = False
    filterable: bool = False
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    restricted: bool = False
    options: tuple[Option, ...] = ()
    nillable: bool = True
    reference_to: tuple[str, ...] = ()
    relationship: str = ""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One sObject: its fields by name, and what our user may do with rows; no fields when it is not visible."""

    fields: Mapping[str, FieldInfo] = field(default_factory=lambda: MappingProxyType({}))
    createable: bool = False
    updateable: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A describe with its age."""

    info: ObjectInfo
    read_at: datetime
    modified: str


class Describes:
    """Describes of sObjects, kept for an hour and then asked for again if they changed; safe for threads."""

    def __init__(self, wire: Wire) -> None:
        """Hold none yet."""
        self._wire = wire
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def of(self, sobject: str, rank: Rank) -> Mapping[str, FieldInfo]:
        """
        Return the fields of *sobject* by API name; empty when the object is not visible.

        Raises:
            AdapterDown: It cannot be read now.
        """
        return self.info(sobject, rank).fields

    def info(self, sobject: str, rank: Rank, *, fresh: bool = False) -> ObjectInfo:
        """
        Return what is known of *sobject*; a *fresh* one is asked for whole, because permissions move no date.

        Raises:
            AdapterDown: It cannot be read now.
        """
        with self._lock:
            held = self._held.get(sobject)
            if held is not None and not fresh and self._wire.clock() - held.read_at < _AGE:
                return held.info
            held = self._read(sobject, rank, None if fresh else held)
            self._held[sobject] = held
            return held.info

    def forget(self, sobject: str) -> None:
        """Ask anew next time: a field that was there is refused now."""
        with self._lock:
            self._held.pop(sobject, None)

    def _read(self, sobject: str, rank: Rank, held: _Held | None) -> _Held:
        """Read one describe, whole or if it changed since."""
        headers = {"If-Modified-Since": held.modified} if held is not None and held.modified else {}
        answer = self._wire.read(Call("GET", f"/sobjects/{sobject}/describe", headers=headers), rank)
        if answer.status == _UNCHANGED and held is not None:
            return replace(held, read_at=self._wire.clock())
        if answer.status == _GONE:
            return _Held(ObjectInfo(), self._wire.clock(), "")
        if answer.status not in _OK or not isinstance(answer.body, dict):
            raise Refused(self._wire.said(answer), answer)
        return _Held(_info(answer.body), self._wire.clock(), answer.headers.get("last-modified", ""))


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads what one org looks like."""

    wire: Wire
    describes: Describes
    wanted: Wanted
    task_key_field: str

    def describe(self) -> Schema:
        """Do what the port says of `describe`: two calls, and one for each object."""
        self._check_version()
        account, users, queues, statuses = self._lists()
        infos = {name: self.describes.info(SOBJECTS[name], Rank.READ, fresh=True) for name in self._objects()}
        fields = {name: dict(self._fields(name, info)) for name, info in infos.items()}
        if _STATUS in fields.get(LEAD, {}):
            fields[LEAD][_STATUS] = _without_converted(fields[LEAD][_STATUS], statuses)
        unique = self.wanted.tasks and self._unique(infos[TASK])
        org: Row = next(iter(account), {})
        return Schema(
            fields=fields,
            owners=(*map(_user, users), *_queues(queues)),
            as_of=self.wire.clock(),
            portal=_id(org.get("Id")),
            timezone=_text(org.get("TimeZoneSidKey")),
            task_tier="A" if unique else "B",
            tier_hint="" if unique or not self.wanted.tasks else self._hint(infos[TASK]),
            missing_scopes=tuple(self._missing(infos)),
            budget=self._usage(),
        )

    def _check_version(self) -> None:
        """
        Look whether the org offers the version that every path names; this call costs nothing.

        Raises:
            AdapterDown: It does not; kind "scopes".
        """
        answer = self.wire.known(Call("GET", ROOT), Rank.READ)
        offered = [_text(one.get("version")) for one in answer.body or () if isinstance(one, dict)]
        if self.wire.version not in offered:
            found = f"{offered[0]} to {offered[-1]}" if offered else "none"
            reason = f"the org does not offer version {self.wire.version} of the REST API, but {found}: set api_version"
            raise AdapterDown(reason, "scopes")

    def _lists(self) -> list[list[Row]]:
        """Return the rows of the four queries; none where our user may not see them."""
        answers = self.wire.query_many(_QUERIES, Rank.READ)
        return [self._rows(answer) for answer in answers]

    def _rows(self, answer: Answer) -> list[Row]:
        """Return all rows of one query, none when it is refused."""
        try:
            return self.wire.rows(answer, Rank.READ)
        except Refused:
            return []

    def _objects(self) -> tuple[str, ...]:
        """Return our words for the objects that matter to the configuration."""
        own = (*self.wanted.objects, *self.wanted.fields, *self.wanted.writes, *self.wanted.stage_fields)
        names = dict.fromkeys((*own, *((TASK,) if self.wanted.tasks else ())))
        return tuple(name for name in names if name in SOBJECTS)

    def _fields(self, name: str, info: ObjectInfo) -> Iterator[tuple[str, FieldSchema]]:
        """Return an object's own fields, and those of the parents over which it is mapped by dotted paths."""
        yield from ((one.name, _schema(one)) for one in info.fields.values())
        over = dict.fromkeys(path.rpartition(".")[0] for path in self.wanted.fields.get(name, ()) if "." in path)
        for relation in over:
            for one in self._parents(info.fields, relation.split(".")):
                path = f"{relation}.{one.name}"
                yield path, replace(_schema(one), name=path, writable=False)

    def _parents(self, fields: Mapping[str, FieldInfo], relations: Sequence[str]) -> Iterator[FieldInfo]:
        """Return the fields of the object at the end of *relations*; of all its objects where there are several."""
        if not relations:
            yield from fields.values()
            return
        for link in fields.values():
            if link.relationship.lower() == relations[0].lower():
                for target in link.reference_to:
                    yield from self._parents(self.describes.of(target, Rank.READ), relations[1:])

    def _unique(self, task: ObjectInfo) -> bool:
        """Say whether the org itself refuses a second task with the same key."""
        held = task.fields.get(self.task_key_field)
        return held is not None and held.unique and held.external_id and held.createable and held.filterable

    def _hint(self, task: ObjectInfo) -> str:
        """Return the one thing to do so that the org refuses a second task."""
        if self.task_key_field in task.fields:
            return (
                f'Make the activity field "{self.task_key_field}" a unique External ID that the integration user may '
                "edit: then Salesforce itself refuses a second task."
            )
        return (
            f'Give activities a text field "{self.task_key_field}" of 64 characters, unique and External ID, which the '
            "integration user may see and edit: then Salesforce itself refuses a second task."
        )

    def _missing(self, infos: Mapping[str, ObjectInfo]) -> Iterator[str]:
        """Return what our user may not do but the configuration needs, in an admin's words."""
        for name, info in infos.items():
            sobject = SOBJECTS[name]
            written = bool(self.wanted.writes.get(name)) or name in self.wanted.stage_fields
            if not info.fields:
                yield f"Read on {sobject}"
            elif name == TASK and self.wanted.tasks and not info.createable:
                yield "Create on Task (Edit Tasks)"
            elif name in PEOPLE and written and not info.updateable:
                yield f"Edit on {sobject}"

    def _usage(self) -> str:
        """Return a sentence on the requests of the last 24 hours, as the answers just read tell."""
        found = self.wire.usage()
        if found is None:
            return ""
        return f"{found.used:,} of {found.most:,} API requests of the last 24 hours are used by the whole org."


def _info(body: Row) -> ObjectInfo:
    """Return a describe's body, taken apart."""
    found = [_field(one) for one in body.get("fields") or () if isinstance(one, dict)]
    return ObjectInfo(
        {one.name: one for one in found if one.name},
        createable=body.get("createable") is True,
        updateable=body.get("updateable") is True,
    )


def _field(each: Row) -> FieldInfo:
    """Return one field of a describe."""
    values = [one for one in each.get("picklistValues") or () if isinstance(one, dict)]
    length = each.get("length")
    return FieldInfo(
        name=_text(each.get("name")),
        label=_text(each.get("label")),
        type=_text(each.get("type")) or "string",
        length=length if isinstance(length, int) else 0,
        createable=each.get("createable") is True,
        updateable=each.get("updateable") is True,
        filterable=each.get("filterable") is True,
        unique=each.get("unique") is True,
        external_id=each.get("externalId") is True,
        id_lookup=each.get("idLookup") is True,
        restricted=each.get("restrictedPicklist") is True,
        # Inactive values stand on old rows only; none of them may be written.
        options=tuple(
            Option(_text(one.get("value")), _text(one.get("label"))) for one in values if one.get("active") is not False
        ),
        nillable=each.get("nillable") is not False,
        reference_to=tuple(_text(one) for one in each.get("referenceTo") or ()),
        relationship=_text(each.get("relationshipName")),
    )


def _schema(one: FieldInfo) -> FieldSchema:
    """Return a field in the port's words."""
    kind = FIELD_TYPES.get(one.type, "text")
    return FieldSchema(
        name=one.name,
        label=one.label,
        type=kind,
        writable=one.updateable,
        options=one.options if kind in {"choice", "list"} else (),
        unique=one.unique,
    )


def _without_converted(status: FieldSchema, rows: Sequence[Row]) -> FieldSchema:
    """Mark the statuses that a lead has once it is converted: only a conversion sets them."""
    closed = {
        _text(row.get(key)) for row in rows if row.get("IsConverted") is True for key in ("ApiName", "MasterLabel")
    }
    return replace(status, options=tuple(replace(one, writable=one.value not in closed) for one in status.options))


def _user(row: Row) -> Owner:
    """Return one user."""
    email = _text(row.get("Email")).lower()
    return Owner(
        id=_id(row.get("Id")),
        email=email,
        name=_text(row.get("Name")) or email,
        active=row.get("IsActive") is True,
        timezone=_text(row.get("TimeZoneSidKey")),
    )


def _queues(rows: Sequence[Row]) -> Iterator[Owner]:
    """Return the queues that may own tasks, each once."""
    seen: set[str] = set()
    for row in rows:
        name = row.get("Queue")
        told: Row = name if isinstance(name, dict) else {}
        own = _id(row.get("QueueId"))
        if own and own not in seen:
            seen.add(own)
            yield Owner(own, _text(told.get("Email")).lower(), _text(told.get("Name")), queue=True)


def _id(value: object) -> str:
    """Return an id in 18 characters, empty when it is none."""
    return to18(value) if isinstance(value, str) and is_id(value) else ""


def _text(value: object) -> str:
    """Return *value* as text, empty for nothing."""
    return value if isinstance(value, str) else ""
