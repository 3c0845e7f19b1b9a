"""A world that repeats every secret and every name to us: we say none of it, and keep none of the secrets."""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote

from typing_extensions import override

from connector.sandbox.hubspot import Person

from tests.canaries import BEARER, EMAIL, FIRST, LAST, PHONE, SECRETS, TOKEN, WEBHOOK, found
from tests.cli.office import Office, until

NOT_PASSED: Final = frozenset({"host", "content-length", "accept-encoding"})
CHANGES: Final = {
    "[delivery]\n": (
        '[schedule]\nevery = "1 second"\n[web]\nlisten = "127.0.0.1:0"\ntoken = { env = "FIGURES_TOKEN" }\n'
        '[log]\nlevel = "debug"\n[systems.website]\nkind = "webhook"\nsecret = { env = "WEBSITE_SECRET" }\n[delivery]\n'
    ),
}


class Mirror(BaseHTTPRequestHandler):
    """Stands before the portal: passes reads on, and refuses tasks in words that repeat all it was told."""

    behind = ""

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Pass on."""
        self._pass(None)

    def do_POST(self) -> None:
        """Pass on, but for tasks."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if "/tasks" in self.path and self.path.endswith("/create"):
            token = self.headers.get("authorization", "")
            said = (
                f"{token} {quote(token)} {token.upper()} may not do this for {EMAIL} {quote(EMAIL)} "
                f"({FIRST} {LAST}, {PHONE}): {body.decode()}"
            )
            self._answer(400, json.dumps({"status": "error", "category": "VALIDATION_ERROR", "message": said}).encode())
        else:
            self._pass(body)

    def do_PATCH(self) -> None:
        """Do the same."""
        self.do_POST()

    def _pass(self, body: bytes | None) -> None:
        """Ask the portal and repeat its answer."""
        headers = {key: value for key, value in self.headers.items() if key.lower() not in NOT_PASSED}
        asked = urllib.request.Request(self.behind + self.path, body, headers, method=self.command)  # noqa: S310 - http on loopback
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - likewise
                self._answer(answer.status, answer.read())
        except urllib.error.HTTPError as refused:
            self._answer(refused.code, refused.read())

    def _answer(self, status: int, body: bytes) -> None:
        """Answer."""
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-hubspot-correlation-id", "canary-request-1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def mirrored(office: Office) -> Iterator[None]:
    """Put the mirror before the portal of *office*."""
    handler = type("Mirror", (Mirror,), {"behind": office.server.url})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    office.environ["CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL"] = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def asked(url: str, body: bytes | None = None, **headers: str) -> str:
    """Return what the daemon answers, well or not, with its headers."""
    request = urllib.request.Request(url, body, {key.replace("_", "-"): value for key, value in headers.items()})  # noqa: S310 - http on loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return f"{answer.headers}{answer.read().decode()}"
    except urllib.error.HTTPError as refused:
        return f"{refused.headers}{refused.read().decode()}"


def canary() -> Person:
    """Return the person whose name must not be heard."""
    properties = {"email": EMAIL, "firstname": FIRST, "lastname": LAST, "phone": PHONE, "lifecyclestage": "lead"}
    return Person("zeph", properties)


def test_no_canary_sings(tmp_path: Path) -> None:
    """Not in the log, the figures, health or an answer; secrets not in what is shown and stored either."""
    office = Office(tmp_path / "office", (canary(),), {})
    office.environ |= {"FIGURES_TOKEN": BEARER, "WEBSITE_SECRET": WEBHOOK}
    office.write({**CHANGES})
    shown: list[str] = []
    try:
        with mirrored(office):
            daemon = office.start("run")
            try:
                until(lambda: office.events("pass"))
                office.engage("zeph")
                until(lambda: any(one["outcome"] == "rejected" for one in office.events("write")))
                url = office.events("started")[0]["web"]
                forged = {"webhook_id": "m1", "webhook_timestamp": "1", "webhook_signature": f"v1,{WEBHOOK}"}
                shown.append(asked(f"{url}/webhooks/website", f'{{"email": "{EMAIL}"}}'.encode(), **forged))
                shown.append(asked(f"{url}/webhooks/{quote(EMAIL)}", b"{" + TOKEN.encode()))
                shown.extend(asked(url + path) for path in ("/healthz", "/readyz", "/metrics", f"/{BEARER}"))
                shown.append(asked(f"{url}/metrics", authorization=f"Bearer {BEARER}"))
                until(lambda: office.events("webhook_refused"))
                office.write({**CHANGES, "hold =": "hod ="})
                daemon.send_signal(signal.SIGHUP)
                until(lambda: office.events("reload_refused"))
                read = [
                    office.run("status"),
                    office.run("plan"),
                    office.run("outbox", "list"),
                    office.run("status", "--json"),
                ]
                daemon.send_signal(signal.SIGTERM)
                assert daemon.wait(20) == 0
            finally:
                if daemon.poll() is None:
                    daemon.kill()
                daemon.wait()
    finally:
        office.close()
    log = office.log.read_text(encoding="utf-8")
    assert found(log) == []
    refused = next(one for one in office.events("write") if one["outcome"] == "rejected")
    assert (refused["level"], refused["system"], refused["kind"]) == ("warning", "hubspot", "create_task")
    assert "may not do this" in refused["reason"], "the vendor's words stay"
    assert refused["person"] > 0
    assert office.events("package"), "packages were heard"
    assert found("".join(shown)) == []
    assert found("".join(one.stdout + one.stderr for one in read), SECRETS) == []
    for file in office.folder.glob("connector.db*"):
        assert found(file.read_bytes().decode("latin-1"), SECRETS) == []
