"""The environment over the file: names, files, types, origins, and what is not meant for us."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connector.adapters.hubspot.options import Options
from connector.config.load import render
from connector.config.nouns import Config

from tests.config.support import EXAMPLE, loaded, words


def config(**variables: str) -> Config:
    """Return the example under *variables*."""
    found = loaded(EXAMPLE, **variables)
    assert found.config is not None, [render(one) for one in found.problems]
    return found.config


def options(found: Config) -> Options:
    """Return the options of the HubSpot system."""
    given = found.systems["hubspot"].options
    assert isinstance(given, Options)
    return given


def test_every_variable_that_scripts_rely_on_overrides_the_file() -> None:
    """The names that the design promises."""
    found = config(
        CONNECTOR_STORE__URL="sqlite:////data/x.db",
        CONNECTOR_SYSTEMS__HUBSPOT__BASE_URL="http://127.0.0.1:8700",
        CONNECTOR_SYSTEMS__HUBSPOT__TOKEN="from-outside",
        CONNECTOR_BRAKES__STAGE_CHANGES_PER_RUN="7",
        CONNECTOR_FIRST_SYNC__STAGE_CHANGES="true",
        CONNECTOR_FIRST_SYNC__TASKS="3 days",
        CONNECTOR_DELIVERY__QUIET="1 second",
        CONNECTOR_CONFIG=str(EXAMPLE),
    )
    assert found.store_url == "sqlite:////data/x.db"
    assert options(found).base_url == "http://127.0.0.1:8700"
    assert options(found).token.reveal() == "from-outside"
    assert found.brakes.stage_changes_per_run == 7
    assert found.first_sync.stage_changes is True
    assert found.first_sync.tasks == timedelta(days=3)
    assert found.delivery.quiet == timedelta(seconds=1)


@pytest.mark.parametrize("written", ["true", "True", "TRUE"])
def test_true_is_taken_in_any_case(written: str) -> None:
    """Compose files and shells write it differently."""
    assert config(CONNECTOR_FIRST_SYNC__TASKS=written).first_sync.tasks is True


def test_a_list_is_written_as_in_the_file() -> None:
    """There is no second syntax for lists."""
    found = config(CONNECTOR_OWNERS__INBOUND='["zoe@acme.example"]')
    assert found.owners.pools["inbound"] == ("zoe@acme.example",)


def test_a_file_variable_gives_the_contents_without_the_newline(tmp_path: Path) -> None:
    """Container secrets are files, and editors end files with a newline."""
    secret = tmp_path / "token"
    secret.write_text("from-a-file\n", encoding="utf-8")
    found = config(CONNECTOR_SYSTEMS__HUBSPOT__TOKEN_FILE=str(secret))
    assert options(found).token.reveal() == "from-a-file"


def test_both_ways_at_once_is_a_problem(tmp_path: Path) -> None:
    """Nobody could say which of the two holds."""
    found = loaded(EXAMPLE, CONNECTOR_STORE__URL="sqlite:///a.db", CONNECTOR_STORE__URL_FILE=str(tmp_path / "url"))
    assert words(found) == ["CONNECTOR_STORE__URL and CONNECTOR_STORE__URL_FILE are both set."]


def test_an_unreadable_file_variable_names_the_variable(tmp_path: Path) -> None:
    """The place of the problem is the variable, not a line of the file."""
    found = loaded(EXAMPLE, CONNECTOR_STORE__URL_FILE=str(tmp_path / "nothing"))
    (problem,) = found.problems
    assert problem.file == "environment variable CONNECTOR_STORE__URL_FILE"
    assert "there is no file" in problem.message


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("CONNECTOR_STORE__URI", "CONNECTOR_STORE__URL"),
        ("CONNECTOR_STORE_URL", "CONNECTOR_STORE__URL"),
        ("CONNECTOR_BRAKES__STAGE_CHANGES", "CONNECTOR_BRAKES__STAGE_CHANGES_PER_RUN"),
        ("CONNECTOR_SYSTEMS__HUBSPOT__TOKN", "CONNECTOR_SYSTEMS__HUBSPOT__TOKEN"),
        ("CONNECTOR_CONFG", "CONNECTOR_CONFIG"),
    ],
)
def test_a_misspelt_variable_is_a_problem_with_the_nearest_name(name: str, near: str) -> None:
    """A variable that does nothing is the silent kind of mistake."""
    (problem,) = loaded(EXAMPLE, **{name: "x"}).problems
    assert problem.hint == f'Did you mean "{near}"?'


@pytest.mark.parametrize(
    "name",
    ["CONNECTOR_SERVICE_HOST", "CONNECTOR_SERVICE_PORT_HTTP", "CONNECTOR_PORT", "CONNECTOR_PORT_8080_TCP_ADDR"],
)
def test_what_kubernetes_sets_for_a_service_of_our_name_is_left_alone(name: str) -> None:
    """It is not about us, and nobody can unset it."""
    assert loaded(EXAMPLE, **{name: "tcp://10.0.0.1:8080"}).problems == ()


def test_an_empty_secret_from_outside_is_a_problem() -> None:
    """An unset variable in a compose file arrives as an empty one."""
    (problem,) = loaded(EXAMPLE, CONNECTOR_SYSTEMS__HUBSPOT__TOKEN="").problems
    assert (problem.file, problem.message) == (
        "environment variable CONNECTOR_SYSTEMS__HUBSPOT__TOKEN",
        "it is empty.",
    )


def test_a_wrong_value_from_outside_is_not_blamed_on_the_file() -> None:
    """The file is right; the variable is to be changed."""
    found = loaded(EXAMPLE, CONNECTOR_DELIVERY__WORKERS="many")
    (problem,) = found.problems
    assert render(problem, found.lines).startswith(
        "environment variable CONNECTOR_DELIVERY__WORKERS: delivery.workers: a whole number was expected"
    )
