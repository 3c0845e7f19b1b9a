"""The benchmarks of the door can fail: a server that answers too early is found out, and so are unfair comparisons."""

from __future__ import annotations

from pathlib import Path

import requests

from bench import flood, ingest
from bench.apart import Apart
from bench.knocking import event, knock

SIZES = flood.Sizes(kills=2, longest=0.4)


def test_a_killed_door_has_lost_nothing(tmp_path: Path) -> None:
    """Whatever it answered is in its store."""
    assert flood.measured(SIZES, tmp_path).holds


def test_a_door_that_answers_before_it_writes_is_found_out(tmp_path: Path) -> None:
    """Some of what it answered is gone."""
    row = flood.measured(flood.Sizes(kills=6, longest=0.4, door="bench.door:Hasty"), tmp_path)
    assert row.sound
    assert row.value > 0
    assert not row.holds


def test_a_kill_that_met_no_flood_is_no_figure(tmp_path: Path) -> None:
    """Where everything was answered before, nothing could be lost."""
    assert not flood.measured(flood.Sizes(kills=1, longest=0.9, events=1, connections=1), tmp_path).holds


def test_both_doors_take_what_is_posted(tmp_path: Path) -> None:
    """Speed and slowest answers are told of rounds in which every event was stored by both."""
    rows = ingest.measured(ingest.Sizes(events=64, connections=4, rounds=1), tmp_path)
    assert [row.name for row in rows] == ["ingest_vs_bare", "ingest_p99_vs_bare"]
    assert all(row.sound and row.value > 0 for row in rows)


def test_the_bare_door_asks_for_the_signature_too(tmp_path: Path) -> None:
    """A comparison with one that checks nothing would flatter nobody; each id is stored once."""
    with Apart("bench.door:Bare", tmp_path / "bare.db") as door:
        url = door.ask("url")
        done = knock(url, ["a", "b", "a"], connections=2)
        assert (len(done.taken), done.others, done.broken) == (3, 0, 0)
        head, _, body = event("c").partition(b"\r\n\r\n")
        signed = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[2:])
        assert requests.post(url, body, headers=signed, timeout=5).status_code == 204
        assert requests.post(url, body.replace(b"page", b"cage"), headers=signed, timeout=5).status_code == 401
        assert door.ask("stored") == 3
