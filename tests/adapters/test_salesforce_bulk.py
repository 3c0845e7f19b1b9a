"""A first load by a Bulk job: when there is one, its pages, its rows like those of REST, and every way it can fail."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.adapters.base import AdapterDown, Page, Wanted
from connector.adapters.salesforce.bulk import REST, SHEET, rows_of_csv
from connector.adapters.salesforce.cursors import Load, decoded
from connector.commands import Rank
from connector.model import CrmRef
from connector.sandbox.exchange import Request, Response

from tests.adapters.org_told import answer, described, refused
from tests.adapters.reads_told import Desk, any_id, contact, lead, page, row

JOB = any_id("750", 1)
LEADS = Wanted({"lead": ("Email", "Score__c", "Employees")}, ("lead",))
COLUMNS = (
    "Id,SystemModstamp,IsDeleted,MasterRecordId,IsConverted,ConvertedContactId,Individual.HasOptedOutProfiling,"
    "Individual.HasOptedOutProcessing,Individual.ShouldForget,Email,Employees,Score__c"
)
TYPES = {"IsDeleted": "boolean", "Employees": "int", "Score__c": "double"}


def ordered() -> Response:
    """Return the answer to a job's order."""
    return answer(200, {"id": JOB, "operation": "queryAll", "state": "UploadComplete", "apiVersion": 62.0})


def stands(state: str) -> Response:
    """Return how the job stands."""
    return answer(200, {"id": JOB, "state": state})


def csv_row(number: int, at: datetime, **values: str) -> str:
    """Return one row as Bulk writes it."""
    cells = dict.fromkeys(COLUMNS.split(","), "")
    cells |= {"Id": lead(number), "SystemModstamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"}
    cells |= {"IsDeleted": "false", "IsConverted": "false", **values}
    return ",".join(f'"{cell}"' for cell in cells.values())


def sheet(*rows: str, locator: str = "null", promised: int | None = None) -> Response:
    """Return one page of results."""
    body = "\n".join((COLUMNS, *rows, "")).encode()
    number = str(len(rows) if promised is None else promised)
    return answer(
        200, body, **{"Content-Type": "text/csv", "Sforce-Locator": locator, "Sforce-NumberOfRecords": number}
    )


def big(wanted: Wanted = LEADS) -> Desk:
    """Return a desk with more rows than are read by pages, and a job that was ordered."""
    desk = Desk(wanted, count=50_001)
    desk.tell(ordered())
    return desk


def loaded(desk: Desk, *replies: Response) -> list[Page]:
    """Order the job and read it through."""
    desk.tell(*replies)
    return desk.read("leads")


def paths(desk: Desk) -> list[str]:
    """Return what was asked, without the version."""
    return [f"{one.method} {one.path.partition('v62.0')[2]}" for one in desk.org.requests]


def test_a_big_first_load_is_one_job() -> None:
    """The order names all rows, deleted ones too; the results come by pages, each with where the next one is."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    found = loaded(
        desk,
        stands("InProgress"),
        stands("JobComplete"),
        sheet(csv_row(1, at, Email="a@a.example"), locator="MTAwMDA"),
        sheet(csv_row(2, at)),
    )
    assert [one.ref.id for each in found for one in each.records] == [lead(1), lead(2)]
    assert paths(desk) == [
        "GET /query",
        "POST /jobs/query",
        f"GET /jobs/query/{JOB}",
        f"GET /jobs/query/{JOB}",
        f"GET /jobs/query/{JOB}/results",
        f"GET /jobs/query/{JOB}/results",
    ]
    assert [one.first("locator") for one in desk.org.requests[-2:]] == [None, "MTAwMDA"]
    assert {one.first("maxRecords") for one in desk.org.requests[-2:]} == {str(SHEET)}
    assert b'"operation": "queryAll"' in desk.org.requests[1].body
    assert all(each.backfill for each in found)
    assert {rank for _, rank in desk.meter.asked} == {Rank.BACKFILL}


def test_a_job_at_work_is_left_alone() -> None:
    """While Salesforce prepares there are no rows, the cursor stands, and the page says how long to rest."""
    desk = big()
    waiting = [desk.reads.pull("leads", None)]
    for state in ("UploadComplete", "InProgress"):
        desk.tell(stands(state))
        waiting.append(desk.reads.pull("leads", waiting[-1].cursor))
    for each in waiting:
        assert (each.records, each.more, each.rest, each.backfill) == ((), True, REST, True)
        assert decoded(each.cursor) == Load(JOB, int(desk.clock().timestamp()) * 1000)


def test_another_process_goes_on_with_the_job() -> None:
    """Where the load stands is in the cursor and nowhere else; no second job is ordered."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    desk.tell(stands("JobComplete"), sheet(csv_row(1, at), locator="next"))
    cursor = desk.reads.pull("leads", desk.reads.pull("leads", None).cursor).cursor
    desk.reads = desk.build(LEADS)
    desk.tell(sheet(csv_row(2, at)))
    assert [one.ref.id for one in desk.reads.pull("leads", cursor).records] == [lead(2)]
    assert sum(path.startswith("POST") for path in paths(desk)) == 1


def test_after_the_job_changes_are_read_from_when_it_was_ordered() -> None:
    """What changed while the job ran comes with the next look, which also removes the job, once."""
    desk = big()
    began = desk.clock()
    found = loaded(desk, stands("JobComplete"), sheet(csv_row(1, began - timedelta(days=1))))
    desk.later(minutes=30)
    desk.tell(answer(204, b""), page(row(lead(1), began + timedelta(minutes=1))))
    (changed,) = desk.read("leads", found[-1].cursor)
    assert [one.ref.id for one in changed.records] == [lead(1)]
    assert not changed.backfill
    assert paths(desk)[-2] == f"DELETE /jobs/query/{JOB}"
    assert f"SystemModstamp >= {began - timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}" in desk.org.soql[-1]
    desk.later(minutes=5)
    desk.tell(page())
    desk.read("leads", changed.cursor)
    assert sum(path.startswith("DELETE") for path in paths(desk)) == 1


def test_a_job_that_is_gone_already_needs_no_removal() -> None:
    """Salesforce forgets jobs after seven days; that holds up nothing."""
    desk = big()
    found = loaded(desk, stands("JobComplete"), sheet())
    desk.tell(refused(404, "NOT_FOUND", "The requested resource does not exist"), page())
    assert not desk.read("leads", found[-1].cursor)[0].more


def test_rows_are_typed_and_nested_as_rest_would_have_sent_them() -> None:
    """Numbers, booleans, parents and empty values cannot be told from those of a page of REST."""
    desk = big()
    at = desk.clock().replace(microsecond=0) - timedelta(days=1)
    flagged = {"Individual.ShouldForget": "true", "Individual.HasOptedOutProfiling": "false"}
    text = 'O""Neill, ""A"" GmbH'
    found = loaded(
        desk,
        stands("JobComplete"),
        sheet(csv_row(1, at, Employees="120", Score__c="4.5", Email=text), csv_row(2, at, **flagged)),
    )
    first, second = found[-1].records
    assert (first.raw["Employees"], first.raw["Score__c"], first.raw["IsConverted"]) == (120, 4.5, False)
    assert (first.raw["Email"], first.raw["Individual"], first.modified_at) == ('O"Neill, "A" GmbH', None, at)
    assert second.raw["connector:not_evaluated"] is True
    assert second.raw["Email"] is None


def test_deletions_merges_and_conversions_come_with_the_job_too() -> None:
    """A load that begins again, because the mapping changed, tells what became of people we knew."""
    desk = big(Wanted({"lead": ("Email",), "contact": ()}, ("lead", "contact")))
    at = desk.clock() - timedelta(days=1)
    desk.tell(
        stands("JobComplete"),
        sheet(
            csv_row(1, at, IsDeleted="true"),
            csv_row(2, at, IsConverted="true", ConvertedContactId=contact(2)),
            csv_row(3, at, IsDeleted="true", MasterRecordId=lead(4)),
            csv_row(4, at),
        ),
        page(row(contact(2), at)),
    )
    found = desk.read("leads")[-1]
    assert found.gone == (CrmRef("salesforce", "lead", lead(1)),)
    assert {one.ref.id: [each.id for each in one.merged] for one in found.records} == {
        contact(2): [lead(2)],
        lead(4): [lead(3)],
    }


@pytest.mark.parametrize(
    "refusal",
    [
        refused(400, "FEATURENOTENABLED", "Async API is not enabled for this org"),
        refused(400, "INVALIDBATCH", "Failed to process query"),
        answer(200, {"state": "UploadComplete"}),
    ],
)
def test_an_org_that_will_not_have_a_job_is_read_by_pages(refusal: Response) -> None:
    """The load goes on by REST, and nobody has to set anything."""
    desk = Desk(LEADS, count=200_000)
    at = desk.clock() - timedelta(days=1)
    desk.tell(refusal, page(row(lead(1), at)))
    assert [one.ref.id for one in desk.read("leads")[0].records] == [lead(1)]


@pytest.mark.parametrize("state", [stands("Failed"), stands("Aborted"), refused(404, "NOT_FOUND", "no such job")])
def test_a_job_that_fails_is_replaced_by_pages(state: Response) -> None:
    """Failed, aborted and forgotten jobs are not asked for ever: everything is read by REST from the beginning."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    desk.tell(state, page(row(lead(1), at)))
    found = desk.read("leads")
    assert [one.ref.id for each in found for one in each.records] == [lead(1)]
    assert " WHERE " not in desk.org.soql[-1]


def test_results_that_vanish_halfway_are_read_anew_by_pages() -> None:
    """A job that was removed by an admin between two pages loses nobody."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    desk.tell(
        stands("JobComplete"),
        sheet(csv_row(1, at), locator="next"),
        refused(404, "NOT_FOUND", "no such job"),
        page(row(lead(1), at), row(lead(2), at)),
    )
    found = desk.read("leads")
    assert {one.ref.id for each in found for one in each.records} == {lead(1), lead(2)}


def test_results_asked_for_too_early_are_waited_for() -> None:
    """A 412 says that the job is not complete after all."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    desk.tell(stands("JobComplete"), refused(412, "JOB_NOT_COMPLETE", "not yet"))
    waiting = desk.reads.pull("leads", desk.reads.pull("leads", None).cursor)
    assert waiting.rest == REST
    desk.tell(stands("JobComplete"), sheet(csv_row(1, at)))
    assert len(desk.reads.pull("leads", waiting.cursor).records) == 1


@pytest.mark.parametrize(
    ("torn", "words"),
    [
        (lambda at: sheet(csv_row(1, at), promised=2), "1 rows of the 2"),
        (lambda at: sheet(csv_row(1, at), '"00Q'), "torn|cannot be read"),
        (lambda _at: answer(200, b"", **{"Content-Type": "text/csv"}), "cannot be read"),
        (lambda _at: answer(200, b"<html>", **{"Content-Type": "text/csv"}), "begins with"),
    ],
)
def test_a_torn_page_is_asked_for_again(torn: object, words: str) -> None:
    """A page that broke off is never taken for the whole: the same cursor brings it later."""
    desk = big()
    at = desk.clock() - timedelta(days=1)
    cursor = desk.reads.pull("leads", None).cursor
    desk.tell(stands("JobComplete"), torn(at))  # type: ignore[operator]
    with pytest.raises(AdapterDown, match=words):
        desk.reads.pull("leads", cursor)
    desk.tell(stands("JobComplete"), sheet(csv_row(1, at), csv_row(2, at)))
    assert len(desk.reads.pull("leads", cursor).records) == 2


def test_few_rows_are_read_by_pages() -> None:
    """At the threshold it is still pages: one count, then the first of them."""
    desk = Desk(LEADS, count=50_000)
    desk.tell(page())
    desk.read("leads")
    assert paths(desk) == ["GET /query", "GET /queryAll"]


def test_what_cannot_be_counted_in_time_is_big() -> None:
    """A count that takes Salesforce too long speaks for a job."""
    desk = Desk(LEADS, count=None)
    desk.tell(refused(400, "QUERY_TIMEOUT", "running for too long"), ordered())
    assert desk.reads.pull("leads", None).rest == REST


def test_a_compound_field_keeps_a_load_to_pages() -> None:
    """A Bulk job refuses addresses, which pages can have."""
    desk = Desk(Wanted({"lead": ("Address",)}, ("lead",)), count=200_000)
    desk.org.shown["Lead"] = (*desk.org.shown["Lead"], described("Address", "address"))
    desk.tell(page())
    desk.read("leads")
    assert paths(desk) == ["GET /query", "GET /queryAll"]


def test_a_field_that_the_job_refuses_is_left_out_of_the_next_order() -> None:
    """An Individual that cannot be seen is found out by the order, as by a query."""
    desk = Desk(LEADS, count=200_000)
    desk.tell(refused(400, "INVALID_FIELD", "No such column 'HasOptedOutProcessing'"), ordered())
    desk.reads.pull("leads", None)
    assert "HasOptedOutProcessing" in desk.org.soql[1]
    assert "HasOptedOutProcessing" not in desk.org.soql[2]


def test_a_job_id_from_a_cursor_leads_nowhere_else() -> None:
    """What is no id never becomes a path."""
    desk = Desk(LEADS)
    with pytest.raises(ValueError, match="no id of a job"):
        desk.reads.pull("leads", '{"mode":"load","job":"../../sobjects","began":1}')
    assert desk.org.requests == []


def test_cells_with_quotes_commas_and_line_ends_are_one_value() -> None:
    """CSV as Salesforce writes it: LF between rows, anything inside quotes."""
    text = f'"Id","Name","Account.Name","Account.Owner.Name"\n"{lead(1)}","A, ""B""\nC","","Ann"\n'
    assert rows_of_csv(text, TYPES) == [
        {"Id": lead(1), "Name": 'A, "B"\nC', "Account": {"Name": None, "Owner": {"Name": "Ann"}}}
    ]
    assert rows_of_csv('"Id","Account.Name","Account.Owner.Name"\n"x","",""\n', TYPES)[0]["Account"] is None


def test_the_first_load_of_200_000_by_pages_keeps_to_its_budget() -> None:
    """At 1,000 rows a page, as with a long text, everything is at most 220 requests."""
    desk = Desk(LEADS, threshold=1_000_000, count=200_000)
    desk.reads = desk.build(LEADS, 1_000_000)
    at = desk.clock() - timedelta(days=1)
    pages = iter(range(200))

    def next_page(_request: Request) -> Response:
        """Answer one page; short rows stand for long ones."""
        number = next(pages)
        following = f"/services/data/v62.0/query/0r8xx5R2yF2gs3VASQ-{number + 1}000" if number < 199 else ""
        return page(row(lead(number), at), following=following)

    desk.tell(*[next_page] * 200)
    assert len(desk.read("leads")) == 200
    assert len(desk.meter.asked) <= 220
