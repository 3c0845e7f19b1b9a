"""The sandbox as a whole: repeatable, complete, of the recorded shapes, small and quick with many people."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from connector.sandbox.hubspot import UNPROVEN, Portal
from connector.sandbox.hubspot.routes import BY_LENGTH, ENDPOINTS
from connector.sandbox.people import BadPeopleFile, Person, load

from tests.sandbox.desk import NOON, OBJECTS, Caller, Clock, Json, where
from tests.sandbox.tour import tour

SHAPES = Path(__file__).parent / "shapes.json"


def test_same_seed_same_exchanges(tmp_path: Path) -> None:
    """The same walk gives the same log byte by byte; another seed gives another."""
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        tour(tmp_path / name, seed=seed)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "three").read_bytes()


def test_the_tour_meets_every_endpoint(tmp_path: Path) -> None:
    """Each endpoint of the table answered at least once with success."""
    tour(tmp_path / "log")
    met = set()
    for line in (tmp_path / "log").read_text().splitlines():
        exchange = json.loads(line)
        given = exchange["path"].strip("/").split("/")
        for parts, endpoint in BY_LENGTH[exchange["method"], len(given)]:
            if all(part in {"*", own} for part, own in zip(parts, given, strict=True)):
                if exchange["status"] < 300:
                    met.add(endpoint)
                break
    assert [path for _, path, endpoint in ENDPOINTS if endpoint not in met] == []


def shape_of(value: object) -> object:
    """Return the shape of decoded JSON: names and types, the first row of a list."""
    if isinstance(value, dict):
        return {name: shape_of(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    return type(value).__name__


def lacking(wanted: object, own: object, where_: str) -> Iterator[str]:
    """Return what of the wanted shape the own one lacks or has of another type."""
    if isinstance(wanted, dict) and isinstance(own, dict):
        for name, each in wanted.items():
            if name not in own:
                yield f"{where_}.{name} is missing"
            else:
                yield from lacking(each, own[name], f"{where_}.{name}")
    elif isinstance(wanted, list) and isinstance(own, list):
        if wanted and own:
            yield from lacking(wanted[0], own[0], f"{where_}[]")
        elif wanted:
            yield f"{where_} is empty"
    elif wanted not in {"any", own}:
        yield f"{where_} is {own}, should be {wanted}"


@pytest.mark.parametrize("case", json.loads(SHAPES.read_text()), ids=lambda case: case["name"])
def test_answers_have_the_recorded_shapes(case: Json) -> None:
    """What real answers carry, ours carry too, under the same names and of the same types."""
    clock = Clock()
    portal = Portal([Person("p", {"email": "p@x.example", "phone": "+49 30 1"})], clock=clock)
    call = Caller(portal)
    key = portal.contact_id("p")
    status, answer = 0, None
    for method, path_, body in case["steps"]:
        text = json.dumps(body).replace("$CONTACT", key).replace("$TASK", next(iter(portal.ids("tasks")), ""))
        path = path_.replace("$CONTACT", key).replace("$TASK", next(iter(portal.ids("tasks")), ""))
        status, answer = call(method, path, json.loads(text) if body is not None else None)
        clock.move(milliseconds=101)
    assert status == case["status"], answer
    assert list(lacking(case["shape"], shape_of(answer), "body")) == []


def test_many_people_are_searched_by_index() -> None:
    """With 20,000 contacts a search for changes that finds none takes well under 5 ms, a page of the list under 50."""
    at = (NOON - timedelta(days=30)).isoformat()
    people = (Person(f"p{n}", {"email": f"p{n}@x.example", "lastmodifieddate": at}) for n in range(20_000))
    call = Caller(Portal(people, clock=Clock(), limits="off"))
    since = where("lastmodifieddate", "GTE", str(int(NOON.timestamp() * 1000)))
    order = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]
    spent = []
    for _ in range(20):
        start = time.perf_counter()
        assert call.search("contacts", since, sorts=order, limit=200)["total"] == 0
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.005
    spent = []
    for _ in range(5):
        start = time.perf_counter()
        assert len(call.ok("GET", f"{OBJECTS}/contacts", query={"limit": 100})["results"]) == 100
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.05


def test_equal_instants_in_thousands_are_paged_by_id() -> None:
    """Past 10,000 hits of one instant the ids go on, without a scan."""
    at = (NOON - timedelta(days=30)).isoformat()
    people = (Person(f"p{n}", {"email": f"p{n}@x.example", "lastmodifieddate": at}) for n in range(12_000))
    call = Caller(Portal(people, clock=Clock(), limits="off"))
    same = where("lastmodifieddate", "EQ", str(int((NOON - timedelta(days=30)).timestamp() * 1000)))
    order = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    seen: list[str] = []
    last = "0"
    while True:
        page = call.search("contacts", same, where("hs_object_id", "GT", last), sorts=order, limit=200)
        if not page["results"]:
            break
        seen += [row["id"] for row in page["results"]]
        last = seen[-1]
    assert seen == call.portal.ids("contacts")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Expecting"),
        ("[]", "an object was expected, found []"),
        ("{}", "no 'id'"),
        ('{"id": "p", "properties": []}', "an object was expected"),
        ('{"id": "p", "engagements": {}}', "a list was expected"),
        ('{"id": "p", "engagements": [3]}', "an object was expected, found 3"),
        ('{"id": "p", "engagements": [{"type": "page_viewed"}]}', "no 'at'"),
        ('{"id": "p", "engagements": [{"type": "page_viewed", "at": "soon"}]}', "'at' is no instant: 'soon'"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str) -> None:
    """File, line and reason stand in the error."""
    stream = io.StringIO('{"id": "ok"}\n\n' + line + "\n")
    with pytest.raises(BadPeopleFile) as bad:
        load(stream)
    assert str(bad.value).startswith("people:3: no person in this line: ")
    assert reason.lower() in str(bad.value).lower()


def test_a_file_of_people(tmp_path: Path) -> None:
    """Values become text, nulls are left out, all optional parts are read."""
    file = tmp_path / "people.jsonl"
    row = {
        "id": 7,
        "properties": {"email": "a@x.example", "seats": 9, "vip": True, "phone": None},
        "engagements": [{"type": "page_viewed", "at": "2026-11-01T10:00:00+01:00", "attributes": {"url": "/", "n": 1}}],
        "outcome": "won",
        "company_record": {"name": "X", "numberofemployees": 9},
        "deals": [{"closed": True, "won": True}],
        "lists": ["Fair"],
    }
    file.write_text(json.dumps(row) + "\n")
    (one,) = load(file)
    assert one.properties == {"email": "a@x.example", "seats": "9", "vip": "true"}
    assert one.engagements[0].at.isoformat() == "2026-11-01T09:00:00+00:00"
    assert one.engagements[0].attributes == {"url": "/", "n": "1"}
    assert (one.outcome, one.lists, one.company_record["numberofemployees"]) == ("won", ("Fair",), "9")
    assert (one.deals[0].name, one.deals[0].closed, one.deals[0].won) == ("Deal 1", True, True)


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """URL and what is unproven go to stderr, exchanges to the log, SIGTERM ends it with 0."""
    people, log = tmp_path / "people.jsonl", tmp_path / "log.jsonl"
    people.write_text('{"id": "p1", "properties": {"email": "a@x.example"}}\n')
    code = (
        "from pathlib import Path; from connector.sandbox.hubspot import run; "
        f"run(0, Path({str(people)!r}), log_path=Path({str(log)!r}))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=env) as served:
        assert served.stderr
        first = served.stderr.readline()
        url = first.split()[-1]
        answer = requests.get(f"{url}{OBJECTS}/contacts", headers={"Authorization": "Bearer x"}, timeout=10)
        assert answer.json()["results"][0]["properties"]["email"] == "a@x.example"
        served.send_signal(signal.SIGTERM)
        rest = served.stderr.read()
        assert served.wait(10) == 0
    assert first.startswith("HubSpot sandbox with 1 people on http://127.0.0.1:")
    assert all(each in rest for each in UNPROVEN)
    assert json.loads(log.read_text())["path"] == f"{OBJECTS}/contacts"
