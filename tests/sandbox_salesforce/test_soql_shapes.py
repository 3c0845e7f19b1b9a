"""What is SOQL and what is not, and what of it the sandbox leaves to the real one."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.soql.errors import UNSUPPORTED, SoqlError
from connector.sandbox.salesforce.soql.nodes import Call, Junction, Path
from connector.sandbox.salesforce.soql.parser import parse

VALID = (
    "SELECT Id, Email FROM Lead WHERE SystemModstamp >= 2026-03-01T08:00:00Z ORDER BY SystemModstamp ASC, Id LIMIT 9",
    "SELECT Id FROM Contact WHERE SystemModstamp > 2026-03-01T08:00:00.5Z OR (Id > '00QWAr000001MwaYAE') ORDER BY Id",
    "SELECT Id FROM Lead WHERE CreatedDate < 2026-03-01T08:00:00+02:00",
    "SELECT WhoId, Subject FROM Task WHERE WhoId IN ('00QWAr000001MwaYAE', '003WAr000001MwaYAE') AND IsClosed = false",
    "SELECT Name, Owner.Name, Owner.Email FROM Contact WHERE Owner.IsActive = true",
    "SELECT Id, Who.Type, Who.Name FROM Event WHERE Who.Type = 'Contact'",
    "SELECT OwnerId, COUNT(Id) n FROM Task WHERE CreatedDate = LAST_N_DAYS:90 GROUP BY OwnerId HAVING COUNT(Id) > 5",
    "SELECT COUNT() FROM Contact WHERE Email != null",
    "SELECT Id, (SELECT Id, Status FROM CampaignMembers WHERE HasResponded = true) FROM Contact",
    "SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM CampaignMember WHERE FirstRespondedDate = THIS_MONTH)",
    "SELECT Id FROM Lead WHERE Id NOT IN (SELECT WhoId FROM Event)",
    r"SELECT Id FROM Lead WHERE Company LIKE '100\% G\_mbH %' AND LastName LIKE 'D\'A%'",
    r"SELECT Id FROM Lead WHERE LastName = 'O\'Hara \\ \t \u00fc'",
    "SELECT Id FROM Lead WHERE Topics__c INCLUDES ('x;y', 'z') AND Others__c EXCLUDES ('w')",
    "SELECT Id FROM Lead WHERE Phone = null AND ConvertedDate != null",
    "SELECT Id FROM Contact WHERE NOT (LeadSource = 'Web')",
    "SELECT Id FROM Contact WHERE NOT LeadSource = 'Web' AND DoNotCall = FALSE",
    "SELECT FIELDS(ALL) FROM Contact LIMIT 100",
    "SELECT FIELDS(STANDARD) FROM Contact",
    "SELECT Id FROM Lead ORDER BY LastName DESC NULLS LAST LIMIT 10 OFFSET 20",
    "SELECT toLabel(Rating) FROM Lead",
    "SELECT Id FROM Contact WITH SECURITY_ENFORCED LIMIT 3",
    "SELECT Id FROM Contact WITH USER_MODE",
    "SELECT Id FROM Lead WHERE AnnualRevenue >= 250000.75 AND NumberOfEmployees < 500",
    "SELECT Id FROM Lead WHERE AnnualRevenue > EUR300",
    "select id from contact where createddate = yesterday and leadsource in ('web', 'other') limit 7",
    "SELECT Id, pi__score__c FROM Contact WHERE pi__last_activity__c > 2026-03-01T08:00:00Z",
    "SELECT EmailMessage.Subject, RelationId FROM EmailMessageRelation WHERE RelationType = 'FromAddress'",
    "SELECT Id FROM Event WHERE ActivityDate >= 2026-05-31",
    "SELECT c.Id FROM Contact c WHERE c.LastName = 'x'",
    "SELECT Id FROM Lead WHERE ((A__c = 1 OR B__c = -2) AND C__c = +3) OR D__c = 4.5e2",
    "SELECT MAX(CreatedDate) last FROM Task",
)
INVALID = (
    "SELECT * FROM Contact",
    "SELECT Name Contact",
    "SELECT Name,, Id FROM Contact",
    "SELECT Name, FROM Contact",
    "SELECT Name FROM",
    "SELECT Name FROM Contact WHERE",
    "SELECT Name FROM Contact WHERE LastName = 'D'Arc'",
    'SELECT Name FROM Contact WHERE LastName = "x"',
    "SELECT Name FROM Contact WHERE LastName == 'x'",
    "SELECT Name FROM Contact WHERE Id IN ()",
    "SELECT Name FROM Contact WHERE LastName = 'a' OR",
    "SELECT Name FROM Contact LIMIT",
    "SELECT Name FROM Contact LIMIT '1'",
    "SELECT Name FROM Contact LIMIT -1",
    "SELECT Name FROM Contact JOIN Account ON x = y",
    "SELECT Name FROM Contact WHERE (LastName = 'x'",
    "SELECT Name FROM Contact WHERE LastName = 'x' AND Email = 'y' OR Phone = 'z'",
    r"SELECT Name FROM Contact WHERE LastName = 'wrong \x escape'",
    r"SELECT Name FROM Contact WHERE LastName = 'a wildcard \% outside LIKE'",
    "SELECT Name FROM Contact WHERE LastName = 'open",
    "SELECT Name FROM Contact ORDER LastName",
    "UPDATE Contact",
    "SELECT Name FROM Contact; SELECT Name FROM Lead",
    "SELECT Name FROM Contact WHERE CreatedDate > 2026-01-01 10:00:00",
    "SELECT Name FROM Contact WHERE CreatedDate > 2026-02-30",
    "SELECT DISTINCT Name FROM Contact",
    "SELECT Name FROM Contact -- all",
    "SELECT Name FROM Contact WHERE LastName = 'x' UNION SELECT Name FROM Lead",
    "SELECT Name FROM Contact WHERE IsDeleted = true ALL ROWS",
    "SELECT FIELDS(ALL) FROM Contact",
    "SELECT Id FROM Contact OFFSET 2001",
    "",
)
BEYOND = (
    "SELECT TYPEOF Who WHEN Lead THEN Company ELSE Name END FROM Task",
    "SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Lead GROUP BY CALENDAR_YEAR(CreatedDate)",
    "SELECT Id FROM Lead USING SCOPE mine",
    "SELECT Id FROM Lead LIMIT 1 FOR VIEW",
    "SELECT Id FROM Account WHERE DISTANCE(Place__c, GEOLOCATION(1, 2), 'km') < 3",
    "SELECT Id FROM Lead WITH DATA CATEGORY Place__c AT World__c",
)


@pytest.mark.parametrize("soql", VALID)
def test_soql_is_parsed(soql: str) -> None:
    """Every shape that the connector sends, and its neighbours, is understood."""
    assert parse(soql).sobject


@pytest.mark.parametrize("soql", INVALID)
def test_what_is_not_soql_is_malformed(soql: str) -> None:
    """Every near miss is refused as Salesforce refuses it."""
    with pytest.raises(SoqlError) as caught:
        parse(soql)
    assert caught.value.code == "MALFORMED_QUERY"


@pytest.mark.parametrize("soql", BEYOND)
def test_what_is_not_built_says_so(soql: str) -> None:
    """SOQL that only the real one can run is never answered by half."""
    with pytest.raises(SoqlError) as caught:
        parse(soql)
    assert caught.value.code == UNSUPPORTED


def test_the_tree_says_what_the_text_says() -> None:
    """Columns, aliases, conditions, order and limits are found again in the tree."""
    query = parse(
        "SELECT Account.Industry, COUNT(Id) n FROM Contact c WHERE (A = 1 OR B = 2) AND C = 3 "
        "GROUP BY Account.Industry ORDER BY COUNT(Id) DESC NULLS LAST LIMIT 5"
    )
    assert [each.alias for each in query.columns] == ["", "n"]
    assert query.columns[0].what == Path(("Account", "Industry"), 7)
    assert isinstance(query.columns[1].what, Call)
    assert isinstance(query.where, Junction)
    assert (query.where.word, len(query.where.conditions)) == ("AND", 2)
    assert (query.alias, query.limit, query.aggregate) == ("c", 5, True)
    assert (query.order[0].descending, query.order[0].nulls_last) == (True, True)


def test_the_unexpected_word_is_named() -> None:
    """The refusal quotes the word nobody expected, the end as <EOF>."""
    with pytest.raises(SoqlError, match="unexpected token: 'Contact'"):
        parse("SELECT Id FROM Lead x Contact")
    with pytest.raises(SoqlError, match="unexpected token: '<EOF>'"):
        parse("SELECT Id FROM Lead WHERE")


def test_sizes_are_limited() -> None:
    """A query of 100,000 characters and a text of 4,000 pass, one more of either does not."""
    start = "SELECT Id FROM Lead WHERE Id = '' "
    assert parse(start + " " * (100_000 - len(start))).where
    with pytest.raises(SoqlError, match="100000 characters"):
        parse(start + " " * (100_001 - len(start)))
    text = "SELECT Id FROM Lead WHERE LastName = '%s'"
    assert parse(text.replace("%s", "x" * 4000)).where
    with pytest.raises(SoqlError, match="4000 characters"):
        parse(text.replace("%s", "x" * 4001))


def test_bottomless_parentheses_are_too_complicated() -> None:
    """Nesting beyond reason is refused, not a crash."""
    with pytest.raises(SoqlError) as caught:
        parse("SELECT Id FROM Lead WHERE " + "(" * 50_000)
    assert caught.value.code == "QUERY_TOO_COMPLICATED"
