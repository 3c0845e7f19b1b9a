"""Deciding on a person: what each word of an agreement means, on the product itself."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from connector import decide

from tests.decide_cases import CASES


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Callable[[ModuleType], None]) -> None:
    """The product does what the case says."""
    case(decide)
