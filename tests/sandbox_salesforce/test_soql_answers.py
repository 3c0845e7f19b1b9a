"""The form of answers: attributes, parents, children, instants, groups, pages."""

from __future__ import annotations

from tests.sandbox_salesforce.ledger import database, lead, refusal, rows


def test_a_record_begins_with_its_attributes_and_keeps_the_order() -> None:
    """Attributes name type and address; fields follow in the order of SELECT, in the schema's spelling."""
    db = database()
    record = lead(db, "a", HasOptedOutOfEmail=True, AnnualRevenue=5, NumberOfEmployees="7")
    found = rows(
        db,
        "select l.numberofemployees, HasOptedOutOfEmail, createddate, AnnualRevenue, City, Id FROM Lead l",
        version="60.0",
    )
    assert [list(row.items()) for row in found] == [
        [
            ("attributes", {"type": "Lead", "url": f"/services/data/v60.0/sobjects/Lead/{record}"}),
            ("NumberOfEmployees", 7),
            ("HasOptedOutOfEmail", True),
            ("CreatedDate", "2026-11-20T10:00:00.000+0000"),
            ("AnnualRevenue", 5.0),
            ("City", None),
            ("Id", record),
        ]
    ]


def test_parents_are_nested_or_null() -> None:
    """A parent is a record of the target's type at the place of its first field; a missing one is null."""
    db = database()
    boss = db.insert("Account", {"Name": "Holding"})
    firm = db.insert("Account", {"Name": "Acme", "Industry": "Banking", "ParentId": boss})
    db.insert("Contact", {"LastName": "a", "AccountId": firm})
    db.insert("Contact", {"LastName": "b"})
    first, second = rows(db, "SELECT Account.Industry, LastName, account.Parent.Name, Account.Name FROM Contact")
    assert list(first) == ["attributes", "Account", "LastName"]
    assert list(first["Account"]) == ["attributes", "Industry", "Parent", "Name"]
    assert first["Account"]["attributes"] == {"type": "Account", "url": f"/services/data/v62.0/sobjects/Account/{firm}"}
    assert first["Account"]["Parent"]["Name"] == "Holding"
    assert second["Account"] is None


def test_a_filter_on_a_parent_sees_the_missing_one_as_empty() -> None:
    """Compared with null, a field of a parent finds the records without a parent too."""
    db = database()
    firm = db.insert("Account", {"Name": "Acme"})
    db.insert("Contact", {"LastName": "a", "AccountId": firm})
    db.insert("Contact", {"LastName": "b"})
    asked = "SELECT LastName FROM Contact WHERE Account.Industry = null ORDER BY Account.Name DESC"
    assert [row["LastName"] for row in rows(db, asked)] == ["b", "a"]
    assert [row["LastName"] for row in rows(db, "SELECT LastName FROM Contact WHERE Account.Name = 'ACME'")] == ["a"]


def test_a_parent_of_several_types_says_which_it_is() -> None:
    """Who and Owner answer the fields that all names have, and Type; attributes carry the real type."""
    db = database()
    contact = db.insert("Contact", {"LastName": "C", "Email": "c@x.example"})
    queue = db.insert("Group", {"Name": "Inbound", "Type": "Queue"})
    db.insert("Task", {"WhoId": lead(db, "L", FirstName="A"), "OwnerId": queue})
    db.insert("Task", {"WhoId": contact})
    db.insert("Task", {})
    found = rows(db, "SELECT Who.Name, Who.Type, Owner.Name, Owner.Type FROM Task")
    assert [(row["Who"]["Name"], row["Who"]["Type"]) for row in found[:2]] == [("A L", "Lead"), ("C", "Contact")]
    assert found[2]["Who"] is None
    assert [row["Owner"]["attributes"]["type"] for row in found] == ["Group", "User", "User"]
    assert found[0]["Owner"]["Name"] == "Inbound"
    assert len(rows(db, "SELECT Id FROM Task WHERE Who.Type = 'Contact' AND Who.Email = 'C@x.example'")) == 1
    ordered = rows(db, "SELECT Who.Name FROM Task WHERE WhoId != null ORDER BY Who.Name DESC")
    assert [row["Who"]["Name"] for row in ordered] == ["C", "A L"]
    assert refusal(db, "SELECT Who.Company FROM Task").code == "INVALID_FIELD"


def test_children_come_as_a_small_answer_or_null() -> None:
    """A query of children nests its own answer, filtered and ordered, and null where there are none."""
    db = database()
    first, second = lead(db, "a"), lead(db, "b")
    fair, show = (db.insert("Campaign", {"Name": name}) for name in ("Fair", "Show"))
    for campaign, status in ((fair, "Sent"), (show, "Responded"), (show, "Sent")):
        db.insert("CampaignMember", {"CampaignId": campaign, "LeadId": first, "Status": status})
    soql = (
        "SELECT LastName, (SELECT Status, Campaign.Name FROM CampaignMembers WHERE Status = 'Sent' "
        "ORDER BY Campaign.Name DESC) FROM Lead"
    )
    found, none = rows(db, soql)
    assert second
    assert list(found) == ["attributes", "LastName", "CampaignMembers"]
    assert (found["CampaignMembers"]["totalSize"], found["CampaignMembers"]["done"]) == (2, True)
    assert [row["Campaign"]["Name"] for row in found["CampaignMembers"]["records"]] == ["Show", "Fair"]
    assert none["CampaignMembers"] is None
    error = refusal(db, "SELECT Id, (SELECT Id FROM Members) FROM Lead")
    assert (error.code, "Didn't understand relationship 'Members'" in error.message) == ("INVALID_TYPE", True)


def test_groups_are_aggregate_results() -> None:
    """Groups carry field names, aliases and exprN; HAVING and ORDER BY may ask for aggregates."""
    db = database()
    for name, city, size in (("a", "Ulm", 1), ("b", "Bonn", 2), ("c", "ulm", 4), ("d", None, None)):
        lead(db, name, City=city, NumberOfEmployees=size)
    soql = "SELECT City, COUNT(Id) n, SUM(NumberOfEmployees), AVG(NumberOfEmployees) FROM Lead GROUP BY City"
    found = rows(db, f"{soql} HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC, City")
    assert found[0] == {"attributes": {"type": "AggregateResult"}, "City": "Ulm", "n": 2, "expr0": 5.0, "expr1": 2.5}
    assert [row["n"] for row in found] == [2, 1, 1]
    assert [row["City"] for row in rows(db, f"{soql} HAVING COUNT(Id) > 1")] == ["Ulm"]
    newest = rows(db, "SELECT MAX(CreatedDate) last, COUNT_DISTINCT(City) FROM Lead")
    assert [(row["last"], row["expr0"]) for row in newest] == [("2026-11-20T10:00:00.000+0000", 2)]
    assert rows(db, "SELECT SUM(NumberOfEmployees) FROM Lead WHERE City = 'x'")[0]["expr0"] is None
    assert "must be grouped" in refusal(db, "SELECT LastName, COUNT(Id) FROM Lead GROUP BY City").message
    assert refusal(db, "SELECT SUM(City) FROM Lead").code == "INVALID_FIELD"


def test_more_than_a_batch_of_groups_is_refused() -> None:
    """Groups cannot be paged: beyond 2,000 the query needs a LIMIT."""
    db = database()
    for number in range(2001):
        lead(db, f"n{number}")
    assert refusal(db, "SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName").code == "EXCEEDED_ID_LIMIT"
    assert len(rows(db, "SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName LIMIT 2000")) == 2000


def test_a_bare_count_is_its_total() -> None:
    """``SELECT COUNT()`` answers a total and no records; LIMIT bounds it."""
    db = database()
    for name in "abc":
        lead(db, name)
    found = db.query("SELECT COUNT() FROM Lead WHERE LastName > 'a'")
    assert (found.total, list(found.rows)) == (2, [])
    assert db.query("SELECT COUNT() FROM Lead LIMIT 1").total == 1


def test_an_answer_is_a_sequence_that_can_be_cut() -> None:
    """Which records and their order are fixed at the first page; values are those of the moment they are read."""
    db = database()
    ids = [lead(db, str(number)) for number in range(5)]
    found = db.query("SELECT Id, LastName, Description FROM Lead ORDER BY LastName DESC")
    lead(db, "9")
    db.update("Lead", ids[0], {"LastName": "changed"})
    assert (found.total, found.sobject, found.long_text) == (5, "Lead", True)
    assert [row["LastName"] for row in found.rows[1:3]] == ["3", "2"]
    assert found.rows[-1]["LastName"] == "changed"
    assert [row["Id"] for row in found.rows] == ids[::-1]
    assert not db.query("SELECT Id, Street FROM Lead").long_text


def test_fields_spells_out_what_the_user_sees() -> None:
    """FIELDS() names visible fields: all, the standard ones, or the org's own."""
    db = database()
    lead(db, "a")
    db.schema.hide("Lead", "Phone")
    everything = rows(db, "SELECT FIELDS(ALL) FROM Lead LIMIT 5")[0]
    own = rows(db, "SELECT Id, FIELDS(CUSTOM) FROM Lead LIMIT 5")[0]
    assert "Phone" not in everything
    assert set(own) == {"attributes", "Id", "Connector_Score__c", "Connector_Reason__c", "Lifecycle_Stage__c"}
    assert set(everything) == {"attributes", *(each.name for each in db.schema.of("Lead").visible())}
    assert set(rows(db, "SELECT FIELDS(STANDARD) FROM Lead")[0]) == set(everything) - (set(own) - {"attributes", "Id"})


def test_labels_are_answered_on_demand() -> None:
    """toLabel() answers a choice's label where the field holds its value."""
    db = database()
    db.insert("EmailMessage", {"Subject": "Hi", "Status": "2"})
    assert rows(db, "SELECT toLabel(Status) FROM EmailMessage")[0]["Status"] == "Replied"
