"""
From raw tables to models, with every problem of shape and not only those before the first broken section.

What is wrong is noted and then *mended* for the rest of the pass (the default, else the declared example stands in), so
that everything else can still be checked; the mended configuration is never used.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.config.declared import Place, Shape, place_at, shape, shape_at, table_of
from connector.config.sentences import nearest, sentence
from connector.problems import Path, Problem

Model = TypeVar("Model", bound=BaseModel)
_ROUNDS: Final = 8


@dataclass(slots=True)
class Sheet:
    """
    A document under inspection.

    Attributes:
        raw: The merged tables; mended as problems are found.
        problems: All that were found, in the order of finding.
        mended: Paths at which something stands in for what was wrong; problems at or below them are consequences.
        given: The tables as they were before any mending.
    """

    raw: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    mended: set[Path] = field(default_factory=set)
    given: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Sheet:
        """Return a sheet for *raw*, which stays as it is."""
        return cls(copy.deepcopy(dict(raw)), given=raw)

    def note(self, problem: Problem) -> None:
        """Keep *problem* unless it is a consequence of one that was mended, or is there already."""
        if any(problem.path[: len(path)] == path for path in self.mended):
            return
        if problem not in self.problems:
            self.problems.append(problem)

    def replace(self, problem: Problem, value: object) -> None:
        """Keep *problem* and let *value* stand in for what it is about, unless something was laid over that."""
        self.note(problem)
        self.mended.add(problem.path)
        try:
            _put(self.raw, problem.path, value)
        except (KeyError, IndexError, TypeError):
            self.mended.discard(problem.path)

    def read(
        self, model: type[Model], base: Path, context: Mapping[str, object], without: frozenset[str] = frozenset()
    ) -> Model | None:
        """
        Return what stands at *base* as a *model*; None only when it cannot even be mended.

        Args:
            model: The options.
            base: Where its table stands; () for the document itself.
            context: Validation context: where secrets are looked up.
            without: Keys of the table that belong to somebody else.
        """
        for _ in range(_ROUNDS):
            table = _at(self.raw, base)
            try:
                return model.model_validate(
                    {key: value for key, value in table.items() if key not in without}, context=dict(context)
                )
            except ValidationError as error:
                found = error.errors(include_url=False)
            mends: dict[Path, ErrorDetails] = {
                (*base, *_real(one["loc"], _at(self.raw, base))): one for one in reversed(found)
            }
            shapes = {path: _shape(path, model, base, self.raw) for path in mends}
            meant = {
                (*path[:-1], nearest(path, shapes[path]))
                for path, one in mends.items()
                if one["type"] == "extra_forbidden"
            }
            for path, one in reversed(mends.items()):
                # A misspelt key is told once, not also as the one that is missing.
                if one["type"] != "missing" or path not in meant:
                    self.note(Problem(path, *sentence(one, path, shapes[path], self._place(path, shapes[path]))))
            for path, one in mends.items():
                self._mend(path, one, model, base)
        return None

    def _place(self, path: Path, around: Shape | None) -> Place | None:
        """Return the option that *path* is about; for an entry of a list that is the list."""
        if around is not None and path and isinstance(path[-1], str):
            return around.of(path[-1])
        names = path[:-1] if path and isinstance(path[-1], int) else ()
        return place_at(names, self.raw) if names else None

    def _mend(self, path: Path, error: ErrorDetails, model: type[BaseModel], base: Path) -> None:
        """Put something right where *error* was: nothing, the default's absence, or the declared example."""
        self.mended.add(path)
        if len(path) <= len(base):
            _put(self.raw, path, {})
            return
        if error["type"] == "extra_forbidden":
            _drop(self.raw, path)
            return
        around = _shape(path, model, base, self.raw)
        place = around.of(str(path[-1])) if around is not None and isinstance(path[-1], str) else None
        if place is None:
            self._mend_entry(path, error, model, base)
        elif place.required:
            example = place.declared.value()
            _put(self.raw, path, copy.deepcopy(example) if example is not None else _sample(place.annotation))
        else:
            _drop(self.raw, path)

    def _mend_entry(self, path: Path, error: ErrorDetails, model: type[BaseModel], base: Path) -> None:
        """Mend an entry of a list: a table keeps its position, anything else takes the whole list with it."""
        around = shape_at(path, self.raw) if not base else None
        if around is not None and isinstance(path[-1], int):
            _put(self.raw, path, _required(around))
        else:
            self._mend(path[:-1], error, model, base)


def _shape(path: Path, model: type[BaseModel], base: Path, raw: Mapping[str, Any]) -> Shape | None:
    """Return the shape of the table around *path*."""
    return shape(model) if base and len(path) == len(base) + 1 else shape_at(path[:-1], raw)


def _sample(annotation: object) -> object:
    """Return the least that validates as *annotation*."""
    around = shape(annotation)
    return _required(around) if around is not None and table_of(annotation) is not None else {}


def _required(around: Shape) -> dict[str, object]:
    """Return a table with the examples of what it requires."""
    return {one.key: copy.deepcopy(one.declared.value()) for one in around.places if one.required}


def _real(loc: tuple[str | int, ...], raw: object) -> Path:
    """Return *loc* without the steps that pydantic took inside values which the file writes shorter."""
    path: Path = ()
    node = raw
    for position, step in enumerate(loc):
        if isinstance(node, Mapping) and isinstance(step, str):
            path = (*path, step)
            node = node.get(step) if step in node or position + 1 < len(loc) else None
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            path = (*path, step)
            node = node[step]
    return path


def _at(raw: object, path: Path) -> Any:  # noqa: ANN401 - whatever the admin wrote
    """Return what stands at *path*."""
    node: Any = raw
    for step in path:
        node = node[step]
    return node


def _put(raw: object, path: Path, value: object) -> None:
    """Set *value* at *path*; what is around it exists."""
    if path:
        _at(raw, path[:-1])[path[-1]] = value


def _drop(raw: object, path: Path) -> None:
    """Take away what stands at *path*."""
    around = _at(raw, path[:-1])
    if isinstance(around, dict):
        around.pop(path[-1], None)
