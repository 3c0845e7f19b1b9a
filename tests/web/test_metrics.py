"""The figures of /metrics: each moves with what it is about, none goes back, and the page names them all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from connector.cli.serving import Front
from connector.config.nouns import Web
from connector.schedule import HEARTBEAT, Loop, beat, one_round
from connector.store.base import Post

from tests.webhooks.hooked import Hooked
from tests.webhooks.test_arrivals import booked
from tests.world import somebody

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "metrics.md"
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Watched:
    """A world with the front of a daemon before it."""

    def __init__(self, folder: Path) -> None:
        """Open it; nothing has happened yet."""
        self.world = Hooked(folder, [somebody("ann"), somebody("ben")])
        self.front = Front(replace(self.world.config, web=Web()), self.world.store, lambda _name, _facts: None)
        self.serve()

    def serve(self) -> None:
        """Begin anew with an engine of its own, as a reload does."""
        self.loop = Loop(replace(self.world.start(), tell=self.front.tell))
        self.front.serve_for(self.loop)

    def round(self) -> None:
        """Do one pass."""
        self.front.passed(one_round(self.loop))

    def figures(self) -> Figures:
        """Return every sample of the exposition."""
        text, _ = self.front.exposition()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text.decode())
            for sample in family.samples
        }


def value(figures: Figures, name: str, **labels: str) -> float:
    """Return one sample."""
    return figures[f"connector_{name}", tuple(sorted(labels.items()))]


def test_each_figure_moves_with_what_it_is_about(tmp_path: Path) -> None:
    """A pass reads, judges and asks; what waits and what was put aside is counted; the heart beats."""
    watched = Watched(tmp_path)
    beat(watched.loop.engine)
    watched.round()
    figures = watched.figures()
    assert value(figures, "rows_pulled_total", system="hubspot") == 2
    assert value(figures, "people_evaluated_total") == 2
    assert value(figures, "pass_seconds_count") == 1
    assert value(figures, "api_calls_total", system="hubspot") == watched.world.portal.api_calls
    assert value(figures, "down", system="hubspot") == 0
    now = watched.world.clock().timestamp()
    assert now - 60 < value(figures, "heartbeat_timestamp_seconds") <= now
    with watched.world.store.reading() as look:
        assert look.note(HEARTBEAT)


def test_what_was_put_aside_and_what_waits_is_shown(tmp_path: Path) -> None:
    """By state, from the store itself."""
    watched = Watched(tmp_path)
    watched.round()
    watched.world.accept(b"{", "broken")
    watched.world.take()
    watched.world.later(timedelta(minutes=1))
    watched.world.accept(booked("ann"), "d1")
    figures = watched.figures()
    assert value(figures, "inbox", state=str(Post.ASIDE)) == 1
    assert value(figures, "inbox", state=str(Post.NEW)) == 1


def test_requests_never_go_back_when_the_configuration_is_read_again(tmp_path: Path) -> None:
    """Another engine begins at zero; the counter goes on."""
    watched = Watched(tmp_path)
    watched.round()
    for _ in range(2):
        asked = watched.world.portal.api_calls
        assert asked > 0
        watched.serve()
        watched.round()
        assert watched.world.portal.api_calls > asked
    assert value(watched.figures(), "api_calls_total", system="hubspot") == watched.world.portal.api_calls


def test_the_page_names_every_figure_and_no_other(tmp_path: Path) -> None:
    """With its type and its labels."""
    watched = Watched(tmp_path)
    watched.round()
    text, _ = watched.front.exposition()
    there = {
        (family.name + ("_total" if family.type == "counter" else ""), family.type)
        for family in text_string_to_metric_families(text.decode())
        if not family.name.endswith("_created")
    }
    rows = re.findall(r"^\| `(connector_\w+)` \| (\w+) \| ([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {(name, kind) for name, kind, _ in rows}
    seldom = {("connector_api_left_today", "gauge"), ("connector_outbox", "gauge"), ("connector_inbox", "gauge")}
    seldom |= {("connector_heartbeat_timestamp_seconds", "gauge")}
    assert there <= listed
    assert listed - there <= seldom
    labels = {name: {one.strip(" `") for one in written.split(",") if one.strip()} for name, _, written in rows}
    for name, given in watched.figures():
        base = re.sub(r"_(bucket|sum|count|created)$", "", name)
        known = labels.get(base, labels.get(f"{base}_total"))
        assert known is not None, name
        assert {key for key, _ in given} - {"le"} <= known, name
