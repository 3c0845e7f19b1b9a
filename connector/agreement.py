"""What marketing and sales agreed, what tasks follow, and what may be written: the parsed words, nouns only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from connector.criteria.syntax import Condition
from connector.model import Stage, Value


@dataclass(frozen=True, slots=True)
class PointsFrom:
    """Points taken from a number: field's value (or the engagement's attribute, summed) times a factor."""

    field: str = ""
    attribute: str = ""
    times: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """
    One line of the scoring agreement.

    Attributes:
        score: Which score it counts for.
        name: Unique among the rules.
        when: What must hold.
        points: A number, may be negative; or taken from a number.
        each: Whether each matching engagement gives the points (else the rule gives them once).
        max_points: Most that the rule may give by itself (least, when points are negative); None for no cap.
        half_life: Points of an engagement halve after each such span; None for no decay.
        say: Sentence for the rep when the rule held; may be empty.
    """

    score: str
    name: str
    when: Condition
    points: float | PointsFrom
    each: bool = False
    max_points: float | None = None
    half_life: timedelta | None = None
    say: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    When a lead is MQL, when SQL, when neither.

    Attributes:
        version: The admin's name for this edition.
        effective: Midnight of that day in the configured zone; nothing is decided on it before.
        rules: In the order of the file.
        mql: None when there is no MQL step in this agreement.
        sql: None when there is no SQL step.
        never: Knock-outs; None for none.
        require: Must be true before anything happens (consent); None for none.
        caps: Most points of a score, by score.
        once_per: Several of one type within this span count once, by engagement type.
        hold: How long after a human set somebody back nothing happens.
        marketing: Who agreed, for marketing.
        sales: Who agreed, for sales.
        hash: Of the canonical form; filled by the loader.
        canonical: The whole agreement as canonical JSON; filled by the loader.
    """

    version: str
    effective: datetime
    rules: tuple[Rule, ...]
    mql: Condition | None
    sql: Condition | None
    never: Condition | None = None
    require: Condition | None = None
    caps: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    once_per: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    hold: timedelta = timedelta(days=30)
    marketing: str = ""
    sales: str = ""
    hash: str = ""
    canonical: str = ""


@dataclass(frozen=True, slots=True)
class Unless:
    """
    What speaks against a task.

    Attributes:
        open_deal: The person has an open deal.
        open_task: Our own task of any playbook is still open.
        sales_activity: A rep dealt with them within this span ("any" kind); None when not asked.
        kinds: Kinds of sales activity that count; empty for any.
        condition: Any further criterion; None for none.
    """

    open_deal: bool = False
    open_task: bool = True
    sales_activity: timedelta | None = None
    kinds: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class PriorityBand:
    """Priority *priority* when the score *score* is at least *at_least*."""

    score: str
    at_least: float
    priority: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """
    One `[[task]]`.

    Attributes:
        name: Part of the task's key.
        on_stage: Fires when this stage is entered; None when on a criterion.
        on: Fires when this turns true; None when on a stage.
        by: "connector" (only our own move gives a task) or "anyone".
        when: Must hold as well; None for always.
        unless: What speaks against it.
        again_after: A later episode gives a task at the earliest after this; None for no wait.
        type: call, email or todo.
        priority: Fixed, unless bands say otherwise (highest matching wins).
        bands: Priority by score.
        subject: Template with {placeholders}.
        due: Span in business hours, or plain span when `due_business` is False.
        due_business: Whether due counts business time only.
        owner: The chain: "company owner", "record owner", "round robin: POOL", "fallback", or an e-mail.
        set_owner: Also make them the record's owner.
        language: Of the task; empty for the configured one.
        say: Sentence put before everything the rules say; may be empty.
        reject: How to say no, in the rep's words; may be empty for the standard sentence.
    """

    name: str
    on_stage: Stage | None = None
    on: Condition | None = None
    by: str = "connector"
    when: Condition | None = None
    unless: Unless = field(default_factory=Unless)
    again_after: timedelta | None = None
    type: str = "call"
    priority: str = "high"
    bands: tuple[PriorityBand, ...] = ()
    subject: str = "{first_name} {last_name} ({company}): {top_reason}"
    due: timedelta = timedelta(hours=4)
    due_business: bool = True
    owner: tuple[str, ...] = ("record owner", "fallback")
    set_owner: bool = False
    language: str = ""
    say: str = ""
    reject: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """
    Business hours.

    Attributes:
        days: 0 for Monday to 6 for Sunday.
        start: Local time at which the day begins.
        end: Local time at which it ends.
        timezone: The zone where an owner's own is not known.
        holidays: Code such as DE-BY, or empty for none.
        closed: Further days off.
    """

    days: frozenset[int]
    start: time
    end: time
    timezone: ZoneInfo
    holidays: str = ""
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Owners:
    """Named pools of owner e-mails for the round robin, and who gets what nobody else can take."""

    fallback: str
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class FirstSync:
    """
    What evidence from before go-live may cause.

    Attributes:
        stage_changes: True, False, or how far back evidence still counts.
        tasks: Likewise.
    """

    stage_changes: bool | timedelta = False
    tasks: bool | timedelta = False


@dataclass(frozen=True, slots=True)
class Brakes:
    """Above these limits changes wait; nothing is dropped."""

    stage_changes_per_run: int = 500
    tasks_per_owner_per_day: int = 20


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    One `[[tests]]` entry.

    Attributes:
        name: What it states.
        fields: The person's fields.
        engagements: Type, age, count, attributes of each.
        stage: Stage the person is in before; None for none.
        expect: "sql", "mql", or "none".
        scores: Points that must come out, by score; may be empty.
        index: Position in the file, for messages.
        stage_for: How long they have been in that stage.
    """

    name: str
    fields: Mapping[str, Value]
    engagements: tuple[SampleEngagement, ...]
    stage: Stage | None
    expect: str
    scores: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    index: int = 0
    stage_for: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class SampleEngagement:
    """An engagement in a test: *age* ago."""

    type: str
    age: timedelta
    count: int = 1
    attributes: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
