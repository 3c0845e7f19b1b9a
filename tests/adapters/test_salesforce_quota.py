"""An org's requests of 24 hours: a gauge that jumps, a share, and who stands aside first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.salesforce.quota import DAY, OrgBudget, Usage, usage
from connector.budget import BURST
from connector.commands import Rank

from tests.clock import VirtualClock


def gauge(used: int, most: int = 15_000) -> dict[str, str]:
    """Return the header of an answer."""
    return {"sforce-limit-info": f"api-usage={used}/{most}"}


def may(budget: OrgBudget) -> set[Rank]:
    """Return who may go now."""
    return {rank for rank in Rank if budget.wait_for_room(rank) is None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("api-usage=891/15000", Usage(891, 15_000)),
        ("api-bursts=1/750; api-usage=5/100", Usage(5, 100)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", Usage(25, 5_000)),
        (" api-usage = 0/1 ", Usage(0, 1)),
        ("per-app-api-usage=17/250(appName=x)", None),
        ("api-usage=x/15000", None),
        ("api-usage=1/0", None),
        ("api-usage=", None),
        ("", None),
    ],
)
def test_the_gauge_is_read_whatever_stands_beside_it(text: str, expected: Usage | None) -> None:
    """Entries that we do not know are passed over, and one that is torn says nothing."""
    assert usage({"sforce-limit-info": text}) == expected


def test_polling_stands_aside_first() -> None:
    """The less is left to the whole org, the fewer of us go on; a task always may."""
    budget = OrgBudget(VirtualClock(), 15_000, 1.0)
    left: list[set[Rank]] = []
    for used in (0, 10_600, 12_100, 14_300, 14_800):
        budget.learned(200, gauge(used), BURST)
        left.append(may(budget))
    assert left == [
        set(Rank),
        set(Rank) - {Rank.BACKFILL},
        {Rank.TASK, Rank.STAGE, Rank.FIELDS},
        {Rank.TASK, Rank.STAGE},
        {Rank.TASK},
    ]


def test_a_gauge_that_jumps_flips_nobody() -> None:
    """Who stood aside comes back only when clearly more is left, and who did not stays through a small dip."""
    budget = OrgBudget(VirtualClock(), 15_000, 1.0)
    budget.learned(200, gauge(12_001), BURST)
    for used in (11_998, 12_003, 11_999, 11_705):
        budget.learned(200, gauge(used), BURST)
        assert Rank.READ not in may(budget)
    budget.learned(200, gauge(11_700), BURST)
    assert Rank.READ in may(budget)
    budget.learned(200, gauge(11_999), BURST)
    assert Rank.READ in may(budget)


def test_an_old_gauge_is_asked_again() -> None:
    """Somebody has to look whether others let go; after a quarter of an hour one request may."""
    clock = VirtualClock()
    budget = OrgBudget(clock, 15_000, 1.0)
    budget.learned(200, gauge(14_999), BURST)
    assert budget.wait_for_room(Rank.READ) == timedelta(minutes=15)
    clock.advance(timedelta(minutes=15))
    assert budget.wait_for_room(Rank.READ) is None


def test_refusals_move_the_gauge_too() -> None:
    """Its word counts whatever the status."""
    budget = OrgBudget(VirtualClock(), 100, 0.5)
    budget.learned(400, gauge(7, 5_000), BURST)
    assert (budget.left().vendor_left_today, budget.left().most_today) == (4_993, 2_500)


def test_our_share_is_counted_over_24_hours() -> None:
    """Reads keep a tenth of it for writes; it comes back when the first requests are a day old, not at midnight."""
    clock = VirtualClock()
    budget = OrgBudget(clock, 200, 0.5)
    for _ in range(90):
        assert budget.ask(BURST, Rank.READ) is None
    wait = budget.ask(BURST, Rank.READ)
    assert wait is not None
    assert timedelta(hours=24) <= wait <= timedelta(hours=25)
    for _ in range(10):
        assert budget.ask(BURST, Rank.TASK) is None
    assert budget.ask(BURST, Rank.TASK) is not None
    clock.advance(timedelta(hours=16))
    assert budget.ask(BURST, Rank.TASK) is not None
    assert budget.left().used_today == 100
    clock.advance(timedelta(hours=9))
    assert budget.ask(BURST, Rank.BACKFILL) is None
    assert budget.left().used_today == 1


def test_a_used_up_day_closes_everything_for_minutes_and_longer_each_time() -> None:
    """Even a task waits; the pause doubles up to an hour, and begins anew after an answer."""
    clock = VirtualClock()
    budget = OrgBudget(clock, 15_000, 1.0)
    waits = []
    for _ in range(6):
        budget.learned(429, gauge(14_000), DAY)
        wait = budget.wait_for_room(Rank.TASK)
        assert wait is not None
        waits.append(wait // timedelta(minutes=1))
        clock.advance(wait)
    assert waits == [5, 10, 20, 40, 60, 60]
    budget.learned(200, {}, BURST)
    budget.learned(429, {}, DAY)
    assert budget.wait_for_room(Rank.TASK) == timedelta(minutes=5)
    assert budget.left().refused == 7


def test_too_much_at_once_is_a_pause_of_seconds() -> None:
    """The concurrent variant lets go of nothing but a moment."""
    budget = OrgBudget(VirtualClock(), 15_000, 1.0)
    budget.learned(429, gauge(10), BURST)
    wait = budget.wait_for_room(Rank.TASK)
    assert wait is not None
    assert timedelta() < wait <= timedelta(seconds=10)
