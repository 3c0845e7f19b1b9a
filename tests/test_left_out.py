"""Under CI a test that was skipped or expected to fail makes the run fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent

PASSES = "def test_runs():\n    pass\n"
SKIPPED = "import pytest\n@pytest.mark.skip(reason='no database here')\ndef test_skipped():\n    pass\n"
SKIPPED_INSIDE = "import pytest\ndef test_skipped():\n    pytest.skip('no database here')\n"
MODULE = "import pytest\npytest.skip('no database here', allow_module_level=True)\n"
XFAIL = "import pytest\n@pytest.mark.xfail(reason='no database here')\ndef test_known():\n    assert False\n"
XPASS = "import pytest\n@pytest.mark.xfail(reason='no database here', strict=False)\ndef test_known():\n    pass\n"

GAPS = {"marked": SKIPPED, "called": SKIPPED_INSIDE, "module": MODULE, "xfail": XFAIL, "xpass": XPASS}
KEPT = frozenset({"canaries.py", "clock.py", "conftest.py", "server.py", "soql_log.py", "store"})


def run(folder: Path, bodies: Mapping[str, str], *, ci: str, workers: int) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project that has our conftest, one passing test, and a test module for each body."""
    shutil.copytree(HERE, folder / "tests", ignore=lambda _, names: [n for n in names if n not in KEPT])
    for name, body in {"passes": PASSES, **bodies}.items():
        (folder / "tests" / f"test_{name}.py").write_text(body)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --import-mode=importlib\n")
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", [0, 2])
def test_each_way_of_not_running_fails_the_run_under_ci(workers: int, tmp_path: Path) -> None:
    """Skips, module skips and expected failures end in exit 1, each named with its reason, also in a parallel run."""
    done = run(tmp_path, GAPS, ci="true", workers=workers)
    lines = [line for line in done.stdout.splitlines() if line.startswith("left out, which CI counts as failed")]
    assert done.returncode == 1, done.stdout
    assert [name for name in GAPS if not any(f"test_{name}.py" in line for line in lines)] == []
    assert all("no database here" in line for line in lines)


def test_one_gap_is_enough(tmp_path: Path) -> None:
    """A single skipped test among passing ones fails the run."""
    assert run(tmp_path, {"marked": SKIPPED}, ci="true", workers=0).returncode == 1


def test_without_ci_a_gap_is_allowed(tmp_path: Path) -> None:
    """On a desk skipped tests do not fail the run."""
    assert run(tmp_path, GAPS, ci="", workers=0).returncode == 0


def test_a_complete_run_passes_under_ci(tmp_path: Path) -> None:
    """When everything ran, CI is satisfied."""
    assert run(tmp_path, {}, ci="true", workers=0).returncode == 0
