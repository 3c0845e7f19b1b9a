"""
The figures of `/metrics`: what has happened is counted as it happens, what stands in the store is read when asked for.

One registry of its own, no state of the process; no label holds anything of a person, and every label has few values:
systems by the admin's names, kinds and states by ours. They outlast a reload: counters never go back.
"""

from __future__ import annotations

import threading
import time
from collections import Counter as Counted
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from connector import __version__
from connector.commands import kind_of
from connector.engine import Engine
from connector.events import CameBack, Dropped, Evaluated, Event, Pulled, Refused, Tried, WentDown

_FRESH: Final = 2.0
"""Seconds for which what was read from the store is shown again: a scrape must not keep writers waiting."""
_PASSES: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_ANSWERS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    """Counts what the steps tell and what the door answers."""

    def __init__(self, stored: Callable[[], Iterable[Metric]]) -> None:
        """Begin at zero; *stored* reads the gauges."""
        self.registry = CollectorRegistry()
        make = self._counter
        self._received = make("webhooks_received", "Requests to /webhooks/NAME.", ("system", "result"))
        self._pulled = make("rows_pulled", "Rows read from a system.", ("system",))
        self._evaluated = make("people_evaluated", "People who were judged.", ())
        self._writes = make("writes", "Writes by what came of them.", ("system", "kind", "outcome"))
        self._refused = make("rows_refused", "Rows and deliveries that were put aside.", ("system",))
        self._downs = make("outages", "Times a system was found down.", ("system", "kind"))
        self._passes = Histogram(
            "connector_pass_seconds", "How long passes took.", buckets=_PASSES, registry=self.registry
        )
        self._answered = Histogram(
            "connector_webhook_answer_seconds",
            "How long a sender waited for the answer to a webhook.",
            buckets=_ANSWERS,
            registry=self.registry,
        )
        self.registry.register(_Stored(stored))

    def _counter(self, name: str, help_: str, labels: tuple[str, ...]) -> Counter:
        """Make one counter."""
        return Counter(f"connector_{name}", help_, labels, registry=self.registry)

    def tell(self, event: Event) -> None:
        """Take one event; called from several threads."""
        match event:
            case Pulled():
                self._pulled.labels(event.system).inc(event.rows)
            case Evaluated():
                self._evaluated.inc(event.people)
            case Tried():
                outcome = type(event.outcome).__name__.lower()
                self._writes.labels(event.system, str(kind_of(event.command)), outcome).inc()
            case Dropped():
                self._writes.labels(event.system, str(kind_of(event.command)), "dropped").inc()
            case Refused():
                self._refused.labels(event.ref.system).inc()
            case WentDown():
                self._downs.labels(event.system, event.kind).inc()
            case CameBack():
                return

    def passed(self, seconds: float) -> None:
        """Count one pass and how long it took."""
        self._passes.observe(seconds)

    def received(self, system: str, result: str) -> None:
        """See `connector.web.office.Numbers`."""
        self._received.labels(system, str(result)).inc()

    def answered(self, seconds: float) -> None:
        """See `connector.web.office.Numbers`."""
        self._answered.observe(seconds)

    def exposition(self) -> tuple[bytes, str]:
        """See `connector.web.office.Numbers`."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST


class _Stored:
    """Gauges that are read when asked for, and kept for a moment."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        """Read by *read*."""
        self._read = read
        self._lock = threading.Lock()
        self._kept: tuple[Metric, ...] = ()
        self._at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        """Return the gauges; prometheus-client calls this."""
        with self._lock:
            if time.monotonic() - self._at > _FRESH:
                self._kept = tuple(self._read())
                self._at = time.monotonic()
            return self._kept


@dataclass(frozen=True, slots=True)
class _Gauges:
    """Gauges in the making."""

    found: dict[str, GaugeMetricFamily | CounterMetricFamily]

    def add(self, name: str, help_: str, labels: Mapping[str, str], value: float) -> None:
        """Add one value; the labels of one name are always the same."""
        family = self.found.get(name)
        if family is None:
            family = self.found[name] = GaugeMetricFamily(f"connector_{name}", help_, labels=list(labels))
        family.add_metric(list(labels.values()), value)

    def count(self, name: str, help_: str, labels: Mapping[str, str], value: float) -> None:
        """Add one value of a counter that is kept elsewhere; the exposition appends "_total" to its name."""
        family = self.found.get(name)
        if family is None:
            family = self.found[name] = CounterMetricFamily(f"connector_{name}", help_, labels=list(labels))
        family.add_metric(list(labels.values()), value)


@dataclass(frozen=True, slots=True)
class Requests:
    """
    Requests to each system by earlier engines of this daemon; each new one begins at zero.

    Attributes:
        asked: By system.
        refused: Those of them that were answered 429.
    """

    asked: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)

    def after(self, engine: Engine) -> Requests:
        """Return what counts once another engine takes the place of *engine*."""
        left = {name: budget.left() for name, budget in engine.budgets.items()}
        asked = Counted(self.asked) + Counted({name: one.asked for name, one in left.items()})
        return Requests(asked, Counted(self.refused) + Counted({name: one.refused for name, one in left.items()}))


def stored(engine: Engine, heartbeat: str, requests: Requests) -> Iterable[Metric]:
    """Return what the store and the budgets of *engine* say now; *heartbeat* names the note."""
    gauges = _Gauges({})
    now = engine.clock()
    gauges.add("info", "Version of the connector.", {"version": __version__}, 1)
    with engine.store.reading() as look:
        backlog = look.backlog()
        waiting = look.deliveries_waiting()
        cursors = look.cursors()
        beat = look.note(heartbeat)
    for (system, state), count in backlog.items():
        gauges.add("outbox", "Writes that are not over, by state.", {"system": system, "state": str(state)}, count)
    for post, count in waiting.items():
        gauges.add("inbox", "Deliveries that wait or were put aside.", {"state": str(post)}, count)
    for one in cursors:
        labels = {"system": one.system, "stream": one.stream}
        lag = max((now - one.as_of).total_seconds(), 0.0)
        gauges.add("read_lag_seconds", "Age of what was read last, by stream.", labels, lag)
        gauges.add(
            "last_look_timestamp_seconds", "When a stream was last looked at.", labels, one.looked_at.timestamp()
        )
    for name, budget in engine.budgets.items():
        left = budget.left()
        asked, refused = (before.get(name, 0) for before in (requests.asked, requests.refused))
        gauges.count("api_calls", "Requests to a system.", {"system": name}, asked + left.asked)
        gauges.count("api_refused", "Requests that were answered 429.", {"system": name}, refused + left.refused)
        gauges.add("api_used_today", "Requests of the day.", {"system": name}, left.used_today)
        if left.vendor_left_today is not None:
            what = "Requests that the vendor said are left for the account today."
            gauges.add("api_left_today", what, {"system": name}, left.vendor_left_today)
        health = engine.health.get(name)
        down = health is not None and health.down_since is not None
        gauges.add("down", "1 while a system cannot be reached.", {"system": name}, float(down))
    if beat:
        at = datetime.fromisoformat(beat).timestamp()
        gauges.add("heartbeat_timestamp_seconds", "When the loop was last alive.", {}, at)
    return gauges.found.values()
