"""From the conditions of a query to SQL, with Salesforce's meaning of case, emptiness and days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from connector.sandbox.instants import instant, millis
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.schema import ID_TYPES, Field
from connector.sandbox.salesforce.soql.errors import (
    located,
    malformed,
    not_in_call,
    unexpected,
    unsupported,
    wrong_value,
)
from connector.sandbox.salesforce.soql.literals import span
from connector.sandbox.salesforce.soql.names import Context, Scope
from connector.sandbox.salesforce.soql.nodes import (
    Call,
    Comparison,
    Condition,
    Junction,
    Membership,
    Not,
    Path,
    Query,
    Value,
    ValueKind,
)
from connector.sandbox.salesforce.stored import Stored

Operand = tuple[Field, str]
"""What is compared: its definition and its SQL."""
DEEPEST: Final = 200
"""Conditions in one chain; longer ones are nested, since SQLite bounds the depth of its trees."""
MOST_SEMI_JOINS: Final = 2
LITERALS: Final = {
    "boolean": ValueKind.BOOLEAN,
    "int": ValueKind.NUMBER,
    "double": ValueKind.NUMBER,
    "date": ValueKind.DATE,
    "dateTime": ValueKind.DATETIME,
}
WORDS: Final = {"datetime": "dateTime", "currency": "double", "percent": "double", "id": "id", "reference": "id"}


class Conditions:
    """Writes the conditions of one scope; *operand* resolves what is compared (aggregates in HAVING)."""

    def __init__(self, scope: Scope, operand: Callable[[Path | Call], Operand] | None = None) -> None:
        """Compare fields of *scope* unless told otherwise."""
        self.scope = scope
        self.context: Context = scope.context
        self.operand = operand or self._of_field

    def _of_field(self, what: Path | Call) -> Operand:
        """Return the field that is compared; a long text cannot be."""
        if isinstance(what, Call):
            raise unsupported(f"{what.name}() in WHERE")
        found = self.scope.find(what)
        if not found.field.filterable:
            raise not_in_call(self.context.text, what.at, found.field.name, "filtered")
        return found.field, found.sql

    def where(self, condition: Condition) -> str:
        """Return the SQL of the whole of WHERE."""
        if sum(each.query is not None for each in _memberships(condition)) > MOST_SEMI_JOINS:
            raise malformed("Maximum number of semi join sub-selects is 2")
        return self.sql(condition)

    def sql(self, condition: Condition) -> str:
        """Return the SQL of one condition."""
        if isinstance(condition, Junction):
            if condition.word == "OR" and any(each.query for each in _memberships(condition)):
                raise malformed("Semi join sub-selects are not allowed with the 'OR' operator")
            return _chained(condition.word, [self.sql(each) for each in condition.conditions])
        if isinstance(condition, Not):
            inner = self.sql(condition.condition)
            return f"NOT COALESCE({inner}, 0)" if self.context.null_ne else f"NOT ({inner})"
        if isinstance(condition, Membership):
            return self._membership(condition)
        field, column = self.operand(condition.operand)
        return self._compared(field, column, condition)

    def _compared(self, field: Field, column: str, asked: Comparison) -> str:
        """Return the SQL of a comparison with one literal."""
        value, operator = asked.value, asked.operator
        if _empty(value) and operator != "LIKE":
            return self._emptiness(field, column, operator, value)
        if operator == "LIKE":
            return self._like(field, column, value)
        if value.kind is ValueKind.RANGE:
            return self._within(field, column, operator, value)
        kept = self._kept(field, value)
        if field.type == "boolean" and operator not in {"=", "!="}:
            raise located(self.context.text, value.at, "INVALID_FIELD", "invalid operator on boolean field")
        return self._unequal(field, column, kept) if operator == "!=" else self._same(field, column, operator, kept)

    def _same(self, field: Field, column: str, operator: str, kept: Stored) -> str:
        """Return the SQL of a comparison that no empty field passes; text is compared without regard to case."""
        if _foreign(kept):
            return f"fold({column}) {operator} {self.context.bound(str(kept).lower())}"
        collation = " COLLATE NOCASE" if _kind(field) == "string" else ""
        return f"{column} {operator} {self.context.bound(kept)}{collation}"

    def _unequal(self, field: Field, column: str, kept: Stored) -> str:
        """Return the SQL of a difference, with the switch for empty fields."""
        plain = self._same(field, column, "<>", kept)
        return f"({column} IS NULL OR {plain})" if self.context.null_ne else plain

    def _emptiness(self, field: Field, column: str, operator: str, value: Value) -> str:
        """Return the SQL of a comparison with null; a truth value that is empty is false, an empty text is null."""
        if operator not in {"=", "!="}:
            raise unexpected(value.text if value.kind is ValueKind.NULL else "''")
        if field.type == "boolean":
            return f"COALESCE({column}, 0) = {int(operator == '!=')}"
        return f"{column} IS {'' if operator == '=' else 'NOT '}NULL"

    def _like(self, field: Field, column: str, value: Value) -> str:
        """Return the SQL of a pattern, without regard to case."""
        if value.kind is not ValueKind.TEXT or field.type in ID_TYPES or _kind(field) != "string":
            raise located(self.context.text, value.at, "INVALID_FIELD", f"invalid operator on {_kind(field)} field")
        if _foreign(value.text):
            return f"fold({column}) LIKE {self.context.bound(value.text.lower())} ESCAPE '\\'"
        return f"{column} LIKE {self.context.bound(value.text)} ESCAPE '\\'"

    def _within(self, field: Field, column: str, operator: str, value: Value) -> str:
        """Return the SQL of a comparison with a span of days, in UTC."""
        if field.type not in {"date", "datetime"}:
            raise wrong_value(self.context.text, value.at, field.name, _kind(field))
        days = span(self.context.text, value, instant(self.context.now_ms).date())
        first, after = (self.context.bound(_edge(field, day)) for day in days)
        inside = f"({column} >= {first} AND {column} < {after})"
        if operator == "!=":
            outside = f"({column} < {first} OR {column} >= {after})"
            return f"({column} IS NULL OR {outside})" if self.context.null_ne else outside
        shapes = {"=": inside, "<": f"{column} < {first}", "<=": f"{column} < {after}"}
        return shapes.get(operator) or f"{column} >= {after if operator == '>' else first}"

    def _kept(self, field: Field, value: Value) -> Stored:
        """Return a literal as the tables keep it, or refuse one of another type."""
        if value.kind is ValueKind.MONEY:
            raise unsupported("currency literals")
        if value.kind is not _asked_kind(field):
            raise wrong_value(self.context.text, value.at, field.name, _kind(field))
        if field.type in ID_TYPES:
            return self._id(value)
        if value.kind is ValueKind.BOOLEAN:
            return int(value.text == "TRUE")
        if value.kind is ValueKind.NUMBER:
            return float(value.text)
        return value.text if value.instant is None else millis(value.instant)

    def _id(self, value: Value) -> str:
        """Return an id with its checksum."""
        try:
            return to18(value.text)
        except ValueError:
            code = "INVALID_QUERY_FILTER_OPERATOR"
            raise located(self.context.text, value.at, code, f"invalid ID field: {value.text}") from None

    def _membership(self, asked: Membership) -> str:
        """Return the SQL of IN, NOT IN, INCLUDES and EXCLUDES."""
        field, column = self.operand(asked.operand)
        if asked.operator in {"INCLUDES", "EXCLUDES"}:
            return self._choices(field, column, asked)
        if asked.query is not None:
            return self._semi_join(field, column, asked.operator, asked.query)
        nulls = any(_empty(each) for each in asked.values)
        parts = [self._within(field, column, "=", each) for each in asked.values if each.kind is ValueKind.RANGE]
        plain = [each for each in asked.values if each.kind is not ValueKind.RANGE and not _empty(each)]
        parts += self._listed(field, column, plain)
        inside = _chained("OR", parts) if parts else "0"
        if asked.operator == "IN":
            return f"({inside} OR {column} IS NULL)" if nulls else inside
        if nulls:
            return f"({column} IS NOT NULL AND NOT ({inside}))"
        return f"NOT COALESCE({inside}, 0)" if self.context.null_ne else f"NOT ({inside})"

    def _listed(self, field: Field, column: str, values: Sequence[Value]) -> list[str]:
        """Return the SQL of being one of several literals; those beyond ASCII are compared one by one."""
        kept = [self._kept(field, each) for each in values]
        plain = [each for each in kept if not _foreign(each)]
        parts = [self._same(field, column, "=", each) for each in kept if _foreign(each)]
        if plain:
            collation = " COLLATE NOCASE" if _kind(field) == "string" else ""
            parts.append(f"{column}{collation} IN ({', '.join(map(self.context.bound, plain))})")
        return parts

    def _choices(self, field: Field, column: str, asked: Membership) -> str:
        """Return the SQL of INCLUDES: one of the literals, each of which may ask for several choices at once."""
        if field.type != "multipicklist":
            at = asked.operand.at
            message = f"{asked.operator.lower()} operator only valid on multipicklist field: {field.name}"
            raise located(self.context.text, at, "INVALID_FIELD", message)
        alternatives = []
        for value in asked.values:
            marks = [self.context.bound(f";{part.lower()};") for part in value.text.split(";")]
            alternatives.append(_chained("AND", [f"instr(fold(';' || {column} || ';'), {mark}) > 0" for mark in marks]))
        inside = _chained("OR", alternatives)
        if asked.operator == "INCLUDES":
            return inside
        return f"NOT COALESCE({inside}, 0)" if self.context.null_ne else f"NOT ({inside})"

    def _semi_join(self, field: Field, column: str, operator: str, query: Query) -> str:
        """Return the SQL of being among the ids that another query finds."""
        only = query.columns[0].what if len(query.columns) == 1 and not query.children else None
        if not isinstance(only, Path) or query.group or query.limit is not None or query.order or query.everything:
            raise malformed("a semi join sub-select has exactly one id field and no GROUP BY, ORDER BY or LIMIT")
        if query.where is not None and any(each.query for each in _memberships(query.where)):
            raise malformed("Nesting of semi join sub-selects is not supported")
        inner = Scope(self.context, self.context.sobject(query.sobject, query.at), query.alias)
        found = inner.find(only)
        if field.type not in ID_TYPES or found.field.type not in ID_TYPES:
            raise malformed(f"The inner and outer fields of a semi join must be ids: {field.name}, {found.field.name}")
        conditions = [*inner.visible(), f"{found.sql} IS NOT NULL"]
        if query.where is not None:
            conditions.append(Conditions(inner).where(query.where))
        inside = f"SELECT {found.sql} FROM {inner.tables()} WHERE {_chained('AND', conditions)}"  # noqa: S608 -- schema names
        if operator == "IN":
            return f"{column} IN ({inside})"
        outside = f"{column} NOT IN ({inside})"
        return f"({column} IS NULL OR {outside})" if self.context.null_ne else outside


def _memberships(condition: Condition) -> list[Membership]:
    """Return every IN of a condition."""
    if isinstance(condition, Membership):
        return [condition]
    if isinstance(condition, Not):
        return _memberships(condition.condition)
    if isinstance(condition, Junction):
        return [found for each in condition.conditions for found in _memberships(each)]
    return []


def _chained(word: str, parts: Sequence[str]) -> str:
    """Return conditions joined by one word, as a tree that is not deep."""
    if len(parts) > DEEPEST:
        half = len(parts) // 2
        parts = [_chained(word, parts[:half]), _chained(word, parts[half:])]
    return "(" + f" {word} ".join(parts) + ")"


def _foreign(kept: Stored) -> bool:
    """Say whether text needs more than SQLite's own comparison, which folds ASCII only and stops at NUL."""
    return isinstance(kept, str) and (not kept.isascii() or "\0" in kept)


def _empty(value: Value) -> bool:
    """Say whether a literal is null; an empty text is."""
    return value.kind is ValueKind.NULL or (value.kind is ValueKind.TEXT and not value.text)


def _asked_kind(field: Field) -> ValueKind:
    """Return the kind of literal that a field is compared with."""
    return LITERALS.get(_kind(field), ValueKind.TEXT)


def _kind(field: Field) -> str:
    """Return the type of a field as messages name it."""
    if field.type in WORDS:
        return WORDS[field.type]
    return field.type if field.type in {"boolean", "int", "double", "date"} else "string"


def _edge(field: Field, day: date) -> Stored:
    """Return the beginning of a day as a field's column keeps it."""
    if field.type == "date":
        return day.isoformat()
    return millis(datetime.combine(day, time(), UTC))
