"""The org as an admin starts it, in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import requests

from tests.sandbox_salesforce.office import BASE, DEMO, TOKEN

CONNECTOR: Final = Path(sys.executable).with_name("connector")


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """It says where it is and what is unproven, takes the demo consumer, and ends on SIGTERM; its log has no token."""
    log = tmp_path / "log.jsonl"
    words = [str(CONNECTOR), "sandbox", "salesforce", "--port", "0", "--log", str(log)]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as served:
        assert served.stderr is not None
        url = served.stderr.readline().split()[-1]
        told = [served.stderr.readline() for _ in range(3)]
        token = requests.post(url + TOKEN, data=DEMO, timeout=10).json()["access_token"]
        soql = {"q": "SELECT COUNT() FROM Lead"}
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{url}{BASE}/query", params=soql, headers=headers, timeout=10)
        served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=10) == 0
    assert "demo, demo" in told[0]
    assert "Not proven" in told[1]
    assert told[2].startswith("  - ")
    assert answer.json() == {"totalSize": 199, "done": True, "records": []}
    assert answer.headers["Server"] == "sfdcedge"
    text = log.read_text(encoding="utf-8")
    assert [json.loads(line)["path"] for line in text.splitlines()] == [TOKEN, f"{BASE}/query"]
    assert token not in text
    assert "client_secret" not in text
