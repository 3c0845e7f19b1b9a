"""Secrets show dots, come by reference, and stay out of messages."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from connector.config.load import render
from connector.options import REQUIRED, Table, option
from connector.secrets import DOTS, ENVIRON, FOLDER, Secret

from tests.config.support import EXAMPLE, from_text

WORDS = "pat-eu1-3f6c0a52"


class Options(Table):
    """An adapter's options with one secret."""

    token: Secret = option(REQUIRED, example='{ env = "TOKEN" }', says="A token.")


def read(given: object, **context: object) -> Secret:
    """Return the secret that *given* refers to."""
    return Options.model_validate({"token": given}, context=context).token


def test_every_way_of_printing_shows_dots() -> None:
    """Text, representation, format strings, a model that holds it, and its JSON."""
    secret = Secret(WORDS)
    shown = [str(secret), repr(secret), f"{secret:>20}", f"{secret!r}", repr(Options(token=secret))]
    shown += [Options(token=secret).model_dump_json(), str(Options(token=secret).model_dump())]
    assert all(WORDS not in one and DOTS in one for one in shown)
    assert secret.reveal() == WORDS


def test_a_secret_is_not_pickled() -> None:
    """It would lie readable in a file or a queue."""
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(WORDS))


def test_a_copied_configuration_keeps_its_secret() -> None:
    """Copying stays in memory and shows nothing."""
    assert copy.deepcopy(Options(token=Secret(WORDS))).token.reveal() == WORDS


def test_secrets_are_equal_by_their_words_only() -> None:
    """A secret never equals the text it holds, which a log line could compare."""
    assert Secret(WORDS) == Secret(WORDS)
    assert Secret(WORDS) != Secret("other")
    assert Secret(WORDS) != WORDS
    assert len({Secret(WORDS), Secret(WORDS)}) == 1


def test_a_reference_is_looked_up_and_trimmed(tmp_path: Path) -> None:
    """Files end with a newline, and copied tokens with a space."""
    (tmp_path / "token").write_text(f"{WORDS}\r\n", encoding="utf-8")
    assert read({"file": "token"}, **{FOLDER: tmp_path}).reveal() == WORDS
    assert read({"env": "TOKEN"}, **{ENVIRON: {"TOKEN": f" {WORDS} "}}).reveal() == WORDS


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (WORDS, "the secret itself stands in the file."),
        ({"env": "MISSING"}, "the environment variable MISSING is not set."),
        ({"env": "EMPTY"}, "the environment variable EMPTY is empty."),
        ({"env": ""}, '"env" wants a name in quotes.'),
        ({"env": 5}, '"env" wants a name in quotes.'),
        ({"vault": "x"}, "a secret is given by reference."),
        ({"env": "A", "file": "b"}, "a secret is given by reference."),
        (5, "a secret is given by reference."),
        ({"file": "nothing"}, "there is no file"),
        ({"file": "empty"}, "is empty."),
        ({"file": "binary"}, "is not text in UTF-8."),
        ({"file": "large"}, "has more than 65,536 bytes."),
        ({"file": "."}, "cannot be read: Is a directory."),
    ],
)
def test_what_is_no_reference_says_so_without_showing_anything(tmp_path: Path, given: object, message: str) -> None:
    """The message never holds the secret itself."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    with pytest.raises(ValidationError) as failed:
        read(given, **{ENVIRON: {"EMPTY": " "}, FOLDER: tmp_path})
    (error,) = failed.value.errors()
    assert message in error["msg"]
    assert WORDS not in str(failed.value)


@pytest.mark.parametrize(
    "line",
    [
        f'token = "{WORDS}"',
        f'tokn = "{WORDS}"',
        f"token = '''{WORDS}'''",
        f'token = {{ env = "HUBSPOT_TOKEN" }}\nsecret = "{WORDS}"',
        f'token = "{WORDS}',
        f'token = {{ env = "HUBSPOT_TOKEN" }}\nbase_url = "https://me:{WORDS}@crm.example/?"',
    ],
)
def test_a_secret_that_was_written_into_the_file_is_not_printed(tmp_path: Path, line: str) -> None:
    """The line beside the caret is dotted out, also under a misspelt key and where the file is broken."""
    text = EXAMPLE.read_text(encoding="utf-8").replace('token = { env = "HUBSPOT_TOKEN" }', line)
    found = from_text(tmp_path, text)
    assert found.problems
    assert WORDS not in "\n".join([*(render(one, found.lines) for one in found.problems), *found.lines])
