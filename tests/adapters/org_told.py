"""What the tests of writing to Salesforce share: an org that answers as it is told, and writes to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any, Final

from connector.adapters.base import Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.wire import Wire
from connector.adapters.salesforce.writing import Writes
from connector.commands import CreateTask, Outcome, Rank, SetFields, SetStage
from connector.model import CrmRef, Stage
from connector.sandbox.carried import Carried
from connector.sandbox.exchange import ConnectionCut, Request, Response, request_of
from connector.secrets import Secret

from tests.clock import START, VirtualClock

URL: Final = "http://127.0.0.1:8701"
KEY_FIELD: Final = "Connector_Key__c"
WANTED: Final = Wanted({"lead": ("Status",), "contact": ("Stage__c",)}, ("lead", "contact", "account"), tasks=True)
REQUEST_ID: Final = "ff00aa11-22bb"
KEY: Final = "abcdefghijklmnopqrstuvwx01"
Json = Any
"""Decoded JSON, whose shape is what the tests state."""


def described(name: str, kind: str = "string", **more: Json) -> dict[str, Json]:
    """Return one field as describe shows it."""
    shown = {
        "name": name,
        "label": name,
        "type": kind,
        "length": 0,
        "createable": True,
        "updateable": True,
        "filterable": True,
        "sortable": True,
        "unique": False,
        "externalId": False,
        "idLookup": False,
        "restrictedPicklist": False,
        "picklistValues": [],
        "nillable": True,
        "referenceTo": [],
        "relationshipName": None,
        "calculated": False,
        "defaultedOnCreate": False,
        "soapType": "xsd:string",
    }
    return shown | more


def choices(*values: str) -> list[dict[str, Json]]:
    """Return picklist values as describe shows them."""
    return [{"value": one, "label": one, "active": True, "defaultValue": False, "validFor": None} for one in values]


_FIXED: Final = {"createable": False, "updateable": False}
_SYSTEM: Final = (
    described("Id", "id", length=18, **_FIXED),
    described("IsDeleted", "boolean", **_FIXED),
    described("SystemModstamp", "datetime", **_FIXED),
)
PERSON: Final = (
    *_SYSTEM,
    described("MasterRecordId", "reference", **_FIXED),
    described("Score__c", "double"),
    described("Employees", "int"),
    described("Reasons__c", "textarea", length=40),
    described("Since__c", "date"),
    described("Qualified__c", "datetime"),
    described("Hot__c", "boolean"),
    described("Stage__c", "picklist", length=40, picklistValues=choices("Lead", "MQL", "SQL")),
    described("Sum__c", "double", updateable=False, calculated=True),
    described("OwnerId", "reference", length=18),
)
LEAD: Final = (
    *PERSON,
    described("Status", "picklist", length=40, picklistValues=choices("Open", "Working", "MQL")),
    described("IsConverted", "boolean", **_FIXED),
    described("ConvertedContactId", "reference", **_FIXED),
)
TASK: Final = (
    *_SYSTEM,
    described("WhoId", "reference", length=18),
    described("WhatId", "reference", length=18),
    described("OwnerId", "reference", length=18),
    described("Subject", "combobox", length=255),
    described("Description", "textarea", length=32_000, filterable=False),
    described("ActivityDate", "date"),
    described("Priority", "picklist", length=40, picklistValues=choices("High", "Normal", "Low")),
    described("TaskSubtype", "picklist", length=40, updateable=False, picklistValues=choices("Task", "Email", "Call")),
    described("IsReminderSet", "boolean"),
    described("ReminderDateTime", "datetime"),
    described("IsArchived", "boolean", **_FIXED),
)
HOLDER: Final = described(KEY_FIELD, "string", length=64, unique=True, externalId=True, idLookup=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """One write as it left."""

    method: str
    path: str
    headers: Mapping[str, str]
    rows: Sequence[Mapping[str, Json]]
    all_or_none: object


Told = Callable[[Asked], Response]


@dataclass(slots=True)
class TellableOrg:
    """Answers tokens, describes and simple queries by itself, and each write as it is told, else with success."""

    fields: dict[str, tuple[dict[str, Json], ...]] = field(
        default_factory=lambda: {"Lead": LEAD, "Contact": PERSON, "Account": PERSON, "Task": (*TASK, HOLDER)}
    )
    tables: dict[str, list[dict[str, Json]]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    deaf: int = 0
    """How many of the next queries are answered with 503."""
    writes: list[Asked] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    describes: list[str] = field(default_factory=list)
    numbers: count[int] = field(default_factory=lambda: count(1))

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = request.path
        if path.endswith("/oauth2/token"):
            return answer(200, {"access_token": "00Dxx!made", "instance_url": URL, "token_type": "Bearer"})
        if path.endswith("/describe"):
            return self._describe(path.split("/")[-2])
        if path.endswith(("/query", "/queryAll")):
            return self._query(request.first("q") or "", all_rows=path.endswith("All"))
        if path.endswith("/composite"):
            return self._composite(json.loads(request.body))
        body = json.loads(request.body)
        asked = Asked(request.method, path, request.headers, body["records"], body["allOrNone"])
        self.writes.append(asked)
        return (self.told.pop(0) if self.told else self.perform)(asked)

    def perform(self, asked: Asked) -> Response:
        """Take every row."""
        return answer(200, [self.taken(row) for row in asked.rows])

    def taken(self, row: Mapping[str, Json]) -> dict[str, Json]:
        """Take one row, and keep it for queries."""
        name = row["attributes"]["type"]
        made = row.get("id") or to18(f"00T{next(self.numbers):012}")
        kept = {key: value for key, value in row.items() if key not in {"attributes", "id"}}
        rows = self.tables.setdefault(name, [])
        held = next((one for one in rows if one["Id"] == made), None)
        if held is None:
            rows.append({"Id": made, "IsDeleted": False, **kept})
        else:
            held.update(kept)
        return {"id": made, "success": True, "errors": []}

    def _describe(self, name: str) -> Response:
        """Show what the connector's user may see of an object."""
        self.describes.append(name)
        fields = self.fields.get(name)
        if fields is None:
            return refused(404, "NOT_FOUND", "The requested resource does not exist")
        return answer(200, {"name": name, "label": name, "fields": list(fields)})

    def _query(self, soql: str, *, all_rows: bool) -> Response:
        """Answer the one form of query that writing needs."""
        self.queries.append(soql)
        if self.deaf:
            self.deaf -= 1
            return refused(503, "SERVER_UNAVAILABLE", "Server unavailable")
        found = re.fullmatch(r"SELECT (.+) FROM (\w+) WHERE (\w+) IN \((.+)\)", soql)
        if found is None:
            return refused(400, "MALFORMED_QUERY", f"unexpected: {soql}")
        names, name, where, values = found.groups()
        wanted = {one.casefold() for one in re.findall(r"'([^']*)'", values)}
        rows = [
            {"attributes": {"type": name, "url": ""}} | {each: row.get(each) for each in names.split(", ")}
            for row in self.tables.get(name, [])
            if str(row.get(where) or "").casefold() in wanted and (all_rows or not row.get("IsDeleted"))
        ]
        return answer(200, {"totalSize": len(rows), "done": True, "records": rows})

    def _composite(self, body: Mapping[str, Json]) -> Response:
        """Answer several queries in one call."""
        parts = []
        for one in body["compositeRequest"]:
            found = self.handle(request_of("GET", one["url"], {}, b""))
            parts.append({
                "body": json.loads(found.body),
                "httpHeaders": {},
                "httpStatusCode": found.status,
                "referenceId": one["referenceId"],
            })
        return answer(200, {"compositeResponse": parts})


def answer(status: int, body: Json, **headers: str) -> Response:
    """Return an answer with Salesforce's usual headers."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = {
        "Content-Type": "application/json;charset=UTF-8",
        "Sforce-Limit-Info": "api-usage=18/15000",
        "X-SFDC-Request-Id": REQUEST_ID,
    }
    return Response(status, usual | headers, content)


def refused(status: int, code: str, message: str, *fields: str) -> Response:
    """Return the refusal of a whole request."""
    return answer(status, [{"message": message, "errorCode": code, **({"fields": list(fields)} if fields else {})}])


def failed(code: str, message: str, *fields: str, **more: Json) -> dict[str, Json]:
    """Return the element of a row that was not taken: no id, and statusCode."""
    return {"success": False, "errors": [{"statusCode": code, "message": message, "fields": list(fields), **more}]}


def whole(made: Response | Exception) -> Told:
    """Answer a write with *made* without performing it, or end the connection."""

    def told(_asked: Asked) -> Response:
        """Answer it."""
        if isinstance(made, Exception):
            raise made
        return made

    return told


def but(org: TellableOrg, **elements: Json) -> Told:
    """Perform all rows but those whose place is named (p0, p17), which are answered with the element."""

    def told(asked: Asked) -> Response:
        """Answer each row."""
        return answer(200, [elements.get(f"p{at}") or org.taken(row) for at, row in enumerate(asked.rows)])

    return told


def lost_after(org: TellableOrg) -> Told:
    """Perform all rows, and answer nothing."""

    def told(asked: Asked) -> Response:
        """Take the rows and end the connection."""
        org.perform(asked)
        raise ConnectionCut

    return told


@dataclass(slots=True)
class Open:
    """A meter that grants everything, unless a wait was put there."""

    asked: list[tuple[str, Rank]] = field(default_factory=list)
    waits: list[timedelta | None] = field(default_factory=list)

    def ask(self, bucket: str, rank: Rank) -> timedelta | None:
        """Grant it, unless a wait was put there."""
        self.asked.append((bucket, rank))
        return self.waits.pop(0) if self.waits else None

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Take no notice."""


class Bench:
    """An org that is told what to say, and what writes to it."""

    def __init__(self, *, tier: str = "A", wanted: Wanted = WANTED) -> None:
        """Open the org."""
        self.clock = VirtualClock()
        self.org = TellableOrg()
        self.meter = Open()
        if tier == "B":
            self.org.fields["Task"] = TASK
        self.writes = self.build(wanted)

    def build(self, wanted: Wanted = WANTED) -> Writes:
        """Return another writer to this org."""
        options = Options(base_url=URL, client_id=Secret("demo"), client_secret=Secret("demo"))
        wire = Wire(options, Tools(self.clock, self.meter, Carried(self.org, wait=self._pass)))
        return Writes(wire, Describes(wire), "salesforce", wanted, task_key_field=KEY_FIELD)

    def _pass(self, span: timedelta) -> None:
        """Let virtual time pass."""
        self.clock.advance(span)

    def apply(self, *commands: SetStage | SetFields | CreateTask) -> tuple[Outcome, ...]:
        """Apply with everything permitted."""
        return self.writes.apply(commands, yes)

    def hold(self, ref: CrmRef, **values: Json) -> CrmRef:
        """Let the org have a person."""
        name = ref.object.capitalize()
        self.org.tables.setdefault(name, []).append({"Id": ref.id, "IsDeleted": False, **values})
        return ref


def yes() -> bool:
    """Permit everything."""
    return True


def lead(number: int = 1) -> CrmRef:
    """Return the name of a lead."""
    return CrmRef("salesforce", "lead", to18(f"00Q{number:012}"))


def contact(number: int = 1) -> CrmRef:
    """Return the name of a contact."""
    return CrmRef("salesforce", "contact", to18(f"003{number:012}"))


def account(number: int = 1) -> CrmRef:
    """Return the name of an account."""
    return CrmRef("salesforce", "account", to18(f"001{number:012}"))


def user(number: int = 1) -> str:
    """Return the id of a user."""
    return to18(f"005{number:012}")


def stage(ref: CrmRef, value: str = "MQL", name: str = "Status") -> SetStage:
    """Return a stage command keyed by its record."""
    return SetStage(f"s{ref.id}", ref, name, value, Stage.MQL)


def fields(ref: CrmRef, **values: str) -> SetFields:
    """Return a field command keyed by its record."""
    return SetFields(f"f{ref.id}", ref, values)


def task(ref: CrmRef, key: str = KEY, **more: object) -> CreateTask:
    """Return a task command."""
    made = CreateTask(
        key, ref, "new-sql", "Call Ann", "<p>Ann &amp; co</p>", "Ann & co", START + timedelta(hours=4), due_on=DUE
    )
    return CreateTask(**{**{name: getattr(made, name) for name in CreateTask.__slots__}, **more})


DUE: Final = date(2026, 11, 3)
