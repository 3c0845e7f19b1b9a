"""SOQL is written in one place: no value gets out of its quotes, no bad name in, and nothing asks for "not equal"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.soql import (
    above,
    among,
    below,
    both,
    count,
    either,
    equal,
    escape,
    ids,
    literal,
    select,
    since,
)

PACKAGE = Path(soql.__file__).parent
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LEAD_15 = "00Qd000000OBmER"
LEAD_18 = "00Qd000000OBmEREA1"
QUOTED = re.compile(r"'((?:[^'\\]|\\[nrtbf\"'\\]|\\u[0-9A-Fa-f]{4})*)'")
"""What Salesforce takes as one quoted string: no bare quote, no backslash but before what it knows."""
UNDO = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def unescaped(text: str) -> str:
    """Read an escaped string as Salesforce does."""

    def one(found: re.Match[str]) -> str:
        """Return what one escape stands for."""
        sign = found[0][1:]
        return chr(int(sign[1:], 16)) if sign[0] == "u" else UNDO.get(sign, sign)

    return re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", one, text)


@given(st.text())
def test_any_text_stays_between_its_quotes_and_means_itself(text: str) -> None:
    """Whatever stands in a value, it is one quoted string of the grammar, and reads back as the same text."""
    found = QUOTED.fullmatch(literal(text))
    assert found is not None
    assert unescaped(found[1]) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("O'Neill", "O\\'Neill"),
        ("back\\slash", "back\\\\slash"),
        ("' OR Name = '", "\\' OR Name = \\'"),
        ("\\'", "\\\\\\'"),
        ("a\nb\r\t\b\f", "a\\nb\\r\\t\\b\\f"),
        ("\x00\x1b", "\\u0000\\u001B"),
        ("50%_ü 漢 😀", "50%_ü 漢 😀"),
    ],
)
def test_each_sign_that_means_something_is_escaped(text: str, escaped: str) -> None:
    """Quotes, backslashes and control characters are written as Salesforce reads them; the rest stands as it is."""
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (date(2026, 1, 31), "2026-01-31"),
        (AT, "2026-11-02T09:00:00Z"),
        (AT + timedelta(milliseconds=7), "2026-11-02T09:00:00.007Z"),
        (AT.astimezone(timezone(timedelta(hours=2))), "2026-11-02T09:00:00Z"),
        ("x", "'x'"),
    ],
)
def test_values_are_written_by_their_type(value: soql.Literal, text: str) -> None:
    """Instants go in UTC with Z, because a plus means a blank in a URL; booleans are no numbers."""
    assert literal(value) == text


def test_an_instant_without_a_zone_is_refused() -> None:
    """A naive instant would mean another moment in every zone."""
    with pytest.raises(ValueError, match="no zone"):
        literal(AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "1abc", "Na me", "Name;", "Name, (SELECT Id FROM Contacts)", "Account..Name", ".Name", "Name."),
        *("COUNT()", "Name--", "Naïve", "a.b.c.d.e.f.g", "Name\n", "'", "FIELDS(ALL)"),
    ],
)
def test_what_is_no_name_is_refused_wherever_a_name_stands(name: str) -> None:
    """A name from a configuration can never become more than a name."""
    uses = (
        lambda: select(name, ("Id",)),
        lambda: select("Lead", ("Id", name)),
        lambda: count(name),
        lambda: equal(name, 1),
        lambda: above(name, 1),
        lambda: since(name, 1),
        lambda: below(name, 1),
        lambda: among(name, ["x"]),
        lambda: select("Lead", ("Id",)).order_by(name),
    )
    for use in uses:
        with pytest.raises(ValueError, match="is no name"):
            use()


def test_a_query_reads_as_salesforce_writes_it() -> None:
    """Conditions are joined by AND, alternatives stand in parentheses, and every field stands once."""
    query = (
        select("Contact", ("Id", "Account.Industry", "pi__score__c", "Id"))
        .where(either(above("SystemModstamp", AT), both(equal("SystemModstamp", AT), above("Id", LEAD_18))))
        .where(below("SystemModstamp", AT), equal("IsDeleted", value=False))
        .order_by("SystemModstamp", "Id")
        .at_most(5)
    )
    assert query.text == (
        "SELECT Id, Account.Industry, pi__score__c FROM Contact"
        " WHERE (SystemModstamp > 2026-11-02T09:00:00Z"
        " OR (SystemModstamp = 2026-11-02T09:00:00Z AND Id > '00Qd000000OBmEREA1'))"
        " AND SystemModstamp < 2026-11-02T09:00:00Z AND IsDeleted = false"
        " ORDER BY SystemModstamp, Id LIMIT 5"
    )
    assert count("Lead").text == "SELECT COUNT() FROM Lead"
    assert among("Id", ["a", "b"]).text == "Id IN ('a', 'b')"


def test_a_query_is_not_changed_by_what_is_made_of_it() -> None:
    """Each step returns a new query, so that one beginning can serve many."""
    first = select("Lead", ("Id",))
    first.where(equal("IsDeleted", value=True)).order_by("Id")
    assert first.text == "SELECT Id FROM Lead"


def test_nothing_selected_and_nothing_looked_for_are_mistakes() -> None:
    """Neither an empty SELECT nor an empty IN is SOQL."""
    with pytest.raises(ValueError, match="nothing is selected"):
        select("Lead", ())
    with pytest.raises(ValueError, match="no value to look for"):
        among("Id", [])


def test_ids_are_long_and_checked_before_they_are_asked_for() -> None:
    """Both spellings of an id are one, and what is none, or was mistyped, never reaches a query."""
    assert ids([LEAD_15, LEAD_18]) == [LEAD_18]
    for bad in ("", "me", "00Qd000000OBmEREA2", "00Qd000000OBmE'", "../../User/005"):
        with pytest.raises(ValueError, match="Salesforce id"):
            ids([bad])


def test_no_other_module_writes_soql() -> None:
    """No text of the adapter outside soql.py begins a query, and none at all asks for what is not equal or not in."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py")}
    assert [name for name, text in sources.items() if re.search(r"[\"'f]SELECT ", text)] == []
    code = sources["soql.py"].partition('"""\n\nfrom')[2]
    assert not re.search(r"!=|<>|NOT IN|\bNOT\b", code)
