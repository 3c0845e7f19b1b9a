"""
Salesforce is away as a whole, through the whole connector: tokens that end or are refused, a day that is used up.

Nobody's write is to blame, HubSpot goes on, and afterwards everything is written once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.events import WentDown
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.store.base import State

from tests.pair import Pair
from tests.refused import COLLECTIONS, HOUR, MINUTE, NAMES, ask, known, opened, told, whole


def test_an_expired_token_is_renewed_and_nobody_notices(tmp_path: Path) -> None:
    """After hours without a request the token has ended: one new one, and the pass is like any other."""
    pair = opened(tmp_path)
    before = pair.org.sessions.issued
    pair.later(3 * HOUR)
    ask(pair)
    assert pair.sync().down == {}
    whole(pair, *NAMES)
    assert pair.org.sessions.issued == before + 1


def test_a_token_that_ends_between_look_and_write_costs_nothing(tmp_path: Path) -> None:
    """The write itself finds the token ended: it goes once more under a new one, and is there once."""
    pair = opened(tmp_path)
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=401, path=COLLECTIONS))
    ask(pair)
    assert pair.sync().down == {}
    whole(pair, *NAMES)
    assert {one.attempts for one in pair.effects() if one.command.ref.system == "salesforce"} == {1}


def shut_out(pair: Pair) -> Callable[[], None]:
    """Let the org refuse every token; return what ends it."""
    pair.org.sessions.broken = True

    def admit() -> None:
        """Let the connector in again."""
        pair.org.sessions.broken = False

    return admit


def other_secret(pair: Pair) -> Callable[[], None]:
    """Let an admin rotate the consumer secret and end all sessions; return what takes it back."""
    pair.org.sessions.clients["demo"] = "another secret"
    pair.org.sessions.revoke()

    def admit() -> None:
        """Let the old secret be good again."""
        pair.org.sessions.clients["demo"] = "demo"

    return admit


@pytest.mark.parametrize(
    ("refuse", "words", "hint"),
    [
        (shut_out, "Session expired or invalid (request ", "run-as user is active"),
        (other_secret, "invalid_client: invalid client credentials", "consumer key and secret"),
    ],
    ids=["every token refused", "no token given"],
)
def test_a_revoked_token_stops_salesforce_only(
    tmp_path: Path, refuse: Callable[[Pair], Callable[[], None]], words: str, hint: str
) -> None:
    """Salesforce is down in its own words, nothing is put aside, HubSpot's stages go on; afterwards all is written."""
    pair = known(tmp_path)
    mend = refuse(pair)
    ask(pair)
    down = pair.sync().down
    assert down.keys() == {"salesforce"}
    assert (down["salesforce"].kind, down["salesforce"].after) == ("credentials", None)
    assert words.partition(" (")[0] in down["salesforce"].reason
    assert hint in down["salesforce"].reason
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    theirs = [one for one in pair.effects() if one.command.ref.system == "salesforce" and one.state != State.DONE]
    assert {(one.state, one.attempts) for one in theirs} == {(State.PENDING, 0)}
    mend()
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_owners_of_yesterday_will_do_while_salesforce_is_down(tmp_path: Path) -> None:
    """Salesforce has been away for days: who works there is as last known, and HubSpot's stages still go on."""
    pair = known(tmp_path)
    mend = shut_out(pair)
    pair.later(50 * HOUR)
    ask(pair)
    assert pair.sync().down.keys() == {"salesforce"}
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    mend()
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_a_refused_token_says_so_once(tmp_path: Path) -> None:
    """Over many passes one event tells that Salesforce is down, with the request id, and few tokens are asked for."""
    pair = opened(tmp_path)
    before = pair.org.sessions.issued
    mend = shut_out(pair)
    pair.settle(12)
    (event,) = [one for one in pair.events if isinstance(one, WentDown)]
    assert (event.system, event.kind) == ("salesforce", "credentials")
    told(event.reason, "INVALID_SESSION_ID")
    assert pair.org.sessions.issued - before <= 12
    mend()


def test_a_daily_limit_stops_salesforce_only(tmp_path: Path) -> None:
    """The org's day is used up: Salesforce rests for minutes, HubSpot goes on, and then everything is written once."""
    pair = known(tmp_path)
    pair.org.limits.on, pair.org.limits.others = True, pair.org.limits.most
    ask(pair)
    down = pair.sync().down
    assert down.keys() == {"salesforce"}
    assert down["salesforce"].kind in {"paused", "budget"}
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    (event,) = [one for one in pair.events if isinstance(one, WentDown)]
    told(event.reason, "TotalRequests Limit exceeded.", "Setup > System Overview")
    pair.org.limits.others = 0
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_a_daily_limit_reached_by_the_write_itself_loses_nothing(tmp_path: Path) -> None:
    """The write is refused as one too many: all of it waits for minutes with Salesforce's words, and goes then."""
    pair = opened(tmp_path)
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=403, path=COLLECTIONS))
    ask(pair)
    pair.sync()
    waiting = [one for one in pair.effects() if one.state == State.PENDING and one.reason]
    assert len(waiting) == len(NAMES)
    for one in waiting:
        told(one.reason, "TotalRequests Limit exceeded.", "Setup > System Overview")
        assert one.not_before is not None
        assert one.not_before - pair.clock() > 5 * MINUTE
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)
    assert {one.state for one in pair.effects()} == {State.DONE}
