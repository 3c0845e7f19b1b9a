"""
From a TOML file and the environment to a `Config`, or to every problem at once, each with its place.

The passes: bytes to tables, environment over them, shape of the options, then builders (fields, mappings, systems,
agreement, tasks, tests) and the checks between sections. Each goes on after what the one before found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, Final

from connector.agreement import Expectation
from connector.config import text
from connector.config.agreement import build_agreement
from connector.config.checks import CHECKS
from connector.config.draft import Draft
from connector.config.expectations import build_tests
from connector.config.mapping import build_fields, build_mappings
from connector.config.mapping_models import ObjectTable
from connector.config.models import Document
from connector.config.nouns import Config, Delivery, Log
from connector.config.playbooks import build_owners, build_playbooks
from connector.config.positions import Positions
from connector.config.reading import Sheet
from connector.config.redaction import shown_lines, without_password
from connector.config.render import as_json, render
from connector.config.sections import brakes_of, build_timezone, first_sync_of, hours_of, store_url_of
from connector.config.sending import name_owners
from connector.config.sources import Environment, environment, merged
from connector.config.systems import build_home, build_kinds, build_systems
from connector.config.web import web_of
from connector.problems import ConfigurationInvalid, Path, Problem
from connector.secrets import ENVIRON, FOLDER

_ENGAGEMENT: Final = "engagement"

__all__ = ["Loaded", "as_json", "load", "load_or_raise", "locate", "render"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    What came of a file.

    Attributes:
        config: None when there is any problem that is not a warning.
        problems: Warnings included, in the order of the file.
        facts: One line on what was found, for people.
        lines: The file's lines, for `render`; what may be a secret is dotted out.
    """

    config: Config | None
    problems: tuple[Problem, ...]
    facts: str
    lines: tuple[str, ...] = ()


def load(path: FilePath, environ: Mapping[str, str], now: datetime | None = None) -> Loaded:
    """
    Return the configuration at *path* with the overrides in *environ*; never raises.

    Args:
        path: The file; what it names by relative paths starts at its folder.
        environ: Variables of the process, also those that secrets are referred to by.
        now: Instant against which "still to come" is judged; this machine's when left out.
    """
    source = text.read(path)
    if source.problems:
        return _refused(path, source)
    folder = path.parent
    overrides = environment(environ, source.tables, folder)
    sheet = Sheet.of(merged(source.tables, overrides))
    for problem in source.strange:
        sheet.replace(problem, 0)
    _refuse_password(source.tables, sheet)
    for problem in overrides.problems:
        sheet.note(problem)
    document = sheet.read(Document, (), {ENVIRON: environ, FOLDER: folder})
    config = None
    if document is not None:
        draft = Draft(sheet, document, folder, now or datetime.now(UTC))
        config = _built(draft, path, environ)
    positions = Positions(source.text)
    problems = _located(sheet.problems, path, positions, overrides)
    broken = any(not one.warning for one in problems)
    facts = _facts(path, sheet.given)
    return Loaded(None if broken else config, problems, facts, shown_lines(source.text, source.tables))


def _refuse_password(tables: Mapping[str, Any], sheet: Sheet) -> None:
    """Refuse a password that stands in the file itself: who reads the agreement need not reach the database."""
    store = tables.get("store")
    url = store.get("url") if isinstance(store, Mapping) else None
    if isinstance(url, str) and without_password(url) != url:
        hint = 'Take it out here and write password = { file = "/run/secrets/database" } below it.'
        sheet.note(Problem(("store", "url"), "a password stands in the address of the database.", hint))


def load_or_raise(path: FilePath, environ: Mapping[str, str]) -> Config:
    """
    Return the configuration at *path*.

    Raises:
        ConfigurationInvalid: It has problems; they are located, warnings are left out.
    """
    loaded = load(path, environ)
    if loaded.config is None:
        raise ConfigurationInvalid(one for one in loaded.problems if not one.warning)
    return loaded.config


def locate(problems: tuple[Problem, ...], path: FilePath) -> tuple[Problem, ...]:
    """Return *problems*, found after loading, with their places in the file at *path*."""
    nothing = Environment(MappingProxyType({}), MappingProxyType({}), ())
    return _located(list(problems), path, Positions(text.read(path).text), nothing)


def _refused(path: FilePath, source: text.Source) -> Loaded:
    """Return what comes of a file whose options cannot be looked at."""
    positions = Positions(source.text) if source.tables else None
    problems = tuple(
        _placed(one, path, positions) if one.path else replace(one, file=path.name) for one in source.problems
    )
    lines = shown_lines(source.text, source.tables)
    return Loaded(None, problems, f"{path.name}: nothing could be read.", lines)


def _built(draft: Draft, path: FilePath, environ: Mapping[str, str]) -> Config | None:
    """Run the builders and checks in the order in which they need each other."""
    build_timezone(draft)
    build_fields(draft)
    build_kinds(draft)
    build_mappings(draft)
    build_home(draft)
    build_systems(draft, environ)
    build_owners(draft)
    build_agreement(draft)
    build_playbooks(draft)
    name_owners(draft)
    tests = build_tests(draft, draft.agreement)
    config = _config(draft, path, tests)
    for check in CHECKS:
        check(draft)
    return config


def _config(draft: Draft, path: FilePath, tests: tuple[Expectation, ...]) -> Config | None:
    """Return everything that was built; None when a whole section is missing."""
    document = draft.document
    hours = hours_of(draft)
    url = store_url_of(draft)
    web = web_of(draft)
    if draft.home is None or draft.agreement is None or draft.owners is None:
        return None
    return Config(
        path=path,
        timezone=draft.timezone,
        language=document.language,
        hours=hours,
        store_url=url,
        every=document.schedule.every,
        systems=MappingProxyType(draft.systems),
        home=draft.home,
        fields=MappingProxyType(draft.fields),
        mappings=MappingProxyType(draft.mappings),
        agreement=draft.agreement,
        playbooks=draft.playbooks,
        owners=draft.owners,
        first_sync=first_sync_of(draft),
        brakes=brakes_of(draft),
        delivery=Delivery(document.delivery.quiet, document.delivery.workers),
        tests=tests,
        web=web,
        log=Log(document.log.level, document.log.format, document.log.personal_data),
    )


def _located(
    problems: list[Problem], path: FilePath, positions: Positions, overrides: Environment
) -> tuple[Problem, ...]:
    """Return *problems* with file, line and column, those of the file first and in its order."""
    placed = []
    for found in problems:
        one = replace(found, message=without_password(found.message))
        if one.file:
            placed.append(one)
            continue
        variable = _origin(one.path, overrides.origins)
        shown = f"environment variable {variable}" if variable else ""
        placed.append(replace(one, file=shown) if variable else _placed(one, path, positions))
    return tuple(sorted(placed, key=lambda one: (not one.line, one.line, one.column)))


def _origin(path: Path, origins: Mapping[Path, str]) -> str:
    """Return the variable that *path* came from; empty when it came from the file."""
    return next((origins[path[:end]] for end in range(len(path), 0, -1) if path[:end] in origins), "")


def _placed(problem: Problem, path: FilePath, positions: Positions | None) -> Problem:
    """Return *problem* with its place in the file; what is nowhere in it stands at its beginning."""
    span = positions.find(problem.path) if positions is not None else None
    line, column = (span.line, span.column) if span is not None else (1, 1)
    return replace(problem, file=path.name, line=line, column=column)


def _facts(path: FilePath, raw: Mapping[str, Any]) -> str:
    """Return one line on what stands in the tables *raw*, whether they are right or not."""
    systems = list(_table(raw, "systems"))
    objects = [one for mapping in _table(raw, "mapping").values() for key, one in _parts(mapping) if key != _ENGAGEMENT]
    columns = sum(key not in ObjectTable.model_fields for one in objects for key, _ in _parts(one))
    sources = sum(_count(mapping, _ENGAGEMENT) for mapping in _table(raw, "mapping").values())
    agreement = _table(raw, "agreement")
    counted = (
        (len(systems), f"system ({', '.join(systems)})", f"systems ({', '.join(systems)})"),
        (columns, "mapped field", "mapped fields"),
        (sources, "source of engagement", "sources of engagement"),
        (_count(agreement, "rule"), "rule", "rules"),
        (_count(raw, "task"), "task", "tasks"),
        (_count(raw, "tests"), "test", "tests"),
    )
    found = ", ".join(f"{count} {one if count == 1 else several}" for count, one, several in counted)
    return f"{path.name}: {found}, agreement {agreement.get('version', 'without a version')}."


def _table(raw: object, key: str) -> Mapping[str, Any]:
    """Return the table at *key*; an empty one where there is none."""
    found = raw.get(key) if isinstance(raw, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _parts(raw: object) -> Iterable[tuple[str, Any]]:
    """Return the entries of a table; none of anything else."""
    return raw.items() if isinstance(raw, Mapping) else ()


def _count(raw: object, key: str) -> int:
    """Return how many tables stand at *key*."""
    found = raw.get(key) if isinstance(raw, Mapping) else None
    return len(found) if isinstance(found, list) else 0
