"""Keeps every query that a client sends in a test run, so that a second parser can read them (tools/soql_check)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests

ENVIRON: Final = "SOQL_LOG_FILE"
"""Names the file; nothing is kept where it is not set."""
_QUERIES: Final = ("/query", "/queryAll")
_JOBS: Final = "/jobs/query"
_COMPOSITE: Final = "/composite"
_ROOT: Final = "/services/data/"


class SoqlLog:
    """Appends each query once to a file, which the workers of a parallel run share."""

    def __init__(self, path: Path) -> None:
        """Keep nothing yet."""
        self._path = path
        self._seen: set[str] = set()

    def heard(self, request: requests.PreparedRequest) -> None:
        """Keep the queries of one request; each is one line and one write, so that no worker tears another's."""
        for soql in soql_of(request):
            if soql in self._seen:
                continue
            self._seen.add(soql)
            line = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
            try:
                os.write(line, json.dumps(soql).encode() + b"\n")
            finally:
                os.close(line)


def listen(path: Path) -> None:
    """Keep the queries of every request that this process sends through requests from now on."""
    log = SoqlLog(path)
    send = requests.Session.send

    def heard(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Listen, then send."""
        log.heard(request)
        return send(self, request, **options)

    requests.Session.send = heard  # type: ignore[method-assign]


def soql_of(request: requests.PreparedRequest) -> Iterator[str]:
    """Yield the queries of a request: in its address, inside a composite one, or in the order of a Bulk job."""
    parts = urlsplit(request.url or "")
    if not (parts.path.startswith(_ROOT) and parts.path.endswith((*_QUERIES, _COMPOSITE))):
        return
    body: Any = json.loads(request.body or b"{}") if request.method == "POST" else {}
    if parts.path.endswith(_JOBS):
        yield from [body["query"]] if body else ()
    elif parts.path.endswith(_QUERIES):
        yield from parse_qs(parts.query).get("q", ())
    elif parts.path.endswith(_COMPOSITE):
        for part in body.get("compositeRequest", ()):
            yield from parse_qs(urlsplit(part.get("url", "")).query).get("q", ())
