"""Whom a command is about outlasts the process: what goes again tomorrow says what it said today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.commands import About, Command, SetFields, SetStage, kind_of
from connector.model import CrmRef, Evidence, Stage
from connector.store import codec

from tests.adapters.clauses import task
from tests.adapters.test_webhook_answers import ABOUT

REF = CrmRef("sales", "addressee", "17")
COMMANDS: tuple[Command, ...] = (
    replace(task(REF), about=ABOUT),
    SetStage("S", REF, "status", "hot", Stage.SQL, "warm", about=ABOUT),
    SetFields("F", REF, {"points": "7"}, about=ABOUT),
)


@pytest.mark.parametrize("command", [*COMMANDS, *(replace(one, about=None) for one in COMMANDS)])
def test_a_command_comes_back_as_it_went(command: Command) -> None:
    """Of each kind, with and without a person."""
    name = codec.name_of(command.ref)
    found = codec.command_of(kind_of(command), command.key, name, codec.command_text(command))
    assert found == command
    assert type(found) is type(command)


def test_dates_and_lists_of_a_person_keep_their_types() -> None:
    """A date is a date, a list a tuple, a stage a stage, an instant aware."""
    command = SetFields("F", REF, {"points": "7"}, about=ABOUT)
    about = codec.command_of("set_fields", "F", codec.name_of(REF), codec.command_text(command)).about
    assert isinstance(about, About)
    assert {name: type(value) for name, value in about.fields.items()} == {
        name: type(value) for name, value in ABOUT.fields.items()
    }
    assert isinstance(about.stage, Stage)
    assert about.at.utcoffset() == timedelta()
    assert [type(one) for one in (*about.evidence, *about.records)] == [Evidence, CrmRef]
