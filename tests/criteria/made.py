"""Agreements, people and histories made up by hypothesis, with ages that like to lie on the edge of a window."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from connector.agreement import Agreement, Playbook, PointsFrom, Rule
from connector.criteria.syntax import All, Any, Compare, Condition, Did, FieldIs, Not, Op, ScoreIs, StageIs
from connector.model import Engagement, Person, Stage, Value

from tests.deciding import NOW

SPANS: Final = st.sampled_from([timedelta(hours=6), timedelta(days=1), timedelta(days=7), timedelta(days=14)])
AGES: Final = st.one_of(
    st.sampled_from([timedelta(days=n) for n in (0, 1, 3, 7, 13, 14, 15, 28)]),
    st.sampled_from([timedelta(days=7, microseconds=1), timedelta(hours=-3), timedelta(hours=6)]),
    st.integers(0, 40 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds)),
)
TYPES: Final = st.sampled_from(["page_viewed", "form_submitted", "trial_used"])
TEXTS: Final = st.sampled_from(["Sales", "sales director", "Marketing", "a sales, b", "salesforce"])
_NUMBERS: Final = st.sampled_from([1, 2, 5, 10, 50])
_TIMED: Final = (Op.WITHIN, Op.OLDER_THAN, Op.IN_NEXT)
_GRADES: Final = st.sampled_from(["D", "C", "B-", "B", "A"])


def _is(name: str, op: Op, value: SearchStrategy[object]) -> SearchStrategy[Condition]:
    """Return comparisons of one field."""
    return value.map(lambda wanted: FieldIs(name, Compare(op, wanted)))  # type: ignore[arg-type] # of the field's type


FIELD_CONDITIONS: Final[SearchStrategy[Condition]] = st.one_of(
    _is("employees", Op.AT_LEAST, _NUMBERS),
    _is("employees", Op.AT_MOST, _NUMBERS),
    _is("employees", Op.EQUALS, _NUMBERS),
    _is("grade", Op.AT_LEAST, _GRADES),
    _is("grade", Op.IN, st.frozensets(_GRADES, min_size=1)),
    _is("checked", Op.EQUALS, st.booleans()),
    _is("job_title", Op.HAS_WORD, st.just("sales")),
    _is("job_title", Op.CONTAINS, st.just("sales")),
    _is("job_title", Op.IS_SET, st.booleans()),
    _is("interests", Op.CONTAINS, st.just("crm")),
    _is("email", Op.DOMAIN_IN, st.just(frozenset({"rival.com"}))),
    *(_is("renews_on", op, st.sampled_from([timedelta(days=1), timedelta(days=7)])) for op in _TIMED),
    *(_is("trial_ends_at", op, SPANS) for op in _TIMED),
)
WHERE: Final = st.one_of(
    st.just(()),
    st.just(()),
    st.just((("form", Compare(Op.HAS_WORD, "sales")),)),
    st.just((("form", Compare(Op.EQUALS, "MARKETING")),)),
    st.just((("seats", Compare(Op.AT_LEAST, 2)), ("form", Compare(Op.IN, frozenset({"sales", "marketing"}))))),
)


@st.composite
def dids(draw: st.DrawFn) -> Did:
    """Return a question about engagement."""
    types = tuple(draw(st.lists(TYPES, min_size=1, max_size=2, unique=True)))
    where, within = draw(WHERE), draw(st.none() | SPANS)
    kind = draw(st.sampled_from(["count", "count", "silence", "day", "seats", "sum"]))
    if kind == "silence":
        return Did(types, where, within=draw(SPANS), not_within=True)
    least = draw(st.sampled_from([0, 1, 1, 2, 3]))
    most = draw(st.sampled_from([3, 4])) if least == 0 else draw(st.sampled_from([None, None, 3, 5]))
    distinct = kind if kind in {"day", "seats"} else ""
    return Did(types, where, least, most, within, distinct=distinct, total_of="seats" if kind == "sum" else "")


STAGES: Final = st.builds(
    StageIs,
    st.just(("mql", "lead")),
    st.none() | SPANS,
    st.none() | SPANS,
)


def trees(leaves: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
    """Return criteria of *leaves*."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, max_size=3).map(lambda several: All(tuple(several))),
            st.lists(parts, max_size=3).map(lambda several: Any(tuple(several))),
            parts.map(Not),
        ),
        max_leaves=5,
    )


FACTS: Final = st.one_of(FIELD_CONDITIONS, dids(), dids(), STAGES)


@st.composite
def thresholds(draw: st.DrawFn) -> ScoreIs:
    """Return a question about a score; one that no rule gives points to is asked as well."""
    name = draw(st.sampled_from(["fit", "engagement", "engagement", "total", "nothing"]))
    bound = draw(st.sampled_from([-5, 0, 5, 7.5, 10, 20, 30]))
    return ScoreIs(name, bound, None) if draw(st.booleans()) else ScoreIs(name, None, bound)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Return a scoring rule."""
    when = draw(st.one_of(dids(), dids(), FIELD_CONDITIONS, trees(FACTS)))
    plain = draw(st.sampled_from([10, 4, 0.3, -5, -0.7]))
    points: float | PointsFrom = plain
    cap = draw(st.none() | st.sampled_from([12, 1 / 3]))
    half_life = draw(st.none() | st.sampled_from([timedelta(days=3), timedelta(days=7)]))
    each = draw(st.booleans())
    source = draw(st.sampled_from(["plain", "plain", "plain", "field", "attribute"]))
    if source == "field":
        points, each, half_life = PointsFrom("employees", "", draw(st.sampled_from([0.5, -0.1]))), False, None
    elif source == "attribute":
        points, each = PointsFrom("", "seats", draw(st.sampled_from([1, 0.25, -2]))), False
    elif plain < 0 and cap is not None:
        cap = -cap
    name = draw(st.sampled_from(["fit", "engagement"]))
    return Rule(name, "rule", when, points, each, cap, half_life)


CONDITIONS: Final = trees(st.one_of(FACTS, thresholds(), thresholds()))


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """Return an agreement."""
    made = tuple(draw(st.lists(rules(), max_size=4)))
    mql, sql, never = draw(st.none() | CONDITIONS), draw(CONDITIONS), draw(st.none() | CONDITIONS)
    caps: dict[str, float] = draw(st.sampled_from([{}, {"engagement": 25}, {"engagement": 7.5, "fit": 10}]))
    return Agreement("1", NOW, made, mql, sql, never, draw(st.none() | FIELD_CONDITIONS), caps)


PLAYBOOKS: Final = st.lists(CONDITIONS, max_size=1).map(lambda on: tuple(Playbook("raised", on=one) for one in on))


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Return a person, some of whose fields are empty."""
    values: dict[str, SearchStrategy[Value]] = {
        "employees": _NUMBERS,
        "grade": _GRADES,
        "checked": st.booleans(),
        "job_title": TEXTS,
        "interests": st.sampled_from([("crm",), ("erp", "CRM"), ("web",)]),
        "email": st.sampled_from(["a@rival.com", "b@mail.rival.com", "c@notrival.com"]),
        "renews_on": st.integers(-16, 16).map(lambda days: date(2026, 11, 20) + timedelta(days=days)),
        "trial_ends_at": AGES.map(lambda age: NOW - age) | AGES.map(lambda age: NOW + age),
    }
    fields = {name: draw(value) for name, value in values.items() if draw(st.integers(0, 3))}
    stage = draw(st.sampled_from([None, Stage.LEAD, Stage.MQL, Stage.CUSTOMER]))
    return Person(1, fields, stage, None if stage is None else NOW - abs(draw(AGES)))


@st.composite
def happenings(draw: st.DrawFn) -> Engagement:
    """Return one happening; its key is given by `histories`."""
    attributes: dict[str, Value] = {}
    if draw(st.booleans()):
        attributes["form"] = draw(TEXTS)
    if draw(st.booleans()):
        attributes["seats"] = draw(st.sampled_from([1, 2, 3, -2]))
    return Engagement("", draw(TYPES), NOW - draw(AGES), draw(st.sampled_from([1, 1, 1, 3])), attributes)


def _keyed(several: list[Engagement]) -> tuple[Engagement, ...]:
    """Return *several* with a key each."""
    return tuple(
        Engagement(str(place), one.type, one.at, one.count, one.attributes) for place, one in enumerate(several)
    )


HISTORIES: Final = st.lists(happenings(), max_size=8).map(_keyed)
