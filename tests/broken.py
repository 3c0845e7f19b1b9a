"""Run one test against the connector with one line made wrong: the source is changed only while it is imported."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Final, NoReturn

import pytest
from typing_extensions import override

ROOT = Path(__file__).resolve().parent.parent
EVERYBODYS: Final = (
    "hypothesis.core",
    "pydantic",
    "sqlalchemy",
    "requests",
    "urllib3",
    "simple_salesforce",
    "tenacity",
)
"""Slow to import, and none of ours, so that no mutant of ours can be in it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One wrong line.

    Attributes:
        module: Dotted name of the module.
        right: What the source says, exactly once.
        wrong: What it says instead.
        killed_by: "tests.module:function" that must fail, a test that takes only a folder; or, for one with other
            fixtures, its name for pytest: "tests/test_module.py::test_function[case]".
    """

    module: str
    right: str
    wrong: str
    killed_by: str

    @override
    def __str__(self) -> str:
        """Name the mutant by what is wrong."""
        return f"{self.module}: {' '.join(self.wrong.split())[:60] or 'line left out'}"


class _Breaking(importlib.machinery.SourceFileLoader):
    """Loads one module with one line made wrong."""

    def __init__(self, loader: importlib.machinery.SourceFileLoader, right: str, wrong: str) -> None:
        """Stand in for *loader*."""
        super().__init__(loader.name, loader.path)
        self._right, self._wrong = right, wrong

    @override
    def get_code(self, fullname: str) -> CodeType | None:
        """Compile the changed source, without any cached byte code."""
        path = self.get_filename(fullname)
        text = Path(path).read_text(encoding="utf-8")
        if text.count(self._right) != 1:
            message = f"{fullname} says {self._right!r} {text.count(self._right)} times, not once"
            raise SystemExit(message)
        return compile(text.replace(self._right, self._wrong), path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the one module that is to be broken."""

    def __init__(self, module: str, right: str, wrong: str) -> None:
        """Look out for *module*."""
        self._module, self._right, self._wrong = module, right, wrong

    @override
    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Return the module's spec with the breaking loader; leave every other module alone."""
        del target
        if name != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Breaking(spec.loader, self._right, self._wrong)
        return spec


def survives(mutant: Mutant) -> bool:
    """Tell whether the test passes all the same; a mutant whose line is not there counts as surviving."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.broken", mutant.module, mutant.right, mutant.wrong, mutant.killed_by],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode != 1


def surviving(mutants: Sequence[Mutant]) -> list[str]:
    """
    Return those of *mutants* whose test passes all the same.

    One process tries them all, each in a fork of its own, so that what every test needs is imported once.
    """
    given = json.dumps([[one.module, one.right, one.wrong, one.killed_by] for one in mutants])
    done = subprocess.run(
        [sys.executable, "-m", "tests.broken"],
        cwd=ROOT,
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        timeout=240,
        check=True,
    )
    codes = json.loads(done.stdout)
    return [str(one) for one, code in zip(mutants, codes, strict=True) if code != 1]


def _forked(mutant: Sequence[str]) -> int:
    """Try one mutant in a fork; return the code that it exits with."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 3
    try:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        _tried(*mutant)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 3
    finally:
        os._exit(code)


def _by_pytest(module: str, test: str) -> int:
    """Return 1 when *test* fails, 0 when it passes, 3 when it cannot be run or the mutant's line is not there."""
    try:
        importlib.import_module(module)
    except SystemExit as refused:
        sys.stderr.write(f"{refused}\n")
        return 3
    ended = pytest.main([test, "-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:randomly"])
    return int(ended) if ended in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} else 3


def main() -> None:
    """Try the mutant of the arguments, or those that come in as JSON and answer with their exit codes."""
    if len(sys.argv) > 1:
        _tried(*sys.argv[1:])
    for each in EVERYBODYS:
        importlib.import_module(each)
    sys.stdout.write(json.dumps([_forked(one) for one in json.load(sys.stdin)]))


def _tried(module: str, right: str, wrong: str, test: str) -> NoReturn:
    """Exit 1 when the test fails on the mutant, 0 when it passes, 3 when it could not be tried."""
    sys.meta_path.insert(0, _Finder(module, right, wrong))
    if "::" in test:
        sys.exit(_by_pytest(module, test))
    place, _, name = test.partition(":")
    try:
        function = getattr(importlib.import_module(place), name)
    except SystemExit as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(3)
    with tempfile.TemporaryDirectory() as folder:
        try:
            function(Path(folder))
        except Exception as failed:  # noqa: BLE001 - whatever the test raises means that it noticed
            sys.stderr.write(f"{failed!r}\n")
            sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    main()
