"""The HubSpot adapter under the portal's real limits: it uses its share, and is not refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.adapters.base import AdapterDown
from connector.budget import Budget
from connector.commands import Retry, SetFields

from tests.adapters.desk import Desk, budgeted
from tests.adapters.patience import Patient


def desk_with(share: float) -> tuple[Desk, Budget]:
    """Return a desk whose portal has real limits and whose adapter waits as its budget says."""
    desk = Desk(limits="real")
    budget = budgeted(desk, share)
    desk.meter = Patient(desk.clock, budget)  # type: ignore[assignment]
    desk.adapter = desk.build()
    return desk, budget


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_writing_takes_the_share_and_is_not_refused(share: float) -> None:
    """As fast as the budget lets it, for a minute: nine tenths of the share at least, and no refusal."""
    desk, budget = desk_with(share)
    ref = desk.contact()
    desk.adapter.fetch([ref])
    started, before = desk.clock(), desk.calls()
    while desk.clock() - started < timedelta(minutes=1):
        outcome = desk.adapter.apply([SetFields("k", ref, {"firstname": "Ann"})], lambda: True)[0]
        assert not isinstance(outcome, Retry)
    sent = desk.calls() - before
    assert 0.9 <= sent / (190 * 6 * share) <= 1.2
    assert (desk.portal.limits.refused, budget.left().refused) == (0, 0)


def test_searching_keeps_the_accounts_limit() -> None:
    """With the whole share the searches of one second stay below what the account may."""
    desk, _ = desk_with(1.0)
    cursor = desk.read("contacts")[-1].cursor
    for _ in range(40):
        cursor = desk.adapter.pull("contacts", cursor).cursor
    assert desk.portal.limits.refused == 0


def test_other_programs_that_use_up_the_limit_cost_no_storm() -> None:
    """While others keep the window full each of our tries is one refusal, and then a wait."""
    desk = Desk(limits="real")
    budget = budgeted(desk, 1.0)
    desk.meter = budget  # type: ignore[assignment]
    desk.adapter = desk.build()
    ref = desk.contact()
    for _ in range(190):
        desk.portal.limits.check("/crm/objects/2026-03/contacts", int(desk.clock().timestamp() * 1000))
    before = desk.calls()
    for _ in range(50):
        with pytest.raises(AdapterDown) as caught:
            desk.adapter.fetch([ref])
        assert caught.value.kind == "budget"
        assert caught.value.after is not None
    assert desk.calls() - before == 1
    desk.later(seconds=11)
    assert desk.adapter.fetch([ref]).records
