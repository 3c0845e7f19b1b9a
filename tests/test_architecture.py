"""The shape of the code holds, and each check that says so finds the mistake it is for."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

from tests import architecture, manners

ROOT: Final = Path(__file__).parent.parent
STANDARD: Final = frozenset(sys.stdlib_module_names)
PARTS: Final = {"pydantic-core": "pydantic"}
"""A distribution that its owner pins and documents as one thing with itself."""


def declared() -> frozenset[str]:
    """Return the import names that the dependencies in pyproject.toml provide, those of its extras as well."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    named = {_canonical(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in wanted}
    return frozenset(
        package
        for package, owners in packages_distributions().items()
        if any(PARTS.get(_canonical(owner), _canonical(owner)) in named for owner in owners)
    )


def _canonical(name: str) -> str:
    """Return the one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def undeclared(root: Path) -> list[str]:
    """Return imports of the tree that pyproject.toml does not name."""
    return architecture.undeclared_imports(root, declared(), STANDARD)


Check = Callable[[Path], list[str]]

CHECKS: Final[tuple[Check, ...]] = (
    architecture.imports_against_the_order,
    architecture.adapters_that_look_around,
    architecture.uses_of_the_sandbox,
    architecture.impurities,
    architecture.long_files,
    undeclared,
    manners.tests_without_a_sentence,
    manners.mocks,
    manners.patches_of_our_own,
    manners.places_of_one_machine,
)

ORDER: Final = architecture.imports_against_the_order
AROUND: Final = architecture.adapters_that_look_around
PURITY: Final = architecture.impurities
PATCH: Final = manners.patches_of_our_own
SANDBOX: Final = architecture.uses_of_the_sandbox
SENTENCE: Final = manners.tests_without_a_sentence
PLACES: Final = manners.places_of_one_machine

PLANTED: Final[tuple[tuple[Check, str, str], ...]] = (
    (ORDER, "connector/decide.py", "import connector.store\n"),
    (ORDER, "connector/decide.py", "from connector import plan\n"),
    (ORDER, "connector/model.py", "def late():\n    from connector.sync import run\n    return run\n"),
    (ORDER, "connector/criteria/rules.py", "from ..plan import gate\n"),
    (ORDER, "connector/mapping/spec.py", "from connector.words import en\n"),
    (ORDER, "connector/store/base.py", "from connector.store.sqlite import Engine\n"),
    (ORDER, "connector/store/sqlite.py", "from connector.adapters.base import Adapter\n"),
    (ORDER, "connector/web/pages.py", "import connector.cli.app\n"),
    (ORDER, "connector/manager.py", '"""Nobody said where this stands."""\n'),
    (AROUND, "connector/adapters/hubspot/wire.py", "from connector.adapters.salesforce import client\n"),
    (AROUND, "connector/adapters/webhook.py", "from connector.adapters import hubspot\n"),
    (AROUND, "connector/adapters/webhook.py", "def keep():\n    import connector.store.base\n"),
    (AROUND, "connector/adapters/http.py", "from connector.store import open_store\n"),
    (SANDBOX, "connector/sync.py", "from connector.sandbox import hubspot\n"),
    (SANDBOX, "connector/adapters/memory.py", "import connector.sandbox.people\n"),
    (PURITY, "connector/decide.py", "import logging\n"),
    (PURITY, "connector/score.py", "def late():\n    import os\n    return os.environ\n"),
    (PURITY, "connector/plan/gate.py", "import urllib.request\n"),
    (PURITY, "connector/hours.py", "from connector.config import nouns\n"),
    (PURITY, "connector/task/body.py", "from datetime import datetime\nAT = datetime.now()\n"),
    (PURITY, "connector/model.py", "import datetime\nMAKE = datetime.datetime.now\n"),
    (PURITY, "connector/mapping/rows.py", 'TEXT = open("rows.txt")\n'),
    (PURITY, "connector/words/en.py", "def late(path):\n    return path.read_text()\n"),
    (architecture.long_files, "connector/sync.py", "\n" * 401),
    (undeclared, "connector/web/pages.py", "import flask\n"),
    (undeclared, "connector/sync.py", "def late():\n    from celery import task\n"),
    (SENTENCE, "tests/test_x.py", "def test_it():\n    pass\n"),
    (SENTENCE, "tests/deep/test_x.py", "class TestIt:\n    async def test_it(self):\n        pass\n"),
    (manners.mocks, "tests/test_x.py", "from unittest import mock\n"),
    (manners.mocks, "tests/made.py", "def late():\n    from unittest.mock import patch\n"),
    (PATCH, "tests/test_x.py", "from connector import sync\ndef f(m):\n    m.setattr(sync, 'run', 1)\n"),
    (PATCH, "tests/test_x.py", "def f(monkeypatch):\n    monkeypatch.setattr('connector.sync.run', 1)\n"),
    (PATCH, "tests/test_x.py", "import connector.sync as s\ndef f(m):\n    m.delattr(s.Run, 'go')\n"),
    (PATCH, "tests/test_x.py", "from connector.sync import Run\ndef f(m):\n    m.setattr(Run(1), 'go', 1)\n"),
    (PLACES, "docs/start.md", f"Look into {manners.UNSAID[0]}main.\n"),
    (PLACES, ".ci/run", f"pip install --index-url https://{manners.UNSAID[3]}/simple\n"),
)

CLEAN: Final = {
    "connector/__init__.py": '"""A package."""\n',
    "connector/problems.py": "import difflib\n",
    "connector/model.py": "from connector.problems import Problem\n",
    "connector/decide.py": "from collections.abc import Mapping\nfrom connector.model import Stage\n",
    "connector/adapters/base.py": "from connector.model import Record\n",
    "connector/adapters/http.py": "import requests\nfrom connector.adapters.base import Adapter\n",
    "connector/adapters/hubspot/wire.py": "from connector.adapters.http import Session\n",
    "connector/adapters/hubspot/reading.py": "from . import wire\nfrom connector.adapters.hubspot.wire import Wire\n",
    "connector/cli/app.py": "def demo():\n    from connector.sandbox import people\n    return people\n",
    "connector/sync.py": "from connector.store import base\nfrom datetime import datetime\nAT = datetime.now()\n",
    "tests/test_x.py": "from connector import sync\ndef test_it(monkeypatch):\n"
    '    """It holds."""\n    monkeypatch.setenv("A", "b")\n',
}


def plant(root: Path, files: dict[str, str]) -> None:
    """Write a small source tree."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def called(value: object) -> str:
    """Return how a check or a planted file is called in the list of tests."""
    return getattr(value, "__name__", str(value)[:40])


@pytest.mark.parametrize("check", CHECKS, ids=called)
def test_the_tree_keeps_the_promise(check: Check) -> None:
    """The code as it stands breaks none of the rules of its shape."""
    assert check(ROOT) == []


@pytest.mark.parametrize(("check", "file", "text"), PLANTED, ids=called)
def test_a_planted_mistake_is_found(check: Check, file: str, text: str, tmp_path: Path) -> None:
    """Each check names the file in which its rule was broken on purpose."""
    plant(tmp_path, {**CLEAN, file: text})
    found = check(tmp_path)
    module = file.removeprefix("connector/").removesuffix(".py").replace("/", ".")
    assert [line for line in found if line.startswith((f"{file}:", f"{module}:"))], found


@pytest.mark.parametrize("check", CHECKS, ids=called)
def test_a_tree_without_mistakes_passes(check: Check, tmp_path: Path) -> None:
    """No check cries wolf on code that keeps all rules."""
    plant(tmp_path, CLEAN)
    assert check(tmp_path) == []


def test_every_check_has_a_planted_mistake() -> None:
    """A check that nothing was planted for could pass for ever without looking."""
    assert {check for check, _, _ in PLANTED} == set(CHECKS)


def test_every_exception_to_purity_is_still_needed() -> None:
    """An exception whose module is gone, or pure by now, is taken off the list."""
    assert [name for name in architecture.PURE_EXCEPTIONS if not _is_impure(name)] == []


def _is_impure(module: str) -> bool:
    """Tell whether a module outside the list of exceptions would break the rule."""
    files = dict(architecture.modules(ROOT))
    return module in files and bool(architecture.impurities_of(module, files[module]))
