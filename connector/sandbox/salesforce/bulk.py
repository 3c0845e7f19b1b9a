"""Bulk API 2.0, query jobs: made, under way, done; results as CSV in pages."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connector.sandbox.instants import SECOND_MS, span_ms
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import bad_request, not_found
from connector.sandbox.salesforce.ids import IdMaker, is_id, to18
from connector.sandbox.salesforce.inputs import instant_text
from connector.sandbox.salesforce.paging import run

if TYPE_CHECKING:
    from connector.sandbox.salesforce.soql.run import Result

WAITING_MS: Final = 2 * SECOND_MS
MOST: Final = 50_000
CSV_TYPE: Final = "text/csv"
LINE_ENDS: Final = {"LF": "\n", "CRLF": "\r\n"}
DELIMITERS: Final = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
SELECTED: Final = re.compile(r"\s*select\s+(.+?)\s+from\s", re.IGNORECASE | re.DOTALL)
NOT_TAKEN: Final = re.compile(r"\b(group\s+by|offset|typeof)\b", re.IGNORECASE)
INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000")


@dataclass(slots=True)
class Job:
    """One query job; its rows are those of the instant it was made."""

    id: str
    operation: str
    result: Result
    columns: tuple[str, ...]
    made_ms: int
    version: str
    line_end: str
    delimiter: str
    aborted: bool = False


class Jobs:
    """The jobs of one org by id."""

    def __init__(self, seed: int) -> None:
        """Begin with none."""
        self.by_id: dict[str, Job] = {}
        self._ids = IdMaker(seed)

    def new_id(self) -> str:
        """Return the id of the next job."""
        return self._ids.next("750")


def create(call: Call) -> Reply:
    """Answer ``POST /jobs/query``."""
    body = call.json()
    soql, operation = str(body.get("query") or ""), str(body.get("operation") or "")
    if operation not in {"query", "queryAll"}:
        raise bad_request("INVALIDJOB", f"Unsupported operation: {operation}")
    line_end, delimiter = str(body.get("lineEnding") or "LF"), str(body.get("columnDelimiter") or "COMMA")
    if line_end not in LINE_ENDS or delimiter not in DELIMITERS:
        raise bad_request("INVALIDJOB", f"Unsupported lineEnding or columnDelimiter: {line_end}, {delimiter}")
    found = SELECTED.match(soql)
    columns = tuple(each.strip() for each in found.group(1).split(",")) if found else ()
    if any("(" in each for each in columns) or NOT_TAKEN.search(soql):
        raise bad_request("API_ERROR", "Aggregate, nested, OFFSET and TYPEOF queries are not supported in Bulk Query")
    result = run(call, soql, all_rows=operation == "queryAll")
    jobs = call.desk.jobs
    job = Job(jobs.new_id(), operation, result, columns, call.at_ms, call.version, line_end, delimiter)
    jobs.by_id[job.id] = job
    return Reply(200, _info(call, job))


def _state(call: Call, job: Job) -> str:
    """Return how far a job is by now."""
    gone = call.at_ms - job.made_ms
    if job.aborted:
        return "Aborted"
    if gone >= span_ms(call.state.manner.bulk_time):
        return "JobComplete"
    return "UploadComplete" if gone < WAITING_MS else "InProgress"


def _info(call: Call, job: Job) -> dict[str, object]:
    """Return what an answer says of a job."""
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.result.sobject,
        "createdById": call.state.furniture.api_user,
        "createdDate": instant_text(job.made_ms).replace("Z", "+0000"),
        "systemModstamp": instant_text(call.at_ms).replace("Z", "+0000"),
        "state": _state(call, job),
        "concurrencyMode": "Parallel",
        "contentType": "CSV",
        "apiVersion": float(job.version),
        "lineEnding": job.line_end,
        "columnDelimiter": job.delimiter,
    }


def _job(call: Call) -> Job:
    """Return the job that the path names, or refuse."""
    job = call.desk.jobs.by_id.get(to18(call.args[0])) if is_id(call.args[0]) else None
    if job is None:
        raise not_found()
    return job


def info(call: Call) -> Reply:
    """Answer ``GET /jobs/query/<id>``."""
    job = _job(call)
    done = _state(call, job) == "JobComplete"
    counted = {"jobType": "V2Query", "numberRecordsProcessed": len(job.result.rows) if done else 0, "retries": 0}
    return Reply(200, {**_info(call, job), **counted, "totalProcessingTime": call.at_ms - job.made_ms if done else 0})


def every(call: Call) -> Reply:
    """Answer ``GET /jobs/query``."""
    listed = [{**_info(call, job), "jobType": "V2Query"} for job in call.desk.jobs.by_id.values()]
    return Reply(200, {"done": True, "nextRecordsUrl": None, "records": listed})


def change(call: Call) -> Reply:
    """Answer ``PATCH /jobs/query/<id>``, which can only abort."""
    job = _job(call)
    if call.json().get("state") != "Aborted" or _state(call, job) == "JobComplete":
        raise bad_request("INVALIDJOBSTATE", "The state of a finished job cannot be changed, and only to Aborted")
    job.aborted = True
    return Reply(200, _info(call, job))


def delete(call: Call) -> Reply:
    """Answer ``DELETE /jobs/query/<id>``; one that is under way stays."""
    job = _job(call)
    if _state(call, job) not in {"JobComplete", "Aborted"}:
        raise bad_request("INVALIDJOBSTATE", "The job can't be deleted while it is under way")
    del call.desk.jobs.by_id[job.id]
    return Reply(204)


def results(call: Call) -> Reply:
    """Answer ``GET /jobs/query/<id>/results``."""
    job = _job(call)
    if job.version != call.version:
        raise bad_request("API_VERSION_MISMATCH", f"The job was made with version {job.version}", 409)
    if _state(call, job) != "JobComplete":
        raise bad_request("JOB_NOT_COMPLETE", f"The job is not complete: {_state(call, job)}", 412)
    most = call.request.first("maxRecords") or str(MOST)
    if not most.isdigit() or int(most) == 0:
        raise bad_request("INVALIDREQUEST", "maxRecords must be a number above 0")
    start = _start(call.request.first("locator"))
    rows = job.result.rows
    end = min(start + int(most), len(rows))
    locator = base64.b64encode(str(end).encode()).decode().rstrip("=") if end < len(rows) else "null"
    headers = {"Sforce-NumberOfRecords": str(max(0, end - start)), "Sforce-Locator": locator}
    return Reply(200, None, headers, _csv(job, rows[start:end]), CSV_TYPE)


def _start(locator: str | None) -> int:
    """Return the first row of the page that a locator stands for."""
    if not locator or locator == "null":
        return 0
    try:
        return int(base64.b64decode(locator + "=" * (-len(locator) % 4)))
    except (binascii.Error, ValueError):
        raise bad_request("INVALIDLOCATOR", f"invalid locator: {locator}") from None


def _csv(job: Job, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV, every cell in quotes, columns in the order of the query."""
    text = io.StringIO()
    end, mark = LINE_ENDS[job.line_end], DELIMITERS[job.delimiter]
    writer = csv.writer(text, delimiter=mark, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(job.columns)
    writer.writerows([_cell(row, column) for column in job.columns] for row in rows)
    return text.getvalue()


def _cell(row: Mapping[str, Any], column: str) -> str:
    """Return one value as CSV has it; nothing for null."""
    value: Any = row
    for step in column.split("."):
        if not isinstance(value, Mapping):
            return ""
        value = next((each for name, each in value.items() if name.lower() == step.lower()), None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return INSTANT.sub(r"\1Z", value) if isinstance(value, str) else str(value)
