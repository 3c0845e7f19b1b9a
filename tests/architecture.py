"""
What the shape of the code promises, as functions that read a source tree and return the sentences it breaks.

Each takes a root folder, so that a test can hand it a tree with a planted mistake and see it found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = "connector"
MOST_LINES: Final = 400

LAYERS: Final = (
    ("problems",),
    ("model", "durations", "secrets"),
    ("commands", "options", "mapping", "words", "signatures", "redaction"),
    ("events", "criteria.syntax"),
    ("agreement",),
    ("criteria", "lifecycle", "hours", "owners"),
    ("score",),
    ("decide",),
    ("task", "plan"),
    ("store.nouns",),
    ("store.base",),
    ("store",),
    ("adapters.base", "budget_windows"),
    ("budget",),
    ("adapters",),
    ("config",),
    ("schemas", "brakes", "report", "selftest", "debts"),
    ("steady",),
    ("engine", "sightings", "keeping"),
    ("engine", "whose"),
    ("addressees",),
    ("tasking", "ingest", "retries"),
    ("arrivals", "pull", "reconcile", "evaluate", "deliver", "troubles"),
    ("sync",),
    ("at_once", "bell", "right_of_way"),
    ("assemble", "sandbox"),
    ("log",),
    ("schedule", "web"),
    ("cli",),
)
"""From the ground up: a unit imports only from rows above its own; units of one row do not know each other."""

PURE: Final = (
    *("model", "problems", "durations", "commands", "agreement", "lifecycle", "owners", "mapping", "words"),
    "signatures",
    *("criteria", "score", "decide", "plan", "task", "hours"),
)
"""Units that see no clock, no I/O, no logger and no environment: `now` is an argument."""

PURE_IMPORTS: Final = frozenset({
    *(
        "__future__",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
    ),
    *(
        "functools",
        "hashlib",
        "heapq",
        "hmac",
        "html",
        "itertools",
        "json",
        "math",
        "operator",
        "pathlib.PurePath",
        "re",
    ),
    *("statistics", "string", "types", "typing", "typing_extensions", "unicodedata", "urllib.parse", "zoneinfo"),
    *("holidays", "jmespath"),
})
IMPURE_CALLS: Final = frozenset({
    *("now", "today", "utcnow", "sleep", "monotonic", "perf_counter", "time_ns", "urandom", "getenv"),
    *("open", "read_text", "read_bytes", "write_text", "input", "print", "getLogger"),
})
CLOCKS: Final = frozenset({"datetime", "date", "time"})
PURE_EXCEPTIONS: Final[Mapping[str, str]] = {
    "criteria.freemail": "reads the list that ships with the package, once, while the configuration is loaded",
}

ADAPTER_COMMONS: Final = frozenset({"apart", "base", "http", "incoming", "registry"})
"""Modules of the adapters package that are not adapters themselves."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement, also those inside functions; the name is absolute and dotted."""

    module: str
    line: int
    name: str


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name inside the package, "" for the package itself, and the file of each module."""
    for file in sorted((root / PACKAGE).rglob("*.py")):
        parts = file.relative_to(root / PACKAGE).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


@cache
def _parsed(text: str) -> ast.Module:
    """Return the syntax tree; the same text is parsed once for all checks."""
    return ast.parse(text)


def parse(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return _parsed(file.read_text(encoding="utf-8"))


def imports(root: Path) -> Iterator[Import]:
    """Yield every import of the package."""
    for module, file in modules(root):
        yield from imports_of(module, file)


def imports_of(module: str, file: Path) -> Iterator[Import]:
    """Yield every import of a file; `from connector import x` names connector.x."""
    for node in ast.walk(parse(file)):
        if isinstance(node, ast.Import):
            yield from (Import(module, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, file, node)
            yield from (Import(module, node.lineno, f"{source}.{alias.name}") for alias in node.names)


def _source(module: str, file: Path, node: ast.ImportFrom) -> str:
    """Return the absolute name that a from-import reads from, also where it is written with dots."""
    if not node.level:
        return node.module or ""
    inside = f"{PACKAGE}.{module}".rstrip(".").split(".")
    package = inside if file.name == "__init__.py" else inside[:-1]
    kept = package[: len(package) - node.level + 1]
    return ".".join((*kept, node.module) if node.module else kept)


def unit_of(name: str) -> tuple[str, int] | None:
    """Return the unit that a dotted name inside the package belongs to, and its row; the longest match wins."""
    rows = {unit: row for row, units in enumerate(LAYERS) for unit in units}
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        unit = ".".join(parts[:length])
        if unit in rows:
            return unit, rows[unit]
    return None


def imports_against_the_order(root: Path) -> list[str]:
    """Return imports that point up or sideways, and modules that have no place in the order."""
    wrong = [f"{module}: has no place in the layers" for module, _ in modules(root) if module and not unit_of(module)]
    for found in imports(root):
        target = _inside(found.name)
        here, there = unit_of(found.module), unit_of(target) if target else None
        if here and there and here[0] != there[0] and there[1] >= here[1]:
            wrong.append(f"{found.module}:{found.line}: {here[0]} imports {target}, which stands above it")
    return wrong


def adapters_that_look_around(root: Path) -> list[str]:
    """Return imports by which an adapter knows another adapter, or anything of the package knows the store."""
    wrong = []
    for found in imports(root):
        here, target = found.module.split("."), _inside(found.name).split(".")
        if here[0] != "adapters":
            continue
        commons = {*ADAPTER_COMMONS, *here[1:2]}
        foreign = here[-1] not in ADAPTER_COMMONS and target[0] == "adapters" and not {*target[1:2]} <= commons
        if target[0] == "store" or (foreign and len(here) > 1):
            wrong.append(f"{found.module}:{found.line}: an adapter imports {'.'.join(target)}")
    return wrong


def uses_of_the_sandbox(root: Path) -> list[str]:
    """Return imports of the sandbox from product code other than the command line."""
    return [
        f"{found.module}:{found.line}: only the command line and tests start a sandbox"
        for found in imports(root)
        if _inside(found.name).split(".")[0] == "sandbox" and found.module.split(".")[0] not in {"sandbox", "cli"}
    ]


def _inside(name: str) -> str:
    """Return a dotted name below the package, "" for anything from elsewhere."""
    return name.removeprefix(f"{PACKAGE}.") if name.startswith(f"{PACKAGE}.") else ""


def is_pure(module: str) -> bool:
    """Tell whether a module belongs to a pure unit and is not a named exception."""
    return module.split(".", maxsplit=1)[0] in PURE and module not in PURE_EXCEPTIONS


def impurities(root: Path) -> list[str]:
    """Return what the pure modules import or call that they must not know."""
    return [line for module, file in modules(root) if is_pure(module) for line in impurities_of(module, file)]


def impurities_of(module: str, file: Path) -> list[str]:
    """Return what one file imports or calls that a pure module must not know."""
    met = [found for found in imports_of(module, file) if not _is_pure_import(found.name)]
    wrong = [f"{module}:{found.line}: a pure module imports {found.name}" for found in met]
    return wrong + [f"{module}:{line}: a pure module uses {name}" for line, name in _impure_uses(parse(file))]


def _is_pure_import(name: str) -> bool:
    """Tell whether a pure module may import this name."""
    if name == PACKAGE or name.startswith(f"{PACKAGE}."):
        return _inside(name).split(".")[0] in PURE
    parts = name.split(".")
    return any(".".join(parts[:length]) in PURE_IMPORTS for length in range(1, len(parts) + 1))


def _impure_uses(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield calls of clock and I/O, and the clock handed on uncalled (`default_factory=datetime.now`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _last(node.func)) in IMPURE_CALLS:
            yield node.lineno, f"{name}()"
        elif isinstance(node, ast.Attribute) and node.attr in IMPURE_CALLS and _last(node.value) in CLOCKS:
            yield node.lineno, f"{_last(node.value)}.{node.attr}"


def _last(node: ast.expr) -> str:
    """Return the last name of a dotted expression, "" for anything else."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def long_files(root: Path) -> list[str]:
    """Return files of the package that no longer fit a reader's head."""
    counted = ((module, len(file.read_text(encoding="utf-8").splitlines())) for module, file in modules(root))
    return [f"{module}: {lines} lines, at most {MOST_LINES}" for module, lines in counted if lines > MOST_LINES]


def undeclared_imports(root: Path, declared: frozenset[str], standard: frozenset[str]) -> list[str]:
    """Return imports of packages that pyproject.toml does not name; the two sets hold top-level import names."""
    known = declared | standard | {PACKAGE}
    return [
        f"{found.module}:{found.line}: {found.name.split('.')[0]} is no declared dependency"
        for found in imports(root)
        if found.name.split(".")[0] not in known
    ]
