"""The clauses can fail: stores broken on purpose, one mutant at a time, are caught by the clause of that promise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

import connector.store
from connector.store.base import StoreBroken, StoreBusy

from tests.store import mutants
from tests.store.inbox_mutants import INBOX
from tests.store.mutants import Mutant
from tests.store.suite import Subject
from tests.store.test_sqlite import CLAUSES

MUTANTS = (*mutants.MUTANTS, *INBOX)
FOLDER = Path(connector.store.__path__[0])
NOUNS = ("nouns", "base")
"""What tests and mutants must have in common."""


def _broken(mutant: Mutant) -> str:
    """Return the text of a mutant's module."""
    text = (FOLDER / f"{mutant.module}.py").read_text(encoding="utf-8")
    assert text.count(mutant.right) == 1, f"{mutant.module} says {mutant.right!r} {text.count(mutant.right)} times"
    return text.replace(mutant.right, mutant.wrong)


@pytest.fixture(name="broken")
def broken_store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
    """Copy the package with one line made wrong, importable for one test."""
    mutant: Mutant = request.param
    name = f"broken_store_{MUTANTS.index(mutant)}"
    (tmp_path / name).mkdir()
    for path in FOLDER.glob("*.py"):
        text = _broken(mutant) if path.stem == mutant.module else path.read_text(encoding="utf-8")
        text = text.replace("connector.store", name)
        for shared in NOUNS:
            text = text.replace(f"{name}.{shared}", f"connector.store.{shared}")
        (tmp_path / name / path.name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    yield Subject(partial(import_module(name).open_store, url))
    for loaded in [one for one in sys.modules if one.partition(".")[0] == name]:
        del sys.modules[loaded]


@pytest.mark.parametrize(
    ("broken", "mutant"),
    [(one, one) for one in MUTANTS],
    indirect=["broken"],
    ids=[f"{number}-{one.module}-{one.killed_by.__name__}" for number, one in enumerate(MUTANTS)],
)
def test_a_mutant_is_killed(broken: Subject, mutant: Mutant) -> None:
    """The clause that names the promise fails when the promise is broken."""
    with pytest.raises((AssertionError, pytest.fail.Exception, StoreBroken, StoreBusy, ValueError)):
        mutant.killed_by(broken)


def test_every_clause_has_a_mutant() -> None:
    """No clause is there that nothing could fail."""
    assert [clause.__name__ for clause in CLAUSES if clause not in {one.killed_by for one in MUTANTS}] == []


def test_every_mutant_leaves_the_code_readable() -> None:
    """A mutant is a wrong rule, not a broken file."""
    for mutant in MUTANTS:
        compile(_broken(mutant), mutant.module, "exec")
