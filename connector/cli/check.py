"""`connector init`, `validate`, `test` and `setup`: before anything is written to a CRM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from connector.adapters.base import AdapterDown, Reaching, Schema
from connector.assemble import connected
from connector.cli.exits import DOWN, Exit
from connector.cli.say import counted, data, down_sentence, err, out, place, read, settled, told
from connector.config.load import Loaded, render
from connector.config.load import as_json as as_json_of
from connector.config.nouns import Config
from connector.config.online import check_online
from connector.config.schema import schema
from connector.config.template import template
from connector.decide import Judge
from connector.owners import known_as
from connector.problems import Problem
from connector.selftest import run_tests

SCHEMA_FILE: Final = "connector.schema.json"
_OWNERS_SHOWN: Final = 8
_TIERS: Final[Mapping[str, str]] = {
    "A": "the CRM itself refuses a second task with the same key.",
    "B": "a task is looked for at its contact before it is made.",
}


@told
def init(path: Path, crm: str, *, force: bool) -> Exit:
    """Write a configuration to begin with, and the schema beside it."""
    if path.exists() and not force:
        err(f"{path} is there already; --force overwrites it")
        return Exit.USAGE
    try:
        text = template(crm)
    except KeyError as unknown:
        err(f"--crm {crm}: {unknown.args[0]}")
        return Exit.USAGE
    path.write_text(text, encoding="utf-8")
    beside = path.with_name(SCHEMA_FILE)
    beside.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    out(f"wrote {path} and {beside}; next: connector validate {path}")
    return Exit.DONE


@told
def validate(file: Path | None, *, online: bool, as_json: bool) -> Exit:
    """Print every problem of the configuration, and with *online* those that only the CRM knows."""
    loaded = read(file)
    problems = list(loaded.problems)
    notes: list[str] = []
    code = Exit.DONE
    if online and loaded.config is not None:
        found, notes, code = _online(loaded.config)
        problems += found
    errors = [one for one in problems if not one.warning]
    if as_json:
        data({
            "file": str(place(file)),
            "valid": not errors,
            "problems": [{**as_json_of(one), "warning": one.warning} for one in problems],
            "facts": loaded.facts,
            "online": notes,
        })
    else:
        for one in problems:
            err(("warning: " if one.warning else "") + render(one, loaded.lines))
        if loaded.facts:
            out(loaded.facts)
        for note in notes:
            out(note)
        out(_verdict(loaded, len(errors), len(problems) - len(errors), code))
    return Exit.CONFIG if errors else code


def _verdict(loaded: Loaded, errors: int, warnings: int, code: Exit) -> str:
    """Return the last line."""
    if errors or loaded.config is None:
        return counted(errors, "problem")
    also = f", {counted(warnings, 'warning')}" if warnings else ""
    unasked = "" if code == Exit.DONE else " as far as the file can tell; the CRM could not be asked"
    return f"valid{unasked}{also}"


def _online(config: Config) -> tuple[tuple[Problem, ...], list[str], Exit]:
    """Ask every CRM; return problems, what was found, and the exit code when one cannot be reached."""
    adapters, _ = connected(config)
    schemas: dict[str, Schema] = {}
    code = Exit.DONE
    for name, adapter in adapters.items():
        try:
            schemas[name] = adapter.describe()
            reaching: object = adapter
            if isinstance(reaching, Reaching):
                reaching.reaches()
        except AdapterDown as down:
            err(down_sentence(name, down))
            code = DOWN.get(down.kind, Exit.UNREACHABLE)
    notes = [line for name, found in schemas.items() for line in _found(config, name, found)]
    return check_online(config, schemas), notes, code


def _found(config: Config, name: str, found: Schema) -> list[str]:
    """Return what one CRM offers, in short lines."""
    fields = ", ".join(f"{len(each):,} of {kind}" for kind, each in found.fields.items() if each)
    active = [known_as(one) for one in found.owners if one.active and known_as(one)]
    more = f" and {len(active) - _OWNERS_SHOWN:,} more" if len(active) > _OWNERS_SHOWN else ""
    scopes = f"missing: {', '.join(found.missing_scopes)}" if found.missing_scopes else "all that are needed"
    lines = [
        f"{name}: portal {found.portal or 'unknown'}",
        f"  fields    {fields}",
        f"  owners    {counted(len(active), 'active one')}: {', '.join(sorted(active)[:_OWNERS_SHOWN]) or '-'}{more}",
        f"  scopes    {scopes}",
    ]
    if name == config.home.tasks:
        tier = _TIERS.get(found.task_tier, "")
        lines.append(f"  task key  tier {found.task_tier}: {tier} {found.tier_hint}".rstrip())
    if found.budget:
        lines.append(f"  API       {found.budget}")
    return lines


@told
def test(file: Path | None, *, as_json: bool) -> Exit:
    """Run the admin's own tests."""
    config = settled(file, online=False)
    judge = Judge(config.agreement, config.playbooks, config.fields, config.timezone)
    results = run_tests(config, judge)
    failed = [one for one in results if not one.passed]
    if as_json:
        data([{"name": one.name, "passed": one.passed, "message": one.message} for one in results])
    else:
        for one in results:
            out(
                f"{'ok    ' if one.passed else 'FAILED'} {one.name}"
                + (f"\n       {one.message}" if one.message else "")
            )
        out(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return Exit.FAILED if failed else Exit.DONE


@told
def setup(file: Path | None, *, yes: bool) -> Exit:
    """List, and with *yes* create, the fields of our own that the CRM lacks."""
    config = settled(file)
    adapters, _ = connected(config)
    lines: Sequence[str] = [
        f"{name}: {line}" for name, adapter in adapters.items() for line in adapter.prepare(dry=not yes)
    ]
    for line in lines:
        out(line)
    if not lines:
        out("nothing to create, every field is there")
    elif not yes:
        err("nothing was created; connector setup --yes creates what it may")
    return Exit.DONE
