"""The webhook adapter as a subject of the suite; its vendor is a small receiver that keeps to Standard Webhooks."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter
from standardwebhooks.webhooks import Webhook as Verifier
from typing_extensions import override

from connector.adapters import webhook
from connector.adapters.base import Adapter, Wanted
from connector.adapters.memory import Trouble
from connector.adapters.registry import Tools
from connector.adapters.webhook.guard import NotReached
from connector.model import CrmRef
from connector.secrets import Secret

from tests.clock import VirtualClock

URL: Final = "https://hooks.acme.example/services/T000/B000/5ecre7path"
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_STATUS: Final[Mapping[Trouble, int]] = MappingProxyType({Trouble.CREDENTIALS: 401, Trouble.BUSY: 503})


class Receiver(BaseAdapter):
    """
    A receiver as the specification wants it: verifies, drops what it has had, keeps what it is told of each person.

    Attributes:
        arrived: Every request that reached it.
        had: Bodies by webhook-id, each id once.
        troubles: What befalls the next requests.
        answers: What it answers instead of 204, one each: status and headers.
        says: What stands in these answers.
        requests: How many have left towards it.
    """

    def __init__(self, clock: VirtualClock) -> None:
        """Begin with nothing."""
        super().__init__()
        self.clock = clock
        self.arrived: list[requests.PreparedRequest] = []
        self.had: dict[str, dict[str, Any]] = {}
        self.troubles: list[Trouble] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.says = b"so it is"
        self.requests = 0

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Take one request, or let befall it what was asked for."""
        self.requests += 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is Trouble.NO_CONNECTION:
            raise NotReached("hooks.acme.example:443: Connection refused")
        if trouble is Trouble.LOST_UNPERFORMED:
            raise requests.ReadTimeout("Read timed out.")
        if trouble is not None and trouble in _STATUS:
            return answer(request, _STATUS[trouble], b"no\n")
        status, headers = self.answers.pop(0) if self.answers else (204, {})
        self.arrived.append(request)
        if status == 204:
            self._take(request)
        if trouble is Trouble.LOST_PERFORMED:
            raise requests.ConnectionError("Connection aborted.")
        return answer(request, status, self.says, headers)

    @override
    def close(self) -> None:
        """Hold nothing, so let nothing go."""

    def _take(self, request: requests.PreparedRequest) -> None:
        """Verify by the reference library, under our clock, and keep what is new."""
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        body = request.body
        assert isinstance(body, bytes)
        sent_at = self.clock().replace(microsecond=0)
        assert headers["webhook-timestamp"] == str(int(sent_at.timestamp()))
        signed = Verifier(SECRET).sign(headers["webhook-id"], sent_at, body.decode())
        assert headers["webhook-signature"] == signed
        assert headers["content-type"] == "application/json"
        found = json.loads(body)
        known = self.had.setdefault(headers["webhook-id"], found)
        assert known == found, "another body under an id that was there before"


def answer(
    request: requests.PreparedRequest, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> requests.Response:
    """Return one answer as the session hands it on."""
    made = requests.Response()
    made.status_code, made.request, made.url = status, request, request.url or ""
    made.headers.update(headers or {})
    made.raw = io.BytesIO(body)
    return made


class Unlimited:
    """A meter that lets everything through and notes what it is told."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[tuple[int, Mapping[str, str]]] = []

    def ask(self, bucket: str, rank: object) -> timedelta | None:
        """Let it through."""
        del bucket, rank
        return None

    def learned(self, status: int, headers: Mapping[str, str], bucket: str) -> None:
        """Note what an answer says."""
        del bucket
        self.told.append((status, headers))


class WebhookSubject:
    """The webhook adapter."""

    person = "addressee"
    stream = ""
    parents = ""
    many = 0
    name_field = "connector_name"
    stage_field = "stage"
    stages = ("lead", "mql")
    result_field = "connector_points"
    secret = SECRET

    def __init__(self, **options: object) -> None:
        """Begin with a receiver that knows nobody; *options* are the adapter's."""
        self.clock = VirtualClock()
        self.receiver = Receiver(self.clock)
        self.meter = Unlimited()
        self._options = webhook.Options.model_validate({"send_to": Secret(URL), "secret": Secret(SECRET), **options})
        self._people = 0
        self.adapter = self.again()

    def again(self) -> Adapter:
        """Return the adapter of a process that was started anew."""
        wanted = Wanted({"person": ("email",)}, ("person",), owners=("ann@acme.example", "queue: inbound"))
        return webhook.build("hooks", self._options, wanted, Tools(self.clock, self.meter, self.receiver))

    def never(self) -> CrmRef:
        """Return the name of somebody nobody told of."""
        return CrmRef("hooks", "addressee", "999999")

    def contact(self, name: str) -> CrmRef:
        """Return somebody new; a receiver knows nobody before it is told."""
        del name
        self._people += 1
        return CrmRef("hooks", "addressee", str(self._people))

    def buyer(self, name: str) -> CrmRef:
        """Return somebody new."""
        return self.contact(name)

    def change(self, ref: CrmRef, name: str, value: str) -> None:
        """Do nothing: what a receiver does with what it was told stays there."""

    def value(self, ref: CrmRef, name: str) -> str:
        """Return what the receiver was last told of somebody's stage or field."""
        for data in reversed([body["data"] for body in self.receiver.had.values()]):
            told = {self.stage_field: data.get("value"), **data.get("fields", {})}
            if data["person"]["id"] == ref.id and told.get(name) is not None:
                return str(told[name])
        return ""

    def delete(self, ref: CrmRef) -> None:
        """Do nothing: nobody here learns of it."""

    def merge(self, winner: CrmRef, loser: CrmRef) -> CrmRef:
        """Do nothing: nobody here learns of it."""
        del loser
        return winner

    def become(self, ref: CrmRef) -> CrmRef:
        """Do nothing: nobody here learns of it."""
        return ref

    def open_deal(self, ref: CrmRef) -> None:
        """Do nothing: nobody here learns of it."""

    def tasks(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the subjects of somebody's tasks."""
        told = [body["data"] for body in self.receiver.had.values()]
        return tuple(one["task"]["subject"] for one in told if "task" in one and one["person"]["id"] == ref.id)

    def make_by_hand(self) -> None:
        """Leave nothing to an admin: a receiver takes whatever fields there are."""

    def trouble(self, kind: Trouble, *, write: bool) -> None:
        """Let the next request end so; there are no reads that could."""
        if write:
            self.receiver.troubles.append(kind)

    def requests(self) -> int:
        """Return how many requests have left so far."""
        return self.receiver.requests

    def writes(self) -> int:
        """Return how many messages the receiver has taken."""
        return len(self.receiver.had)
