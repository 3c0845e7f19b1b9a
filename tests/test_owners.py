"""The owner chain and the fairness of the round robin, over many days with absences."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.base import Owner
from connector.agreement import Owners
from connector.owners import (
    BRAKE,
    Asked,
    Directory,
    Load,
    choose_owner,
    members,
    shares_added,
    shares_from,
    shares_text,
)

NAMES = ("ann", "ben", "cem", "dua", "eva")
POOLS = Owners("Lead@Acme.example", {"inbound": tuple(f"{name}@acme.example" for name in NAMES)})
ROBIN = Asked(("round robin: inbound", "fallback"))


def directory(*active: str) -> Directory:
    """Return a directory in which only *active* and the lead are."""
    reps = [Owner(name, f"{name}@acme.example", name, active=name in active) for name in NAMES]
    return Directory.of([*reps, Owner("lead", "lead@acme.example", "Lead", timezone="Europe/Berlin")])


def given_out(load: Load, present: tuple[str, ...], tasks: int, limit: int = 10**6) -> tuple[dict[str, int], Load]:
    """Return how many of *tasks* each got."""
    counts = dict.fromkeys((*NAMES, "lead"), 0)
    for _ in range(tasks):
        choice, load = choose_owner(ROBIN, directory(*present), POOLS, load, limit)
        counts[choice.id] += 1
    return counts, load


@given(st.lists(st.tuples(st.sets(st.sampled_from(NAMES), min_size=1), st.integers(0, 25)), min_size=1, max_size=25))
@settings(max_examples=150, deadline=None)
def test_whoever_is_there_shares_equally_from_the_first_day(days: list[tuple[set[str], int]]) -> None:
    """On every day, whoever was away before, those present get as many as the others, give or take a few."""
    load = Load()
    for present, tasks in days:
        there = tuple(name for name in NAMES if name in present)
        counts, load = given_out(load, there, tasks)
        shares = [counts[name] for name in there]
        assert max(shares) - min(shares) <= 3
        assert sum(shares) == tasks
        # The numbers that are kept never grow: nobody is more than two tasks ahead or behind, in whatever order.
        assert all(abs(part) <= 2 for part in load.shares.get("inbound", {}).values())


def test_a_year_of_absences_is_fair_to_those_who_were_there() -> None:
    """Each gets their part of the tasks of the days on which they were there, give or take two."""
    chance, load = random.Random(7), Load()
    expected, got = dict.fromkeys(NAMES, 0.0), dict.fromkeys(NAMES, 0)
    for _ in range(250):
        there = tuple(name for name in NAMES if chance.random() < 0.8) or NAMES
        tasks = chance.randrange(12)
        counts, load = given_out(load, there, tasks)
        for name in there:
            expected[name] += tasks / len(there)
            got[name] += counts[name]
    for name in NAMES:
        assert abs(got[name] - expected[name]) <= 2, (got, expected)


def test_shares_survive_a_restart() -> None:
    """What is kept as text goes on where it stopped, with the same next owner."""
    _, load = given_out(Load(), NAMES, 7)
    kept = Load(shares=shares_from(shares_text(load.shares)))
    assert kept.shares == load.shares
    assert given_out(kept, NAMES, 6)[0] == given_out(load, NAMES, 6)[0]
    assert dict(shares_from("")) == {}
    for broken in ("[]", '{"a": 1}', "{"):
        with pytest.raises(ValueError, match=r"table of tables|Expecting"):
            shares_from(broken)


def test_equal_shares_go_in_the_order_of_the_file() -> None:
    """The first task is the first member's, the second the second's."""
    load, order = Load(), []
    for _ in range(7):
        choice, load = choose_owner(ROBIN, directory(*NAMES), POOLS, load, 99)
        order.append(choice.id)
    assert order == [*NAMES, "ann", "ben"]


def test_a_member_who_left_the_pool_leaves_no_trace() -> None:
    """Shares are kept only of those whom the configuration names."""
    _, load = given_out(Load(), NAMES, 3)
    smaller = Owners("lead@acme.example", {"inbound": ("eva@acme.example", "new@acme.example")})
    _, after = choose_owner(ROBIN, directory(*NAMES), smaller, load, 99)
    assert set(after.shares["inbound"]) == {"eva@acme.example", "new@acme.example"}


ROWS = (
    (("company owner", "record owner", "fallback"), "ann", "ben", "company owner"),
    (("company owner", "record owner", "fallback"), "ann", "", "record owner"),
    (("record owner", "fallback"), "", "ben", "fallback"),
    (("ben@acme.example", "fallback"), "", "", "ben@acme.example"),
    (("Ben@Acme.example", "fallback"), "", "", "Ben@Acme.example"),
    (("nobody@acme.example", "fallback"), "", "", "fallback"),
    (("round robin: empty", "fallback"), "", "", "fallback"),
    (("record owner", "fallback"), "eva", "", "fallback"),
)


@pytest.mark.parametrize(("chain", "record", "company", "step"), ROWS)
def test_the_first_step_that_can_take_it_decides(chain: tuple[str, ...], record: str, company: str, step: str) -> None:
    """Eva is away, nobody is unknown, the empty pool is empty; the reason is a sentence about it."""
    choice, _ = choose_owner(Asked(chain, record, company), directory("ann", "ben"), POOLS, Load(), 20)
    assert choice.step == step
    assert choice.reason
    assert choice.brake == ""
    assert choice.timezone == ("Europe/Berlin" if step == "fallback" else "")


def test_nobody_at_all_leaves_it_to_the_vendor_and_says_why() -> None:
    """An unknown fallback is no crash; the choice is empty and the reason names each step."""
    choice, load = choose_owner(Asked(("record owner", "fallback"), "77"), Directory.of(()), POOLS, Load(), 20)
    assert (choice.id, choice.email, choice.brake) == ("", "", "")
    assert choice.reason == (
        "nobody in the chain can take it; record owner: 77 is unknown; fallback: lead@acme.example is unknown"
    )
    assert load == Load()


def test_a_full_owner_passes_it_on_and_a_full_chain_waits() -> None:
    """Twenty tasks today are enough: the next in the chain gets it, and the last resort is the next morning."""
    full = Load({"ann@acme.example": 20})
    asked = Asked(("record owner", "fallback"), "ann")
    choice, _ = choose_owner(asked, directory(*NAMES), POOLS, full, 20)
    assert (choice.step, choice.brake) == ("fallback", "")
    assert choice.reason.endswith("record owner (ann@acme.example) has 20 tasks today")
    everybody = Load({"ann@acme.example": 20, "lead@acme.example": 25})
    choice, after = choose_owner(asked, directory(*NAMES), POOLS, everybody, 20)
    assert (choice.id, choice.step, choice.brake) == ("ann", "record owner", BRAKE)
    assert after == everybody


def test_of_two_owners_with_one_address_the_active_one_stands() -> None:
    """Somebody who left and came back is known by the id that is alive."""
    twice = Directory.of([Owner("9", "a@b.example", "A"), Owner("1", "a@b.example", "A", active=False)])
    assert twice.by_name["a@b.example"].id == "9"
    assert set(twice.by_id) == {"1", "9"}


def test_members_are_what_the_configuration_names() -> None:
    """For `validate`: whom each step needs to exist; the owners of records are not known beforehand."""
    assert members("fallback", POOLS) == ("lead@acme.example",)
    assert len(members("round robin:inbound", POOLS)) == 5
    assert members("Ann@Acme.example", POOLS) == ("ann@acme.example",)
    assert members("record owner", POOLS) == ()
    assert members("round robin: other", POOLS) == ()


QUEUES = Directory.of([
    Owner("00G1", "", "Inbound  Leads", queue=True),
    Owner("00G2", "desk@acme.example", "Desk", queue=True),
    Owner("ann", "ann@acme.example", "Ann"),
])


def test_a_queue_is_named_by_the_name_that_people_see() -> None:
    """In a chain, in a pool and as the fallback, in whatever case; one with an address by that as well."""
    owners = Owners("queue: inbound leads", {"inbound": ("queue: inbound leads", "ann@acme.example")})
    for step, id_ in (("queue:Inbound Leads", "00G1"), ("fallback", "00G1"), ("desk@acme.example", "00G2")):
        choice, load = choose_owner(Asked((step,)), QUEUES, owners, Load(), 10)
        assert choice.id == id_
        assert load.today == {choice.email: 1}
    load, order = Load(), []
    for _ in range(4):
        choice, load = choose_owner(Asked(("round robin: inbound",)), QUEUES, owners, load, 10)
        order.append(choice.id)
    assert order == ["00G1", "ann", "00G1", "ann"]
    assert load.today == {"queue: inbound leads": 2, "ann@acme.example": 2}
    assert members("queue:  Inbound Leads", owners) == ("queue: inbound leads",)


def test_a_queue_has_a_limit_of_its_own_and_a_person_comes_before_a_queue_of_the_same_address() -> None:
    """Two queues without an address are not one."""
    owners = Owners("ann@acme.example")
    full = Load(today={"queue: inbound leads": 3})
    choice, _ = choose_owner(Asked(("queue: Inbound Leads",)), QUEUES, owners, full, 3)
    assert (choice.id, choice.brake) == ("00G1", BRAKE)
    choice, _ = choose_owner(Asked(("queue: desk",)), QUEUES, owners, full, 3)
    assert (choice.id, choice.brake) == ("00G2", "")
    queue, person = Owner("00G3", "a@b.example", "A", queue=True), Owner("005", "a@b.example", "A")
    assert all(Directory.of(both).by_name["a@b.example"].id == "005" for both in ([queue, person], [person, queue]))


def test_two_steps_at_once_both_count() -> None:
    """What one step gave while another was giving is not forgotten: both saved their shares, neither the other's."""
    before = {"inbound": {"ann@acme.example": 0.5, "ben@acme.example": -0.5}}
    first = Load(shares={"inbound": {"ann@acme.example": 0.0, "ben@acme.example": 0.0}})
    second = Load(shares={"inbound": {"ann@acme.example": 0.0, "ben@acme.example": 0.0, "eve@acme.example": 0.0}})
    kept = shares_added(before, before, first)
    assert dict(shares_added(kept, before, second)["inbound"]) == {
        "ann@acme.example": -0.5,
        "ben@acme.example": 0.5,
        "eve@acme.example": 0.0,
    }
    assert dict(shares_added({}, {}, Load())) == {}
