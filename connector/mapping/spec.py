"""What the admin declared about fields, columns, stages and engagement; nouns only, read by `mapping` and `config`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from connector.model import Stage, Value


class FieldType(StrEnum):
    """Types of `[fields]`."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    CHOICE = "choice"
    EMAIL = "email"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """
    One thing we know about a person.

    Attributes:
        name: The admin's name for it.
        type: Decides the converter and which criteria make sense.
        options: For a choice: its values from least to most; empty when the order means nothing.
        unit: For people to read; may be empty.
    """

    name: str
    type: FieldType
    options: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """
    A condition on the raw record: the value at *path* equals one of, or does not, or is there.

    Attributes:
        path: Dotted path into the record.
        equals: Any of these texts; empty when not asked.
        differs: None of these texts.
        is_set: Whether it must be there (True), absent (False), or either (None).
    """

    path: str
    equals: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()
    is_set: bool | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """
    Our field = their field.

    Attributes:
        field: Our field's name.
        path: Their field's name, or a dotted path into the record.
        default: Stands in for an empty value; None for no default.
        values: Their value → ours, for choices; a value not in it is taken as it is when empty mapping, else a problem.
        when: Read only from records for which all of these hold.
    """

    field: str
    path: str
    default: Value = None
    values: Mapping[str, str] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    when: tuple[When, ...] = ()


@dataclass(frozen=True, slots=True)
class StageColumn:
    """
    Their stage values ↔ our stages, for one object.

    Attributes:
        field: Their field.
        values: Their values by our stage; several may mean one stage, the first is written.
    """

    field: str
    values: Mapping[Stage, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Twin:
    """
    A field in which one system keeps the id of the same person's row in another.

    Attributes:
        system: The other system by the admin's name.
        kind: Its kind, which says how its ids are spelt.
        object: Its object.
        field: Our side's field that holds the id.
    """

    system: str
    kind: str
    object: str
    field: str


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """
    One object of one system, both ways.

    Attributes:
        system: The admin's name of the system.
        object: contact, company, lead …
        columns: What is read.
        stage: None when the object carries no stage.
        write: Our result → their field; results are score names, "total", "stage", "reasons", "top_reason",
            "qualified_at", "agreement".
        owner: Their owner field; empty when the adapter's default holds.
        twins: Where the record names the same person's rows in other systems.
        id: For payloads: path of the sender's own id of the person; empty when it has none.
        at: For payloads: path of the instant at which what it says of the person was true; empty for the event's own.
        each: For payloads: query that finds the list of people inside one body; empty when the body is about one.
    """

    system: str
    object: str
    columns: tuple[Column, ...]
    stage: StageColumn | None = None
    write: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    owner: str = ""
    twins: tuple[Twin, ...] = ()
    id: str = ""
    at: str = ""
    each: str = ""


class By(StrEnum):
    """Whose doing an activity must be to count."""

    PERSON = "person"
    REP = "rep"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class EngagementMapping:
    """
    How one type of engagement is read from one system; exactly one of counter, stamp, object, list is set.

    Attributes:
        system: The admin's name of the system.
        index: Position among the system's engagement mappings, for messages.
        type: What it becomes; SALES_ACTIVITY for what reps do.
        counter: Growing number on the contact: its growth is what happened.
        stamp: Instant on the contact: each new value is one.
        object: Activity rows: meetings, calls, emails.
        list: Name of a list: joining it is one.
        on: Object on which counter and stamp stand; contact unless said.
        at: Field that dates it; for a list the membership's instant, for objects the vendor's own.
        first_value: For a counter: "count" takes the first value whole, "baseline" ignores it.
        attributes: Our attribute → their field.
        by: Who must have done it.
        when: Only rows for which all hold.
        once_per: Several of one type from this source within this span count once; None for each.
        person: Our identifying field → path in the row, where the row itself names the person (webhooks); else empty.
        each: For payloads: query that finds the list of happenings inside one body; empty when the body is one.
        id: For payloads: path of what identifies the happening, a booking's uid; empty when nothing does.
        withdraws: For payloads: it takes the happening of that id and type back instead of telling of one.
    """

    system: str
    index: int
    type: str
    counter: str = ""
    stamp: str = ""
    object: str = ""
    list: str = ""
    on: str = "contact"
    at: str = ""
    first_value: str = "count"
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    by: By = By.ANYONE
    when: tuple[When, ...] = ()
    once_per: timedelta | None = None
    person: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    each: str = ""
    id: str = ""
    withdraws: bool = False


@dataclass(frozen=True, slots=True)
class SystemMapping:
    """
    All mappings of one system.

    Attributes:
        system: The admin's name of the system.
        objects: In the order of the file.
        engagements: In the order of the file.
        payloads: Whether its rows are what it sends by itself: partial, in any order, and naming the person themselves.
    """

    system: str
    objects: tuple[ObjectMapping, ...]
    engagements: tuple[EngagementMapping, ...] = ()
    payloads: bool = False

    def of(self, name: str) -> ObjectMapping | None:
        """Return the mapping of the object called *name*, or None when it is not mapped."""
        return next((one for one in self.objects if one.object == name), None)
