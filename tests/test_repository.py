"""What the repository says about itself is true: dependencies, locks, commands."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

import connector

ROOT: Final = Path(__file__).parent.parent
LOCKS: Final = ("build", "dev", "runtime")
NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*")


def project() -> dict[str, object]:
    """Return the project table of pyproject.toml."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def names(lines: list[str]) -> set[str]:
    """Return the distributions that requirement lines name; options and remarks are none."""
    return {found.group().lower() for line in lines if (found := NAME.match(line.strip()))}


def wanted(name: str) -> set[str]:
    """Return what one part of the project asks for itself: runtime, build or dev."""
    if name == "runtime":
        dependencies = project()["dependencies"]
        assert isinstance(dependencies, list)
        return names(dependencies)
    return names((ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines())


def locked(name: str) -> dict[str, str]:
    """Return the version of each distribution in a lock."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.MULTILINE))


def test_each_dependency_is_explained_and_none_else() -> None:
    """The tables in docs/dependencies.md have exactly one row for each package that is asked for."""
    rows = re.findall(
        r"^\| ([\w.-]+) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    explained = [row for row in rows if row != "package"]
    assert sorted(explained) == sorted(wanted("runtime") | wanted("build") | wanted("dev"))


def test_each_explanation_is_complete() -> None:
    """A row says why, under which licence, and what dropping the package would cost."""
    lines = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    assert [row[0] for row in rows if len(row) != len(rows[0]) or not all(map(str.strip, row))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_what_is_asked_for(lock: str) -> None:
    """Every package asked for has a version in its lock, and the locks agree with each other."""
    versions = locked(lock)
    assert wanted(lock) - versions.keys() == set()
    assert {name: version for name, version in versions.items() if locked("dev")[name] != version} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_works_with_anybodys_index(lock: str) -> None:
    """Each version has a hash, and no line is an option or the address of an index."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==\S+( +--hash=sha256:[0-9a-f]{64})+ *", line)] == []
    assert "://" not in text


def test_the_supported_pythons_are_the_declared_ones() -> None:
    """The classifiers, the type checker's and the linter's target are those of requires-python."""
    classifiers = project()["classifiers"]
    assert isinstance(classifiers, list)
    minors = {int(found.group(1)) for line in classifiers if (found := re.search(r":: 3\.(\d+)$", line))}
    assert project()["requires-python"] == f">=3.{min(minors)},<3.{max(minors) + 1}"
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["ruff"]["target-version"] == f"py3{min(minors)}"


def test_the_image_is_named_by_the_version() -> None:
    """compose.yaml builds the image under the version of the code."""
    assert f"lifecycle-connector:{connector.__version__}\n" in (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_each_make_target_says_what_it_does_and_is_no_file() -> None:
    """`make help` lists every target, and a file of the same name does not stop it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    assert set(re.findall(r"^([a-z]+):.* ## \S", makefile, re.MULTILINE)) == set(phony.group(1).split())
    assert set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == set(phony.group(1).split())
