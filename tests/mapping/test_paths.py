"""Paths into a record, and conditions on what stands there."""

from __future__ import annotations

from typing import Final

import pytest

from connector.mapping.paths import BadPath, condition, getter, steps
from connector.mapping.spec import When

RAW: Final = {
    "email": "ann@acme.example",
    "empty": "",
    "null": None,
    "flag": True,
    "count": 3.0,
    "a.b": "dotted",
    "back\\slash": "odd",
    "0": "nought",
    "data": {"attendee": {"email": "deep"}, "tags": ["x", {"name": "y"}], "none": {}, "nil": []},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("email", "ann@acme.example"),
        ("missing", None),
        ("data.attendee.email", "deep"),
        ("data.attendee.missing.more", None),
        ("email.more", None),
        ("data.tags.0", "x"),
        ("data.tags.1.name", "y"),
        ("data.tags.-1.name", "y"),
        ("data.tags.2", None),
        ("data.tags.-3", None),
        ("data.tags.name", None),
        ("data.tags.9999999999", None),
        (r"a\.b", "dotted"),
        ("a.b", None),
        (r"back\\slash", "odd"),
        ("0", "nought"),
        ("email.0", None),
    ],
)
def test_a_path_finds(path: str, found: object) -> None:
    """A path finds what stands there, and None where nothing does."""
    assert getter(path)(RAW) == found


@pytest.mark.parametrize("path", ["", "a..b", ".a", "a.", "a\\"])
def test_a_bad_path_says_what_to_write(path: str) -> None:
    """A path that cannot be read names itself and the escape."""
    with pytest.raises(BadPath, match=r"the path .* write"):
        steps(path)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        (When("email", equals=("x", "ann@acme.example")), True),
        (When("email", equals=("Ann@acme.example",)), False),
        (When("flag", equals=("true",)), True),
        (When("count", equals=("3",)), True),
        (When("null", equals=("",)), False),
        (When("empty", differs=("x",)), True),
        (When("email", differs=("x",)), True),
        (When("email", differs=("ann@acme.example",)), False),
        (When("email", is_set=True), True),
        (When("empty", is_set=True), False),
        (When("null", is_set=False), True),
        (When("missing", is_set=False), True),
        (When("data", is_set=True), True),
        (When("data.none", is_set=True), False),
        (When("data.nil", is_set=False), True),
        (When("email", equals=("ann@acme.example",), is_set=False), False),
    ],
)
def test_a_condition(when: When, holds: bool) -> None:  # noqa: FBT001 - the expected value
    """A condition compares texts exactly, and an empty value equals nothing."""
    test = condition((when,))
    assert test is not None
    assert test(RAW) is holds


def test_all_conditions_must_hold() -> None:
    """Several conditions hold when each does; none at all is no condition."""
    both = condition((When("email", is_set=True), When("empty", is_set=True)))
    assert both is not None
    assert both(RAW) is False
    assert condition(()) is None
