"""The API budget: the customer's share, tasks first, the vendor's word, and never a wait."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.budget import BURST, SEARCH, Budget, Limits, read_headers
from connector.commands import Rank

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the instant it shows."""
        return self.now

    def move(self, span: timedelta) -> None:
        """Go on by *span*."""
        self.now += span


def granted(budget: Budget, bucket: str, rank: Rank, most: int = 10_000) -> int:
    """Return how many requests are granted at once before the first wait."""
    return next((n for n in range(most) if budget.ask(bucket, rank) is not None), most)


def drained(budget: Budget, clock: Clock, span: timedelta, bucket: str, rank: Rank) -> int:
    """Return how many requests somebody gets who waits as told for *span*."""
    end, count = clock.now + span, 0
    while clock.now < end:
        wait = budget.ask(bucket, rank)
        if wait is None:
            count += 1
        else:
            clock.move(wait)
    return count


@pytest.mark.parametrize(("share", "most"), [(0.5, 50), (1.0, 100), (0.05, 5), (0.001, 1)])
def test_it_takes_its_share_of_the_burst_and_no_more(share: float, most: int) -> None:
    """In ten seconds no more requests leave than the share of the vendor's burst."""
    budget = Budget(Clock(), Limits(burst=100), share)
    assert granted(budget, BURST, Rank.TASK) == most


def test_it_tells_how_long_until_there_is_room() -> None:
    """A full window answers with the wait, after which the request goes."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=10), 1.0)
    granted(budget, BURST, Rank.TASK)
    wait = budget.ask(BURST, Rank.TASK)
    assert wait is not None
    assert timedelta(seconds=10) <= wait < timedelta(seconds=11)
    clock.move(wait - timedelta(microseconds=1))
    assert budget.ask(BURST, Rank.TASK) is not None
    clock.move(timedelta(microseconds=1))
    assert budget.ask(BURST, Rank.TASK) is None


def test_the_window_rolls() -> None:
    """No ten seconds, wherever they begin, hold more than the share."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=100), 0.5)
    sent: list[datetime] = []
    for _ in range(2000):
        wait = budget.ask(BURST, Rank.TASK)
        if wait is None:
            sent.append(clock.now)
            clock.move(timedelta(milliseconds=37))
        else:
            clock.move(wait)
    assert all(late - early > timedelta(seconds=10) for early, late in zip(sent, sent[50:], strict=False))


def test_somebody_who_waits_as_told_gets_nine_tenths_of_the_share() -> None:
    """The margin for the network does not cost a tenth of what the customer granted."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=100), 0.5)
    assert 0.95 * 300 <= drained(budget, clock, timedelta(seconds=60), BURST, Rank.STAGE) <= 350


@pytest.mark.parametrize("share", [1.0, 0.5, 0.3, 0.1])
def test_searches_keep_their_own_limit_a_fraction_included(share: float) -> None:
    """Half of five searches a second are five in two seconds, and never six."""
    clock = Clock()
    budget = Budget(clock, Limits(search_per_second=5), share)
    expected = 60 * 5 * share
    assert expected * 0.75 <= drained(budget, clock, timedelta(seconds=60), SEARCH, Rank.READ) <= expected + 5


def test_a_search_counts_in_the_burst_too() -> None:
    """Searches cannot be had beside a full burst window."""
    budget = Budget(Clock(), Limits(burst=10), 1.0)
    granted(budget, BURST, Rank.TASK)
    assert budget.ask(SEARCH, Rank.TASK) is not None


def test_a_full_search_window_leaves_the_burst_alone() -> None:
    """A write does not wait because the searches of this second are used up."""
    budget = Budget(Clock(), Limits(), 1.0)
    assert granted(budget, SEARCH, Rank.READ) == 5
    assert budget.ask(BURST, Rank.TASK) is None


def test_tasks_still_go_when_reads_have_filled_their_part() -> None:
    """Each rank leaves room for the ranks above it: backfill < read < fields < stage < task."""
    budget = Budget(Clock(), Limits(burst=200), 1.0)
    counts = [granted(budget, BURST, rank) for rank in sorted(Rank, reverse=True)]
    assert counts == [180, 8, 4, 4, 4]


def test_asking_for_room_takes_nothing() -> None:
    """The look whether there is room may be repeated for ever."""
    budget = Budget(Clock(), Limits(burst=1), 1.0)
    assert [budget.wait_for_room() for _ in range(5)] == [None] * 5
    assert budget.ask(BURST, Rank.TASK) is None
    assert budget.wait_for_room() is not None


def test_the_day_keeps_a_reserve_for_writes() -> None:
    """When reads have used their part of the day, stages and tasks still go, until midnight for the others."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=10_000, daily=1000), 0.5, ZoneInfo("Europe/Berlin"))
    assert granted(budget, BURST, Rank.READ) == 450
    assert budget.ask(BURST, Rank.READ) == datetime(2026, 11, 23, 23, tzinfo=UTC) - START
    assert granted(budget, BURST, Rank.TASK) == 50
    clock.move(timedelta(hours=11))
    assert budget.ask(BURST, Rank.READ) is None
    assert budget.left().used_today == 1


def test_the_vendors_limits_replace_the_configured_ones() -> None:
    """An account with a larger plan is used to its share as soon as the first answer has told."""
    budget = Budget(Clock(), Limits(burst=100), 0.5)
    headers = {"x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-interval-milliseconds": "10000"}
    budget.learned(200, headers | {"x-hubspot-ratelimit-daily": "650000"}, BURST)
    assert granted(budget, BURST, Rank.TASK) == 95
    assert budget.left().most_today == 325_000


def test_what_was_used_is_not_forgotten_when_limits_change() -> None:
    """A changed limit does not open a second window beside the first."""
    budget = Budget(Clock(), Limits(burst=100), 0.5)
    assert granted(budget, BURST, Rank.TASK) == 50
    budget.learned(200, {"x-hubspot-ratelimit-max": "190"}, BURST)
    assert granted(budget, BURST, Rank.TASK) == 45


def test_a_429_on_searches_pauses_searches_only() -> None:
    """The per-second limit of the account says nothing about writes."""
    clock = Clock()
    budget = Budget(clock, Limits(), 1.0)
    budget.ask(SEARCH, Rank.READ)
    budget.learned(429, {}, SEARCH)
    assert budget.ask(SEARCH, Rank.READ) == SECOND
    assert budget.ask(BURST, Rank.TASK) is None
    clock.move(SECOND)
    assert budget.ask(SEARCH, Rank.READ) is None


def test_repeated_429s_pause_longer_and_an_answer_ends_that() -> None:
    """1 s, 2 s, 4 s, then after a good answer 1 s again."""
    clock = Clock()
    budget = Budget(clock, Limits(), 1.0)
    pauses = []
    for _ in range(3):
        budget.learned(429, {}, SEARCH)
        wait = budget.ask(SEARCH, Rank.READ)
        assert wait is not None
        pauses.append(wait)
        clock.move(wait)
    assert pauses == [SECOND, SECOND * 2, SECOND * 4]
    budget.learned(200, {}, SEARCH)
    budget.learned(429, {}, SEARCH)
    assert budget.ask(SEARCH, Rank.READ) == SECOND


def test_a_burst_429_pauses_everything_and_takes_less_for_a_while() -> None:
    """Somebody else uses the same token: our own count is not the whole truth."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=100), 1.0)
    budget.learned(429, {}, BURST)
    assert budget.ask(SEARCH, Rank.READ) is not None
    clock.move(timedelta(seconds=2))
    assert granted(budget, BURST, Rank.TASK) == 80
    for _ in range(20):
        budget.learned(200, {}, BURST)
    clock.move(timedelta(seconds=11))
    assert granted(budget, BURST, Rank.TASK) == 100


def test_retry_after_is_honoured_where_it_comes() -> None:
    """The vendor's own wait counts more than ours."""
    budget = Budget(Clock(), Limits(), 1.0)
    budget.learned(429, {"retry-after": "7"}, BURST)
    assert budget.ask(BURST, Rank.TASK) == timedelta(seconds=7)


def test_a_used_up_day_closes_until_midnight_of_the_account() -> None:
    """The daily 429 is recognised by its header, and the account's zone says when the day ends."""
    budget = Budget(Clock(), Limits(), 1.0)
    budget.day_in(ZoneInfo("America/New_York"))
    budget.learned(429, {"x-hubspot-ratelimit-daily-remaining": "0"}, BURST)
    assert budget.ask(BURST, Rank.TASK) == datetime(2026, 11, 24, 5, tzinfo=UTC) - START


def test_a_used_up_day_in_an_unknown_zone_is_asked_again_soon() -> None:
    """Without the zone nobody knows when the day ends, so a quarter of an hour has to do."""
    budget = Budget(Clock(), Limits(), 1.0)
    budget.learned(429, {"x-hubspot-ratelimit-daily-remaining": "0"}, BURST)
    assert budget.ask(BURST, Rank.TASK) == timedelta(minutes=15)


def test_an_account_that_others_have_nearly_emptied_is_left_to_tasks() -> None:
    """What is left of the whole account's day is not spent on reading, but asked about again later."""
    clock = Clock()
    budget = Budget(clock, Limits(daily=100_000), 0.5)
    budget.learned(200, {"x-hubspot-ratelimit-daily-remaining": "150"}, BURST)
    assert budget.ask(BURST, Rank.READ) == timedelta(minutes=15)
    assert budget.ask(BURST, Rank.TASK) is None
    clock.move(timedelta(minutes=15))
    assert budget.ask(BURST, Rank.READ) is None


def test_a_clock_set_back_does_not_lock_the_budget() -> None:
    """What lies in the future counts as taken now, so the wait is one window at most."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=5), 1.0)
    granted(budget, BURST, Rank.TASK)
    clock.move(-timedelta(hours=3))
    wait = budget.ask(BURST, Rank.TASK)
    assert wait is not None
    assert wait < timedelta(seconds=11)


def test_threads_together_take_no_more_than_one_would() -> None:
    """Eight threads that ask as fast as they can get what one window holds."""
    budget = Budget(Clock(), Limits(burst=1000), 0.5)
    counts: list[int] = []

    def ask() -> None:
        """Ask three hundred times."""
        counts.append(sum(budget.ask(BURST, Rank.TASK) is None for _ in range(300)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sum(counts) == 500


def test_the_figures_for_status_add_up() -> None:
    """An operator sees what was used, what may be, and that the vendor said no."""
    clock = Clock()
    budget = Budget(clock, Limits(burst=100, daily=1000), 0.5)
    for _ in range(3):
        budget.ask(BURST, Rank.READ)
    budget.learned(429, {"x-hubspot-ratelimit-daily-remaining": "900"}, BURST)
    left = budget.left()
    assert (left.burst_used, left.burst_most, left.used_today, left.most_today) == (3, 40, 3, 500)
    assert (left.vendor_left_today, left.refused, left.asked) == (900, 1, 3)
    assert left.closed_until == START + timedelta(seconds=2)


@pytest.mark.parametrize("text", ["", "soon", "-3", "9" * 40, "1.5"])
def test_a_header_that_is_no_number_says_nothing(text: str) -> None:
    """Nonsense from a proxy does not become a limit."""
    assert read_headers({"x-hubspot-ratelimit-max": text}).burst is None
