"""A scripted tour of every endpoint, good and bad requests, the same on every run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connector.sandbox.hubspot import Fault, FaultKind, Portal
from connector.sandbox.journal import ExchangeLog
from connector.sandbox.people import Deal, Person

from tests.sandbox.desk import ASSOCIATIONS, NOON, OBJECTS, PROPERTIES, Caller, Clock, did, where

HUBSPOT = "HUBSPOT_DEFINED"
CROWD = 40


def crowd() -> list[Person]:
    """Return a few dozen people with all that a file can hold."""
    people = []
    for n in range(CROWD):
        done = [
            did("page_viewed", 30 + n, url=f"/page-{n}"),
            did("page_viewed", 20 + n, url="/pricing"),
            did(("form_submitted", "question_asked", "document_downloaded")[n % 3], 10 + n),
            did(("meeting_booked", "sales_call", "email_replied", "webinar_attended", "sales_email")[n % 5], 5 + n),
            did(("email_opened", "email_clicked", "list_joined", "sales_meeting")[n % 4], 1 + n, list="Fair"),
        ]
        properties = {"email": f"p{n}@firm{n % 7}.example", "firstname": f"P{n}", "trial_ends": "2026-12-01"}
        company = {"name": f"Firm {n % 7}", "domain": f"firm{n % 7}.example", "numberofemployees": str(10 * n)}
        deals = (Deal(f"Deal {n}", closed=n % 2 == 0, won=True),) if n % 10 == 0 else ()
        people.append(Person(f"p{n}", properties, tuple(done), "won", company, deals, ("Newsletter",)))
    return people


def tour(log_path: Path | None = None, *, seed: int = 7) -> list[tuple[int, object]]:
    """Walk through all endpoints; return every status and body."""
    clock = Clock()
    portal = Portal(crowd(), seed=seed, clock=clock, limits="real")
    log = ExchangeLog(log_path) if log_path else None
    guide = Guide(Caller(portal, log), portal, clock)
    for stop in (guide.reading, guide.searching, guide.writing, guide.tasks, guide.tying, guide.merging):
        stop()
        clock.move(seconds=11)
    for stop in (guide.defining, guide.around, guide.failing):
        stop()
        clock.move(seconds=11)
    if log:
        log.close()
    return guide.answers


class Guide:
    """One walk through a portal."""

    def __init__(self, call: Caller, portal: Portal, clock: Clock) -> None:
        """Walk with this caller."""
        self.call, self.portal, self.clock = call, portal, clock
        self.answers: list[tuple[int, object]] = []
        self.ids = [portal.contact_id(f"p{n}") for n in range(CROWD)]

    def go(self, method: str, path: str, body: object = None, **query: object) -> object:
        """Make one stop; at most five searches fit into a second."""
        if path.endswith("/search"):
            self.clock.move(milliseconds=250)
        status, answer = self.call(method, path, body, query or None)
        self.answers.append((status, answer))
        return answer

    def reading(self) -> None:
        """Read records in every way."""
        for kind in ("contacts", "companies", "0-3", "tasks", "meetings", "calls", "emails", "notes"):
            self.go("GET", f"{OBJECTS}/{kind}", limit=5, associations="contacts")
        names = "email,lifecyclestage,hs_v2_date_entered_lead,trial_ends,nonsense,phone"
        self.go("GET", f"{OBJECTS}/contacts", limit=3, properties=names, after=self.ids[3], archived="false")
        self.go("GET", f"{OBJECTS}/contacts", limit=3, archived="true")
        self.go("GET", f"{OBJECTS}/contacts", limit=2, propertiesWithHistory="lifecyclestage,email")
        self.go("GET", f"{OBJECTS}/contacts/{self.ids[0]}", properties=names, associations="companies,deals,meetings")
        self.go("GET", f"{OBJECTS}/contacts/p1@firm1.example", idProperty="email")
        self.go("GET", f"{OBJECTS}/contacts/12345")
        self.go("GET", f"{OBJECTS}/contacts/abc")
        rows = [{"id": each} for each in [*self.ids[:5], "99999999"]]
        self.go("POST", f"{OBJECTS}/contacts/batch/read", {"inputs": rows[:5], "properties": ["email", "company"]})
        self.go("POST", f"{OBJECTS}/contacts/batch/read", {"inputs": rows, "properties": ["email"]})
        by_email = {"inputs": [{"id": "p3@firm3.example"}], "idProperty": "email", "properties": ["email"]}
        self.go("POST", f"{OBJECTS}/contacts/batch/read", by_email)

    def searching(self) -> None:
        """Search by index, by scan, in pages, and beyond the limits."""
        since = str(int((NOON - timedelta(days=3)).timestamp() * 1000))
        order = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]
        page = {"filterGroups": [{"filters": [where("lastmodifieddate", "GTE", since)]}], "sorts": order, "limit": 7}
        self.go("POST", f"{OBJECTS}/contacts/search", page)
        self.go("POST", f"{OBJECTS}/contacts/search", {**page, "after": "7"})
        self.go("POST", f"{OBJECTS}/contacts/search", {"limit": 3})
        for filters in (
            [where("email", "EQ", "p1@firm1.example")],
            [where("email", "IN", values=["p1@firm1.example", "p2@firm2.example"])],
            [where("num_conversion_events", "GTE", "1"), where("lifecyclestage", "EQ", "lead")],
            [where("firstname", "CONTAINS_TOKEN", "p1*")],
            [where("hs_analytics_last_timestamp", "BETWEEN", "0", highValue=since)],
            [where("phone", "NOT_HAS_PROPERTY")],
            [where("nonsense", "EQ", "1")],
        ):
            self.go("POST", f"{OBJECTS}/contacts/search", {"filterGroups": [{"filters": filters}], "limit": 2})
        self.go("POST", f"{OBJECTS}/contacts/search", {"limit": 200, "after": "9900"})
        tied = [where("associations.contact", "EQ", self.ids[0])]
        self.go("POST", f"{OBJECTS}/0-3/search", {"filterGroups": [{"filters": tied}]})
        self.clock.move(seconds=2)
        for _ in range(7):
            status, answer = self.call("POST", f"{OBJECTS}/companies/search", {"limit": 1})
            self.answers.append((status, answer))

    def writing(self) -> None:
        """Create, update and archive contacts, with what is refused."""
        made = self.go("POST", f"{OBJECTS}/contacts", {"properties": {"email": "new@x.example", "phone": "+49 30 1"}})
        self.go("POST", f"{OBJECTS}/contacts", {"properties": {"email": "new@x.example"}})
        self.go("POST", f"{OBJECTS}/contacts", {"properties": {"nonsense": "1", "email": "no"}})
        key = made["id"] if isinstance(made, dict) else ""
        for stage in ("salesqualifiedlead", "lead", "", "lead"):
            self.go("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {"lifecyclestage": stage}})
        rows = [{"properties": {"email": f"b{n}@x.example"}, "objectWriteTraceId": f"t{n}"} for n in range(3)]
        self.go("POST", f"{OBJECTS}/contacts/batch/create", {"inputs": rows})
        self.go("POST", f"{OBJECTS}/contacts/batch/create", {"inputs": rows})
        self.go("POST", f"{OBJECTS}/contacts/batch/create", {"inputs": [{"properties": {"email": "b0@x.example"}}]})
        changes: list[dict[str, object]]
        changes = [{"id": each, "properties": {"connector_fit": "5"}} for each in self.ids[:3]]
        self.go("POST", f"{OBJECTS}/contacts/batch/update", {"inputs": changes})
        self.go("POST", f"{OBJECTS}/contacts/batch/update", {"inputs": [*changes, {**changes[0], "id": "404"}]})
        self.go("POST", f"{OBJECTS}/contacts/batch/update", {"inputs": [changes[0], changes[0]]})
        rows = [{"id": "u@x.example", "idProperty": "email", "properties": {"email": "u@x.example"}}]
        self.go("POST", f"{OBJECTS}/contacts/batch/upsert", {"inputs": rows})
        self.go("POST", f"{OBJECTS}/contacts/batch/upsert", {"inputs": rows})
        self.go("POST", f"{OBJECTS}/contacts/batch/archive", {"inputs": [{"id": self.ids[-1]}]})
        self.go("DELETE", f"{OBJECTS}/contacts/{self.ids[-2]}")
        self.go("GET", f"{OBJECTS}/contacts", limit=3, archived="true")

    def tasks(self) -> None:
        """Create tasks in all ways, complete and delete them."""
        due: dict[str, object] = {
            "hs_timestamp": "2026-11-24T09:00:00Z",
            "hs_task_subject": "Call",
            "hs_task_body": "<p>Why</p>",
        }
        to = [{"to": {"id": self.ids[0]}, "types": [{"associationCategory": HUBSPOT, "associationTypeId": 204}]}]
        made = self.go("POST", f"{OBJECTS}/tasks", {"properties": due, "associations": to})
        self.go("POST", f"{OBJECTS}/tasks", {"properties": {"hs_task_subject": "no date"}})
        rows: list[dict[str, object]] = [
            {"properties": {**due, "connector_key": f"k{n}"}, "associations": to, "objectWriteTraceId": f"k{n}"}
            for n in range(4)
        ]
        self.go("POST", f"{OBJECTS}/tasks/batch/create", {"inputs": rows[:3]})
        self.go("POST", f"{OBJECTS}/tasks/batch/create", {"inputs": rows})
        upserts = [{"id": "k9", "idProperty": "connector_key", "properties": due, "objectWriteTraceId": "k9"}]
        self.go("POST", f"{OBJECTS}/tasks/batch/upsert", {"inputs": upserts})
        self.go("POST", f"{OBJECTS}/tasks/batch/upsert", {"inputs": upserts})
        self.go("GET", f"{OBJECTS}/tasks/k9", idProperty="connector_key", properties="hs_task_subject,connector_key")
        key = made["id"] if isinstance(made, dict) else ""
        self.go("PATCH", f"{OBJECTS}/tasks/{key}", {"properties": {"hs_task_status": "COMPLETED"}})
        self.go("DELETE", f"{OBJECTS}/tasks/{key}")
        self.go("DELETE", f"{OBJECTS}/tasks/1234567890")
        self.go("GET", f"{OBJECTS}/tasks", limit=100, associations="contacts,deals", properties="hs_timestamp")
        note = {"properties": {"hs_timestamp": "1795430400000", "hs_note_body": "Met at the fair"}}
        self.go("POST", f"{OBJECTS}/notes", note)

    def tying(self) -> None:
        """Read and write associations."""
        rows = [{"id": each} for each in self.ids[:4]]
        self.go("POST", f"{ASSOCIATIONS}/contacts/companies/batch/read", {"inputs": rows})
        self.go("POST", f"{ASSOCIATIONS}/contacts/tasks/batch/read", {"inputs": rows})
        companies = self.portal.ids("companies")
        types = [{"associationCategory": HUBSPOT, "associationTypeId": 279}]
        pair = {"from": {"id": self.ids[0]}, "to": {"id": companies[3]}}
        path = f"{ASSOCIATIONS}/contacts/companies/batch"
        self.go("POST", f"{path}/create", {"inputs": [{**pair, "types": types}]})
        self.go("POST", f"{path}/create", {"inputs": [{"from": {"id": "1"}, "to": pair["to"], "types": types}]})
        self.go("POST", f"{path}/associate/default", {"inputs": [pair]})
        self.go("GET", f"{OBJECTS}/contacts/{self.ids[0]}/associations/companies", limit=1)
        self.go("GET", f"{OBJECTS}/contacts/{self.ids[0]}/associations/notes")
        self.go("PUT", f"{OBJECTS}/contacts/{self.ids[1]}/associations/default/companies/{companies[4]}")
        self.go("DELETE", f"{OBJECTS}/contacts/{self.ids[1]}/associations/companies/{companies[4]}")
        self.go("POST", f"{path}/archive", {"inputs": [{"from": pair["from"], "to": [pair["to"]]}]})

    def merging(self) -> None:
        """Merge and erase contacts."""
        two = {"primaryObjectId": self.ids[4], "objectIdToMerge": self.ids[5]}
        self.go("POST", f"{OBJECTS}/contacts/merge", two)
        self.go("GET", f"{OBJECTS}/contacts/{self.ids[5]}", properties="hs_merged_object_ids,hs_additional_emails")
        self.go("POST", f"{OBJECTS}/contacts/batch/read", {"inputs": [{"id": self.ids[4]}, {"id": self.ids[0]}]})
        self.go("POST", f"{OBJECTS}/contacts/gdpr-delete", {"objectId": self.ids[6]})
        self.go("GET", f"{OBJECTS}/contacts/{self.ids[6]}")

    def defining(self) -> None:
        """Read and create property definitions."""
        for kind in ("contacts", "companies", "0-3", "tasks", "meetings"):
            self.go("GET", f"{PROPERTIES}/{kind}")
        self.go("GET", f"{PROPERTIES}/0-1/lifecyclestage")
        self.go("GET", f"{PROPERTIES}/contacts/absent")
        self.go("GET", f"{PROPERTIES}/tasks/groups")
        new = {"name": "nps", "label": "NPS", "type": "number", "fieldType": "number"}
        new["groupName"] = "contactinformation"
        self.go("POST", f"{PROPERTIES}/contacts", new)
        self.go("POST", f"{PROPERTIES}/contacts", new)
        self.go("POST", f"{PROPERTIES}/contacts", {**new, "name": "nps2", "groupName": "absent"})
        self.go("PATCH", f"{PROPERTIES}/contacts/nps", {"label": "Net promoter score"})
        self.go("POST", f"{PROPERTIES}/contacts/groups", {"name": "ours", "label": "Ours"})
        names = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": [{"name": "nps"}, {"name": "email"}]}
        self.go("POST", f"{PROPERTIES}/contacts/batch/read", names)

    def around(self) -> None:
        """Look at owners, lists and the account."""
        self.go("GET", "/crm/owners/2026-03", limit=2)
        self.go("GET", "/crm/owners/2026-03", email="ben@acme.example")
        self.go("GET", "/crm/owners/2026-03", archived="true")
        self.go("GET", "/crm/owners/2026-03/88842095")
        body = {"query": "news", "offset": 0, "additionalProperties": [], "listIds": [], "processingTypes": []}
        self.go("POST", "/crm/lists/2026-03/search", body)
        self.go("GET", "/crm/lists/2026-03/object-type-id/0-1/name/Newsletter")
        self.go("GET", "/crm/lists/2026-03/11")
        self.go("GET", "/crm/lists/2026-03/11/memberships", limit=5)
        self.go("GET", "/crm/lists/2026-03/11/memberships/join-order", limit=5)
        self.go("GET", f"/crm/lists/2026-03/records/0-1/{self.ids[0]}/memberships")
        self.go("GET", "/account-info/2026-03/details")
        self.go("GET", "/account-info/2026-03/api-usage/daily/private-apps")

    def failing(self) -> None:
        """Meet every refusal that comes as an answer."""
        for status in (401, 403, 423, 429, 477, 500, 502, 503, 504, 524):
            self.portal.faults.add(Fault(FaultKind.ANSWER, status=status))
            self.go("GET", f"{OBJECTS}/contacts", limit=1)
            self.clock.move(seconds=3)
        self.call.headers = {}
        self.go("GET", f"{OBJECTS}/contacts", limit=1)
        self.call.headers = {"Authorization": "Bearer pat-test"}
        for _ in range(192):
            self.go("GET", "/crm/owners/2026-03", limit=1)
