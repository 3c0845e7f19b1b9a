"""What the tests of reading Salesforce share: an org that answers each read as it is told, and what reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from connector.adapters.base import Page, Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.reading import Reads
from connector.adapters.salesforce.wire import Wire
from connector.sandbox.carried import Carried
from connector.sandbox.exchange import Request, Response
from connector.secrets import Secret

from tests.adapters.org_told import URL, Open, answer, described
from tests.clock import VirtualClock

Json = Any
"""Decoded JSON, whose shape is what the tests state."""
Reply = Callable[[Request], Response]
WANTED: Final = Wanted(
    {
        "lead": ("Email", "Status", "Secret__c"),
        "contact": ("Email", "Account.Industry"),
        "account": ("Industry",),
    },
    ("lead", "contact", "account"),
    stage_fields={"lead": "Status"},
)
LOOKBACK: Final = timedelta(days=180)
MOST_PULLS: Final = 200


def parent(name: str, relationship: str, *targets: str) -> dict[str, Json]:
    """Return a reference field as describe shows it."""
    return described(name, "reference", relationshipName=relationship, referenceTo=list(targets))


_SYSTEM: Final = (described("Id", "id"), described("IsDeleted", "boolean"), described("SystemModstamp", "datetime"))
_ROW: Final = (*_SYSTEM, described("OwnerId", "reference"), described("CreatedDate", "datetime"))
_PERSON: Final = (
    *_ROW,
    described("MasterRecordId", "reference"),
    described("Email", "email"),
    described("Score__c", "double"),
    described("Employees", "int"),
    parent("IndividualId", "Individual", "Individual"),
)
_WHO: Final = parent("WhoId", "Who", "Contact", "Lead")
SHOWN: Final[Mapping[str, tuple[dict[str, Json], ...]]] = {
    "Lead": (
        *_PERSON,
        described("Status", "picklist"),
        described("IsConverted", "boolean"),
        described("ConvertedContactId", "reference"),
    ),
    "Contact": (*_PERSON, parent("AccountId", "Account", "Account")),
    "Account": (*_ROW, described("MasterRecordId", "reference"), described("Industry", "picklist")),
    "Individual": (*_SYSTEM, described("HasOptedOutProfiling", "boolean"), described("ShouldForget", "boolean")),
    "Task": (*_ROW, _WHO, described("IsClosed", "boolean"), described("TaskSubtype", "picklist")),
    "Event": (*_ROW, _WHO, described("StartDateTime", "datetime"), described("IsChild", "boolean")),
    "CampaignMember": (
        *_ROW,
        described("LeadId", "reference"),
        described("ContactId", "reference"),
        described("Status", "picklist"),
        described("HasResponded", "boolean"),
        parent("CampaignId", "Campaign", "Campaign"),
    ),
    "Campaign": (*_ROW, described("Name"), described("Type", "picklist")),
    "EmailMessage": (*_ROW, described("Incoming", "boolean"), described("Status", "picklist")),
}


@dataclass(slots=True)
class Told:
    """Answers tokens and describes by itself and everything else as it is told, in turn."""

    clock: VirtualClock
    shown: dict[str, tuple[dict[str, Json], ...]] = field(default_factory=lambda: dict(SHOWN))
    replies: list[Reply | Response] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    described: list[str] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        """Answer one request, dated by the clock."""
        made = self._answer(request)
        return Response(made.status, {"Date": format_datetime(self.clock(), usegmt=True), **made.headers}, made.body)

    def _answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.endswith("/oauth2/token"):
            return answer(200, {"access_token": "00Dxx!made", "instance_url": URL, "token_type": "Bearer"})
        if request.path.endswith("/describe"):
            name = request.path.split("/")[-2]
            self.described.append(name)
            fields = self.shown.get(name)
            if fields is None:
                return answer(404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])
            return answer(200, {"name": name, "label": name, "fields": list(fields)})
        self.requests.append(request)
        reply = self.replies.pop(0)
        return reply(request) if callable(reply) else reply

    @property
    def soql(self) -> list[str]:
        """Return every SOQL string that was sent, those inside a composite and a job too."""
        return [each for request in self.requests for each in soql_of(request)]


def soql_of(request: Request) -> list[str]:
    """Return the SOQL in one request."""
    if request.path.endswith("/jobs/query"):
        return [json.loads(request.body)["query"]]
    if request.path.endswith(("/query", "/queryAll")):
        return [request.first("q") or ""]
    if request.path.endswith("/composite"):
        parts = json.loads(request.body)["compositeRequest"]
        return [parse_qs(urlsplit(part["url"]).query)["q"][0] for part in parts]
    return []


class Desk:
    """A told org and what reads it."""

    def __init__(self, wanted: Wanted = WANTED, *, threshold: int = 50_000, count: int | None = 0) -> None:
        """Open the org; *count* is answered to the first question how many rows there are, None for no such answer."""
        self.clock = VirtualClock()
        self.org = Told(self.clock)
        self.meter = Open()
        self.reads = self.build(wanted, threshold)
        if count is not None:
            self.tell(counted(count))

    def build(self, wanted: Wanted = WANTED, threshold: int = 50_000) -> Reads:
        """Return another reader of this org, as after a restart."""
        options = Options(base_url=URL, client_id=Secret("demo"), client_secret=Secret("demo"))
        wire = Wire(options, Tools(self.clock, self.meter, Carried(self.org, wait=self._pass)))
        describes = Describes(wire)
        return Reads(wire, describes, "salesforce", wanted, bulk_threshold=threshold, lookback=LOOKBACK)

    def _pass(self, span: timedelta) -> None:
        """Let virtual time pass."""
        self.clock.advance(span)

    def later(self, **span: float) -> datetime:
        """Let time pass."""
        return self.clock.advance(timedelta(**span))

    def tell(self, *replies: Reply | Response) -> None:
        """Say what the next requests are answered."""
        self.org.replies += replies

    def read(self, stream: str, cursor: str | None = None) -> list[Page]:
        """Pull until there is no more."""
        found: list[Page] = []
        while len(found) < MOST_PULLS:
            found.append(self.reads.pull(stream, cursor))
            cursor = found[-1].cursor
            if not found[-1].more:
                return found
        raise AssertionError(f"{stream} does not end")


def counted(number: int) -> Response:
    """Return the answer to a count."""
    return answer(200, {"totalSize": number, "done": True, "records": []})


def page(*rows: Mapping[str, Json], following: str = "", total: int = 0) -> Response:
    """Return a page of rows; *following* is where the next one is."""
    body = {"totalSize": total or len(rows), "done": not following, "records": [dict(row) for row in rows]}
    return answer(200, {**body, "nextRecordsUrl": following} if following else body)


def several(*answers: Response) -> Response:
    """Return the answer to a composite of queries."""
    parts = [
        {"body": json.loads(each.body), "httpHeaders": {}, "httpStatusCode": each.status, "referenceId": f"q{at}"}
        for at, each in enumerate(answers)
    ]
    return answer(200, {"compositeResponse": parts})


def stamp(at: datetime) -> str:
    """Return an instant as REST writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


def row(key: str, at: datetime, **values: Json) -> dict[str, Json]:
    """Return a row as REST writes it."""
    return {
        "attributes": {"type": "x", "url": "y"},
        "Id": key,
        "SystemModstamp": stamp(at),
        "IsDeleted": False,
        **values,
    }


def lead(number: int) -> str:
    """Return a lead's id."""
    return to18(f"00Q{number:012}")


def contact(number: int) -> str:
    """Return a contact's id."""
    return to18(f"003{number:012}")


def account(number: int) -> str:
    """Return an account's id."""
    return to18(f"001{number:012}")


def any_id(prefix: str, number: int) -> str:
    """Return the id of anything."""
    return to18(f"{prefix}{number:012}")
