"""A world in which a website sends by itself: the inbox, the real store, the simulated CRM behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from typing_extensions import override

from connector.adapters.incoming import Arrived, Forged, Genuine, Posted, Read, Reply
from connector.arrivals import Taken, take_arrivals
from connector.engine import Engine
from connector.mapping.payloads import PayloadReader
from connector.model import CrmRef, Engagement, Value
from connector.sandbox.hubspot import Person
from connector.store.base import Acceptance, Delivery, Post

from tests.webhooks.made import BOOKING
from tests.world import World

RULE = """
[[agreement.rule]]
score = "intent"
name = "Books"
when = { engagement = "meeting_booked", within = "60 days" }
points = 40
[agreement.mql]"""


class Trusting:
    """Takes whatever comes and reads it by the mapping: how it is verified is another part's concern."""

    signed = False
    kept: frozenset[str] = frozenset()
    reply = Reply()

    def __init__(self, reader: PayloadReader) -> None:
        """Keep the reader."""
        self.reader = reader

    def verify(self, posted: Posted) -> Genuine | Forged:
        """Believe whatever has a body."""
        return Genuine() if posted.body else Forged("nothing")

    def asked_for(self, body: bytes, content_type: str, headers: Mapping[str, str]) -> bool:
        """Ask the mapping."""
        return self.reader.asked_for(body, content_type, headers)

    def read(self, arrived: Arrived) -> Read:
        """Ask the mapping."""
        return self.reader.read(arrived)


class Hinting(Trusting):
    """Says of contacts that they changed or were erased, as a CRM's own notification does."""

    @override
    def read(self, arrived: Arrived) -> Read:
        """Read the ids of contacts out of the body."""
        said = json.loads(arrived.body)
        hints, forget = (
            tuple(CrmRef("hubspot", "contact", id_) for id_ in said.get(key, ())) for key in ("hints", "forget")
        )
        return Read(hints=hints, forget=forget)


@dataclass(frozen=True)
class Seen:
    """Somebody as the store has them: where their rows stand, what is known of them, what they did, where they are."""

    rows: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, Value], ...]
    engagements: tuple[tuple[str, str, datetime, str], ...]
    stage: str
    due: bool


class Hooked(World):
    """A world with a website that sends; its mapping and options can be others."""

    def __init__(self, folder: Path, people: Iterable[Person] = (), mapping: str = BOOKING, options: str = "") -> None:
        """Open everything."""
        fields = 'employees = { type = "integer" }\ninterests = { type = "list" }\n'
        super().__init__(
            folder,
            people,
            changes={
                "[home]": f'[systems.website]\nkind = "webhook"\nsignature = "none"\n{options}\n[home]',
                'employees = { type = "integer" }\n': fields,
                "[agreement]\n": f"{mapping}\n[agreement]\n",
                "\n[agreement.mql]": RULE,
            },
        )

    @override
    def start(self, pool: object | None = None) -> Engine:
        """Return an engine that takes what website and CRM send."""
        engine = super().start(pool)
        reader = PayloadReader(self.config.mappings["website"], self.config.fields)
        return replace(engine, incoming={"website": Trusting(reader), "hubspot": Hinting(reader)})

    def accept(self, body: object, id_: str, system: str = "website") -> Acceptance:
        """Let a delivery arrive."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        digest = hashlib.sha256(raw).hexdigest()
        with self.store.writing() as tx:
            (found,) = tx.accept([Delivery(system, id_, digest, raw, self.clock(), "application/json")])
        return found

    def take(self, limit: int = 500) -> Taken:
        """Take what arrived until nothing is left."""
        taken = take_arrivals(self.engine, limit)
        people, deliveries, aside, hints = taken.people, taken.deliveries, taken.aside, taken.hints
        while taken.more:
            taken = take_arrivals(self.engine, limit)
            people, deliveries = people | taken.people, deliveries + taken.deliveries
            aside, hints = aside + taken.aside, hints + taken.hints
        return Taken(people, deliveries, aside, hints)

    def aside(self) -> tuple[Delivery, ...]:
        """Return what was put aside."""
        with self.store.reading() as look:
            return look.deliveries(states=(Post.ASIDE,))

    def seen(self) -> list[Seen]:
        """Return everybody, whoever was made first."""
        from connector.evaluate import person_of  # noqa: PLC0415 - tests of the mapping alone need no engine

        with self.store.reading() as look:
            dossiers = look.dossiers(range(1, 200))
        return sorted(
            (
                Seen(
                    tuple(sorted((row.ref.object, row.ref.id) for row in one.held if row.person_id)),
                    tuple(sorted(person_of(self.engine, one).fields.items())),
                    tuple((row.key, row.type, row.at, _text(row)) for row in one.engagements),
                    str(one.standing.stage),
                    one.standing.due_at is not None,
                )
                for one in dossiers
            ),
            key=lambda one: one.rows,
        )


def _text(row: Engagement) -> str:
    """Return the attributes of an engagement as text."""
    return json.dumps(dict(row.attributes), default=str)
