"""A HubSpot that tells what changes: events as it words them, signed, and the door that takes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from typing_extensions import override

from connector.arrivals import Taken, take_arrivals
from connector.assemble import received
from connector.config.load import load
from connector.engine import Engine
from connector.signatures.signing import Signed, by_hubspot
from connector.store.base import Delivery, Post
from connector.web.committer import Committer
from connector.web.office import Settings
from connector.web.receiver import Receiver

from tests.web.house import House
from tests.world import AGREEMENT, World

SECRET, OLD = "c" * 36, "o" * 36
PUBLIC = "https://hooks.acme.example"
TARGET = "/webhooks/hubspot"
PORTAL = 62515
OPTIONS = (
    f'webhook_secret = [{{ env = "APP" }}, {{ env = "OLD" }}]\nportal_id = {PORTAL}\n'
    f'[web]\npublic_url = "{PUBLIC}"\n[home]'
)
SPELT = ("contact", "object")


def told(what: str, id_: object = 101, *, spelt: str = "contact", **more: object) -> dict[str, object]:
    """Return one event as HubSpot tells it."""
    typed = {"objectTypeId": "0-1"} if spelt == "object" else {}
    event: dict[str, object] = {
        "eventId": 1101,
        "subscriptionId": 7,
        "portalId": PORTAL,
        "appId": 9,
        "occurredAt": 1795165200101,
        "subscriptionType": f"{spelt}.{what}",
        "attemptNumber": 0,
        "objectId": id_,
        **typed,
        **more,
    }
    return {key: value for key, value in event.items() if value is not None}


@dataclass
class Portal(World):
    """A world in which HubSpot tells what changes, through the door that the daemon has."""

    @override
    def __post_init__(self) -> None:
        """Open everything, and take the notifications that the configuration says."""
        super().__post_init__()
        text = AGREEMENT.replace("[home]", OPTIONS)
        path = self.folder / "told.toml"
        path.write_text(text, encoding="utf-8")
        config = load(path, {"HUBSPOT_TOKEN": "t", "APP": SECRET, "OLD": OLD}).config
        assert config is not None
        self.incoming = received(config)
        self.house = House(self.store)

    @override
    def start(self, pool: object | None = None) -> Engine:
        """Return an engine that takes notifications as soon as the world knows how."""
        engine = super().start(pool)
        return replace(engine, incoming=getattr(self, "incoming", {}))

    def post(
        self, *bodies: object, secret: str = SECRET, target: str = TARGET, late: timedelta = timedelta()
    ) -> list[int]:
        """Send *bodies* signed, each as one request; return the statuses."""
        raw = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in bodies]
        with self.door() as receiver:
            return [
                asyncio.run(
                    _knock(receiver, target, body, by_hubspot(secret, PUBLIC + target, body, self.clock() - late))
                )
                for body in raw
            ]

    @contextmanager
    def door(self) -> Iterator[Receiver]:
        """Open the real door on the real store, with the world's clock."""
        office = replace(self.house.office(), clock=self.clock)
        committer = Committer(self.store, office.wake, 100)
        committer.start()
        receiver = Receiver(Settings(), office, committer)
        receiver.use(self.incoming)
        try:
            yield receiver
        finally:
            committer.stop(5)

    def take(self) -> Taken:
        """Take what arrived."""
        return take_arrivals(replace(self.engine, incoming=self.incoming))

    def kept(self, *states: Post) -> tuple[Delivery, ...]:
        """Return what is in the inbox."""
        with self.store.reading() as look:
            return look.deliveries(states=states or (Post.NEW, Post.ASIDE, Post.DONE))

    def event(self, name: str, what: str, **more: object) -> dict[str, object]:
        """Return an event about somebody."""
        return told(what, int(self.portal.contact_id(name)), **more)  # type: ignore[arg-type] # the parts of an event


async def _knock(receiver: Receiver, target: str, body: bytes, signed: Signed) -> int:
    """Send one request; return its status."""
    path, _, query = target.partition("?")
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": TARGET,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "client": ("10.0.0.1", 1),
        "headers": [(key.encode(), value.encode()) for key, value in signed.headers.items()],
    }
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        """Hand the body over."""
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        """Keep what is answered."""
        said.append(message)

    await receiver(scope, receive, send)
    return int(said[0]["status"])
