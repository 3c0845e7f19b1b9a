"""Which endpoint answers which path: the whole of what the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final
from urllib.parse import unquote

from connector.sandbox.salesforce import batches, bulk, composite, describing, paging, rows
from connector.sandbox.salesforce.calls import Call, Reply
from connector.sandbox.salesforce.errors import bad_request, not_found

OLDEST: Final = 31
NEWEST: Final = 67
RETIRED: Final = range(21, 31)
SEASONS: Final = ("Summer", "Winter", "Spring")
ROOT: Final = "/services/data"

Endpoint = Callable[[Call], Reply]

ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "query", partial(paging.query, all_rows=False)),
    ("GET", "queryAll", partial(paging.query, all_rows=True)),
    ("GET", "query/*", paging.more),
    ("GET", "queryAll/*", paging.more),
    ("GET", "limits", lambda c: Reply(200, c.desk.limits.body(c.at_ms))),
    ("GET", "sobjects", describing.every),
    ("GET", "sobjects/*", describing.basic),
    ("POST", "sobjects/*", rows.create),
    ("GET", "sobjects/*/describe", describing.one),
    ("GET", "sobjects/*/*", rows.read),
    ("PATCH", "sobjects/*/*", rows.change),
    ("DELETE", "sobjects/*/*", rows.delete),
    ("GET", "sobjects/*/*/*", rows.by_key),
    ("PATCH", "sobjects/*/*/*", rows.upsert),
    ("POST", "composite", lambda c: composite.answer(c, answer)),
    ("POST", "composite/sobjects", batches.create),
    ("PATCH", "composite/sobjects", batches.change),
    ("DELETE", "composite/sobjects", batches.delete),
    ("GET", "composite/sobjects/*", batches.read),
    ("POST", "composite/sobjects/*", batches.read),
    ("PATCH", "composite/sobjects/*/*", batches.upsert),
    ("GET", "jobs/query", bulk.every),
    ("POST", "jobs/query", bulk.create),
    ("GET", "jobs/query/*", bulk.info),
    ("PATCH", "jobs/query/*", bulk.change),
    ("DELETE", "jobs/query/*", bulk.delete),
    ("GET", "jobs/query/*/results", bulk.results),
)
"""Method, path after the version, and what answers; ``*`` stands for a variable part."""


def versions() -> list[dict[str, str]]:
    """Return the versions of the API, newest last; three a year since Summer '14, a Winter bearing the next year."""
    listed = []
    for number in range(OLDEST, NEWEST + 1):
        years, place = divmod(number - OLDEST, len(SEASONS))
        label = f"{SEASONS[place]} '{14 + years + (place > 0)}"
        listed.append({"label": label, "url": f"{ROOT}/v{number}.0", "version": f"{number}.0"})
    return listed


def _known(version: str) -> str:
    """Return a version that this org speaks, or refuse."""
    whole, _, rest = version.removeprefix("v").partition(".")
    number = int(whole) if whole.isdigit() and rest == "0" and version.startswith("v") else 0
    if number in RETIRED:
        raise bad_request("UNSUPPORTED_API_VERSION", f"This version of the API is retired: {version}", 410)
    if not OLDEST <= number <= NEWEST:
        raise not_found()
    return f"{number}.0"


def _by_length() -> dict[int, list[tuple[str, tuple[str, ...], Endpoint]]]:
    """Return the endpoints by number of parts, those with fewer variable parts first."""
    table: dict[int, list[tuple[str, tuple[str, ...], Endpoint]]] = {}
    for method, path, endpoint in sorted(ENDPOINTS, key=lambda each: each[1].count("*")):
        parts = tuple(path.split("/"))
        table.setdefault(len(parts), []).append((method, parts, endpoint))
    return table


BY_LENGTH = _by_length()


def answer(call: Call) -> Reply:
    """Return the reply to a request below ``/services/data/``; what no endpoint takes is refused."""
    given = call.request.path.removeprefix(ROOT).strip("/").split("/")
    version, given = _known(given[0]), given[1:]
    allowed = []
    for method, parts, endpoint in BY_LENGTH.get(len(given), ()):
        if not all(part in {"*", own} for part, own in zip(parts, given, strict=True)):
            continue
        if method == call.request.method:
            args = tuple(unquote(own) for part, own in zip(parts, given, strict=True) if part == "*")
            return endpoint(replace(call, version=version, args=args))
        allowed.append(method)
    if allowed:
        message = f"HTTP Method '{call.request.method}' not allowed. Allowed are {','.join(allowed)}"
        raise bad_request("METHOD_NOT_ALLOWED", message, 405)
    raise not_found()
