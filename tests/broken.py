"""Run one test against the connector with one line made wrong: the source is changed only while it is imported."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from typing_extensions import override

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    One wrong line.

    Attributes:
        module: Dotted name of the module.
        right: What the source says, exactly once.
        wrong: What it says instead.
        killed_by: "tests.module:function" that must fail; a test that takes only a folder.
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


def main() -> None:
    """Exit 1 when the test fails on the mutant, 0 when it passes, 3 when it could not be tried."""
    module, right, wrong, test = sys.argv[1:]
    sys.meta_path.insert(0, _Finder(module, right, wrong))
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
