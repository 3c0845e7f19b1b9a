"""Every comparison with yes, no and unknown, in the silent verdict, the explained one and on an attribute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from connector import decide
from connector.model import Value

from tests.deciding import NOW, TICK, Looked, days, happened, someone

YES: Final = True
NO: Final = False
TODAY: Final = date(2026, 11, 20)

FIELDS: Final[dict[str, tuple[tuple[Value, bool | None], ...]]] = {
    'field = "job_title"\nequals = "CTO"': (("CTO", YES), ("cto", YES), ("CTO ", NO), ("", NO), (None, None)),
    'field = "job_title"\nin = ["CTO", "CEO"]': (("ceo", YES), ("CFO", NO), (None, None)),
    'field = "job_title"\ncontains = "sales"': (("Presales", YES), ("Marketing", NO), (None, None)),
    'field = "job_title"\ncontains = ["sales", "market"]': (("Marketing", YES), ("IT", NO), (None, None)),
    'field = "job_title"\nhas_word = "student"': (
        ("Student", YES),
        ("PhD-student, math", YES),
        ("Studentin", NO),
        ("students", NO),
        (None, None),
    ),
    'field = "job_title"\nhas_word = "büro"': (("Leiter BÜRO", YES), ("Bürohilfe", NO), (None, None)),
    'field = "job_title"\nhas_word = "vice president"': (("Vice  President Sales", YES), ("President", NO)),
    'field = "job_title"\nhas_word = "C++"': (("C++ developer", YES), ("C developer", NO)),
    'field = "job_title"\nmatches = "^(vp|head) (of )?sales"': (("Head of Sales", YES), ("The head", NO), (None, None)),
    'field = "job_title"\nis_set = true': (("CTO", YES), ("", NO), (None, NO)),
    'field = "job_title"\nis_set = false': (("CTO", NO), ("", YES), (None, YES)),
    'field = "email"\nequals = "Ann@acme.example"': (("ann@acme.example", YES), ("ben@acme.example", NO), (None, None)),
    'field = "email"\ndomain_in = ["rival.com"]': (
        ("a@rival.com", YES),
        ("a@eu.rival.com", YES),
        ("a@notrival.com", NO),
        ("rival.com@acme.example", NO),
        (None, None),
    ),
    'field = "email"\ndomain_in = "free-mail"': (("a@gmx.de", YES), ("a@acme.example", NO), (None, None)),
    'field = "email"\ndomain_in = { file = "competitors.txt" }': (("a@enemy.example", YES), ("a@x.example", NO)),
    'field = "country"\ndomain_in = ["acme.com"]': (("https://www.acme.com/about", YES), ("acme.com.evil.org", NO)),
    'field = "employees"\nequals = 50': ((50, YES), (50.0, YES), (51, NO), (None, None)),
    'field = "employees"\nin = [1, 2]': ((2, YES), (3, NO), (None, None)),
    'field = "employees"\nat_least = 50': ((50, YES), (49, NO), (None, None)),
    'field = "employees"\nat_most = 50': ((50, YES), (51, NO), (None, None)),
    'field = "employees"\nat_least = 10\nat_most = 20': ((15, YES), (9, NO), (21, NO), (None, None)),
    'field = "revenue"\nat_least = 0.3': ((0.3, YES), (0.2, NO), (1, YES), (float("inf"), None), (None, None)),
    'field = "checked"\nequals = true': ((YES, YES), (NO, NO), (None, None), ("true", None)),
    'field = "grade"\nat_least = "B-"': (("A", YES), ("B-", YES), ("C", NO), ("Z", None), (None, None)),
    'field = "grade"\nat_most = "B-"': (("D", YES), ("B-", YES), ("B", NO), ("Z", None), (None, None)),
    'field = "grade"\nequals = "A"': (("A", YES), ("a", NO), (None, None)),
    'field = "grade"\nin = ["A", "B"]': (("B", YES), ("C", NO), (None, None)),
    'field = "interests"\ncontains = "crm"': ((("web", "CRM suite"), YES), (("web",), NO), ((), NO), (None, None)),
    'field = "interests"\nhas_word = "crm"': ((("crm suite",), YES), (("crms",), NO), (None, None)),
    'field = "interests"\nin = ["crm", "erp"]': ((("web", "ERP"), YES), (("web",), NO), (None, None)),
    'field = "interests"\nis_set = true': ((("web",), YES), ((), NO), (None, NO)),
    'field = "renews_on"\nequals = 2026-11-20': ((TODAY, YES), (TODAY + days(1), NO), (None, None)),
    'field = "renews_on"\nat_least = 2026-11-20': ((TODAY, YES), (TODAY - days(1), NO), (None, None)),
    'field = "renews_on"\nat_most = 2026-11-20': ((TODAY, YES), (TODAY + days(1), NO), (None, None)),
    'field = "renews_on"\nwithin = "7 days"': (
        (TODAY, YES),
        (TODAY - days(7), YES),
        (TODAY - days(8), NO),
        (TODAY + days(1), NO),
        (date.max, NO),
        (None, None),
    ),
    'field = "renews_on"\nolder_than = "7 days"': ((TODAY - days(8), YES), (TODAY - days(7), NO), (date.max, NO)),
    'field = "renews_on"\nin_next = "7 days"': (
        (TODAY, YES),
        (TODAY + days(7), YES),
        (TODAY + days(8), NO),
        (TODAY - days(1), NO),
        (date.max, NO),
        (None, None),
        (NOW, None),
    ),
    'field = "trial_ends_at"\nat_least = 2026-11-20T12:00:00Z': ((NOW, YES), (NOW - TICK, NO), (None, None)),
    'field = "trial_ends_at"\nwithin = "2 hours"': (
        (NOW, YES),
        (NOW - timedelta(hours=2), YES),
        (NOW - timedelta(hours=2) - TICK, NO),
        (NOW + TICK, NO),
        (None, None),
    ),
    'field = "trial_ends_at"\nolder_than = "2 hours"': ((NOW - timedelta(hours=3), YES), (NOW, NO), (None, None)),
    'field = "trial_ends_at"\nin_next = "2 hours"': (
        (NOW, YES),
        (NOW + timedelta(hours=2), YES),
        (NOW + timedelta(hours=2) + TICK, NO),
        (NOW - TICK, NO),
        (datetime.max.replace(tzinfo=UTC), NO),
        (datetime(2026, 11, 20, 12), None),  # noqa: DTZ001 - the naive one is the case
        (None, None),
    ),
}

ATTRIBUTES: Final[dict[str, tuple[tuple[Value, bool], ...]]] = {
    '"/pricing"': (("/pricing", YES), ("/Pricing", YES), ("/pricing/eu", NO), (None, NO), (5, NO)),
    '["/pricing", "/demo"]': (("/demo", YES), ("/blog", NO), (None, NO)),
    '{ contains = "pric" }': (("/PRICING", YES), (("/a", "/pricing"), YES), ("/blog", NO), (None, NO)),
    '{ has_word = "question" }': (("A question?", YES), ("questions", NO), (None, NO)),
    '{ matches = "^/docs/[^/]+$" }': (("/docs/api", YES), ("/docs/api/x", NO), (None, NO), (7, NO)),
    '{ domain_in = ["acme.com"] }': (("https://acme.com/x", YES), ("acme.org", NO), (None, NO)),
    "{ at_least = 3 }": ((3, YES), ("3.5", YES), (2, NO), ("three", NO), (YES, NO), ("nan", NO), (None, NO)),
    "{ at_most = 3 }": ((3, YES), (4, NO), (None, NO)),
    "{ equals = 3 }": ((3, YES), ("3", YES), (4, NO), (None, NO)),
    "{ equals = true }": ((YES, YES), ("True", YES), (1, NO), (None, NO)),
    "{ is_set = true }": (("x", YES), ("", NO), (None, NO)),
    "{ is_set = false }": (("x", NO), (None, YES)),
    '{ contains = "a", has_word = "b" }': (("a b", YES), ("a", NO), ("b", NO)),
}


@pytest.mark.parametrize(("text", "value", "said"), [(text, *row) for text, rows in FIELDS.items() for row in rows])
def test_a_field_is_compared(text: str, value: Value, said: bool | None) -> None:  # noqa: FBT001 - the expected value
    """The comparison says yes, no or unknown, silent and explained alike, and not turns it."""
    name = text.split('"')[1]
    opposite = None if said is None else not said
    negated = f"not = {{ {text} }}".replace("\n", ", ")
    person = someone({name: value})
    for written, expected in ((text, said), (negated, opposite)):
        judge = Looked(decide, f"[mql]\n{written}").judge()
        assert judge.decide(person, (), NOW).mql is expected
        assert judge.explain(person, (), NOW).checks["mql"].passed is expected


@pytest.mark.parametrize(("text", "value", "said"), [(text, *row) for text, rows in ATTRIBUTES.items() for row in rows])
def test_an_attribute_is_compared(text: str, value: Value, said: bool) -> None:  # noqa: FBT001 - the expected value
    """A happening counts when its attribute passes; one that is empty does not, and is never unknown."""
    looked = Looked(decide, f'[mql]\nengagement = "page_viewed"\nwhere = {{ url = {text} }}')
    seen = happened("page_viewed", url=value)
    assert looked.decide(seen).mql is said
    assert looked.decide(seen).mql is said, "the second time it is remembered"
    assert looked.explain(seen).checks["mql"].passed is said


THREE: Final = (True, False, None)


def _words(value: bool | None) -> str:  # noqa: FBT001 - a verdict
    """Return a criterion that says *value* of somebody with 50 employees and no country."""
    return {
        True: '{ field = "employees", at_least = 50 }',
        False: '{ field = "employees", at_least = 51 }',
        None: '{ field = "country", equals = "de" }',
    }[value]


@pytest.mark.parametrize("left", THREE)
@pytest.mark.parametrize("right", THREE)
def test_all_and_any_follow_three_valued_logic(left: bool | None, right: bool | None) -> None:  # noqa: FBT001 - verdicts
    """All is the least of its parts and any the most, where no < unknown < yes."""
    rank = {False: 0, None: 1, True: 2}
    for word, pick in (("all", min), ("any", max)):
        looked = Looked(decide, f"[mql]\n{word} = [{_words(left)}, {_words(right)}]")
        expected = pick((left, right), key=rank.__getitem__)
        assert looked.decide(employees=50).mql is expected
        assert looked.explain(employees=50).checks["mql"].passed is expected
