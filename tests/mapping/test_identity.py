"""Whose row is this?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.identity import Assignment, Claim, Newcomer, Seat, assign
from connector.model import CrmRef

from tests.mapping.made import ref

ANN = "ann@acme.example"
HUB = frozenset({("hubspot", "contact")})
LEAD = frozenset({("salesforce", "lead")})
H1, H2, H3 = (ref(key) for key in "123")
L1, L2 = (ref(key, "lead", "salesforce") for key in ("00Q1", "00Q2"))
C1 = ref("0031", "contact", "salesforce")

Case = tuple[tuple[Claim, ...], Mapping[CrmRef | str, int], Mapping[int, frozenset[Seat]], Assignment]
CASES: Mapping[str, Case] = {
    "a known row keeps its person": ((Claim(H1),), {H1: 7}, {}, Assignment({H1: 7})),
    "an unknown row without address is somebody new": ((Claim(H1),), {}, {}, Assignment({}, (Newcomer((H1,), ""),))),
    "an address joins across systems": ((Claim(L1, ANN),), {ANN: 7}, {7: HUB}, Assignment({L1: 7})),
    "an address joins a contact with a lead of one system": (
        (Claim(C1, ANN),), {ANN: 7}, {7: LEAD}, Assignment({C1: 7}),
    ),
    "an address never joins two rows of one object": (
        (Claim(H2, ANN),), {ANN: 7}, {7: HUB}, Assignment({}, (Newcomer((H2,), ANN),)),
    ),
    "within one page too": (
        (Claim(H1, ANN), Claim(L1, ANN)), {}, {}, Assignment({}, (Newcomer((H1, L1), ANN),)),
    ),
    "two rows that come twice are two people": (
        (Claim(H1, "a@x.example"), Claim(H2), Claim(H1, ANN)),
        {}, {}, Assignment({}, (Newcomer((H1,), ANN), Newcomer((H2,), ""))),
    ),
    "an id beats an address": ((Claim(H1, ANN),), {H1: 8, ANN: 7}, {7: HUB, 8: HUB}, Assignment({H1: 8})),
    "a new address brings people of two systems together": (
        (Claim(H1, ANN),), {H1: 8, ANN: 7}, {7: LEAD, 8: HUB}, Assignment({H1: 7}, (), ((7, 8),)),
    ),
    "an id of another system beats an address": (
        (Claim(H1, ANN, twins=(L1,)),), {L1: 9, ANN: 7}, {9: LEAD, 7: LEAD}, Assignment({H1: 9}),
    ),
    "an unknown twin does no harm": (
        (Claim(H1, ANN, twins=(L1,)),), {}, {}, Assignment({}, (Newcomer((H1,), ANN),)),
    ),
    "a twin of the same page is joined, whoever comes first": (
        (Claim(H1, twins=(L1,)), Claim(L1)), {}, {}, Assignment({}, (Newcomer((H1, L1), ""),)),
    ),
    "a twin never gives a person two rows of one object": (
        (Claim(H2, twins=(L1,)),), {L1: 7}, {7: HUB | LEAD}, Assignment({}, (Newcomer((H2,), ""),)),
    ),
    "a merge gives the new row to whom the old ones belonged": (
        (Claim(H3, merged=(H1, H2)),), {H1: 7}, {7: HUB}, Assignment({H3: 7}),
    ),
    "a merge of two people keeps the older": (
        (Claim(H1, merged=(H2,)),), {H1: 9, H2: 4}, {9: HUB, 4: HUB}, Assignment({H1: 4}, (), ((4, 9),)),
    ),
    "a merge of three is carried out in order": (
        (Claim(H3, merged=(H1, H2)),), {H1: 5, H2: 4, H3: 6}, {}, Assignment({H3: 4}, (), ((4, 5), (4, 6))),
    ),
    "a merged row of the same page follows": (
        (Claim(H1), Claim(H3, merged=(H1,))), {}, {}, Assignment({}, (Newcomer((H1, H3), ""),)),
    ),
    "conversion of a lead frees its place": (
        (Claim(C1, merged=(L1,)), Claim(L2, ANN), Claim(C1, ANN, merged=(L1,))),
        {L1: 7}, {7: LEAD}, Assignment({C1: 7, L2: 7}),
    ),
    "carried out, nothing is left to do": (
        (Claim(H3, merged=(H1, H2)),), {H1: 4, H2: 4, H3: 4}, {}, Assignment({H3: 4}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """Each case is decided as its name says."""
    claims, known, seats, expected = CASES[name]
    assigned = assign(claims, known, seats)
    assert dict(assigned.people) == dict(expected.people)
    assert (assigned.newcomers, assigned.merges) == (expected.newcomers, expected.merges)


REFS = st.builds(
    CrmRef, st.sampled_from(("hubspot", "salesforce")), st.sampled_from(("contact", "lead")), st.sampled_from("1234")
)
CLAIMS = st.builds(
    Claim,
    REFS,
    st.sampled_from(("", "a@x.example", "b@x.example")),
    st.lists(REFS, max_size=2).map(tuple),
    st.lists(REFS, max_size=1).map(tuple),
)


@given(st.lists(CLAIMS, max_size=8), st.dictionaries(REFS, st.integers(1, 4), max_size=5))
def test_every_row_has_exactly_one_person(claims: list[Claim], known: dict[CrmRef | str, int]) -> None:
    """Every row is somebody's, once; merges never name one person twice as the one who goes."""
    assigned = assign(claims, known)
    fresh = [one for newcomer in assigned.newcomers for one in newcomer.refs]
    assert len(fresh) == len(set(fresh))
    assert set(fresh) | set(assigned.people) == {claim.ref for claim in claims}
    assert not set(fresh) & set(assigned.people)
    gone = [goes for _, goes in assigned.merges]
    assert len(gone) == len(set(gone))
    assert not set(gone) & (set(assigned.people.values()) | {stays for stays, _ in assigned.merges})


@given(st.lists(CLAIMS, max_size=6))
def test_nobody_gets_two_rows_of_one_object_by_an_address(claims: list[Claim]) -> None:
    """Without a merge a newcomer has at most one row of each object of a system."""
    for newcomer in assign([Claim(one.ref, one.email, (), one.twins) for one in claims], {}).newcomers:
        places = [(one.system, one.object) for one in newcomer.refs]
        assert len(places) == len(set(places))


def test_the_order_of_a_page_makes_no_difference() -> None:
    """Rows of three systems with one address become one person in every order."""
    claims = (Claim(H1, ANN), Claim(L1, ANN), Claim(ref("w", "contact", "website"), ANN))
    for order in permutations(claims):
        (newcomer,) = assign(order, {}).newcomers
        assert set(newcomer.refs) == {claim.ref for claim in claims}
