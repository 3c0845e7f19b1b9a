"""What every test shares: the clock, and the rule that under CI nothing may be left out in silence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import canaries, soql_log
from tests.clock import VirtualClock
from tests.store.server import Server, a_server

TRUE = frozenset({"1", "true", "yes"})


class Unspoken:
    """Collects what a run left out; under CI a test that did not run is a test that failed."""

    def __init__(self) -> None:
        """Begin with nothing left out."""
        self.left_out: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that was skipped or expected to fail, whichever way it went."""
        if report.skipped or hasattr(report, "wasxfail"):
            self.left_out[report.nodeid] = getattr(report, "wasxfail", "") or _reason(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that was skipped as a whole."""
        if report.skipped:
            self.left_out[report.nodeid] = _reason(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turn a green run with gaps into a failed one."""
        if self.left_out and session.exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which tests were left out and why."""
        for test, reason in sorted(self.left_out.items()):
            terminalreporter.write_line(f"left out, which CI counts as failed: {test}: {reason}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the words that the skip was given."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or "no reason given")


def pytest_configure(config: pytest.Config) -> None:
    """Count what is left out where CI says so; a worker of a parallel run reports to the process that counts."""
    if os.environ.get("CI", "").lower() in TRUE and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Unspoken(), "unspoken")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(canaries.Watch(), "canaries")
    if os.environ.get(soql_log.ENVIRON):
        soql_log.listen(Path(os.environ[soql_log.ENVIRON]))


@pytest.fixture
def clock() -> VirtualClock:
    """Give a clock that stands still on a Monday morning."""
    return VirtualClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Lend a PostgreSQL server for the whole run; where there is none, the tests that ask for it fail."""
    with a_server() as server:
        yield server
