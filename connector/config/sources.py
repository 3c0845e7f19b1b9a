"""
Where options come from: the TOML file, and above it the environment (`CONNECTOR_SECTION__KEY`, `…__KEY_FILE`).

pydantic-settings lays the sources over each other; both sources are ours, because a `_FILE` variable and a misspelt one
would otherwise be left out in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, Final, Literal, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from typing_extensions import override

from connector.config.declared import Place, shape_at, table_of
from connector.problems import Path, Problem, did_you_mean
from connector.secrets import Secret, from_file

PREFIX: Final = "CONNECTOR_"
PROCESS: Final = frozenset({"CONNECTOR_CONFIG", "CONNECTOR_LOG_LEVEL", "CONNECTOR_LOG_FORMAT"})
"""Variables that steer the process and are no options of the file."""
_FILE: Final = "_FILE"
_LEGACY_LINKS: Final = re.compile(r"CONNECTOR_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)")
"""What Kubernetes and old Docker links set for a service that happens to be called "connector"."""
_FLAGS: Final = frozenset({"true", "false"})
_OTHER_SIGNS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Environment:
    """
    What the environment says about options.

    Attributes:
        tables: Nested as in the file.
        origins: The variable behind each path.
        problems: What could not be understood.
    """

    tables: Mapping[str, Any]
    origins: Mapping[Path, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Override:
    """One variable that names an option."""

    variable: str
    path: Path
    place: Place
    by_file: bool


def environment(environ: Mapping[str, str], file: Mapping[str, Any], folder: FilePath) -> Environment:
    """
    Return what *environ* overrides.

    Args:
        environ: All variables of the process.
        file: The tables of the TOML file: they tell which systems there are, and of which kind.
        folder: Where relative paths of `_FILE` variables start.
    """
    tables: dict[str, Any] = {}
    origins: dict[Path, str] = {}
    problems: list[Problem] = []
    names = [
        name
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in PROCESS and not _LEGACY_LINKS.fullmatch(name)
    ]
    options = {variable(path): (path, place) for path, place in overridable(file)} if names else {}
    for name in names:
        found = _named(name, options)
        if found is None:
            problems.append(_unknown(name, options))
        elif found.path in origins:
            both = f"{origins[found.path]} and {name} are both set."
            problems.append(Problem(found.path, both, "Unset one of them.", file=_shown(name)))
        else:
            origins[found.path] = name
            try:
                _put(tables, found.path, _value(found, environ[name], folder))
            except PydanticCustomError as error:
                context = error.context or {}
                text, hint = str(context.get("message", error)), str(context.get("hint", ""))
                problems.append(Problem(found.path, text, hint, file=_shown(name)))
    return Environment(MappingProxyType(tables), MappingProxyType(origins), tuple(problems))


def merged(file: Mapping[str, Any], found: Environment) -> dict[str, Any]:
    """Return the tables of *file* with those of the environment laid over them."""

    class File(TomlConfigSettingsSource):
        """The file, which was read before so that its syntax errors have a place."""

        @override
        def _read_files(self, files: object, deep_merge: bool = False) -> dict[str, Any]:
            """Return the tables."""
            return dict(file)

    class Overrides(PydanticBaseSettingsSource):
        """The environment, understood before."""

        @override
        def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
            """Return nothing for one field: the tables come whole."""
            return None, field_name, False

        @override
        def __call__(self) -> dict[str, Any]:
            """Return the tables."""
            return dict(found.tables)

    class Gathered(BaseSettings):
        """All sections as they came; `Document` judges them."""

        model_config = SettingsConfigDict(extra="allow")

        @classmethod
        @override
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            """Return ours, the first wins."""
            return Overrides(settings_cls), File(settings_cls)

    return dict(Gathered().model_extra or {})


def variable(path: Path) -> str:
    """Return the variable that overrides the option at *path*."""
    return PREFIX + "__".join(_OTHER_SIGNS.sub("_", str(step).lower()).upper() for step in path)


def overridable(file: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Place]]:
    """Yield every option of the tables in *file* and of the declared sections that one variable can hold."""
    around = shape_at(path, file)
    node: Any = file
    for step in path:
        node = node.get(step, {}) if isinstance(node, Mapping) else {}
    if around is None:
        return
    named = [key for key in node if around.of(key) is around.others] if isinstance(node, Mapping) else []
    places = [(one.key, one) for one in around.places]
    if around.others is not None:
        places += [(key, around.others) for key in named]
    for key, place in places:
        here = (*path, key)
        if shape_at(here, file) is None and not _is_list_of_tables(place):
            yield here, place
        elif shape_at(here, file) is not None and not _is_open(place):
            yield from overridable(file, here)


def _is_list_of_tables(place: Place) -> bool:
    """Tell whether *place* holds tables one after another, which no variable can hold."""
    return get_origin(place.annotation) is list and any(
        table_of(one) is not None for one in getattr(place.annotation, "__args__", ())
    )


def _is_open(place: Place) -> bool:
    """Tell whether *place* is a criterion: a table that is judged elsewhere."""
    return get_origin(place.annotation) is dict and Any in getattr(place.annotation, "__args__", ())


_Options = Mapping[str, tuple[Path, Place]]


def _named(name: str, options: _Options) -> _Override | None:
    """Return the option that the variable *name* names, directly or by `_FILE`; None when it names none."""
    if name.upper() in options:
        path, place = options[name.upper()]
        return _Override(name, path, place, by_file=False)
    short = name.upper().removesuffix(_FILE)
    if name.upper().endswith(_FILE) and short in options:
        path, place = options[short]
        return _Override(name, path, place, by_file=True)
    return None


def _unknown(name: str, options: _Options) -> Problem:
    """Return the problem that *name* is no option, with the nearest that is."""
    hint = did_you_mean(name.upper(), [*options, *PROCESS]) or "Unset it: options are named CONNECTOR_SECTION__KEY."
    return Problem((), "no option has this name.", hint, file=_shown(name))


def _value(found: _Override, text: str, folder: FilePath) -> object:
    """Return what a variable says, in the type that its option has in a file."""
    if found.by_file:
        text = from_file(folder / text).reveal()
    if found.place.annotation is Secret:
        if not text.strip():
            raise PydanticCustomError(
                "option", "", {"message": "it is empty.", "hint": "Unset it, or give it a value."}
            )
        return Secret(text.strip())
    if found.place.annotation is str or get_origin(found.place.annotation) is Literal:
        return text
    written = text.strip()
    try:
        return tomllib.loads(f"value = {written.lower() if written.lower() in _FLAGS else written}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        return written


def _put(tables: dict[str, Any], path: Path, value: object) -> None:
    """Set *value* at *path*, making the tables on the way."""
    node = tables
    for step in path[:-1]:
        node = node.setdefault(str(step), {})
    node[str(path[-1])] = value


def _shown(name: str) -> str:
    """Return how a variable is called as the place of a problem."""
    return f"environment variable {name}"
