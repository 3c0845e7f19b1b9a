"""The real door for forged requests: what each sender of the corpus gets to hear."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from connector.adapters.incoming import Arrived, Forged, Genuine, Incoming, Posted, Read, Reply
from connector.adapters.webhook.arriving import verified
from connector.signatures.scheme import Request, Scheme
from connector.store import open_store
from connector.web.committer import Committer
from connector.web.office import Settings
from connector.web.receiver import Receiver

from tests.signatures.forging import NOW, SENDERS, Sender
from tests.web.house import House

Said = tuple[int, tuple[tuple[bytes, bytes], ...], bytes]
"""Status, headers and body of an answer."""
REFUSED: Final[Said] = (
    401,
    ((b"content-length", b"12"), (b"content-type", b"text/plain; charset=utf-8")),
    b"not accepted",
)
"""All that anybody who is not believed gets to hear, to the byte."""


class Believing(Incoming):
    """A system that is verified as ours are and asks for nothing, so that nothing needs to be stored."""

    signed = True
    kept = frozenset[str]()
    reply = Reply()

    def __init__(self, scheme: Scheme) -> None:
        """Believe by *scheme*."""
        self._scheme = scheme

    @override
    def verify(self, posted: Posted) -> Genuine | Forged:
        """Ask the scheme, as the adapters do."""
        return verified(self._scheme, posted)

    @override
    def asked_for(self, body: bytes, content_type: str, headers: Any) -> bool:
        """Ask for nothing."""
        del body, content_type, headers
        return False

    @override
    def read(self, arrived: Arrived) -> Read:
        """Say nothing."""
        del arrived
        return Read()


@dataclass
class Doorstep:
    """The receiver with one system for each sender of the corpus, and a clock that a request sets."""

    folder: Path
    now: datetime = NOW
    knocks: int = 0

    def __post_init__(self) -> None:
        """Build the door."""
        house = House(open_store(f"sqlite:///{self.folder}/web.db"))
        office = replace(house.office(), clock=lambda: self.now, note=lambda _name, _facts: None)
        office = replace(office, numbers=_Uncounted())
        self._receiver = Receiver(Settings(), office, Committer(house.store, office.wake, 1))
        self._receiver.use({_name(one): Believing(one.scheme) for one in SENDERS})

    async def knock(self, sender: Sender, request: Request) -> Said:
        """Send a request from an address of its own; return what is answered."""
        self.now = request.at
        self.knocks += 1
        path, mark, query = request.target.partition("?")
        scope: MutableMapping[str, Any] = {
            "method": "POST",
            # The path that was called may be changed; which system is meant is not the question here.
            "path": f"/webhooks/{_name(sender)}",
            "raw_path": path.encode("latin-1") or b" ",
            "query_string": query.encode("latin-1") if mark else b"",
            "client": (f"10.0.0.{self.knocks}", 1),
            "headers": [(key.encode(), text.encode("latin-1")) for key, text in request.headers.items()],
        }
        said: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            """Hand the body over."""
            return {"type": "http.request", "body": request.body}

        async def send(message: MutableMapping[str, Any]) -> None:
            """Keep what is answered."""
            said.append(message)

        await self._receiver(scope, receive, send)
        return said[0]["status"], tuple(said[0]["headers"]), said[1]["body"]


class _Uncounted:
    """Counts nothing."""

    def received(self, system: str, result: str) -> None:
        """Forget it."""

    def answered(self, seconds: float) -> None:
        """Forget it."""

    def exposition(self) -> tuple[bytes, str]:
        """Say nothing."""
        return b"", ""


def _name(sender: Sender) -> str:
    """Return a sender's name as a path has it."""
    return sender.name.replace(" ", "-")
