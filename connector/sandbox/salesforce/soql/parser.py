"""From the words of a query to its tree."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connector.sandbox.salesforce.soql.cursor import Cursor
from connector.sandbox.salesforce.soql.errors import SoqlError, malformed, unexpected, unsupported
from connector.sandbox.salesforce.soql.literals import value
from connector.sandbox.salesforce.soql.nodes import (
    AGGREGATES,
    Call,
    Column,
    Comparison,
    Condition,
    Junction,
    Membership,
    Not,
    Order,
    Path,
    Query,
)
from connector.sandbox.salesforce.soql.tokens import Kind, Token, tokens

COMPARING: Final = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
CLAUSES: Final = frozenset({
    *("WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "USING", "UPDATE", "ALL", "FROM"),
    *("SELECT", "AND", "OR", "NOT", "IN", "LIKE", "INCLUDES", "EXCLUDES", "ASC", "DESC", "NULLS"),
})
FUNCTIONS: Final = AGGREGATES | {"TOLABEL"}
MODES: Final = frozenset({"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"})
MOST_OFFSET: Final = 2000
MOST_WITH_FIELDS: Final = 200
MOST_PARENTS: Final = 5


def parse(text: str) -> Query:
    """
    Return the tree of a query.

    Raises:
        SoqlError: MALFORMED_QUERY where the text is not SOQL, SIMULATOR_UNSUPPORTED where it is more than is built.
    """
    words = Cursor(tokens(text))
    try:
        query = _query(words, depth=0)
    except RecursionError:
        raise SoqlError("QUERY_TOO_COMPLICATED", "Query is too complicated") from None
    if words.now.kind is not Kind.END:
        raise unexpected(words.now.raw)
    return query


def _query(words: Cursor, *, depth: int) -> Query:
    """Read a query from SELECT to its last clause; *depth* is 1 inside parentheses."""
    words.need("SELECT")
    columns, children, everything = _selected(words, depth)
    words.need("FROM")
    source = words.name()
    query = Query(source.value, source.at, columns=columns, children=children, everything=everything)
    if words.now.kind is Kind.WORD and words.now.upper not in CLAUSES:
        query = replace(query, alias=words.name().value)
    if words.now.upper == "USING":
        raise unsupported("USING SCOPE")
    if words.took("WHERE"):
        query = replace(query, where=_condition(words))
    if words.took("WITH") and words.take().upper not in MODES:
        raise unsupported("WITH other than SECURITY_ENFORCED, USER_MODE and SYSTEM_MODE")
    query = _ended(words, _grouped(words, query))
    _check(query)
    return query


def _grouped(words: Cursor, query: Query) -> Query:
    """Read GROUP BY, HAVING and ORDER BY."""
    if words.took("GROUP"):
        words.need("BY")
        group = [_operand(words)]
        while words.took_sign(","):
            group.append(_operand(words))
        paths = tuple(each for each in group if isinstance(each, Path))
        if len(paths) < len(group):
            raise unsupported("GROUP BY of a function, ROLLUP or CUBE")
        query = replace(query, group=paths)
        if words.took("HAVING"):
            query = replace(query, having=_condition(words))
    if words.took("ORDER"):
        words.need("BY")
        order = [_order(words)]
        while words.took_sign(","):
            order.append(_order(words))
        query = replace(query, order=tuple(order))
    return query


def _ended(words: Cursor, query: Query) -> Query:
    """Read LIMIT and OFFSET, and refuse what may follow them in SOQL but not here."""
    if words.took("LIMIT"):
        query = replace(query, limit=_whole(words))
    if words.took("OFFSET"):
        query = replace(query, offset=_whole(words))
    if words.now.upper in {"FOR", "UPDATE"}:
        raise unsupported(f"{words.now.upper} at the end of a query")
    return query


def _check(query: Query) -> None:
    """Refuse what is only wrong as a whole."""
    if query.offset > MOST_OFFSET:
        raise malformed(f"Maximum SOQL offset allowed is {MOST_OFFSET}")
    if query.everything and (query.limit is None or query.limit > MOST_WITH_FIELDS) and query.everything != "STANDARD":
        raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
    if query.aggregate and query.children:
        raise malformed("Grouped query cannot use child relationships in the SELECT list")
    if query.count_only and (query.order or query.group):
        raise malformed("unexpected token: 'ORDER'" if query.order else "unexpected token: 'GROUP'")
    for each in query.columns:
        if each.alias and not query.aggregate:
            raise unexpected(each.alias)


def _whole(words: Cursor) -> int:
    """Read a whole number that is not negative."""
    word = words.take()
    if word.kind is not Kind.NUMBER or not word.raw.isdigit():
        raise unexpected(word.raw)
    return int(word.raw)


def _selected(words: Cursor, depth: int) -> tuple[tuple[Column, ...], tuple[Query, ...], str]:
    """Read what is selected: columns, queries of children, and the argument of FIELDS()."""
    columns: list[Column] = []
    children: list[Query] = []
    everything = ""
    while True:
        if words.now.raw == "(" and words.now.kind is Kind.SIGN:
            if depth:
                raise unsupported("a query of children inside another")
            words.take()
            children.append(_query(words, depth=1))
            words.need_sign(")")
        elif words.now.upper == "TYPEOF" and words.next.kind is Kind.WORD and words.next.upper != "FROM":
            raise unsupported("TYPEOF")
        elif words.now.upper == "FIELDS" and words.next.raw == "(":
            words.take()
            words.need_sign("(")
            everything = words.name().upper
            if everything not in {"ALL", "STANDARD", "CUSTOM"}:
                raise unexpected(everything)
            words.need_sign(")")
        else:
            columns.append(_column(words))
        if not words.took_sign(","):
            return tuple(columns), tuple(children), everything


def _column(words: Cursor) -> Column:
    """Read one field or function with its alias."""
    what = _operand(words)
    if words.now.kind is Kind.WORD and words.now.upper not in CLAUSES:
        return Column(what, words.name().value)
    return Column(what)


def _operand(words: Cursor) -> Path | Call:
    """Read a field path or a function call."""
    word = words.name()
    if not (words.now.kind is Kind.SIGN and words.now.raw == "("):
        return _path(word)
    words.take()
    if word.upper not in FUNCTIONS:
        raise unsupported(f"the function {word.value}()")
    if words.took_sign(")"):
        if word.upper != "COUNT":
            raise unexpected(")")
        return Call("COUNT", None, word.at)
    inner = words.name()
    words.need_sign(")")
    return Call(word.upper, _path(inner), word.at)


def _path(word: Token) -> Path:
    """Return the path that a dotted word names."""
    if word.upper in CLAUSES:
        raise unexpected(word.raw)
    parts = tuple(word.value.split("."))
    if len(parts) > MOST_PARENTS + 1:
        raise malformed("SOQL relationships cannot go more than five levels up")
    return Path(parts, word.at)


def _order(words: Cursor) -> Order:
    """Read one entry of ORDER BY."""
    what = _operand(words)
    descending = words.took("DESC")
    if not descending:
        words.took("ASC")
    last = False
    if words.took("NULLS"):
        last = words.took("LAST")
        if not last:
            words.need("FIRST")
    return Order(what, descending, last)


def _condition(words: Cursor) -> Condition:
    """Read conditions joined by AND or by OR; the two do not mix without parentheses."""
    found = [_unit(words)]
    joined = words.now.upper
    if joined not in {"AND", "OR"}:
        return found[0]
    while words.took(joined):
        found.append(_unit(words))
    if words.now.upper in {"AND", "OR"}:
        raise unexpected(words.now.raw)
    return Junction(joined, tuple(found))


def _unit(words: Cursor) -> Condition:
    """Read one condition, one in parentheses, or the opposite of one."""
    if words.took("NOT"):
        return Not(_unit(words))
    if words.took_sign("("):
        inner = _condition(words)
        words.need_sign(")")
        return inner
    operand = _operand(words)
    word = words.take()
    if word.kind is Kind.SIGN and word.raw in COMPARING:
        return Comparison(operand, "!=" if word.raw == "<>" else word.raw, value(words))
    if word.upper == "LIKE":
        return Comparison(operand, "LIKE", value(words, like=True))
    if word.upper in {"IN", "INCLUDES", "EXCLUDES"}:
        return _membership(words, operand, word.upper)
    if word.upper == "NOT" and words.took("IN"):
        return _membership(words, operand, "NOT IN")
    raise unexpected(word.raw)


def _membership(words: Cursor, operand: Path | Call, operator: str) -> Membership:
    """Read what stands in the parentheses after IN and its like."""
    words.need_sign("(")
    if words.now.upper == "SELECT" and operator in {"IN", "NOT IN"}:
        inner = _query(words, depth=1)
        words.need_sign(")")
        return Membership(operand, operator, query=inner)
    values = [value(words)]
    while words.took_sign(","):
        values.append(value(words))
    words.need_sign(")")
    return Membership(operand, operator, tuple(values))
