"""Mappings of payloads written as an admin would, and deliveries for them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from connector.config.load import load
from connector.config.nouns import Config
from connector.mapping.arrived import Arrived
from connector.mapping.payloads import PayloadReader
from connector.model import Engagement, Value

AT = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
"""When every delivery is received unless a test says otherwise."""
HEAD = """
timezone = "Europe/Berlin"
[store]
url = "sqlite:///unused.db"
[systems.hubspot]
kind = "hubspot"
token = { env = "HUBSPOT_TOKEN" }
[systems.website]
kind = "webhook"
secret = { env = "WEBSITE_SECRET" }
[home]
stages = ["hubspot"]
tasks = "hubspot"
[fields]
email = { type = "email" }
first_name = { type = "text" }
company = { type = "text" }
employees = { type = "integer" }
interests = { type = "list" }
[mapping.hubspot.contact]
email = "email"
first_name = "firstname"
[mapping.hubspot.contact.stage]
field = "lifecyclestage"
lead = "lead"
mql = "marketingqualifiedlead"
sql = "salesqualifiedlead"
"""
TAIL = """
[agreement]
version = "v1"
effective = 2026-10-01
marketing = "M"
sales = "S"
[[agreement.rule]]
score = "intent"
name = "Books"
when = { engagement = "meeting_booked", within = "60 days" }
points = 40
[agreement.sql]
score = "intent"
at_least = 40
[[task]]
name = "new-sql"
on = { stage = "sql" }
subject = "Call {first_name}: {top_reason}"
due = "4 business hours"
owner = "fallback"
[owners]
fallback = "sales-lead@acme.example"
"""
BOOKING = """
[mapping.website.person]
email = "attendee.email"
first_name = "attendee.name"
company = "attendee.company"
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "event", equals = ["booked", "moved"] }
id = "uid"
at = "at"
attributes = { topic = "topic" }
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "event", equals = "cancelled" }
id = "uid"
withdraws = true
"""
SECRETS = {"HUBSPOT_TOKEN": "t", "WEBSITE_SECRET": "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}


def configured(mapping: str = BOOKING, changes: Mapping[str, str] | None = None) -> Config:
    """Return a configuration in which the website's payloads are read by *mapping*."""
    text = HEAD + mapping + TAIL
    for before, after in (changes or {}).items():
        if before not in text:
            message = f"the configuration has no {before!r}"
            raise ValueError(message)
        text = text.replace(before, after)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(text, encoding="utf-8")
        loaded = load(path, SECRETS)
    if loaded.config is None:
        raise ValueError([f"{problem.path}: {problem.message}" for problem in loaded.problems])
    return loaded.config


def reader(mapping: str = BOOKING) -> PayloadReader:
    """Return the reader of the website's payloads."""
    config = configured(mapping)
    return PayloadReader(config.mappings["website"], config.fields)


def arrived(
    body: object,
    *,
    id: str = "d1",  # noqa: A002 - the delivery's own word
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
    at: datetime = AT,
) -> Arrived:
    """Return a delivery of *body*: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrived(id, raw, content_type, at, headers or {})


def told(
    read_by: PayloadReader, delivery: Arrived
) -> tuple[list[tuple[str, dict[str, Value]]], list[Engagement], list[str]]:
    """Return the people of a delivery with what is told of them, what they did, and which keys are taken back."""
    read = read_by.read(delivery)
    if read.problems:
        raise ValueError(read.problems)
    people: list[tuple[str, dict[str, Value]]] = []
    engagements: list[Engagement] = []
    withdrawn: list[str] = []
    for record in read.records:
        mapped = read_by.rows.take(record, {}, AT)
        if mapped.told is not None:
            people.append((record.ref.id, dict(mapped.told.values)))
        engagements += mapped.happenings.new
        withdrawn += mapped.happenings.withdrawn
    return people, engagements, withdrawn
