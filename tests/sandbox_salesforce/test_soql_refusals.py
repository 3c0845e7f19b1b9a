"""Salesforce's words for queries that name what is not there or compare what cannot be compared."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.soql.errors import UNSUPPORTED

from tests.sandbox_salesforce.ledger import database, lead, names, refusal, rows


def test_an_unknown_field_is_shown_in_its_place() -> None:
    """The text shows the query, a caret below the name, row and column, and Salesforce's advice."""
    error = refusal(database(), "SELECT Foo FROM Lead")
    assert error.code == "INVALID_FIELD"
    assert error.message == (
        "\nSELECT Foo FROM Lead\n       ^\nERROR at Row:1:Column:8\nNo such column 'Foo' on entity 'Lead'. If you are "
        "attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference "
        "your WSDL or the describe call for the appropriate names."
    )


def test_the_place_is_found_in_later_rows() -> None:
    """Row and column count lines, and only the neighbourhood is quoted."""
    error = refusal(database(), "SELECT Id\nFROM Lead\nWHERE LastName = 'x' AND\n  Foo = 1")
    assert "\n  Foo = 1\n  ^\nERROR at Row:4:Column:3\n" in error.message


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id FROM Foo", "INVALID_TYPE", "sObject type 'Foo' is not supported."),
        ("SELECT Bar.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Bar' in field path."),
        ("SELECT Account.Foo FROM Contact", "INVALID_FIELD", "No such column 'Foo' on entity 'Account'."),
        ("SELECT Id FROM Lead WHERE Foo = 1", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Id FROM Lead ORDER BY Foo", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Id, id FROM Lead", "INVALID_FIELD", "duplicate field selected: Id"),
        (
            "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Task WHERE ActivityDate = 2026-01-01T00:00:00Z", "INVALID_FIELD", "must be of type date and"),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "must be of type int"),
        ("SELECT Id FROM Lead WHERE IsConverted = 'true'", "INVALID_FIELD", "must be of type boolean"),
        ("SELECT Id FROM Lead WHERE IsConverted > true", "INVALID_FIELD", "invalid operator on boolean field"),
        ("SELECT Id FROM Lead WHERE LastName = TODAY", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id FROM Lead WHERE OwnerId LIKE '005%'", "INVALID_FIELD", "invalid operator on id field"),
        ("SELECT Id FROM Lead WHERE OwnerId = 'me'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: me"),
        ("SELECT Id FROM Lead WHERE Id = '00QWAr000001MwaYAX'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field"),
        (
            "SELECT Id FROM Lead WHERE Description = 'x'",
            "INVALID_FIELD",
            "field 'Description' can not be filtered",
        ),
        (
            "SELECT Id FROM Task ORDER BY Description",
            "INVALID_FIELD",
            "field 'Description' can not be sorted",
        ),
        ("SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate", "INVALID_FIELD", "can not be grouped in a query call"),
        ("SELECT Id FROM Lead WHERE LastName INCLUDES ('a')", "INVALID_FIELD", "only valid on multipicklist"),
        (
            "SELECT Id FROM Lead WHERE LastName = 'x' OR Id IN (SELECT LeadId FROM CampaignMember)",
            "MALFORMED_QUERY",
            "Semi join sub-selects are not allowed with the 'OR' operator",
        ),
        ("SELECT Id FROM Lead WHERE LastName IN (SELECT LeadId FROM CampaignMember)", "MALFORMED_QUERY", "must be ids"),
        ("SELECT Id FROM Lead WHERE Id IN (SELECT Id, LeadId FROM CampaignMember)", "MALFORMED_QUERY", "exactly one"),
        ("SELECT Id FROM Lead WHERE LastName > null", "MALFORMED_QUERY", "unexpected token: 'NULL'"),
        ("SELECT Id FROM Lead WHERE AnnualRevenue > USD5000", UNSUPPORTED, "currency"),
        ("SELECT Id, (SELECT Id FROM Tasks LIMIT 1) FROM Lead", UNSUPPORTED, "LIMIT"),
    ],
)
def test_a_query_is_refused_in_salesforce_words(soql: str, code: str, words: str) -> None:
    """Each mistake has its code and its text."""
    error = refusal(database(), soql)
    assert error.code == code
    assert words in error.message


def test_a_hidden_field_is_refused_like_one_that_is_not_there() -> None:
    """Field-level security takes a field out of SELECT, WHERE, ORDER BY and paths, with the words of a misspelling."""
    db = database()
    lead(db, "a", Phone="1")
    db.insert("Contact", {"LastName": "c", "AccountId": db.insert("Account", {"Name": "Acme", "Industry": "Banking"})})
    db.schema.hide("Lead", "Phone")
    db.schema.hide("Account", "Industry")
    db.schema.hide("Contact", "ReportsToId")
    for soql in (
        "SELECT Phone FROM Lead",
        "SELECT Id FROM Lead WHERE Phone = '1'",
        "SELECT Id FROM Lead ORDER BY Phone",
    ):
        assert "No such column 'Phone' on entity 'Lead'" in refusal(db, soql).message
    assert "No such column 'Industry'" in refusal(db, "SELECT Account.Industry FROM Contact").message
    assert "relationship 'ReportsTo'" in refusal(db, "SELECT ReportsTo.Name FROM Contact").message
    assert rows(db, "SELECT Phone FROM Lead", user_fields=False)[0]["Phone"] == "1"
    db.schema.show("Lead", "Phone")
    assert names(db, "Phone = '1'") == ["a"]


def test_thousands_of_alternatives_are_answered() -> None:
    """A long list of ids or of ORs is no problem of depth."""
    db = database()
    found = lead(db, "x7")
    many = " OR ".join(f"LastName = 'x{number}'" for number in range(3000))
    assert names(db, many) == ["x7"]
    ids = ", ".join(f"'{each}'" for each in [found] * 4000)
    assert names(db, f"Id IN ({ids})") == ["x7"]


def test_conditions_too_deep_for_the_tables_are_too_complicated() -> None:
    """Nesting that SQLite cannot hold is refused with Salesforce's word for it."""
    deep = "LastName = 'x'"
    for number in range(150):
        deep = f"({deep} {'AND' if number % 2 else 'OR'} LastName = 'y')"
    assert refusal(database(), f"SELECT Id FROM Lead WHERE {deep}").code == "QUERY_TOO_COMPLICATED"  # noqa: S608 -- SOQL


def test_nothing_in_a_query_reaches_sql_as_sql() -> None:
    """Names are looked up in the schema and values are parameters, so SQL in them is only text or an error."""
    db = database()
    lead(db, "x')); DROP TABLE Lead --")
    assert names(db, r"LastName = 'x\')); DROP TABLE Lead --'") == ["x')); DROP TABLE Lead --"]
    assert refusal(db, "SELECT sqlite_version FROM Lead").code == "INVALID_FIELD"
    assert refusal(db, "SELECT name FROM sqlite_master").code == "INVALID_TYPE"
    assert refusal(db, "SELECT row FROM Lead").code == "INVALID_FIELD"
