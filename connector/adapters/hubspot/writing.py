"""
Writing stages and fields.

HubSpot takes a stage that would move backward with 200 and ignores it, so stages are read back; a stage is moved back
on purpose by clearing it and setting it in two requests (two inputs of one batch are not ordered). There are no
conditional writes: the engine looks at the record just before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from connector.adapters.apart import Apart
from connector.adapters.base import AdapterDown, Permit
from connector.adapters.hubspot.payload import Row
from connector.adapters.hubspot.reading import read_rows
from connector.adapters.hubspot.sending import Input, Sent, send
from connector.adapters.hubspot.vocabulary import objects_path
from connector.adapters.hubspot.wire import Wire
from connector.commands import Done, Outcome, Rank, Rejected, Retry, SetFields, SetStage, Unknown

One = TypeVar("One", SetStage, SetFields)
_AT_ONCE: Final = timedelta()
_LATER: Final = timedelta(minutes=1)
"""Where only a person can mend it, but some rows of the call were sent before that was known."""
_CLEARED: Final = "cleared, but not yet set again: "


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes stages and fields of one system."""

    wire: Wire
    apart: Apart

    def fields(self, commands: Sequence[SetFields], permit: Permit) -> Mapping[str, Outcome]:
        """Write fields, a batch per object."""

        def one_batch(name: str, part: Sequence[SetFields]) -> Mapping[str, Outcome]:
            """Send one batch and take HubSpot's word for it."""
            self.wire.pay(Rank.FIELDS)
            sent = self._update(name, {one.key: (one.ref.id, one.values) for one in part}, permit)
            return {**sent.outcomes, **{key: Done(each.id) for key, each in sent.made.items()}}

        return in_turn(self.apart, commands, one_batch)

    def stages(self, commands: Sequence[SetStage], permit: Permit) -> Mapping[str, Outcome]:
        """Write stages, a batch per object, those that go back on purpose apart; read back what was taken."""

        def one_batch(name: str, part: Sequence[SetStage]) -> Mapping[str, Outcome]:
            """Clear what goes back, set, read back; all three are paid before the first."""
            back = [one for one in part if one.recycle]
            for _ in range(3 if back else 2):
                self.wire.pay(Rank.STAGE)
            outcomes: dict[str, Outcome] = {}
            if back:
                sent = self._update(name, {one.key: (one.ref.id, {one.field: ""}) for one in back}, permit)
                outcomes.update(sent.outcomes)
            going = [one for one in part if one.key not in outcomes]
            if going:
                outcomes.update(self._set(name, going, permit))
            return outcomes

        return in_turn(self.apart, commands, one_batch)

    def _set(self, name: str, commands: Sequence[SetStage], permit: Permit) -> Mapping[str, Outcome]:
        """Set stages and read back what became of them; a cleared one that was not set is unknown, not untouched."""
        try:
            sent = self._update(name, {one.key: (one.ref.id, {one.field: one.value}) for one in commands}, permit)
        except AdapterDown as down:
            if not any(one.recycle for one in commands):
                raise
            again = Retry(down.reason, down.after or _AT_ONCE)
            sent = Sent(outcomes={one.key: again for one in commands})
        cleared = {one.key for one in commands if one.recycle}
        outcomes: dict[str, Outcome] = {
            key: Unknown(_CLEARED + outcome.reason) if key in cleared and isinstance(outcome, Retry) else outcome
            for key, outcome in sent.outcomes.items()
        }
        taken = [one for one in commands if one.key in sent.made]
        outcomes.update(self._read_back(name, taken))
        return outcomes

    def _read_back(self, name: str, commands: Sequence[SetStage]) -> Mapping[str, Outcome]:
        """Compare what the records hold now with what was asked for."""
        if not commands:
            return {}
        properties = sorted({one.field for one in commands})
        try:
            ids = [one.ref.id for one in commands]
            found = read_rows(self.wire, name, ids, properties, Rank.STAGE, paid=True)
        except AdapterDown as down:
            return {one.key: Unknown(f"written, but it could not be read back: {down.reason}") for one in commands}
        return {one.key: _compared(one, found.get(one.ref.id)) for one in commands}

    def _update(self, name: str, values: Mapping[str, tuple[str, Mapping[str, str]]], permit: Permit) -> Sent:
        """Send one batch update of (record, properties) by command key."""
        inputs = [Input(key, record, {"properties": dict(shown)}) for key, (record, shown) in values.items()]
        return send(self.wire, objects_path(name, "/batch/update"), inputs, permit, self.apart)


def in_turn(
    apart: Apart, commands: Sequence[One], one_batch: Callable[[str, Sequence[One]], Mapping[str, Outcome]]
) -> Mapping[str, Outcome]:
    """
    Return what *one_batch* made of *commands*, called once per object and company.

    Raises:
        AdapterDown: The first batch could not be sent; when a later one cannot, its rows are Retry.
    """
    by_key = {one.key: one for one in commands}
    outcomes: dict[str, Outcome] = {}
    for name in dict.fromkeys(one.ref.object for one in commands):
        for keys in apart.companies([one.key for one in commands if one.ref.object == name]):
            try:
                outcomes.update(one_batch(name, [by_key[key] for key in keys]))
            except AdapterDown as down:
                if not outcomes:
                    raise
                outcomes.update(dict.fromkeys(keys, Retry(down.reason, down.after or _LATER)))
    return outcomes


def _compared(command: SetStage, found: Row | None) -> Outcome:
    """Return what a record that was read back says about a stage that HubSpot took."""
    if found is None:
        return Unknown("written, but the record could not be found again")
    held = found.properties.get(command.field) or ""
    if held == command.value:
        return Done(command.ref.id)
    return Rejected(
        f'HubSpot answered that it was written, but {command.field} still holds "{held}" and not "{command.value}": '
        "a stage only moves forward there"
    )
