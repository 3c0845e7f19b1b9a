"""Any permutation and repetition of a set of deliveries ends in the same people, engagement, stages and tasks."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.commands import kind_of

from tests.webhooks.hooked import Hooked, Seen
from tests.world import somebody

MAPPING = """
[mapping.website.person]
id = "user"
at = "sent"
email = "email"
first_name = "name"
company = "company"
interests = "tags"
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "event", equals = ["booked", "moved"] }
id = "uid"
at = "sent"
attributes = { topic = "topic" }
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "event", equals = "cancelled" }
id = "uid"
withdraws = true
[[mapping.website.engagement]]
type = "page_viewed"
when = { path = "event", equals = "viewed" }
at = "sent"
"""
PEOPLE = (
    {"user": "1"},
    {"email": "ann@buyer.example"},
    {"user": "1", "email": "Ann@buyer.example"},
    {"email": "eva@nobody.example"},
    {"user": "2", "email": "ben@buyer.example"},
    {"user": "2"},
)
SENT = st.integers(1, 4).map(lambda day: f"2026-10-2{day}T10:00:00Z")
"""Few instants, so that two often say different things of one."""
REACHED: Counter[str] = Counter()
Body = dict[str, object]


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """Return something that a website says of one of a few people."""
    body: Body = {"sent": draw(SENT), **draw(st.sampled_from(PEOPLE))}
    for name, values in (("name", ["A", "B", None]), ("company", ["X", None]), ("tags", [["p"], ["q", "r"], None])):
        if draw(st.booleans()):
            body[name] = draw(st.sampled_from(values))
    event = draw(st.sampled_from(["booked", "booked", "moved", "cancelled", "viewed", "told"]))
    who = str(body.get("user") or body.get("email"))
    return {
        **body,
        "event": event,
        "uid": f"{who.lower()[:3]}-{draw(st.integers(1, 2))}",
        "topic": draw(st.sampled_from("pq")),
    }


def outcome(order: list[tuple[str, Body]], pieces: int) -> tuple[list[Seen], list[tuple[str, str, str]], object]:
    """Return what deliveries in this order come to, taken in so many pieces, after the passes that follow."""
    with tempfile.TemporaryDirectory() as folder:
        world = Hooked(Path(folder), [somebody("ann"), somebody("ben")], mapping=MAPPING)
        try:
            world.sync()
            world.later(timedelta(minutes=5))
            size = max(1, -(-len(order) // pieces))
            for start in range(0, len(order), size):
                for id_, body in order[start : start + size]:
                    world.accept(body, id_)
                world.take(limit=7)
            world.sync()
            effects = sorted(
                (str(kind_of(one.command)), str(one.command.ref), "; ".join(one.why)) for one in world.effects()
            )
            tasks = {name: sorted(one["hs_task_body"] for one in world.tasks(name)) for name in ("ann", "ben")}
            REACHED["tasks"] += sum(map(len, tasks.values()))
            REACHED["aside"] += len(world.aside())
            return world.seen(), effects, (tasks, world.stage("ann"), world.stage("ben"))
        finally:
            world.store.close()


@settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(said=st.lists(bodies(), min_size=4, max_size=14), seed=st.integers(0, 2**16), pieces=st.integers(1, 5))
def orders_agree(said: list[Body], seed: int, pieces: int) -> None:
    """Two orders of the same deliveries, one of them with repetitions and cut into pieces, end alike."""
    told = [(f"d{number}", body) for number, body in enumerate(said)]
    chance = random.Random(seed)
    other = [*told, *chance.sample(told, len(told) // 2)]
    chance.shuffle(other)
    first, second = outcome(told, 1), outcome(other, pieces)
    assert first == second
    people = first[0]
    REACHED["engagement"] += any(one.engagements for one in people)
    REACHED["joined"] += any(len([row for row in one.rows if row[0] == "person"]) > 1 for one in people)
    REACHED["with a contact"] += any({row[0] for row in one.rows} == {"person", "contact"} for one in people)


def test_any_order_ends_alike() -> None:
    """And the search reached what matters: people joined, matched with contacts, engagement, tasks."""
    REACHED.clear()
    orders_agree()
    for state in ("engagement", "joined", "with a contact", "tasks"):
        assert REACHED[state] > 2, (state, REACHED)
    assert REACHED["aside"] == 0
