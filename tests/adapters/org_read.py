"""What the tests share that read the simulated org: the org, what reads it, and every SOQL string that was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from connector.adapters.base import Page, Wanted
from connector.adapters.registry import Tools
from connector.adapters.salesforce.describing import Describes
from connector.adapters.salesforce.options import Options
from connector.adapters.salesforce.reading import Reads
from connector.adapters.salesforce.wire import Wire
from connector.model import CrmRef, Record
from connector.sandbox.carried import Carried
from connector.sandbox.exchange import Request, Response
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.state import Manner
from connector.secrets import Secret

from tests.adapters.org_told import Open
from tests.adapters.reads_told import soql_of
from tests.clock import VirtualClock

OBJECTS: Final = ("lead", "contact", "account", "task", "event", "campaign_member", "email_message")
WANTED: Final = Wanted(
    {
        "lead": ("Email", "LastName", "Status", "HasOptedOutOfEmail"),
        "contact": ("Email", "LastName", "Account.Industry", "Account.Name"),
        "account": ("Industry", "Name"),
        "task": ("Subject",),
    },
    OBJECTS,
    stage_fields={"lead": "Status"},
)
URL: Final = "https://acme.my.salesforce.com"
MOST: Final = 500


@dataclass(slots=True)
class Watched:
    """Hands requests on to the org and keeps every SOQL string."""

    org: Org
    soql: list[str] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        """Keep what was asked and let the org answer."""
        self.soql += soql_of(request)
        return self.org.handle(request)


class Desk:
    """An org and what reads it."""

    def __init__(self, wanted: Wanted = WANTED, *, threshold: int = 50_000, **manner: Any) -> None:  # noqa: ANN401 - manners of the org
        """Open the org."""
        self.clock = VirtualClock()
        self.org = Org(seed=7, clock=self.clock, limits="off", manner=Manner(**manner))
        self.rep = self.org.rep
        self.watched = Watched(self.org)
        self.meter = Open()
        self.cursors: dict[str, str | None] = {}
        self.reads = self.build(wanted, threshold)

    def build(self, wanted: Wanted = WANTED, threshold: int = 50_000) -> Reads:
        """Return another reader, as after a restart."""
        options = Options(base_url=URL, client_id=Secret("demo"), client_secret=Secret("demo"))
        wire = Wire(options, Tools(self.clock, self.meter, Carried(self.watched)))
        lookback = timedelta(days=180)
        return Reads(wire, Describes(wire), "salesforce", wanted, bulk_threshold=threshold, lookback=lookback)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**span))

    def pages(self, stream: str) -> Iterator[Page]:
        """Read a stream on from where it stood."""
        for _ in range(MOST):
            page = self.reads.pull(stream, self.cursors.get(stream))
            self.cursors[stream] = page.cursor
            if page.rest is not None:
                self.clock.advance(page.rest)
            yield page
            if not page.more:
                return
        raise AssertionError(f"{stream} does not end")

    def read(self, stream: str) -> list[Record]:
        """Return what a stream brings now."""
        return [one for page in self.pages(stream) for one in page.records]

    def all(self) -> list[Page]:
        """Read every stream on."""
        return [page for stream in self.reads.streams() for page in self.pages(stream.name)]

    def settle(self) -> None:
        """Read everything and let the overlap pass."""
        self.all()
        self.later(minutes=20)
        self.all()

    def lead(self, name: str = "Ann", **values: Any) -> str:  # noqa: ANN401 - field values
        """Make a lead."""
        return self.rep.create_lead({"LastName": name, "Company": "Acme", **values})


def ids(records: list[Record]) -> list[str]:
    """Return the ids of records."""
    return [one.ref.id for one in records]


def inside(record: Record, name: str) -> set[tuple[str, object]]:
    """Return what a nested row of a record says."""
    nested = record.raw[name]
    assert isinstance(nested, Mapping)
    return set(nested.items())


def ref(name: str, key: str) -> CrmRef:
    """Return the name of a row."""
    return CrmRef("salesforce", name, key)
