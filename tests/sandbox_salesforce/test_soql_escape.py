"""The escape rule: what is escaped comes back as it was, and finds exactly the records that say it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox_salesforce.ledger import database, lead, names

ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"'}
KELVIN = "\u212a"
"""The one sign beyond ASCII whose small letter is ASCII; nobody knows how Salesforce compares it."""
TRICKY = st.sampled_from([
    "'",
    "\\",
    '"',
    "%",
    "_",
    "\n",
    "\t",
    "a",
    "A",
    "ü",
    "Ü",
    "--",
    ") OR (",
    ";",
    "\\'",
    "u0041",
])
TEXTS = st.one_of(
    st.lists(TRICKY, min_size=1, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=KELVIN), min_size=1, max_size=20),
)


def escaped(text: str) -> str:
    """Return text as it stands between the quotes of a query."""
    return "".join(ESCAPES.get(each, each) for each in text)


def wildcards(text: str) -> str:
    """Return text as a pattern that matches nothing but itself."""
    return escaped(text).replace("%", "\\%").replace("_", "\\_")


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_an_escaped_text_finds_exactly_the_records_that_say_it(others: list[str], wanted: str) -> None:
    """For any text, ``=`` and IN find the records equal to it but for case, and no other, under both switches."""
    db = database()
    for each in (*others, wanted):
        lead(db, each)
    equal = [each for each in (*others, wanted) if each.lower() == wanted.lower()]
    assert names(db, f"LastName = '{escaped(wanted)}'") == equal
    assert names(db, f"LastName IN ('{escaped(wanted)}')") == equal
    assert names(db, f"LastName != '{escaped(wanted)}'") == [e for e in others if e.lower() != wanted.lower()]


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_an_escaped_pattern_matches_only_itself(others: list[str], wanted: str) -> None:
    """For any text, LIKE with its wildcards escaped finds what ``=`` finds."""
    db = database()
    for each in (*others, wanted):
        lead(db, each)
    equal = [each for each in (*others, wanted) if each.lower() == wanted.lower()]
    assert names(db, f"LastName LIKE '{wildcards(wanted)}'") == equal


def test_a_unicode_escape_is_its_character() -> None:
    r"""``\u00e9`` and two halves of a pair mean the characters they name."""
    db = database()
    lead(db, "René 😀")
    assert names(db, r"LastName = 'Ren\u00e9 \ud83d\ude00'") == ["René 😀"]
    assert names(db, r"LastName LIKE 'ren\u00C9%'") == ["René 😀"]
