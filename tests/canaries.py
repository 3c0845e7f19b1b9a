"""
Secrets and a person that exist in tests only, and the rule that no test's output ever shows them.

`found` looks for them as they are and in the forms that texts travel in, whatever the letter case.
"""

from __future__ import annotations

import base64
import html
import json
from typing import Final
from urllib.parse import quote

import pytest

TOKEN: Final = "pat-eu1-ca9a1e5e-7c1d-4b0e-9d5e-c0a1m1ne5hft"
CLIENT_SECRET: Final = "CanaryClient/Secret+8842=zz"
WEBHOOK: Final = "whsec_Q2FuYXJ5V2ViaG9va1NlY3JldE51bWJlck9uZTE="
BEARER: Final = "canary-bearer-of-the-figures-5571"
PASSWORD: Final = 'canary passphrase "quoted" & ümlaut'
SECRETS: Final = (TOKEN, CLIENT_SECRET, WEBHOOK, BEARER, PASSWORD)

EMAIL: Final = "zephyrine.quorvath+canary@mill-pond.example"
FIRST: Final = "Zephyrinella"
LAST: Final = "Quorvathsen"
PHONE: Final = "+49 5573 9981724"
PERSONAL: Final = (EMAIL, FIRST, LAST, PHONE)


def shapes(canary: str) -> frozenset[str]:
    """Return the forms of a canary, in small letters; base64 in the three alignments that a longer text gives it."""
    raw = canary.encode()
    coded = {base64.b64encode(b"x" * shift + raw).decode()[shift + shift // 2 + 1 : -5].lower() for shift in range(3)}
    escaped = "".join(f"\\u{ord(one):04x}" for one in canary)
    plain = (canary, quote(canary, safe=""), quote(canary), html.escape(canary), json.dumps(canary)[1:-1], escaped)
    return frozenset(one.lower() for one in plain) | coded | {raw.hex()}


def found(text: str, canaries: tuple[str, ...] = SECRETS + PERSONAL) -> list[str]:
    """Return those of *canaries* that *text* shows in one form or another."""
    text = text.lower()
    return [one for one in canaries if any(shape in text for shape in shapes(one))]


class Watch:
    """Searches what every test wrote and logged; a canary in any of it fails the run."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.seen: dict[str, list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look through what was captured of one test: standard output, standard error, log records."""
        shown = [one for _, text in report.sections for one in found(text)]
        if shown:
            self.seen.setdefault(report.nodeid, []).extend(shown)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run in which a canary sang into a failed one."""
        if self.seen and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where."""
        for test, canaries in sorted(self.seen.items()):
            terminalreporter.write_line(f"a canary in the output: {test}: {len(canaries)} of them")
