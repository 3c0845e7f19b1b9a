"""Fixtures of the org's tests."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce import Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import Caller


@pytest.fixture
def org(clock: VirtualClock) -> Org:
    """Give an org that nobody works in yet."""
    return Org(clock=clock)


@pytest.fixture
def call(org: Org, clock: VirtualClock) -> Caller:
    """Give a caller with a token."""
    return Caller(org, clock)


@pytest.fixture
def lead_id(org: Org) -> str:
    """Give a lead."""
    return org.rep.create_lead({"LastName": "Muster", "Email": "eva@firm.example", "Company": "Firm"})
