"""From `[[tests]]` to expectations; what they say of a person must fit the fields as any record must."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.agreement import Agreement, Expectation, SampleEngagement
from connector.config.agreement_models import SampleTable, TestTable
from connector.config.draft import Draft, several
from connector.config.shapes import found
from connector.criteria.parse import TOTAL
from connector.mapping.converters import converter
from connector.mapping.refusal import Refusal
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import NOTHING, Value
from connector.problems import Path, did_you_mean

_NOON: Final = time(12)
_LATER: Final = timedelta(days=366)
_AGES: Final = ("days_ago", "days_ahead")
_LONGEST: Final = 36_500


def test_moment(effective: datetime, timezone: ZoneInfo) -> datetime:
    """
    Return the instant at which the tests play: noon, a leap year after the agreement took effect.

    It is the same today and next year, so that no test begins to fail by itself, and late enough for every age.
    """
    day = effective.astimezone(timezone).date() + _LATER
    return datetime.combine(day, _NOON, timezone).astimezone(UTC)


def build_tests(draft: Draft, agreement: Agreement | None) -> tuple[Expectation, ...]:
    """Read every `[[tests]]`."""
    now = test_moment(agreement.effective, draft.timezone) if agreement is not None else draft.now
    names: dict[str, int] = {}
    tests = []
    for index, table in enumerate(draft.document.tests):
        path: Path = ("tests", index)
        if table.name in names:
            message = f'there is another test "{table.name}", number {names[table.name] + 1}.'
            draft.wrong((*path, "name"), message, "Give each its own name.")
        names.setdefault(table.name, index)
        tests.append(_expectation(draft, path, table, now))
    return tuple(tests)


def _expectation(draft: Draft, path: Path, table: TestTable, now: datetime) -> Expectation:
    """Read one `[[tests]]`."""
    scores = {*draft.score_names(), TOTAL}
    for name in table.scores:
        if name not in scores:
            hint = did_you_mean(name, scores) or f"Scores: {several(sorted(scores))}."
            draft.wrong((*path, "scores", name), f'no rule gives "{name}" points.', hint)
    if table.stage_for is not None and table.stage is None:
        draft.wrong((*path, "stage_for"), '"stage_for" says nothing without a stage.', 'Add stage = "lead".')
    values = {name: _value(draft, (*path, "person", name), raw, now) for name, raw in table.person.items()}
    return Expectation(
        name=table.name,
        fields=MappingProxyType({name: value for name, value in values.items() if value is not None}),
        engagements=tuple(
            _sample(draft, (*path, "engagements", index), one) for index, one in enumerate(table.engagements)
        ),
        stage=table.stage,
        expect=table.expect,
        scores=MappingProxyType(dict(table.scores)),
        index=int(str(path[1])),
        stage_for=table.stage_for or timedelta(0),
    )


def _value(draft: Draft, path: Path, raw: object, now: datetime) -> Value:
    """Read what a test says of one field."""
    name = str(path[-1])
    spec = draft.fields.get(name)
    if spec is None:
        hint = did_you_mean(name, draft.fields) or f"Fields: {several(draft.fields)}."
        draft.wrong(path, f'no field "{name}" is declared.', hint)
        return None
    if raw == "":
        return ""
    given = _moment(draft, path, spec, raw, now) if isinstance(raw, Mapping) else raw
    if isinstance(given, datetime | date | time):
        given = given.isoformat()
    read = converter(spec, MappingProxyType({}))(given)
    if isinstance(read, Refusal):
        draft.wrong(path, f"{found(raw)} does not fit {name}, which is of type {spec.type}.", _fitting(spec))
        return None
    return read


def _moment(draft: Draft, path: Path, spec: FieldSpec, raw: Mapping[str, Any], now: datetime) -> str | None:
    """Return the date or instant that lies so many days from the test's own."""
    days = next(iter(raw.values()), None)
    fits = spec.type in {FieldType.DATE, FieldType.INSTANT}
    number = isinstance(days, int | float) and not isinstance(days, bool) and 0 <= days <= _LONGEST
    if len(raw) != 1 or next(iter(raw)) not in _AGES or not number or not fits:
        draft.wrong(path, f"{found(raw)} does not fit {spec.name}, which is of type {spec.type}.", _fitting(spec))
        return None
    span = timedelta(days=float(days or 0))
    at = now - span if "days_ago" in raw else now + span
    return at.astimezone(draft.timezone).date().isoformat() if spec.type is FieldType.DATE else at.isoformat()


def _fitting(spec: FieldSpec) -> str:
    """Return how a value of the field is written in a test."""
    if spec.type is FieldType.CHOICE and spec.options:
        return f"Its options are {several(spec.options)}."
    return {
        FieldType.INTEGER: "Write a whole number without quotes.",
        FieldType.DECIMAL: "Write a number without quotes.",
        FieldType.BOOLEAN: "Write true or false, without quotes.",
        FieldType.DATE: "Write a date, { days_ago = 10 } or { days_ahead = 10 }.",
        FieldType.INSTANT: "Write an instant, { days_ago = 10 } or { days_ahead = 10 }.",
        FieldType.LIST: 'Write a list of texts: ["a", "b"].',
    }.get(spec.type, "Write a text in quotes.")


def _sample(draft: Draft, path: Path, table: SampleTable) -> SampleEngagement:
    """Read an engagement of a test; no age means that it happened just now."""
    known = draft.scope().engagements
    if table.type not in known:
        hint = did_you_mean(table.type, known) or f"Engagements: {several(sorted(known))}."
        draft.wrong((*path, "type"), f'no mapping gives engagement "{table.type}".', hint)
    attributes: dict[str, Value] = {}
    for name, raw in table.attributes.items():
        here = (*path, "attributes", name)
        if table.type in known and name not in known[table.type]:
            hint = did_you_mean(name, known[table.type]) or f"Attributes: {several(sorted(known[table.type]))}."
            draft.wrong(here, f'no mapping of {table.type} fills the attribute "{name}".', hint)
        if isinstance(raw, str | int | float):
            attributes[name] = raw
        else:
            draft.wrong(here, f"an attribute is a text or a number, not {found(raw)}.")
    if table.days_ago is not None and table.hours_ago is not None:
        draft.wrong(path, "days_ago and hours_ago are both given.", "Give one of them.")
    age = timedelta(days=table.days_ago or 0, hours=table.hours_ago or 0)
    return SampleEngagement(table.type, age, table.count, MappingProxyType(attributes) if attributes else NOTHING)
