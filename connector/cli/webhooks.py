"""`connector webhook`: what a payload would become, and a sample sent to the daemon as its sender would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from connector.adapters import registry
from connector.adapters.incoming import Arrived
from connector.assemble import wall_clock
from connector.cli.exits import Exit
from connector.cli.say import data, err, out, settled, told
from connector.cli.tables import one_line
from connector.config.nouns import Config
from connector.mapping.compiled import Mapped
from connector.mapping.envelopes import Unreadable, events_in
from connector.mapping.paths import plain
from connector.mapping.payloads import Part, PayloadReader
from connector.mapping.queries import query
from connector.mapping.spec import EngagementMapping, SystemMapping
from connector.model import PERSON
from connector.problems import did_you_mean

FORM: Final = "application/x-www-form-urlencoded"
_TYPES: Final[Mapping[str, str]] = MappingProxyType({".form": FORM, ".xml": "text/xml; charset=utf-8"})
"""Content types by the ending of a sample's name; JSON is all else."""
_SAMPLE: Final = "sample"


@dataclass(frozen=True, slots=True)
class Sample:
    """
    A payload from a file, and how it is to be taken.

    Attributes:
        body: The bytes of the file.
        content_type: As the sender would name it; by the name of the file where nothing was said.
        headers: By lower-case name.
    """

    body: bytes
    content_type: str
    headers: Mapping[str, str]


@told
def test(file: Path | None, name: str, payload: Path, options: Sequence[str], *, as_json: bool) -> Exit:
    """Show what a payload would become; nothing is stored and nobody is asked."""
    config = settled(file, online=False)
    sample = sample_of(payload, options)
    if sample is None or not is_known(config, name):
        return Exit.USAGE
    if config.mappings[name].payloads:
        return _show_payload(config, name, sample, as_json=as_json)
    return _show_hints(config, name, sample, as_json=as_json)


def is_known(config: Config, name: str) -> bool:
    """Tell whether a system of this name is configured; if not, say which there are."""
    if name in config.systems:
        return True
    known = ", ".join(config.systems)
    err(f'no system "{name}" is configured. {did_you_mean(name, config.systems) or f"Systems: {known}."}')
    return False


def sample_of(payload: Path, options: Sequence[str]) -> Sample | None:
    """Return the sample in a file with the headers given as `Name: value`; None, and a sentence, when it cannot be."""
    try:
        body = payload.read_bytes()
    except OSError as error:
        err(f"{payload}: {error.strerror or error}")
        return None
    headers: dict[str, str] = {}
    for option in options:
        key, colon, value = option.partition(":")
        if not colon or not key.strip():
            err(f'--header "{option}": write a name, a colon and a value: --header "ce-type: example.booked"')
            return None
        headers[key.strip().lower()] = value.strip()
    guessed = _TYPES.get(payload.suffix, "application/json")
    return Sample(body, headers.pop("content-type", guessed), headers)


def _show_hints(config: Config, name: str, sample: Sample, *, as_json: bool) -> Exit:
    """Show which rows of a CRM its own notification would have us read again."""
    system = config.systems[name]
    making = getattr(registry.module(system.kind), "incoming", None)
    incoming = making(name, system.options, config.mappings[name], config.fields, "") if making is not None else None
    if incoming is None:
        err(f"{name} is not set up to send anything by itself; [systems.{name}] says nothing to verify it with.")
        return Exit.FAILED
    asked = incoming.asked_for(sample.body, sample.content_type, sample.headers)
    read = incoming.read(Arrived(_SAMPLE, sample.body, sample.content_type, wall_clock(), sample.headers))
    if as_json:
        data({
            "asked_for": asked,
            "read_again": [f"{ref.object}:{ref.id}" for ref in read.hints],
            "forgotten": [f"{ref.object}:{ref.id}" for ref in read.forget],
            "problems": list(read.problems),
        })
    else:
        for ref in read.hints:
            out(f"read again  {ref.object} {ref.id}")
        for ref in read.forget:
            out(f"forgotten   {ref.object} {ref.id}")
        for sentence in read.problems:
            out(f"put aside: {one_line(sentence)}")
        if not asked:
            out("not asked for: it is counted and answered, and nothing is stored")
    return Exit.REJECTED if read.problems else Exit.DONE


def _show_payload(config: Config, name: str, sample: Sample, *, as_json: bool) -> Exit:
    """Show what the mapping makes of a payload, event by event."""
    reader = PayloadReader(config.mappings[name], config.fields)
    arrived = Arrived(_SAMPLE, sample.body, sample.content_type, wall_clock(), sample.headers)
    try:
        events = events_in(sample.body, sample.content_type, sample.headers)
        parts = reader.parts(arrived)
    except Unreadable as problem:
        data({"asked_for": True, "events": [], "problems": [str(problem)]}) if as_json else out(f"put aside: {problem}")
        return Exit.REJECTED
    told_of = [[part for part in parts if part.event == place] for place in range(1, len(events) + 1)]
    rows = [
        {"event": place, "says": [_part(reader, part) for part in those]}
        | ({} if those else {"not_asked_for": list(_why_not(config.mappings[name], events[place - 1].body))})
        for place, those in enumerate(told_of, 1)
    ]
    problems = list(reader.read(arrived).problems)
    if as_json:
        data({"asked_for": any(told_of), "events": rows, "problems": problems})
    else:
        _print_events(rows, problems)
    return Exit.REJECTED if problems else Exit.DONE


def _part(reader: PayloadReader, part: Part) -> dict[str, object]:
    """Return one thing that an event says, as facts."""
    found: dict[str, object] = {}
    if part.named:
        found["person"] = {key: value for key, value in (("id", part.named.id), ("email", part.named.email)) if value}
    for record in part.records:
        found |= _row(reader.rows.take(record, {}, record.modified_at))
    if part.mapping is not None:
        found["mapping"] = part.mapping.index + 1
        if part.mapping.withdraws:
            found["takes_back"] = part.mapping.type
    if part.problems:
        found["problems"] = list(part.problems)
    return found


def _row(mapped: Mapped) -> dict[str, object]:
    """Return what one row would come to, as facts."""
    found: dict[str, object] = {}
    if mapped.told is not None and mapped.told.values:
        found |= {"fields": dict(mapped.told.values), "as_of": mapped.told.at}
    if mapped.told is not None and mapped.told.speaks_of_stage:
        found["stage"] = mapped.told.raw_stage
    others = [f"{ref.system} {ref.object} {ref.id}" for ref in mapped.reading.twins if ref.object != PERSON]
    if others:
        found["same_as"] = others
    for one in mapped.happenings.new:
        found |= {"engagement": one.type, "at": one.at, "attributes": dict(one.attributes)}
    return found


def _why_not(mapping: SystemMapping, body: Mapping[str, object]) -> Iterator[str]:
    """Yield why none of the mappings asks for an event."""
    for one in mapping.engagements:
        yield f'engagement {one.index + 1} ("{one.type}"): {_missed(one, body)}'
    if mapping.of(PERSON) is not None:
        yield "person: it names nobody, or says nothing of them that is mapped"


def _missed(mapping: EngagementMapping, body: Mapping[str, object]) -> str:
    """Return what an event lacks for a mapping."""
    if mapping.each:
        found = query(mapping.each)(dict(body))
        return f'nothing that "{mapping.each}" finds fits' if found else f'"{mapping.each}" finds nothing'
    for when in mapping.when:
        value = query(when.path)(dict(body))
        shown = plain(value) if not isinstance(value, list) else f"a list of {len(value)}"
        here = f'"{when.path}" is {f"{chr(34)}{shown}{chr(34)}" if shown is not None else "not there"}'
        if when.equals and shown not in when.equals:
            return f"{here}; asked for: {' or '.join(when.equals)}"
        if when.differs and shown in when.differs:
            return f"{here}, which is not asked for"
        if when.is_set is not None and (shown is not None) is not when.is_set:
            return here
    return "its conditions do not hold together"


def _print_events(rows: Sequence[Mapping[str, object]], problems: Sequence[str]) -> None:
    """Print what each event would become."""
    for row in rows:
        out(f"event {row['event']}")
        says = row["says"]
        for part in says if isinstance(says, list) else ():
            for line in _lines(part):
                out(f"  {one_line(line)}")
        reasons = row.get("not_asked_for")
        if isinstance(reasons, list):
            out("  not asked for: it is counted and answered, and nothing is stored")
            for reason in reasons:
                out(f"    {one_line(reason)}")
    if not rows:
        out("the body holds no event")
    for sentence in problems:
        out(f"put aside: {one_line(sentence)}")


def _lines(part: Mapping[str, object]) -> Iterator[str]:
    """Yield one thing that an event says, in words."""
    if "engagement" in part:
        at = part["at"]
        yield f"engagement  {part['engagement']} at {getattr(at, 'isoformat', str)()}{_pairs(part['attributes'])}"
    if "takes_back" in part:
        yield f"takes back  {part['takes_back']}"
    person = part.get("person")
    if isinstance(person, dict):
        yield "  person    " + " and ".join(f"{key} {value}" for key, value in person.items())
    if "fields" in part:
        yield f"  fields    {_pairs(part['fields']).removeprefix(': ')}"
    if "stage" in part:
        yield f"  stage     {part['stage'] or '(none)'}"
    others = part.get("same_as")
    if isinstance(others, list):
        yield f"  same as   {', '.join(others)}"


def _pairs(found: object) -> str:
    """Return names and values in a row."""
    if not isinstance(found, dict) or not found:
        return ""
    return ": " + ", ".join(f"{name} = {'(empty)' if value is None else value}" for name, value in found.items())
