"""The options of `[mapping…]`: which of their fields are ours, and what counts as engagement."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from connector.config.shapes import Values, Words, found
from connector.options import REQUIRED, Declared, Span, Table, option, wrong

RESULTS: Final = ("total", "stage", "reasons", "top_reason", "qualified_at", "agreement")
"""What can be written back beside the scores that the agreement names."""


class WhenTable(Table):
    """A condition on the raw record."""

    path: str = option(
        REQUIRED, example='"hs_email_direction"', says="Their field, or a dotted path into a nested record.", shortest=1
    )
    equals: Values = option((), example='["INCOMING_EMAIL"]', says="The value is this, or one of these.")
    differs: Values = option((), example='"CANCELED"', says="The value is not this, and none of these.")
    is_set: bool | None = option(
        None, example="true", says="The value is there (true), or is not (false).", shown="not asked"
    )


def _whens(given: object) -> object:
    """Return one condition as a list of one."""
    return [given] if isinstance(given, dict) else given


Whens = Annotated[list[WhenTable], BeforeValidator(_whens, json_schema_input_type=WhenTable | list[WhenTable])]
"""One condition or several that must all hold."""


class ColumnTable(Table):
    """How one of our fields is read from one of theirs."""

    path: str = option(
        REQUIRED, key="from", example='"jobtitle"', says="Their field, or a dotted path into a record.", shortest=1
    )
    default: str | int | float | bool | None = option(
        None, example='""', says="Stands in where their field is empty.", shown="the field stays empty"
    )
    values: dict[str, str] = option(
        {}, example='{ "1-10" = "small" }', says="Their value = our value; once given, any other value is a problem."
    )
    when: Whens = option(
        [],
        kind="one or several tables",
        example='{ path = "country", equals = "DE" }',
        says="Only read where this holds.",
    )


def _columns(given: object) -> object:
    """Return a field's name, a column, or a list of them as a list of columns."""
    if isinstance(given, str):
        return [{"from": given}]
    if isinstance(given, dict):
        return [given]
    if isinstance(given, list) and given:
        return [{"from": one} if isinstance(one, str) else one for one in given]
    raise wrong(f"a field of theirs was expected, not {found(given)}.", 'Write "jobtitle", or { from = "jobtitle" }.')


Columns = Annotated[
    list[ColumnTable],
    BeforeValidator(_columns, json_schema_input_type=str | ColumnTable | list[str | ColumnTable]),
]
"""Where one of our fields comes from; of several columns the first that is not empty counts."""


def _stage(name: str, example: str) -> Any:  # noqa: ANN401 - typed by the annotations it stands beside
    """Return the option for one stage."""
    return option((), example=example, says=f"Their value for {name}; of several the first is the one that is written.")


class StageTable(Table):
    """Their stage values and ours, for one object."""

    field: str = option(REQUIRED, example='"lifecyclestage"', says="Their field that holds the stage.", shortest=1)
    subscriber: Words = _stage("a subscriber", '"subscriber"')
    lead: Words = _stage("a lead", '"lead"')
    mql: Words = _stage("a marketing-qualified lead", '"marketingqualifiedlead"')
    sql: Words = _stage("a sales-qualified lead", '"salesqualifiedlead"')
    opportunity: Words = _stage("an opportunity", '"opportunity"')
    customer: Words = _stage("a customer", '"customer"')
    evangelist: Words = _stage("an evangelist", '"evangelist"')
    disqualified: Words = _stage("somebody sales has turned down", '"disqualified"')
    other: Words = _stage("whatever stands beside the ladder", '"other"')


class ObjectTable(Table):
    """One object of one system, both ways; every key that is none of these is one of our fields."""

    model_config = ConfigDict(extra="allow")
    OTHERS: ClassVar = (
        "FIELD",
        Columns,
        Declared(
            "Our field = their field; a list is read until a value is found.",
            '{ from = "jobtitle", default = "" }',
            kind="text, table or list of these",
        ),
    )
    __pydantic_extra__: dict[str, Columns] = Field(init=False)  # type: ignore[mutable-override]

    stage: StageTable | None = option(None, says="Where this object's stage stands, and what its values mean.")
    write: dict[str, str] = option(
        {},
        example='{ engagement = "connector_engagement", reasons = "connector_reasons" }',
        says="Our result = their field: a score by its name, "
        + ", ".join(RESULTS)
        + "; what is left out is not written.",
    )
    owner: str = option(
        "", example='"hubspot_owner_id"', says="Their field with the owner.", shown="the one the vendor always has"
    )
    same_as: dict[str, dict[str, str]] = option(
        {},
        example='{ salesforce = { lead = "salesforceleadid", contact = "salesforcecontactid" } }',
        says="Another system, its objects = their fields that hold the id of the same person's row over there; "
        "such ids join before the e-mail address does.",
        shown="HubSpot's own Salesforce sync, where one system of each kind is configured",
    )

    id: str = option(
        "",
        example='"data.contact.id"',
        says="For webhooks: path of the sender's own id of the person; both it and the address lead to them.",
        shown="people are told apart by their address",
    )
    at: str = option(
        "",
        example='"data.updated_at"',
        says="For webhooks: path of the instant at which this was true; of two words on one field the later stands.",
        shown="the event's own instant",
    )
    each: str = option(
        "",
        example='"contacts[]"',
        says="For webhooks: JMESPath that finds the list of people inside one body.",
        shown="a body is about one person",
    )


class EngagementTable(Table):
    """How one type of engagement is read; exactly one of counter, stamp, object and list is given."""

    type: str = option(
        REQUIRED,
        example='"form_submitted"',
        says='Our word for what happened; "sales_activity" is what a rep did, and never gives points.',
        shortest=1,
    )
    counter: str = option(
        "", example='"hs_analytics_num_page_views"', says="Their growing number: its growth is what happened."
    )
    stamp: str = option("", example='"recent_conversion_date"', says="Their date: each new value is one happening.")
    object: str = option("", example='"meetings"', says="Their activity rows: each row is one happening.")
    list_: str = option("", key="list", example='"Newsletter"', says="Name of their list: joining it is one happening.")
    on: str = option("contact", example='"contact"', says="Object that counter or stamp stand on.")
    at: str = option(
        "",
        example='"hs_analytics_last_timestamp"',
        says="Their field that dates it.",
        shown="the vendor's own date of the row",
    )
    first_value: Literal["count", "baseline"] = option(
        "count",
        example='"baseline"',
        says='Whether a counter\'s first value counts whole ("count") or not ("baseline").',
    )
    attributes: dict[str, str] = option(
        {},
        example='{ form = "recent_conversion_event_name" }',
        says="Our attribute = their field; criteria ask for them with `where`.",
    )
    by: Literal["person", "rep", "anyone"] = option(
        "anyone", example='"person"', says="Whose doing it must be to count."
    )
    when: Whens = option(
        [],
        kind="one or several tables",
        example='{ path = "event", equals = "booking.created" }',
        says="Only rows for which this holds.",
    )
    once_per: Span | None = option(
        None, example='"1 hour"', says="Several from this source within this span count once.", shown="each counts"
    )
    person: dict[str, str] = option(
        {},
        example='{ email = "data.attendee.email" }',
        says="For webhooks: our identifying field = path in the payload that names the person; an e-mail field for the "
        "address, `id` or any other field for the sender's own id.",
        shown="as [mapping.SYSTEM.person] names them",
    )
    each: str = option(
        "",
        example='"events[]"',
        says="For webhooks: JMESPath that finds the list of happenings inside one body; paths then begin at each of "
        "them, and `envelope` is the whole body.",
        shown="a body is one happening",
    )
    id: str = option(
        "",
        example='"payload.uid"',
        says="For webhooks: path of what identifies the happening, a booking's uid: told again it is the same one.",
        shown="each delivery tells of another",
    )
    withdraws: bool = option(
        default=False,
        example="true",
        says="For webhooks: takes the happening of that id and type back, in whatever order the two arrive.",
    )


class SystemMappingTable(Table):
    """Everything that is read from and written to one system; every key but engagement is an object of the vendor."""

    model_config = ConfigDict(extra="allow")
    OTHERS: ClassVar = ("OBJECT", ObjectTable, Declared("One object of the vendor: contact, company, lead …"))
    __pydantic_extra__: dict[str, ObjectTable] = Field(init=False)  # type: ignore[mutable-override]

    engagement: list[EngagementTable] = option([], says="What counts as engagement, one table for each source.")
