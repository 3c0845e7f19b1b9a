"""No CRM at all: examples/webhooks-only as it ships, from what senders tell to what the receiver is told."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from connector.adapters.incoming import Arrived, Forged, Genuine, Posted, Read, Reply
from connector.arrivals import take_arrivals
from connector.assemble import assemble, ready
from connector.cli.planning import plan
from connector.config.load import load_or_raise
from connector.engine import Engine
from connector.mapping.payloads import PayloadReader
from connector.store import open_store
from connector.store.base import Delivery
from connector.sync import sync

from tests.adapters.subject_webhook import SECRET, Receiver
from tests.clock import START, VirtualClock
from tests.config.support import ROOT

EXAMPLE: Final = ROOT / "examples" / "webhooks-only" / "config.toml"
ENVIRON: Final = {"WEBSITE_SECRET": SECRET, "BOOKING_SECRET": SECRET}
PERSON: Final = {
    "email": "Ann@Buyer.example",
    "name": {"first": "Ann", "last": "Test"},
    "company": "Buyer",
    "role": "manager",
    "consent": {"marketing": True},
}


class Taken:
    """What a configured system sends, believed without a signature: those are looked at elsewhere."""

    signed = False
    kept: frozenset[str] = frozenset()
    reply = Reply()

    def __init__(self, reader: PayloadReader) -> None:
        """Read by *reader*."""
        self._reader = reader

    def verify(self, posted: Posted) -> Genuine | Forged:
        """Believe it."""
        del posted
        return Genuine()

    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        """Tell what the mapping says."""
        return self._reader.asked_for(body, content_type, headers)

    def read(self, arrived: Arrived) -> Read:
        """Tell what the mapping says."""
        return self._reader.read(arrived)


class Shop:
    """The example, running."""

    def __init__(self, folder: Path, at: datetime = START) -> None:
        """Start it with an empty store."""
        self.clock = VirtualClock(at)
        self.receiver = Receiver(self.clock)
        config = load_or_raise(EXAMPLE, ENVIRON)
        self.config = replace(config, store_url=f"sqlite:///{folder}/shop.db")
        incoming = {
            name: Taken(PayloadReader(mapping, config.fields)) for name, mapping in self.config.mappings.items()
        }
        engine = assemble(
            self.config,
            store=open_store(self.config.store_url),
            clock=self.clock,
            transports={"website": self.receiver, "booking": self.receiver},
            chance=random.Random(1),
        )
        self.engine: Engine = ready(replace(engine, incoming=MappingProxyType(incoming)))
        self._sent = 0

    def hears(self, system: str, **event: object) -> None:
        """Let a system send one event, and do what follows."""
        self.clock.sleep(timedelta(minutes=1))
        self._sent += 1
        body = json.dumps({**event, "sent_at": self.clock().isoformat()}).encode()
        digest = hashlib.sha256(body).hexdigest()
        with self.engine.store.writing() as tx:
            tx.accept([Delivery(system, f"e{self._sent}", digest, body, self.clock(), "application/json")])
        self.clock.sleep(timedelta(seconds=1))
        taken = take_arrivals(self.engine)
        assert (taken.deliveries, taken.aside) == (1, 0)

    def passes(self) -> None:
        """Do one pass."""
        sync(self.engine, self.clock.sleep, {})

    def types(self) -> list[str]:
        """Return what the receiver was told, in order."""
        return [one["type"] for one in self.receiver.had.values()]


def asks(shop: Shop) -> None:
    """Let a manager ask a question."""
    shop.hears("website", event="form.sent", person=PERSON, form={"question": "How?", "product": "API"})


def test_a_question_becomes_a_task(tmp_path: Path) -> None:
    """A manager asks: the stage and a task are posted, signed, once; a second question says nothing more."""
    shop = Shop(tmp_path)
    shop.passes()
    asks(shop)
    shop.passes()
    assert sorted(shop.types()) == ["lifecycle.stage_changed", "task.created"]
    task = next(one["data"] for one in shop.receiver.had.values() if one["type"] == "task.created")
    assert task["task"]["subject"].startswith("Ann Test (Buyer)")
    assert task["task"]["owner"] == "sales-lead@acme.example"
    assert task["person"]["email"] == "ann@buyer.example"
    assert task["person"]["fields"]["role"] == "manager"
    asks(shop)
    for _ in range(3):
        shop.clock.sleep(timedelta(days=1))
        shop.passes()
    assert len(shop.types()) == 2


def test_two_systems_that_tell_of_one_person_give_one_task(tmp_path: Path) -> None:
    """Whoever asks on the website and then books a meeting is one person over there."""
    shop = Shop(tmp_path)
    shop.passes()
    asks(shop)
    shop.passes()
    attendee = {"email": "ann@buyer.example"}
    data = {"createdAt": shop.clock().isoformat(), "attendee": attendee, "eventType": {"title": "Demo"}}
    shop.hears("booking", event="booking.created", data=data)
    shop.passes()
    assert sorted(shop.types()) == ["lifecycle.stage_changed", "task.created"]


def test_plan_shows_what_would_be_posted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As text and as JSON; nothing leaves, and the pass then posts these messages."""
    # The command reads the machine's clock, so the shop must not stand in another month.
    shop = Shop(tmp_path, datetime.now(UTC) - timedelta(hours=1))
    shop.passes()
    asks(shop)
    for name, value in {**ENVIRON, "CONNECTOR_STORE__URL": url_in(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert plan(EXAMPLE, as_json=True, detailed=True) == 3
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert plan(EXAMPLE, as_json=False, detailed=False) == 0
    text = capsys.readouterr().out
    shown = [line.strip().removeprefix("posts ") for line in text.splitlines() if line.strip().startswith("posts ")]
    assert shop.receiver.requests == 0
    shop.passes()
    (task,) = (one["data"]["task"] for one in shop.receiver.had.values() if one["type"] == "task.created")
    for posts in ([one["posts"] for one in changes], [json.loads(one) for one in shown]):
        assert sorted(one["type"] for one in posts) == sorted(shop.types())
        assert [one["data"]["task"]["body_text"] for one in posts if "task" in one["data"]] == [task["body_text"]]
        assert all(one["data"]["person"]["email"] == "ann@buyer.example" for one in posts)


def url_in(folder: Path) -> str:
    """Return where the shop's store is."""
    return f"sqlite:///{folder}/shop.db"
