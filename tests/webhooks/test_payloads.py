"""What the mapping makes of payloads: whom they are about, what they did, what is told of them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from connector.mapping.envelopes import MOST_EVENTS
from connector.mapping.payloads import PayloadReader
from connector.mapping.vocabulary import PAYLOAD
from connector.model import PERSON, CrmRef

from tests.webhooks.made import AT, BOOKING, arrived, reader, told

BOOKED = {
    "event": "booked",
    "uid": "b-1",
    "at": "2026-11-20T09:00:00Z",
    "topic": "Pricing",
    "attendee": {"email": "Ann@Buyer.example", "name": "Ann", "company": None},
}


def test_a_booking_is_an_engagement_of_whom_it_names() -> None:
    """Dated by its own path, keyed by its id, with attributes; the address is in lower case."""
    people, (one,), withdrawn = told(reader(), arrived(BOOKED))
    assert people[-1] == ("ann@buyer.example", {"company": None, "email": "ann@buyer.example", "first_name": "Ann"})
    assert (one.type, one.at, dict(one.attributes)) == (
        "meeting_booked",
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        {"topic": "Pricing"},
    )
    assert withdrawn == []


def test_people_come_before_what_they_did_and_carry_it() -> None:
    """The happening hangs on the person's row, so that the store knows whose it is."""
    records = reader().read(arrived(BOOKED)).records
    assert [record.ref.object for record in records][-1] == PAYLOAD
    assert records[-1].parents == (CrmRef("website", PERSON, "ann@buyer.example"),)


def test_a_cancellation_takes_back_the_booking_of_its_id() -> None:
    """By the same key, whoever it names and whether the booking was ever seen."""
    _, (booked,), _ = told(reader(), arrived(BOOKED))
    people, new, withdrawn = told(reader(), arrived({"event": "cancelled", "uid": "b-1"}, id="d2"))
    assert (people, new, withdrawn) == ([], [], [booked.key])


def test_another_id_is_another_booking_and_the_same_id_is_the_same() -> None:
    """Whatever delivery brings it."""
    keys = [
        told(reader(), arrived({**BOOKED, "uid": uid}, id=delivery))[1][0].key
        for uid, delivery in (("b-1", "d1"), ("b-1", "d2"), ("b-2", "d1"))
    ]
    assert keys[0] == keys[1] != keys[2]


def test_without_an_id_the_delivery_names_the_happening() -> None:
    """The same delivery again is the same happening; another one is another."""
    plain = reader(BOOKING.split("[[")[0] + "[[" + BOOKING.split("[[")[1].replace('id = "uid"\n', ""))
    keys = [told(plain, arrived(BOOKED, id=delivery))[1][0].key for delivery in ("d1", "d1", "d2")]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the body is empty"),
        (b"{", "the body is no JSON"),
        (b"[1]", "event 1 of the body is no JSON object"),
        (b"\xff\xfe{", "the body is no JSON"),
        (b"[" * 100_000, "nested too deeply"),
        ({**BOOKED, "attendee": {}}, "it names nobody"),
        ({**BOOKED, "uid": None}, 'nothing that names it stands at "uid"'),
        ({**BOOKED, "at": "yesterday"}, 'at from "at": "yesterday" is not an instant'),
        ({**BOOKED, "attendee": {"email": "x@y.example", "name": {}}}, 'field "first_name" from "attendee.name"'),
        ({**BOOKED, "topic": {"no": "text"}}, 'attribute "topic" from "topic"'),
        ({**BOOKED, "attendee": {"email": "\ud800@y.example"}}, "half a character"),
        ({**BOOKED, "attendee": {"email": "x" * 300 + "@y.example"}}, "too long for a name"),
        ({"event": "cancelled"}, 'nothing that names it stands at "uid"'),
        ([BOOKED, {**BOOKED, "at": []}], "event 2: engagement"),
        ([{}] * (MOST_EVENTS + 1), "more than 5,000"),
        (b"[" + b"0," * 100_001 + b"0]", "more than 100,000 values"),
    ],
)
def test_what_is_asked_for_and_cannot_be_read_is_put_aside_whole(body: object, sentence: str) -> None:
    """With a sentence that says what is wrong; what cannot be parsed counts as asked for."""
    delivery = arrived(body)
    read = reader().read(delivery)
    assert sentence in " ".join(read.problems)
    assert read.records == ()
    assert reader().asked_for(delivery.body, delivery.content_type, delivery.headers)


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (BOOKED, True),
        ({"event": "cancelled", "uid": "b-1"}, True),
        ({"event": "opened"}, False),
        ({"event": "opened", "attendee": {"email": "ann@buyer.example"}}, False),
        ({"event": "opened", "attendee": {"name": "Ann"}}, False),
        ({"event": "opened", "attendee": {"email": "ann@buyer.example", "name": "Ann"}}, True),
        ({"event": "opened", "attendee": {"email": "ann@buyer.example", "company": None}}, True),
        ([{"event": "opened"}, BOOKED], True),
        ([], False),
        (b"not JSON", True),
    ],
)
def test_only_what_the_mapping_asks_for_is_asked_for(body: object, asked: bool) -> None:  # noqa: FBT001 - a column
    """A happening, or something of a person it names beside who they are."""
    delivery = arrived(body)
    assert reader().asked_for(delivery.body, delivery.content_type, delivery.headers) is asked
    assert bool(reader().read(delivery).records or reader().read(delivery).problems) is asked


def test_a_batch_tells_of_each_of_its_events() -> None:
    """In its order, each of its own person."""
    other = {**BOOKED, "uid": "b-2", "attendee": {"email": "ben@buyer.example"}}
    _, engagements, _ = told(reader(), arrived([BOOKED, {"event": "opened"}, other]))
    assert len({one.key for one in engagements}) == 2


EACH = """
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "envelope.kind", equals = "bookings" }
each = "payload.bookings[?state == 'ok']"
person.email = "guest"
at = "at"
attributes = { topic = "envelope.topic", tags = "tags[].name" }
"""


def test_a_list_inside_a_body_is_taken_one_by_one() -> None:
    """By a query; paths begin at each element, and the body is its envelope."""
    body = {
        "kind": "bookings",
        "topic": "Fair",
        "payload": {
            "bookings": [
                {"state": "ok", "guest": "a@x.example", "at": 1795168800, "tags": [{"name": "p"}, {"name": "q"}]},
                {"state": "no", "guest": "b@x.example", "at": 1795168800},
                {"state": "ok", "guest": "c@x.example", "at": "1795168800000", "tags": []},
            ]
        },
    }
    people, engagements, _ = told(reader(EACH), arrived(body))
    assert [name for name, _ in people] == ["a@x.example", "c@x.example"]
    assert [dict(one.attributes) for one in engagements] == [{"topic": "Fair", "tags": "p, q"}, {"topic": "Fair"}]
    assert {one.at for one in engagements} == {datetime(2026, 11, 20, 10, tzinfo=UTC)}
    assert len({one.key for one in engagements}) == 2


CLOUD = """
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "type", equals = "example.booked" }
person.email = "data.email"
"""
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/shop",
    "type": "example.booked",
    "time": "2026-11-20T08:00:00Z",
    "data": {"email": "ann@buyer.example"},
}
BINARY = {
    "ce-specversion": "1.0",
    "ce-id": "e-1",
    "ce-source": "%2Fshop",
    "ce-type": "example.booked",
    "ce-time": "2026-11-20T08:00:00Z",
}


def test_a_cloud_event_is_the_same_in_each_of_its_modes() -> None:
    """Structured, binary, batched, and with its data as base64: one happening, dated by the event."""
    encoded = {**CLOUD_EVENT, "data_base64": base64.b64encode(json.dumps(CLOUD_EVENT["data"]).encode()).decode()}
    del encoded["data"]
    modes = (
        arrived(CLOUD_EVENT, content_type="application/cloudevents+json; charset=utf-8"),
        arrived(CLOUD_EVENT["data"], id="d2", headers=BINARY),
        arrived([CLOUD_EVENT], id="d3", content_type="application/cloudevents-batch+json"),
        arrived(encoded, id="d4", content_type="application/cloudevents+json"),
    )
    (one,) = {(found.key, found.at, found.type) for mode in modes for found in told(reader(CLOUD), mode)[1]}
    assert all(told(reader(CLOUD), mode)[0][0][0] == "ann@buyer.example" for mode in modes)
    assert one[1] == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert all(reader(CLOUD).asked_for(mode.body, mode.content_type, mode.headers) for mode in modes)


FORM = """
[mapping.website.person]
email = "data[email]"
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "type", equals = "subscribe" }
person.email = "data.email"
at = "join('', [fired_at, 'Z'])"
attributes = { name = "data.merges.FNAME", all = "data.groups" }
"""


def test_a_form_is_read_by_the_paths_that_its_keys_spell() -> None:
    """Nested keys, repeated keys, percent signs; a query mends an instant without a zone."""
    body = (
        b"type=subscribe&fired_at=2026-11-20+08%3A30%3A00&data%5Bemail%5D=ann%40buyer.example"
        b"&data[merges][FNAME]=Ann&data[groups][]=a&data[groups][]=b&odd[=1&x=1&x[y]=2"
    )
    mapping = FORM.replace('[mapping.website.person]\nemail = "data[email]"\n', "")
    ((name, values),), (one,), _ = told(
        reader(mapping), arrived(body, content_type="application/x-www-form-urlencoded; charset=UTF-8")
    )
    assert (name, values) == ("ann@buyer.example", {"email": "ann@buyer.example"})
    assert (one.at, dict(one.attributes)) == (
        datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        {"name": "Ann", "all": "a, b"},
    )


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2026-11-20T10:00:00+02:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (1795161600, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (1795161600.5, datetime(2026, 11, 20, 8, 0, 0, 500_000, tzinfo=UTC)),
        ("1795161600", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (1795161600000, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        (None, AT),
        ("2027-11-20T10:00:00Z", AT),
    ],
)
def test_an_instant_is_read_in_each_form_and_lies_never_ahead(raw: object, at: datetime) -> None:
    """ISO, seconds or milliseconds; what is missing or in the future is when it was received."""
    _, (one,), _ = told(reader(), arrived({**BOOKED, "at": raw}))
    assert one.at == at


IDS = """
[mapping.website.person]
id = "user"
at = "sent"
email = "email"
first_name = "name"
interests = "tags[]"
[mapping.website.person.same_as]
hubspot = { contact = "hubspot_id" }
[[mapping.website.engagement]]
type = "meeting_booked"
when = { path = "event", equals = "booked" }
"""


def test_an_id_and_an_address_are_two_rows_of_one_person() -> None:
    """What is told stands on the id's row, which names the other; ids of other systems are named as well."""
    by = reader(IDS)
    read = by.read(arrived({"event": "x", "user": 42, "email": "a@x.example", "name": "A", "hubspot_id": "7"}))
    carrying, address = read.records
    assert (carrying.ref.id, address.ref.id) == ("42", "a@x.example")
    reading = by.rows.take(carrying, {}, AT).reading
    assert reading.email == ""
    assert set(reading.twins) == {address.ref, CrmRef("hubspot", "contact", "7")}
    other = by.rows.take(address, {}, AT)
    assert (other.reading.email, other.told and dict(other.told.values)) == ("a@x.example", {})


def test_an_id_that_is_an_address_is_one() -> None:
    """However it is spelt: it and the address beside it are one row."""
    people, _, _ = told(reader(IDS), arrived({"user": "Ann@X.example", "email": "ann@x.example", "name": "A"}))
    assert [name for name, _ in people] == ["ann@x.example"]


def test_absence_says_nothing_null_empties_and_a_blank_form_field_says_nothing() -> None:
    """A person is told of bit by bit."""
    by = reader(IDS)
    for body, values in (
        ({"name": "A"}, {"first_name": "A"}),
        ({"name": None}, {"first_name": None}),
        ({"name": " ", "tags": ["x"]}, {"interests": ("x",)}),
    ):
        (_, found), *_ = told(by, arrived({"user": "42", **body}))[0]
        assert found == values


def test_what_a_sender_writes_under_our_own_keys_is_not_heard() -> None:
    """Nobody says for us which mapping reads a payload, or whom an id stands for."""
    forged = {"user": "42", "name": "A", "connector:bare": True, "connector:address": "boss@acme.example"}
    ((name, values),), _, _ = told(reader(IDS), arrived(forged))
    assert (name, values) == ("42", {"first_name": "A"})


def test_several_people_at_one_place_are_refused_with_advice() -> None:
    """One of them would be taken by chance."""
    mapping = CLOUD.replace('"data.email"', '"data.guests[].email"')
    body = {"type": "example.booked", "data": {"guests": [{"email": "a@x.example"}, {"email": "b@x.example"}]}}
    assert "take them one by one with `each`" in reader(mapping).read(arrived(body)).problems[0]
    alone = {"type": "example.booked", "data": {"guests": [{"email": "a@x.example"}]}}
    assert reader(mapping).read(arrived(alone)).problems == ()


def test_reading_again_gives_the_same() -> None:
    """Nothing depends on when it is read."""
    by: PayloadReader = reader()
    assert by.read(arrived(BOOKED)) == by.read(arrived(BOOKED))
