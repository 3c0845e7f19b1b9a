"""Whatever bytes arrive, reading them neither raises nor takes long, and says the same every time."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.mapping.payloads import PayloadReader

from tests.webhooks.made import arrived, reader
from tests.webhooks.test_payloads import CLOUD, EACH, FORM, IDS

READERS: tuple[PayloadReader, ...] = (
    reader(),
    reader(EACH),
    reader(CLOUD),
    reader(IDS),
    reader(FORM.replace('email = "data[email]"', 'email = "data.email"')),
)
WORDS = st.sampled_from([
    *("event", "uid", "at", "attendee", "email", "name", "data", "type", "payload", "bookings", "kind", "user", "sent"),
    *("specversion", "id", "source", "time", "data_base64", "tags", "booked", "cancelled", "1.0", "bookings", "ok"),
    *("example.booked", "ann@buyer.example", "2026-11-20T10:00:00Z", "9" * 400, "\ud800", "\0", ""),
])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=30,
)
TYPES = st.sampled_from([
    *("application/json", "", "application/x-www-form-urlencoded", "application/cloudevents+json", "text/plain; x"),
])
HEADERS = st.dictionaries(
    st.sampled_from(["ce-specversion", "ce-id", "ce-type", "ce-time", "ce-source"]), st.text(max_size=9)
)
SETTINGS = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def is_read(body: bytes, content_type: str, headers: dict[str, str]) -> None:
    """Check that every reader lives through a delivery and keeps its word about it."""
    for by in READERS:
        delivery = arrived(body, content_type=content_type, headers=headers)
        asked = by.asked_for(body, content_type, headers)
        read = by.read(delivery)
        assert by.read(delivery) == read or "nan" in repr(read)
        assert not (read.records and read.problems)
        assert asked or not (read.records or read.problems), "what is not asked for says nothing"


@SETTINGS
@given(body=JSON, content_type=TYPES, headers=HEADERS)
def test_any_json_is_lived_through(body: object, content_type: str, headers: dict[str, str]) -> None:
    """Of any shape, with words that mean something in odd places."""
    is_read(json.dumps(body).encode("utf-8", "surrogatepass"), content_type, headers)


@SETTINGS
@given(
    body=st.binary(max_size=200) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    content_type=TYPES,
)
def test_any_bytes_are_lived_through(body: bytes, content_type: str) -> None:
    """JSON or not, a form or not."""
    is_read(body, content_type, {})


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[" + b"{}," * 340_000 + b"{}]",
        b'{"payload":{"bookings":[' + b"1," * 500_000 + b"1]}}",
        b'{"payload":{"bookings":[' + b"1," * 99_000 + b"1]}}",
        b'{"payload":{"bookings":' + b"[" * 900 + b"]" * 900 + b"}}",
        b"1" * 1_000_000,
        b'{"event":"booked","at":' + b"9" * 4_000 + b',"uid":1,"attendee":{"email":"a@x.example"}}',
        b'{"event":"booked","uid":"' + b"x" * 900_000 + b'","attendee":{"email":"a@x.example"}}',
        json.dumps([
            {"event": "booked", "uid": n, "attendee": {"email": f"{n}@x.example"}} for n in range(5000)
        ]).encode(),
        b"a[b]" * 200_000,
        b"&".join(b"a%d[b]=1" % n for n in range(50_000)),
        b"a" + b"[b]" * 300_000 + b"=1",
    ],
    ids=range(13),
)
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_mebibyte_of_malice_takes_less_than_a_second(body: bytes, content_type: str) -> None:
    """Deep, long, many: refused or read, at once."""
    for by in READERS[:3]:
        started = time.process_time()
        by.asked_for(body, content_type, {})
        by.read(arrived(body, content_type=content_type))
        assert time.process_time() - started < 1
