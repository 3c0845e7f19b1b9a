"""What the declarations say: which options there are, where, and of which type; walked, never repeated."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Union, cast, get_args, get_origin

from pydantic.fields import FieldInfo

from connector.adapters import registry
from connector.config.models import Document, SystemTable
from connector.options import Declared, Table, declared
from connector.problems import Path

SYSTEMS: Final = "systems"
_ENTRY: Final = "NAME"


@dataclass(frozen=True, slots=True)
class Place:
    """
    One option of one table.

    Attributes:
        key: As it stands in the file.
        annotation: Its type, without what may be None.
        declared: Sentence, example, unit.
        field: Pydantic's view; None for a key that the admin names.
    """

    key: str
    annotation: object
    declared: Declared
    field: FieldInfo | None = None

    @property
    def required(self) -> bool:
        """Tell whether the admin has to say it."""
        return self.field is not None and self.field.is_required()


@dataclass(frozen=True, slots=True)
class Shape:
    """
    What may stand in a table.

    Attributes:
        places: The declared options, in order.
        others: What any further key must be; None when there are no further keys.
        open: Whether further keys are judged elsewhere (the options of an adapter).
    """

    places: tuple[Place, ...] = ()
    others: Place | None = None
    open: bool = False

    def of(self, key: str) -> Place | None:
        """Return the option *key*, or what stands for every further key."""
        return next((one for one in self.places if one.key == key), self.others)


def bare(annotation: object) -> object:
    """Return *annotation* without `Annotated` and without None."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, types.UnionType} and type(None) in get_args(annotation):
            rest = [one for one in get_args(annotation) if one is not type(None)]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation


def table_of(annotation: object) -> type[Table] | None:
    """Return the model when *annotation* is a table."""
    found = bare(annotation)
    return found if isinstance(found, type) and issubclass(found, Table) else None


def items_of(annotation: object) -> object | None:
    """Return the type of the entries when *annotation* is a list."""
    found = bare(annotation)
    return get_args(found)[0] if get_origin(found) in {list, tuple} and get_args(found) else None


def entries_of(annotation: object) -> object | None:
    """Return the type of the values when *annotation* is a table whose keys the admin names."""
    found = bare(annotation)
    return get_args(found)[1] if get_origin(found) is dict else None


def shape(annotation: object) -> Shape | None:
    """Return what may stand in a table of type *annotation*; None when it is no table."""
    model = table_of(annotation)
    if model is not None:
        places = tuple(
            Place(field.alias or name, bare(field.annotation), declared(field), field)
            for name, field in model.model_fields.items()
        )
        others = cast("tuple[str, object, Declared] | None", getattr(model, "OTHERS", None))
        further = Place(others[0], others[1], others[2]) if others else None
        return Shape(places, further, open=model is SystemTable)
    value = entries_of(annotation)
    return None if value is None else Shape(others=Place(_ENTRY, value, Declared("")), open=value is Any)


def options_of(kind: object) -> type[Table] | None:
    """Return the options model of *kind*; None when there is no such kind."""
    if not isinstance(kind, str) or kind not in registry.kinds():
        return None
    return cast("type[Table]", registry.module(kind).Options)


def shape_at(path: Path, raw: Mapping[str, object]) -> Shape | None:
    """Return what may stand in the table at *path* of the document *raw*; None when no table may stand there."""
    annotation: object = Document
    for step in path:
        if isinstance(step, int):
            annotation = items_of(annotation) or annotation
            continue
        around = shape(annotation)
        place = around.of(step) if around is not None else None
        if place is None:
            return None
        annotation = place.annotation
    found = shape(annotation)
    if found is None or table_of(annotation) is not SystemTable:
        return found
    systems = raw.get(SYSTEMS)
    system = systems.get(path[1]) if isinstance(systems, Mapping) and len(path) > 1 else None
    model = options_of(system.get("kind")) if isinstance(system, Mapping) else None
    more = shape(model) if model is not None else None
    return Shape((*found.places, *(more.places if more else ())), open=more is None)


def place_at(path: Path, raw: Mapping[str, object]) -> Place | None:
    """Return the option that *path* of the document *raw* names; None when it names none."""
    steps = [step for step in path if isinstance(step, str)]
    if not steps or not isinstance(path[-1], str):
        return None
    around = shape_at(path[:-1], raw)
    return around.of(steps[-1]) if around is not None else None


def every(annotation: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Yield each option below *annotation* with its path; keys that the admin names stand in capitals."""
    around = shape(annotation)
    if around is None:
        return
    further = (around.others,) if around.others is not None else ()
    for place in (*around.places, *further):
        here = (*path, place.key)
        yield here, place
        inner = items_of(place.annotation)
        yield from every(inner if inner is not None else place.annotation, here)
