"""What the tests of the org share: a caller with a token, who speaks JSON through requests without sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from connector.sandbox.carried import Carried
from connector.sandbox.people import Engagement, Person
from connector.sandbox.salesforce import Org

from tests.clock import VirtualClock

HOST = "https://acme.my.salesforce.com"
BASE = "/services/data/v62.0"
TOKEN = "/services/oauth2/token"
DEMO = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo"}


class Caller:
    """Calls an org as a client would."""

    def __init__(self, org: Org, clock: VirtualClock) -> None:
        """Open a session and get a token."""
        self.org = org
        self.clock = clock
        self.carried = Carried(org, wait=clock.sleep)
        self.session = requests.Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, self.carried)
        self.headers = {"Sforce-Auto-Assign": "FALSE"}
        self.renew()

    def renew(self) -> None:
        """Get a new token."""
        answer = self.session.post(HOST + TOKEN, data=DEMO)
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def __call__(self, method: str, path: str, body: object = None, **options: Any) -> requests.Response:  # noqa: ANN401 - what requests takes
        """Send one request below the version and return the answer."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.session.request(method, HOST + BASE + path, json=body, headers=headers, timeout=60, **options)

    def query(self, soql: str, *, every: bool = False) -> list[dict[str, Any]]:
        """Return the rows of the first page of a query."""
        answer = self("GET", "/queryAll" if every else "/query", params={"q": soql})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["records"])

    def change(self, *records: Mapping[str, Any], method: str = "PATCH", **body: object) -> list[dict[str, Any]]:
        """Write a collection and return its elements."""
        answer = self(method, "/composite/sobjects", {"records": list(records), **body})
        assert answer.status_code == 200, answer.text
        return list(answer.json())


def code(answer: requests.Response) -> str:
    """Return the error code of a refused request."""
    return str(answer.json()[0]["errorCode"])


def codes(elements: list[dict[str, Any]]) -> list[str]:
    """Return the error code of each element, nothing for one that went well."""
    return ["" if each["success"] else str(each["errors"][0]["statusCode"]) for each in elements]


def lead(lead_id: str = "", **values: object) -> dict[str, Any]:
    """Return a lead of a collection."""
    return {"attributes": {"type": "Lead"}, **({"id": lead_id} if lead_id else {}), **values}


def task(who: str = "", **values: object) -> dict[str, Any]:
    """Return a task of a collection."""
    return {"attributes": {"type": "Task"}, **({"WhoId": who} if who else {}), "Subject": "Call them", **values}


def person(name: str, *engagements: Engagement, **properties: str) -> Person:
    """Return a person of a people file."""
    return Person(name, {"email": f"{name}@firm.example", "lastname": name.title(), **properties}, engagements)
