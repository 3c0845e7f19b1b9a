"""The log's lines: their shape, what packages say, tracebacks, terminals, what is spared; and the page about them."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from typing_extensions import override

from connector.config.load import load
from connector.config.nouns import Config, Log
from connector.log import Level, Sparing, begin, bind, crashed, say, unbind

from tests.canaries import EMAIL, FIRST, LAST, PERSONAL, TOKEN, found
from tests.clock import VirtualClock
from tests.world import AGREEMENT

ROOT: Final = Path(__file__).resolve().parent.parent.parent


class Terminal(io.StringIO):
    """A stream that is looked at by a person."""

    @override
    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Put logging back as it was."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers, root.level
    yield
    root.handlers, threading.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def settled(folder: Path, **form: str) -> Config:
    """Return the small agreement with a `[log]`; its token is held from now on."""
    path = folder / "config.toml"
    path.write_text(AGREEMENT.replace('last_name = "lastname"', 'last_name = "Nick_Name"'), encoding="utf-8")
    config = load(path, {"HUBSPOT_TOKEN": TOKEN}).config
    assert config is not None
    return replace(config, log=Log(**form))


def begun(folder: Path, **form: str) -> io.StringIO:
    """Begin to log; return what is written to."""
    stream = io.StringIO()
    begin(settled(folder, **form), stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines that were written."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    """Fail in words that must not be seen."""
    message = f"{TOKEN} of {EMAIL}"
    raise RuntimeError(message)


def test_a_line_is_one_object_with_what_it_belongs_to(tmp_path: Path) -> None:
    """Instant in UTC, level, event, run, person and system first; what is bound is in every line until it is not."""
    stream = begun(tmp_path)
    bind(run=7)
    say("write", Level.WARNING, reason="a\nb", system="hubspot", person=3)
    unbind("run")
    say("pass")
    first, second = lines(stream)
    assert list(first) == ["at", "level", "event", "run", "person", "system", "reason"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first["at"])
    assert (first["level"], first["run"]) == ("warning", 7)
    assert "run" not in second


def test_what_matters_less_is_left_out(tmp_path: Path) -> None:
    """Ours below the level, packages below a warning."""
    stream = begun(tmp_path, level="info")
    say("write", Level.DEBUG)
    logging.getLogger("some.package").info("asked")
    assert lines(stream) == []
    stream = begun(tmp_path, level="debug")
    say("write", Level.DEBUG)
    logging.getLogger("some.package").debug("asked")
    assert [one["event"] for one in lines(stream)] == ["write", "package"]


@pytest.mark.parametrize("name", ["uvicorn.error", "apscheduler.executors.default", "urllib3.connectionpool"])
def test_packages_are_redacted_as_we_are(name: str, tmp_path: Path) -> None:
    """Their sentences with their arguments, and their tracebacks."""
    stream = begun(tmp_path)
    try:
        fail()
    except RuntimeError:
        logging.getLogger(name).exception("failed for %s with %s", EMAIL, TOKEN)
    (line,) = lines(stream)
    assert (line["logger"], line["event"], line["level"]) == (name, "package", "error")
    assert "RuntimeError" in line["exception"]
    assert found(stream.getvalue()) == []


def test_a_traceback_shows_no_local_variables(tmp_path: Path) -> None:
    """Also on a terminal; its own words are redacted."""
    for stream in (io.StringIO(), Terminal()):
        begin(settled(tmp_path), stream)
        hidden_local = FIRST
        try:
            fail()
        except RuntimeError as failure:
            crashed(failure)
        assert hidden_local not in stream.getvalue()
        assert found(stream.getvalue()) == []
        assert "RuntimeError" in stream.getvalue()


def test_a_thread_that_dies_is_logged(tmp_path: Path) -> None:
    """Python itself would print its words as they are."""
    stream = begun(tmp_path)

    def die() -> None:
        """Die."""
        raise RuntimeError(TOKEN)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    assert lines(stream)[0]["event"] == "crashed"
    assert found(stream.getvalue()) == []


def test_a_line_that_cannot_be_made_shows_nothing_of_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Python's own logging would print the arguments."""
    stream = begun(tmp_path)
    logging.getLogger("urllib3").warning("%d", TOKEN)
    assert "line_lost" in stream.getvalue()
    assert found(stream.getvalue() + "".join(capsys.readouterr())) == []


def test_personal_data_stay_where_that_is_asked_for_and_secrets_do_not(tmp_path: Path) -> None:
    """`personal_data = "keep"` turns half of it off only; the names of the fields come from the file."""
    said = f'{TOKEN} {EMAIL} {{"Nick_Name": "{LAST}", "firstname": "{FIRST}"}}'
    stream = begun(tmp_path, personal_data="keep")
    say("write", reason=said)
    assert found(stream.getvalue()) == [EMAIL, FIRST, LAST]
    stream = begun(tmp_path)
    say("write", reason=said)
    assert found(stream.getvalue()) == []


def test_a_terminal_gets_words_and_no_control_characters(tmp_path: Path) -> None:
    """JSON elsewhere, or where it is asked for."""
    stream = Terminal()
    begin(settled(tmp_path), stream)
    say("write", reason="\x1b]0;owned\x07 \x9b2J")
    assert "owned" in stream.getvalue()
    assert "\x1b]" not in stream.getvalue()
    assert not {"\x07", "\x9b"} & set(stream.getvalue())
    stream = Terminal()
    begin(settled(tmp_path, format="json"), stream)
    say("write")
    assert lines(stream)[0]["event"] == "write"
    assert not begun(tmp_path, format="console").getvalue()


def test_strangers_cannot_fill_the_log(clock: VirtualClock) -> None:
    """One line of a kind at once, then one a minute with how many there were; another kind does not wait."""
    heard: list[tuple[str, Any]] = []
    sparing = Sparing(clock, lambda name, facts: heard.append((name, facts["times"])), most=2)
    for _ in range(50):
        sparing("webhook_refused", {"system": "a", "reason": "x"})
    sparing("webhook_refused", {"system": "b", "reason": "x"})
    assert heard == [("webhook_refused", 1), ("webhook_refused", 1)]
    clock.advance(timedelta(minutes=1))
    sparing("webhook_refused", {"system": "a", "reason": "x"})
    assert heard[2:] == [("webhook_refused", 50)]
    sparing("webhook_refused", {"system": "c", "reason": "x"})
    assert len(heard) == 4


def events_in_code() -> set[str]:
    """Return every name that `say` is called with."""
    names: set[str] = set()
    for file in (ROOT / "connector").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "from connector.log import" in text or file.name == "log.py" else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                assert isinstance(node.args[0], ast.Constant), f"{file.name}:{node.lineno} says no literal name"
                names.add(str(node.args[0].value))
    return names


def test_the_page_names_every_event_and_no_other() -> None:
    """What an operator searches for is described; `package` is what others say."""
    page = (ROOT / "docs/reference/logging.md").read_text(encoding="utf-8").split("## Events")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == events_in_code() | {"package"}


def test_only_the_log_knows_structlog() -> None:
    """Everybody else says what happened through it, or to a callback."""
    using = [file for file in (ROOT / "connector").rglob("*.py") if "structlog" in file.read_text(encoding="utf-8")]
    assert [file.name for file in using] == ["log.py"]
    assert found(" ".join(PERSONAL)) == list(PERSONAL)
