"""The queries that tests send are kept for a second parser, and the check cannot pass by reading nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from tests.soql_log import SoqlLog, soql_of

CHECK = Path(__file__).parent.parent / "tools" / "soql_check"
ORG = "https://acme.my.salesforce.com/services/data/v62.0"
ONE = "SELECT Id FROM Lead WHERE LastName = 'O\\'Hara & Söhne'"
TWO = "SELECT COUNT() FROM Contact"


def sent(method: str, path: str, body: object = None, **params: str) -> requests.PreparedRequest:
    """Return a request as a session prepares it."""
    return requests.Request(method, ORG + path, params=params, json=body).prepare()


def inside(*soqls: str) -> dict[str, object]:
    """Return the body of a composite request that runs queries."""
    return {"compositeRequest": [{"url": f"/services/data/v62.0/query?q={quote(one, safe='')}"} for one in soqls]}


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (sent("GET", "/query", q=ONE), [ONE]),
        (sent("GET", "/queryAll", q=TWO), [TWO]),
        (sent("POST", "/composite", inside(ONE, TWO)), [ONE, TWO]),
        (sent("POST", "/jobs/query", {"operation": "queryAll", "query": TWO}), [TWO]),
        (sent("GET", "/jobs/query/7500000000000000AAA"), []),
        (sent("GET", "/query/0r8000000000000AAA-2000"), []),
        (sent("PATCH", "/composite/sobjects", {"records": []}), []),
        (requests.Request("GET", "https://api.hubapi.com/crm/query", params={"q": ONE}).prepare(), []),
    ],
)
def test_a_query_is_found_wherever_a_request_carries_it(request_: requests.PreparedRequest, found: list[str]) -> None:
    """Address, composite request and Bulk job; other requests carry none."""
    assert list(soql_of(request_)) == found


def test_each_query_is_kept_once_by_each_worker(tmp_path: Path) -> None:
    """Two workers share one file, a line a query."""
    for worker in (SoqlLog(tmp_path / "log"), SoqlLog(tmp_path / "log")):
        for _ in range(3):
            worker.heard(sent("GET", "/query", q=ONE))
    assert [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()] == [ONE, ONE]


def check(log: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """Run the check on a machine that has only what is in *tools*."""
    command = ["/bin/sh", str(CHECK / "run"), str(log), str(tools / "parser")]
    environment = {"PATH": str(tools)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_without_node_the_check_says_that_it_was_left_out(tmp_path: Path) -> None:
    """It succeeds, and nobody reads that anything was checked."""
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    (tmp_path / "log").write_text(json.dumps(ONE))
    done = check(tmp_path / "log", tmp_path)
    assert (done.returncode, done.stdout) == (0, "soql: left out: Node is not on this machine\n")


def test_a_run_that_sent_no_query_is_no_success(tmp_path: Path) -> None:
    """An empty file means that nothing was listened to, with or without Node."""
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    (tmp_path / "log").touch()
    assert check(tmp_path / "log", tmp_path).returncode == 1
    assert check(tmp_path / "none", tmp_path).returncode == 1


def test_the_second_parser_is_one_version_from_anybodys_registry() -> None:
    """The version is exact, every package has its sum, and no address of a registry is written down."""
    text = (CHECK / "package-lock.json").read_text(encoding="utf-8")
    wanted = json.loads((CHECK / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert "://" not in text
