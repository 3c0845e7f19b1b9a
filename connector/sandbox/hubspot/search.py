"""The search endpoint: matches on the index, rows from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import inputs, render
from connector.sandbox.hubspot.errors import invalid
from connector.sandbox.hubspot.filters import ASSOCIATIONS, claim_of, filter_of, reader
from connector.sandbox.hubspot.index import ID_MASK, key_of
from connector.sandbox.hubspot.kinds import Kind, kind_of
from connector.sandbox.instants import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.filters import Claim, Filter
    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row

Json = dict[str, object]

MOST_ROWS = 200
MOST_HITS = 10_000
MOST_GROUPS, MOST_IN_GROUP, MOST_FILTERS = 5, 6, 18
LONGEST_QUERY = 3000
FOREVER_MS = 1 << 50
QUERIED = ("email", "firstname", "lastname", "company", "phone", "name", "domain", "dealname", "hs_task_subject")
"""What ``query`` looks into."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search request that passed the vendor's limits."""

    groups: tuple[tuple[Filter, ...], ...]
    sort: str
    descending: bool
    limit: int
    offset: int
    query: str
    names: tuple[str, ...]


def question_of(body: inputs.Body) -> Question:
    """Return the question of a body or refuse it for a limit."""
    limit = body.get("limit", 10)
    offset = str(body.get("after") or "0")
    if not isinstance(limit, int) or not 0 <= limit <= MOST_ROWS:
        message = f"The limit must be between 0 and {MOST_ROWS}, found {limit}"
        raise invalid(message)
    if not offset.isdigit():
        message = f"after must be a number, found {offset}"
        raise invalid(message)
    if int(offset) + limit > MOST_HITS:
        message = f"Requests for more than {MOST_HITS} search results are not supported"
        raise invalid(message)
    query = str(body.get("query") or "")
    if len(query) > LONGEST_QUERY:
        message = f"query is longer than {LONGEST_QUERY} characters"
        raise invalid(message)
    sort, descending = _sort(body)
    names = tuple(inputs.texts(body, "properties"))
    return Question(_groups(body), sort, descending, limit or 10, int(offset), query, names)


def _groups(body: inputs.Body) -> tuple[tuple[Filter, ...], ...]:
    """Return the filter groups; filters at the top are one group, too many are refused."""
    groups = inputs.rows(body, "filterGroups")
    if body.get("filters"):
        groups = [*groups, {"filters": body["filters"]}]
    found = tuple(tuple(filter_of(row) for row in inputs.rows(group, "filters")) for group in groups)
    if len(found) > MOST_GROUPS:
        message = f"Too many filter groups: {len(found)}, at most {MOST_GROUPS}"
        raise invalid(message)
    if any(len(group) > MOST_IN_GROUP for group in found) or sum(map(len, found)) > MOST_FILTERS:
        message = f"Too many filters: at most {MOST_IN_GROUP} in a group and {MOST_FILTERS} in all"
        raise invalid(message)
    return found


def _sort(body: inputs.Body) -> tuple[str, bool]:
    """Return the property to sort by and whether descending; more than one rule is refused."""
    value = body.get("sorts") or []
    if not isinstance(value, list) or len(value) > 1:
        message = "Only one sort is supported"
        raise invalid(message)
    if not value:
        return "", False
    rule = value[0]
    if isinstance(rule, dict):
        return str(rule.get("propertyName", "")), rule.get("direction") == "DESCENDING"
    return str(rule).lstrip("-"), str(rule).startswith("-")


def answer(state: State, kind: Kind, request: Request) -> Json:
    """Answer a search; a hit that the store no longer has is left out but stays in ``total``."""
    question = question_of(inputs.body_of(request))
    total, ids = _hits(state, kind, question)
    live = state.table(kind).live
    view = render.View(state, kind, question.names)
    body: Json = {"total": total, "results": [view.show(live[key]) for key in ids if key in live]}
    end = question.offset + question.limit
    if end < total:
        body["paging"] = {"next": {"after": str(end)}}
    return body


def _hits(state: State, kind: Kind, question: Question) -> tuple[int, list[int]]:
    """Return how many records match and the ids of the asked page."""
    claims = [[claim_of(state, kind, each) for each in group] for group in question.groups]
    if question.sort and question.sort not in state.schema.of(kind):
        message = f'There was a problem with the request. Property "{question.sort}" does not exist'
        raise invalid(message)
    spans = _spans(kind, question)
    if spans is not None:
        return _from_spans(state, kind, question, spans)
    return _from_scan(state, kind, question, claims)


Span = tuple[int, int]
"""Keys of the index by modification, from the first on and before the second."""


def _spans(kind: Kind, question: Question) -> list[Span] | None:
    """
    Return the key ranges that a question over modification alone comes to, in order and without overlap.

    None when a filter asks for something else, or the order is another one.
    """
    if question.query or not question.groups:
        return None
    spans = [_span(kind, group) for group in question.groups]
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    merged: list[Span] = []
    for low, high in sorted(span for span in known if span[0] < span[1]):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    single = len({key >> 44 for low, high in merged for key in (low, high - 1)}) <= 1
    if question.sort == kind.modified or (question.sort == "hs_object_id" and single):
        return merged
    return None


def _span(kind: Kind, group: tuple[Filter, ...]) -> Span | None:
    """Return the key range of one group, None when it is not one range of modification and id."""
    low, high = 0, FOREVER_MS
    first, last = 0, ID_MASK
    for each in group:
        at = parsed(each.value) if each.name == kind.modified else None
        if at is not None and each.operator in {"EQ", "GT", "GTE", "LT", "LTE", "BETWEEN"}:
            upper = parsed(each.high) if each.operator == "BETWEEN" else at
            if upper is None:
                return None
            if each.operator in {"EQ", "GTE", "GT", "BETWEEN"}:
                low = max(low, at + (each.operator == "GT"))
            if each.operator in {"EQ", "LTE", "LT", "BETWEEN"}:
                high = min(high, upper - (each.operator == "LT"))
        elif each.name == "hs_object_id" and each.operator in {"GT", "GTE"} and each.value.isdigit():
            first = max(first, int(each.value) + (each.operator == "GT"))
        elif each.name == "hs_object_id" and each.operator in {"LT", "LTE"} and each.value.isdigit():
            last = min(last, int(each.value) - (each.operator == "LT"))
        else:
            return None
    if low > high:
        return 1, 0
    if low != high and (first, last) != (0, ID_MASK):
        return None
    return key_of(low, first), key_of(high, last) + 1


def _from_spans(state: State, kind: Kind, question: Question, spans: list[Span]) -> tuple[int, list[int]]:
    """Return total and page by counting ranks, without looking at any record."""
    keys = state.table(kind).index.by_modified
    ranks = [(keys.rank(low), keys.rank(high)) for low, high in spans]
    total = sum(high - low for low, high in ranks)
    offset, limit = question.offset, question.limit
    if question.descending:
        offset, limit = max(0, total - offset - limit), max(0, min(limit, total - offset))
    page: list[int] = []
    for low, high in ranks:
        size = high - low
        if offset < size and len(page) < limit:
            page += keys.page(low + offset, min(limit - len(page), size - offset))
        offset = max(0, offset - size)
    ids = [key & ID_MASK for key in page]
    return total, ids[::-1] if question.descending else ids


def _from_scan(state: State, kind: Kind, question: Question, claims: list[list[Claim]]) -> tuple[int, list[int]]:
    """Return total and page by looking at every record that an index of values leaves over."""
    table = state.table(kind)
    hits: list[Row] = []
    words = question.query.casefold().split()
    for key in _candidates(state, kind, question):
        row = table.index.picture(key, table.live)
        if row is None or (claims and not any(all(claim(row) for claim in group) for group in claims)):
            continue
        if words and not _mentions(row, words):
            continue
        hits.append(row)
    hits.sort(key=_order(state, kind, question), reverse=question.descending)
    page = hits[question.offset : question.offset + question.limit]
    return len(hits), [row.id for row in page]


def _mentions(row: Row, words: list[str]) -> bool:
    """Say whether the record's main texts contain every word."""
    text = " ".join(row.values.get(name, "") for name in QUERIED).casefold()
    return all(word in text for word in words)


def _candidates(state: State, kind: Kind, question: Question) -> Iterable[int]:
    """Return the ids worth looking at: those that an index of values names for every group, else all."""
    table = state.table(kind)
    named: set[int] = set()
    for group in question.groups or ((),):
        for each in group:
            ids = _named(state, kind, each)
            if ids is not None:
                named.update(ids)
                break
        else:
            return table.index.ids(table.live)
    return sorted(named | set(table.index.differing()))


def _named(state: State, kind: Kind, each: Filter) -> Iterable[int] | None:
    """Return the ids that one filter can hold for, None when no index knows."""
    table = state.table(kind)
    wanted = each.values if each.operator == "IN" else (each.value,)
    if each.operator in {"EQ", "IN"}:
        if each.name in table.unique:
            return [key for value in wanted if (key := table.holder(each.name, value)) is not None]
        if each.name == "hs_object_id":
            return [int(value) for value in wanted if value.isdigit()]
        if each.name.startswith(ASSOCIATIONS):
            target = kind_of(each.name.removeprefix(ASSOCIATIONS))
            sources = [int(value) for value in wanted if value.isdigit()]
            return [key for source in sources for key in state.links.of(target, source, kind)] if target else None
    span = _span(kind, (each,)) if each.name == kind.modified else None
    if span is not None:
        keys = table.index.by_modified
        low, high = keys.rank(span[0]), keys.rank(span[1])
        return [key & ID_MASK for key in keys.page(low, high - low)]
    return None


def _order(state: State, kind: Kind, question: Question) -> Callable[[Row], tuple[bool, float, str, int]]:
    """Return the key to sort by: oldest created first when nothing is asked for, unset values last, then by id."""
    if not question.sort:
        return lambda row: (False, row.created_ms, "", row.id)
    read = reader(state, kind, question.sort)
    definition = state.schema.of(kind)[question.sort]
    numeric = definition.type in {"number", "datetime", "date"}

    def key(row: Row) -> tuple[bool, float, str, int]:
        """Return the sort key of a record."""
        value = read(row)
        if value is None:
            return not question.descending, 0.0, "", row.id
        if numeric:
            number = parsed(value) if definition.type != "number" else float(value)
            return question.descending, number or 0.0, "", row.id
        return question.descending, 0.0, value.casefold(), row.id

    return key
