"""The options of the file, section by section; the long sections stand in `mapping_models` and `agreement_models`."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from connector.config.agreement_models import AgreementTable, TaskTable, TestTable
from connector.config.mapping_models import SystemMappingTable
from connector.config.shapes import Reach
from connector.options import REQUIRED, Declared, Span, Table, option
from connector.secrets import Secret

REQUIRED_SECTIONS: Final = ("timezone", "systems", "home", "fields", "mapping", "agreement", "owners")
"""What no configuration can do without; each with a sentence in `checks.MISSING`."""


class HoursTable(Table):
    """When people are at work; due dates of tasks count these hours."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = option(
        ["mon", "tue", "wed", "thu", "fri"],
        example='["mon", "tue", "wed", "thu", "fri"]',
        says="Open days.",
        shortest=1,
    )
    start: time = option(time(9), key="from", example="09:00:00", says="Local time at which the day begins.")
    end: time = option(time(17, 30), key="to", example="17:30:00", says="Local time at which it ends.")
    holidays: str = option(
        "", example='"DE-BY"', says="Public holidays of a country or one of its regions.", shown="none"
    )
    closed: list[date] = option([], example="[2026-12-24, 2026-12-31]", says="Further days off.")


class StoreTable(Table):
    """Where the connector keeps what it knows."""

    url: str = option(
        "sqlite:///connector.db",
        example='"sqlite:///connector.db"',
        says="Database: sqlite:///FILE from the working directory on, sqlite:////FILE from the root on, or "
        "postgresql://USER@HOST/DATABASE, without a password.",
    )
    password: Secret | None = option(
        None,
        example='{ file = "/run/secrets/database" }',
        says="Password of PostgreSQL's user; left out where the server asks for none or reads it from PGPASSFILE.",
        shown="none",
    )


class ScheduleTable(Table):
    """When `connector run` looks for changes."""

    every: Span = option(timedelta(minutes=5), example='"5 minutes"', says="Pause between two passes.")


class WebTable(Table):
    """The HTTP side of `connector run`: webhooks in, health and figures out."""

    listen: str = option(
        "127.0.0.1:8080",
        example='"127.0.0.1:8080"',
        says="Address and port to listen on; HTTPS is the business of the proxy in front of it.",
    )
    public_url: str = option(
        "",
        example='"https://hooks.acme.example"',
        says="Where senders reach it from outside, without a path; HubSpot's signatures cover it.",
        shown="unknown",
    )
    token: Secret | None = option(
        None,
        example='{ file = "/run/secrets/metrics" }',
        says="Bearer token for /metrics; without one only this machine may read it.",
        shown="none",
    )
    largest: int = option(
        1_048_576, example="1048576", unit="bytes", at_least=1_024, at_most=104_857_600, says="Largest body taken."
    )
    waiting: int = option(
        10_000,
        example="10000",
        unit="deliveries",
        at_least=1,
        at_most=1_000_000,
        says="Most deliveries that may wait to be stored; beyond, senders are asked to come again.",
    )
    per_second: int = option(
        500,
        example="500",
        unit="requests",
        at_least=1,
        at_most=1_000_000,
        says="Requests taken from one address in a second, in the long run; ten times as many may come at once.",
    )


class LogTable(Table):
    """What `connector run` says on standard error."""

    level: Literal["debug", "info", "warning", "error"] = option(
        "info", example='"info"', says="What matters less is left out."
    )
    format: Literal["auto", "json", "console"] = option(
        "auto", example='"json"', says="One JSON object a line, or words for a terminal; auto: words where one is."
    )
    personal_data: Literal["redact", "keep"] = option(
        "redact",
        example='"redact"',
        says="Whether addresses, telephone numbers and names are taken out; secrets always are.",
    )


class SystemTable(Table):
    """One CRM or source; the other options are those of its kind."""

    model_config = ConfigDict(extra="allow")
    kind: str = option(REQUIRED, example='"hubspot"', says="Which adapter speaks to it.", shortest=1)


class HomeTable(Table):
    """Where results go."""

    stages: list[str] = option(
        REQUIRED,
        example='["hubspot"]',
        says="Systems that stages are written to; between two humans the first one wins.",
        shortest=1,
    )
    tasks: str = option(REQUIRED, example='"hubspot"', says="System that tasks are written to.", shortest=1)


class FieldTable(Table):
    """One thing that is known about a person."""

    type: Literal["text", "integer", "decimal", "boolean", "date", "instant", "choice", "email", "list"] = option(
        REQUIRED, example='"integer"', says="What its values are."
    )
    options: list[str] = option(
        [], example='["D", "C", "B-", "B", "A"]', says="For a choice: its values from least to most."
    )
    unit: str = option("", example='"people"', says="What a number counts, for people to read.")


class OwnersTable(Table):
    """Who can get a task; every key but fallback is a pool for the round robin."""

    model_config = ConfigDict(extra="allow")
    OTHERS: ClassVar = (
        "POOL",
        list[str],
        Declared('E-mails of those who share tasks, or "queue: NAME".', '["ann@acme.example", "ben@acme.example"]'),
    )
    __pydantic_extra__: dict[str, list[str]] = Field(init=False)  # type: ignore[mutable-override]

    fallback: str = option(
        REQUIRED,
        example='"sales-lead@acme.example"',
        says='E-mail of who gets what nobody else can take, or "queue: NAME".',
        shortest=1,
    )


class FirstSyncTable(Table):
    """What evidence from before go-live, or before a changed agreement, may cause."""

    stage_changes: Reach = option(
        default=False, example="false", says='Whether it may move stages: true, false, or how far back, "30 days".'
    )
    tasks: Reach = option(default=False, example='"3 days"', says="Whether it may give tasks, or how far back.")


class BrakesTable(Table):
    """Limits above which changes wait until somebody looks; nothing is dropped."""

    stage_changes_per_run: int = option(
        500, example="500", says="Most stages that one pass changes.", unit="stage changes", at_least=0, at_most=10**9
    )
    tasks_per_owner_per_day: int = option(
        20, example="20", says="Most tasks that one owner gets on one day.", unit="tasks", at_least=0, at_most=10**9
    )


class DeliveryTable(Table):
    """How writes go out."""

    quiet: Span = option(
        timedelta(minutes=2),
        example='"2 minutes"',
        says="How long a write with unknown result rests before it is probed.",
    )
    workers: int = option(
        4,
        example="4",
        says="Most requests under way at once, for each system.",
        unit="requests",
        at_least=1,
        at_most=64,
    )


class Document(Table):
    """The whole file."""

    timezone: str | None = option(
        None, example='"Europe/Berlin"', says="Zone in which days, dates and hours are meant.", shown="required"
    )
    language: Literal["en", "de"] = option("en", example='"en"', says="Language of the tasks.")
    hours: HoursTable = option(HoursTable(), says="Business hours.")
    store: StoreTable = option(StoreTable(), says="Where the connector keeps what it knows.")
    schedule: ScheduleTable = option(ScheduleTable(), says="When `connector run` looks for changes.")
    web: WebTable | None = option(None, says="The HTTP side of `connector run`.", shown="on where a system can receive")
    log: LogTable = option(LogTable(), says="What `connector run` says on standard error.")
    systems: dict[str, SystemTable] = option({}, says="The systems, by names of your own.", shown="required")
    home: HomeTable | None = option(None, says="Where stages and tasks are written.", shown="required")
    fields: dict[str, FieldTable] = option({}, says="What is known about a person.", shown="required")
    mapping: dict[str, SystemMappingTable] = option({}, says="What is read and written, by system.", shown="required")
    agreement: AgreementTable | None = option(None, says="When a lead is MQL, when SQL.", shown="required")
    task: list[TaskTable] = option([], says="The tasks that sales gets.")
    owners: OwnersTable | None = option(None, says="Who can get a task.", shown="required")
    first_sync: FirstSyncTable = option(FirstSyncTable(), says="What evidence from before go-live may cause.")
    brakes: BrakesTable = option(BrakesTable(), says="Limits above which changes wait.")
    delivery: DeliveryTable = option(DeliveryTable(), says="How writes go out.")
    tests: list[TestTable] = option([], says="What you expect of the agreement, run by `connector test`.")
