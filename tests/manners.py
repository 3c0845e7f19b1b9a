"""
How tests are written and what no file may mention, as functions that return the sentences a tree breaks.

Each takes a root folder, so that a test can hand it a tree with a planted mistake and see it found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.architecture import PACKAGE, parse

PATCHES: Final = frozenset({"setattr", "delattr"})
MOCKS: Final = ("unittest.mock", "mock", "pytest_mock", "asynctest")

UNSAID: Final = ("/wo" + "rk/", "/opt/" + "pypi", "../sha" + "red", "pypi" + ".org", "pythonhosted" + ".org")
"""Places that exist on one machine only, and hosts of package registries, which a user's pip already knows."""
SKIPPED_FOLDERS: Final = frozenset({"build", "dist", "node_modules", "__pycache__"})
MOST_BYTES: Final = 5_000_000


def test_files(root: Path) -> Iterator[Path]:
    """Yield every Python file of the tests."""
    yield from sorted((root / "tests").rglob("*.py"))


def tests_without_a_sentence(root: Path) -> list[str]:
    """Return tests that do not say in a docstring which fact they state."""
    return [
        f"{file.relative_to(root)}:{node.lineno}: {node.name} states no fact"
        for file in test_files(root)
        for node in ast.walk(parse(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and file.name.startswith("test_")
        and not ast.get_docstring(node)
    ]


def mocks(root: Path) -> list[str]:
    """Return imports of mocking libraries: fakes stand at two edges only, transport and clock."""
    return [
        f"{file.relative_to(root)}:{line}: imports {name}"
        for file in test_files(root)
        for line, name in _imported(parse(file))
        if any(name == mock or name.startswith(f"{mock}.") for mock in MOCKS)
    ]


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of everything a test file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def patches_of_our_own(root: Path) -> list[str]:
    """Return uses of pytest's monkeypatch on names of the package, by object or by dotted text."""
    return [
        f"{file.relative_to(root)}:{line}: patches {target}"
        for file in test_files(root)
        for line, target in _patches(file)
    ]


def _patches(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and target of each patch in a test file."""
    tree = parse(file)
    ours = _names_of_ours(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        target = _dotted(node.args[0])
        if node.func.attr in PATCHES and (target.split(".")[0] in ours or target.split(".")[0] == PACKAGE):
            yield node.lineno, target


def _names_of_ours(tree: ast.Module) -> frozenset[str]:
    """Return the local names under which a test file knows things of the package."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname or PACKAGE for a in node.names if a.name.split(".")[0] == PACKAGE}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            names |= {a.asname or a.name for a in node.names}
    return frozenset(names)


def _dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a dotted expression or a text, "" for anything else."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def places_of_one_machine(root: Path) -> list[str]:
    """Return text that means something on one machine only; files that are not text are no text."""
    wrong = []
    for file in _tree(root):
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found = ((number, word) for number, line in enumerate(lines, 1) for word in UNSAID if word in line)
        wrong += [f"{file.relative_to(root)}:{number}: names {word}" for number, word in found]
    return wrong


def _tree(root: Path) -> Iterator[Path]:
    """Yield the files a clone has: hidden folders are caches and environments, except for the one that CI lives in."""
    for entry in sorted(root.iterdir()):
        hidden = entry.name.startswith(".") and entry.name != ".ci"
        if entry.is_dir() and not hidden and entry.name not in SKIPPED_FOLDERS:
            yield from _tree(entry)
        elif entry.is_file() and not entry.is_symlink() and entry.stat().st_size < MOST_BYTES and entry.suffix != ".db":
            yield entry
