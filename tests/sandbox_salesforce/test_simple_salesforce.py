"""A client we did not write, unmodified over a socket, is content with the simulated org."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from typing_extensions import override

from connector.sandbox.people import Person
from connector.sandbox.salesforce import Org, serve

from tests.sandbox_salesforce.office import DEMO, TOKEN

CROWD = 2500


class Plain(HTTPAdapter):
    """Speaks http where the client insists on https."""

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send to the plain port."""
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, *args, **options)


@pytest.fixture(scope="module")
def org() -> Org:
    """Give an org with more leads than a page holds."""
    return Org(Person(f"p{n}", {"email": f"p{n}@firm.example", "lastname": f"P{n}"}) for n in range(CROWD))


@pytest.fixture(scope="module")
def client(org: Org) -> Iterator[Any]:
    """Give the client, with a token of the served org."""
    with serve(org) as server, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Plain())
        token = session.post(server.url + TOKEN, data=DEMO, timeout=10).json()
        assert token["instance_url"] == server.url
        yield Salesforce(
            session_id=token["access_token"],
            instance_url=server.url.replace("http://", "https://"),
            session=session,
            version="62.0",
        )


def test_it_reads_a_query(client: Any) -> None:  # noqa: ANN401 - the client has no types
    """A small result comes as one page, with type and address of each record."""
    found = client.query("SELECT Id, Email FROM Lead WHERE Email = 'p7@firm.example'")
    assert (found["totalSize"], found["done"]) == (1, True)
    assert found["records"][0]["attributes"]["type"] == "Lead"


def test_it_follows_the_pages(client: Any) -> None:  # noqa: ANN401 - as above
    """All rows come, each once, over more than one page, also when pages are smaller for a long text."""
    for soql in ("SELECT Id FROM Lead ORDER BY Id", "SELECT Id, Description FROM Lead ORDER BY Id"):
        rows = list(client.query_all_iter(soql))
        assert len({row["Id"] for row in rows}) == len(rows) == CROWD


def test_it_creates_reads_changes_and_deletes(client: Any) -> None:  # noqa: ANN401 - as above
    """A record can be made, read, changed, and is not there once it is deleted."""
    made = client.Contact.create({"LastName": "Muster", "Email": "eva@firm.example"})
    assert made["success"] is True
    assert client.Contact.update(made["id"], {"Title": "Head"}) == 204
    assert client.Contact.get(made["id"])["Title"] == "Head"
    assert client.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        client.Contact.get(made["id"])
    assert client.query_all("SELECT Id FROM Contact WHERE IsDeleted = true", include_deleted=True)["totalSize"] == 1


def test_it_upserts_by_an_external_id(client: Any) -> None:  # noqa: ANN401 - as above
    """The first upsert by a key creates a task, the second changes the same one."""
    assert client.Task.upsert("Connector_Key__c/k1", {"Subject": "One"}) == 201
    assert client.Task.upsert("Connector_Key__c/k1", {"Subject": "Two"}) == 200
    assert [row["Subject"] for row in client.query("SELECT Subject FROM Task")["records"]] == ["Two"]


def test_it_describes(client: Any) -> None:  # noqa: ANN401 - as above
    """Describe tells the fields with their types, and the list tells the objects."""
    fields = {each["name"]: each["type"] for each in client.Lead.describe()["fields"]}
    assert fields["Status"] == "picklist"
    assert {"Lead", "Contact", "Task"} <= {each["name"] for each in client.describe()["sobjects"]}


def test_it_reads_the_limits(client: Any) -> None:  # noqa: ANN401 - as above
    """The limits resource and the gauge of the headers speak of the same 15,000 calls."""
    assert client.limits()["DailyApiRequests"]["Max"] == 15_000
    client.query("SELECT Id FROM Lead LIMIT 1")
    assert client.api_usage["api-usage"].total == 15_000


def test_it_writes_collections(client: Any) -> None:  # noqa: ANN401 - as above
    """A collection answers record by record, in order, the refused one without an id."""
    records = [
        {"attributes": {"type": "Lead"}, "LastName": "One", "Company": "Firm"},
        {"attributes": {"type": "Lead"}, "LastName": "Two"},
    ]
    body = {"allOrNone": False, "records": records}
    one, two = client.restful("composite/sobjects", method="POST", json=body)
    assert one["success"] is True
    assert two == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Company]",
                "fields": ["Company"],
            }
        ],
    }


def test_it_says_what_is_wrong_with_a_query(client: Any) -> None:  # noqa: ANN401 - as above
    """A field that is not there is named in the refusal."""
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Foo' on entity 'Lead'"):
        client.query("SELECT Foo FROM Lead")


def test_it_learns_that_its_session_is_over(client: Any, org: Org) -> None:  # noqa: ANN401 - as above
    """A revoked token is refused as an expired session."""
    org.sessions.revoke()
    with pytest.raises(SalesforceExpiredSession):
        client.query("SELECT Id FROM Lead LIMIT 1")
