"""Every other block of the documents is true: TOML loads, commands exist, text and JSON come out of the real thing."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from connector.config.template import template
from connector.decide import Judge
from connector.sandbox.people import Person, person_of
from connector.selftest import run_tests

from tests.config.support import from_text
from tests.docs.commands import commands, parameters
from tests.docs.pages import PAGES, ROOT, Block, blocks, prose, read
from tests.docs.sessions import ANYTHING, contains, run
from tests.docs.test_sessions import ELSEWHERE

LANGUAGES: Final = {"toml", "console", "json", "text", "sh"}
OTHER_PROGRAMS: Final[Mapping[str, str]] = {
    "make": "its targets are looked up in the Makefile",
    "docker": "not there in tests; what it is asked to run is looked up",
    "install": "of the system",
    "printf": "of the system",
    "chown": "of the system",
    "cp": "of the system",
    "systemctl": "of the system",
    "createuser": "of PostgreSQL; tests make their roles and databases by SQL",
    "createdb": "of PostgreSQL, likewise",
}
"""Programs that the documents name and the tests do not run, with the reason."""
OPTIONS: Final = {name: {opt for one in parameters(found) for opt in one.opts} for name, found in commands()}
EXAMPLE: Final = read(ROOT / "config.example.toml")
ORG: Final = ROOT / "docs" / "how-to" / "connect-salesforce.md"
"""Its blocks are parts of what `init --crm salesforce` writes."""
_SECTION: Final = re.compile(r"^(?=\[)", re.MULTILINE)
_NAME: Final = re.compile(r'^name = "(.*?)"', re.MULTILINE)
_CALL: Final = re.compile(r"`(connector [^`]+)`")
PEOPLE: Final = "connector sandbox hubspot --people FILE"
LIMITED: Final = (
    "export CONNECTOR_FIRST_SYNC__STAGE_CHANGES=true CONNECTOR_FIRST_SYNC__TASKS=true",
    "export CONNECTOR_BRAKES__STAGE_CHANGES_PER_RUN=10",
)


def own(*languages: str) -> tuple[Block, ...]:
    """Return the blocks that are not executed by a test of their page's own."""
    return tuple(one for one in blocks(*languages) if one.page not in ELSEWHERE)


def test_each_block_says_what_it_is() -> None:
    """Another language would be printed and never checked."""
    assert [str(one) for one in blocks() if one.language not in LANGUAGES] == []


def head(section: str) -> str:
    """Return what a section is about: its header, and the name of an entry of a list."""
    found = _NAME.search(section)
    first = section.split("]", 1)[0]
    return f"{first}:{found.group(1)}" if found and section.startswith("[[") else first


def completed(fragment: str, whole: str = EXAMPLE) -> str:
    """Return *whole* with the sections of *fragment* in place of its own of the same header and name."""
    above, *sections = _SECTION.split(fragment)
    assert not above.strip()
    replaced = {head(one) for one in sections}
    return "\n".join([*(one for one in _SECTION.split(whole) if head(one) not in replaced), *sections])


@pytest.mark.parametrize("block", own("toml"), ids=str)
def test_toml_is_part_of_a_configuration_that_loads(block: Block, tmp_path: Path) -> None:
    """Without any problem, and its own tests pass."""
    whole = template("salesforce") if block.page == ORG else EXAMPLE
    found = from_text(tmp_path, completed(block.text, whole))
    assert [one.message for one in found.problems] == []
    assert found.config is not None
    config = found.config
    judge = Judge(config.agreement, config.playbooks, config.fields, config.timezone)
    named = {one["name"] for one in tomllib.loads(block.text).get("tests", ())}
    results = [one for one in run_tests(config, judge) if one.name in named]
    assert len(results) == len(named)
    assert [one.message for one in results if not one.passed] == []


def unknown(words: list[str]) -> list[str]:
    """Return what is wrong with the words behind `connector`: no such command, no such options."""
    name = next((one for one in (" ".join(words[:2]), words[0]) if one in OPTIONS), None)
    if name is None:
        return [words[0]]
    return [one for one in words if one.startswith("--") and one.split("=")[0] not in OPTIONS[name]]


def lines(block: Block) -> Iterator[list[str]]:
    """Yield the words of each line of a block that is no comment; of a pipe the first program."""
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


@pytest.mark.parametrize("block", own("sh"), ids=str)
def test_commands_that_are_not_run_exist(block: Block) -> None:
    """`connector` with these options, a target of make, and what docker is asked to run; nothing else unnamed."""
    targets = set(re.findall(r"^([a-z]+):.*## ", read(ROOT / "Makefile"), re.MULTILINE))
    for words in lines(block):
        asked = words[len(words) - words[::-1].index("connector") :] if "connector" in words else []
        if words[0] == "connector" or (words[0] == "docker" and asked and {"run", "exec"} & set(words)):
            assert unknown(asked) == [], words
        else:
            assert words[0] in OTHER_PROGRAMS, words
        assert words[0] != "make" or words[1] in targets, words


def test_each_program_that_is_not_run_is_named_somewhere() -> None:
    """An exception that nothing needs any more goes."""
    named = {words[0] for one in own("sh") for words in lines(one)}
    assert set(OTHER_PROGRAMS) - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_running_text_exist(page: Path) -> None:
    """With the options they are named with."""
    calls = [one.split()[1:] for one in _CALL.findall(prose(page))]
    assert [words for words in calls if unknown(words)] == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the demo prints."""
    (answer,) = run(tmp_path_factory.mktemp("demo"), ["connector demo"])
    assert answer.code == 0
    return answer.data


@pytest.mark.parametrize("block", own("text"), ids=str)
def test_text_comes_out_of_the_demo(block: Block, demo: str) -> None:
    """Sentence after sentence, with days masked; how wide the terminal is does not count."""
    assert contains(demo, block.text)


def call(block: Block) -> str:
    """Return the command that a block of JSON is said to come from: the last one named above it."""
    return str(_CALL.findall(block.before)[-1])


JSON: Final = tuple(one for one in own("json") if call(one) != PEOPLE)
_FIRST: Final = ("demo", "validate", "test", "plan", "sync")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Return what the commands print as JSON, by command, in the order in which a person would type them."""
    asked = list(dict.fromkeys(call(one) for one in JSON))
    asked.sort(key=lambda one: _FIRST.index(one.split()[1]) if one.split()[1] in _FIRST else len(_FIRST))
    typed = [asked[0], *LIMITED, *asked[1:]]
    found = zip(typed, run(tmp_path_factory.mktemp("json"), typed), strict=True)
    return {command: json.loads(answer.data) for command, answer in found if command in asked}


def other(shown: object, real: object, path: str = "") -> Iterator[str]:
    """Yield where the shape of what is shown is not that of the real thing; `"…"` as a key leaves keys out."""
    if isinstance(shown, dict) and isinstance(real, dict):
        wanted = set(shown) - {ANYTHING}
        if wanted - set(real) or (ANYTHING not in shown and set(real) - wanted):
            yield f"{path}: {sorted(wanted ^ set(real))}"
        for key in wanted & set(real):
            yield from other(shown[key], real[key], f"{path}.{key}")
    elif isinstance(shown, list) and isinstance(real, list):
        if bool(shown) != bool(real):
            yield f"{path}: {real}"
        if shown and real:
            yield from other(shown[0], real[0], f"{path}[0]")
    elif shown is not None and real is not None and kind(shown) != kind(real):
        yield f"{path}: {real!r}"


def kind(value: object) -> str:
    """Return what JSON calls the type of a value."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


@pytest.mark.parametrize("block", JSON, ids=str)
def test_json_has_the_keys_that_come_out(block: Block, answers: Mapping[str, object]) -> None:
    """All of them, of the same types, no other ones."""
    assert list(other(json.loads(block.text), answers[call(block)])) == []


@pytest.mark.parametrize(
    ("shown", "real"),
    [({"a": 1}, {}), ({}, {"a": 1}), ({"a": "1"}, {"a": 1}), ([], [1]), ([{"a": 1}], [{"b": 1}]), ({"a": 1}, [1])],
)
def test_the_comparison_of_shapes_sees_what_differs(shown: object, real: object) -> None:
    """A key too many or too few, another type, an empty list."""
    assert list(other(shown, real)) != []


def test_the_people_file_is_read_as_it_is_shown() -> None:
    """The example has every key that a line can have, and the sandbox takes it."""
    (block,) = (one for one in own("json") if call(one) == PEOPLE)
    person = person_of(json.loads(block.text))
    assert [one.name for one in fields(Person) if not getattr(person, one.name)] == []
    assert set(json.loads(block.text)) == {one.name for one in fields(Person)}


def test_the_readme_and_the_example_tell_the_same_figures() -> None:
    """One table, printed twice; and as many people in the sample as the first command says."""
    table = re.findall(r"^\| .*\|$", read(ROOT / "examples" / "online-courses" / "README.md"), re.MULTILINE)
    readme = read(ROOT / "README.md")
    assert len(table) == 5
    assert "\n".join(table) in readme
    (tasks,) = re.findall(
        r"^([\d,]+) tasks, at most one", read(ROOT / "examples/online-courses/README.md"), re.MULTILINE
    )
    assert f"{tasks} SQLs are {tasks} tasks" in readme
    people = len((ROOT / "connector" / "sandbox" / "sample.jsonl").read_text(encoding="utf-8").splitlines())
    assert f"{people} sample people" in readme
