"""The admin's own JSON: what stands in it is filled in as text, and what cannot be is an error with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.webhook.posting import text_of
from connector.adapters.webhook.templates import Json, Template
from connector.commands import About, Command, CreateTask, SetFields, SetStage
from connector.model import CrmRef, Stage, Value

from tests.clock import START
from tests.config.support import ROOT, loaded, words

REF = CrmRef("sales", "addressee", "17")
OUT = ROOT / "examples" / "webhooks-out"
EXAMPLE = (ROOT / "examples" / "webhooks-only" / "config.toml").read_text(encoding="utf-8")
SEND = 'send_to = "https://hooks.acme.example/connector"\n'


def about(**fields: Value) -> About:
    """Return somebody with these fields."""
    return About(17, START, fields, Stage.SQL, {"fit": 20}, ("asked for a demo", "fit: 20 points"))


def made(subject: str = "Call Ann", **fields: Value) -> CreateTask:
    """Return a task about somebody with these fields."""
    due = START + timedelta(hours=4)
    return CreateTask("KEY", REF, "new-sql", subject, "<p>x</p>", "x", due, owner="a@b.example", about=about(**fields))


def filled(value: Json, command: Command | None = None) -> object:
    """Return what a template becomes."""
    became: object = json.loads(text_of(command or made(email="ann@buyer.example"), Template(value)))
    return became


def test_placeholders_stand_for_what_is_known() -> None:
    """In texts at any depth; whatever is no text stays, and what is not known is empty."""
    value = {
        "a": ["{task.subject}!", {"b": "{person.email} {person.company}|{score.fit}"}],
        "n": 5,
        "t": True,
        "z": None,
    }
    assert filled(value) == {"a": ["Call Ann!", {"b": "ann@buyer.example |20"}], "n": 5, "t": True, "z": None}


def test_keys_are_no_texts() -> None:
    """Only values are filled in."""
    assert filled({"{task.subject}": "{id}"}) == {"{task.subject}": "KEY"}


def test_two_braces_are_one() -> None:
    """For receivers whose texts have braces of their own."""
    assert filled({"a": "{{task.subject}} {{{id}}}"}) == {"a": "{task.subject} {KEY}"}


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    """A person called {id} is called {id}."""
    assert filled({"a": "{task.subject}"}, made("{id} {{x}} {person.email}")) == {"a": "{id} {{x}} {person.email}"}


@given(st.text(), st.text())
def test_no_text_leaves_its_place(subject: str, email: str) -> None:
    """Quotes, backslashes, braces and control characters stay inside their own text."""
    command = made(subject, email=email)
    found = filled({"text": "{task.subject}", "other": "{person.email}", "fixed": [1]}, command)
    assert found == {"text": subject, "other": email, "fixed": [1]}


def test_slacks_own_markup_can_be_taken_away() -> None:
    """Nobody calls a whole channel by what they typed into a form."""
    assert filled({"a": "{task.subject|slack}"}, made("<!channel> a & b")) == {"a": "&lt;!channel&gt; a &amp; b"}
    assert filled({"a": "{task.subject|markdown}"}, made("[x](http://y)")) == {"a": "\\[x\\]\\(http://y\\)"}


def test_stages_and_fields_have_their_own() -> None:
    """What a stage was, and what the fields are now."""
    stage = SetStage("S", REF, "status", "hot", Stage.SQL, "warm", about=about())
    assert filled({"a": "{stage.previous} {stage.value} {stage.field} {stage} {reasons}"}, stage) == {
        "a": "warm hot status sql asked for a demo; fit: 20 points"
    }
    fields = SetFields("F", REF, {"points": "7", "why": "b"}, about=about())
    assert filled({"a": "{fields} {fields.points} {type}"}, fields) == {
        "a": "points: 7; why: b 7 lifecycle.fields_changed"
    }


def configured(folder: Path, more: str, send: str = SEND) -> list[str]:
    """Return what is wrong with the example when *more* stands under the system that is posted to."""
    return words(loaded(_file(folder, more, send)))


def _file(folder: Path, more: str, send: str = SEND) -> Path:
    """Return the example with *more* under the system that is posted to."""
    assert SEND in EXAMPLE
    path = folder / "config.toml"
    path.write_text(EXAMPLE.replace(SEND, f"{send}{more}\n"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        ("{task.subjekt}", "there is no placeholder {task.subjekt} for this.", "task.subject"),
        ("{person.emial}", "there is no placeholder {person.emial} for this.", "person.email"),
        ("{score.interset}", "there is no placeholder {score.interset} for this.", "score.interest"),
        ("{stage.value}", "there is no placeholder {stage.value} for this.", ""),
        ("{}", "there is no placeholder {} for this.", "There are type, id"),
        ("{task.subject|slak}", 'there is no escape "slak".', "slack"),
    ],
)
def test_a_placeholder_that_stands_for_nothing_is_an_error(
    tmp_path: Path, template: str, message: str, hint: str
) -> None:
    """With its place in the file and what was probably meant."""
    path = _file(tmp_path, f'task_template = {{ text = "{template}", deep = [ {{ a = "fine {{id}}" }} ] }}')
    (problem,) = loaded(path).problems
    assert problem.message == message
    assert hint in problem.hint
    assert problem.path[:4] == ("systems", "website", "task_template", "text")
    line = path.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert line.startswith("task_template")


def test_a_template_may_be_a_file(tmp_path: Path) -> None:
    """The place inside the file is told; a file that is none, or no JSON, is an error as well."""
    (tmp_path / "task.json").write_text('{"a": [{"b": "{task.nothing}"}]}', encoding="utf-8")
    (message,) = configured(tmp_path, 'task_template = { file = "task.json" }')
    assert message == "task.json, a.0.b: there is no placeholder {task.nothing} for this."
    (missing,) = configured(tmp_path, 'task_template = { file = "nowhere.json" }')
    assert "cannot be read" in missing
    for content, said in (("{,}", "is no JSON"), ("[1]", "holds no JSON object"), ("[" * 99_000, "is no JSON")):
        (tmp_path / "task.json").write_text(content, encoding="utf-8")
        (found,) = configured(tmp_path, 'task_template = { file = "task.json" }')
        assert said in found


def test_a_template_holds_what_json_holds(tmp_path: Path) -> None:
    """A date of TOML, or a text in place of a table, is refused."""
    assert configured(tmp_path, "task_template = { a = 2026-11-01 }") == ["it holds a value that JSON does not have."]
    assert configured(tmp_path, 'task_template = "text"') == ["a template is a table."]


@pytest.mark.parametrize("file", sorted(OUT.glob("*.json")), ids=lambda file: file.stem)
def test_the_templates_we_ship_are_right(file: Path, tmp_path: Path) -> None:
    """Each loads without a word, and fills in nothing but texts."""
    kind = file.stem.rpartition("-")[2]
    assert configured(tmp_path, f'{kind}_template = {{ file = "{file}" }}') == []
    whom = about(first_name='Ann "<!here>"', last_name="\\", email="ann@buyer.example")
    moved = SetStage("S", REF, "status", "hot", Stage.SQL, about=whom)
    command: Command = replace(made(), about=whom) if kind == "task" else moved
    found = text_of(command, Template(json.loads(file.read_text(encoding="utf-8"))))
    assert "ann@buyer.example" in found.replace("\\\\", "")
    assert "{" not in "".join(_texts(json.loads(found)))
    assert "<!here>" not in found or '"plain_text"' in found or "n8n" in file.stem


def _texts(value: object) -> list[str]:
    """Return every text in *value*."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


@pytest.mark.parametrize(
    ("send", "said"),
    [
        ("https://127.0.0.1/hook", "127.0.0.1 is a loopback address"),
        ("https://10.1.2.3/hook", "10.1.2.3 is a private address"),
        ("https://[::1]/hook", "::1 is a loopback address"),
        ("https://localhost/hook", "127.0.0.1 is a loopback address"),
        ("https://169.254.169.254/", "169.254.169.254 is a link-local address"),
        ("http://hooks.acme.example/", "plain http"),
        ("https://ann:pw@hooks.acme.example/", "user name or a password"),
        ("ftp://hooks.acme.example/", "no address of the web"),
        ("hooks.acme.example", "no address of the web"),
        ("https://hooks.acme.example:99999/", "no address of the web"),
        ("https://hooks.acme.example/#x", "fragment"),
        ("", "no address of the web"),
    ],
)
def test_validate_says_when_the_address_may_not_be_had(tmp_path: Path, send: str, said: str) -> None:
    """At its place, without asking anybody; the address itself is not repeated with what it may hide."""
    (problem,) = loaded(_file(tmp_path, "", f'send_to = "{send}"\n')).problems
    assert said in problem.message
    assert problem.path == ("systems", "website", "send_to")
    assert "pw" not in problem.message


def test_an_address_inside_may_be_listed(tmp_path: Path) -> None:
    """Then it may be had, by plain http too."""
    assert configured(tmp_path, 'allow_addresses = ["10.0.0.0/8"]', 'send_to = "http://10.1.2.3:8080/x"\n') == []
    assert "no network" in configured(tmp_path, 'allow_addresses = ["10.0.0.300"]')[0]


def test_a_home_without_an_address_is_an_error(tmp_path: Path) -> None:
    """Stages and tasks would go nowhere."""
    (message,) = configured(tmp_path, "", "")
    assert message == "nothing says where what is written to website is posted."


def test_the_address_may_be_a_secret(tmp_path: Path) -> None:
    """Slack's and Teams' addresses are; what is wrong with one is told without it."""
    path = _file(tmp_path, "", 'send_to = { env = "HOOK" }\n')
    assert loaded(path, HOOK="https://hooks.slack.example/services/5ecre7").problems == ()
    (problem,) = loaded(path, HOOK="https://127.0.0.1/5ecre7").problems
    assert "5ecre7" not in problem.message + problem.hint
    assert replace(problem, hint="").message.startswith("this is not posted to")
