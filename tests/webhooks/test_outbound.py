"""Salesforce's Outbound Messages: who is believed, what is kept, what is hinted at, and what is answered."""

from __future__ import annotations

import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.adapters.incoming import Forged, Genuine
from connector.adapters.salesforce.soap import MOST_ELEMENTS, MOST_NOTIFICATIONS, message_of
from connector.model import CrmRef

from tests.webhooks.outbound import (
    ACCOUNT,
    ADDRESS,
    CONTACT,
    CUSTOM,
    LEAD,
    ORG,
    OTHER_ORG,
    SECRET,
    SESSION,
    arrived,
    door,
    envelope,
    lead_id,
    messages,
    notice_id,
    notification,
    posted,
)

BOMB = (
    "<!DOCTYPE lolz [<!ENTITY lol 'lol'>"
    + "".join(f"<!ENTITY lol{n} '{f'&lol{n - 1 or str()};' * 10}'>" for n in range(1, 10))
    + "]>"
)
DOCTYPES = (
    "<!DOCTYPE x>",
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x [<!ENTITY % y SYSTEM "http://127.0.0.1:9/y.dtd"> %y;]>',
    BOMB,
)
MALFORMED = (
    b"",
    b"no XML",
    b"{",
    b'{"problem": 1',
    b"<a><b></a></b>",
    envelope()[:-20],
    envelope(()),
    b"<a/>",
    envelope().replace(b"2005/09/outbound", b"2005/09/inbound"),
    envelope(((LEAD, "04l"),)),
    envelope((("00Q' OR Id != '", notice_id(1)),)),
    envelope(((LEAD[:-1] + "z", notice_id(1)),)),
    envelope(inside="<Notification/>"),
    envelope(inside=notification(LEAD, "").replace("<Id></Id>", "")),
    envelope(inside=notification(LEAD, notice_id(2), f"<sf:Id>{LEAD}</sf:Id>")),
    envelope(inside=f"<OrganizationId>{ORG}</OrganizationId>"),
    envelope(inside="<a>" * 20 + "</a>" * 20),
    envelope(inside="<a/>" * (MOST_ELEMENTS + 1)),
    envelope([(lead_id(n), notice_id(n)) for n in range(MOST_NOTIFICATIONS + 1)]),
    *(envelope(head=head) for head in DOCTYPES),
    envelope(inside="&nothing;"),
    b'<?xml version="1.0" encoding="rot13"?>' + b"\xff\xfe\x00",
)


def taken(body: bytes) -> Genuine:
    """Return what is made of a message that is believed."""
    verdict = messages().verify(posted(body))
    assert isinstance(verdict, Genuine)
    return verdict


def hinted(body: bytes, objects: frozenset[str] | None = None) -> list[str]:
    """Return whom a message has us read, by what is kept of it."""
    kept = taken(body).body
    assert kept is not None
    return [ref.id for ref in (messages(objects=objects) if objects else messages()).read(arrived(kept)).hints]


def problem(body: bytes) -> str:
    """Return why a message that is believed cannot be read, by what is kept of it."""
    kept = taken(body).body
    assert kept is not None
    assert messages().asked_for(kept, "", {})
    read = messages().read(arrived(kept))
    assert not read.hints
    return "; ".join(read.problems)


def test_a_message_of_the_org_with_the_secret_hints_at_its_rows() -> None:
    """Nothing that it says of them is a record; the id of a notification that comes alone is the delivery's."""
    verdict = taken(envelope())
    assert verdict.id == notice_id(1)
    assert verdict.body is not None
    read = messages().read(arrived(verdict.body))
    assert read.hints == (CrmRef("salesforce", "lead", LEAD),)
    assert (read.records, read.forget, read.problems) == ((), (), ())


@pytest.mark.parametrize("configured", [ORG, ORG[:15]])
@pytest.mark.parametrize("said", [ORG, ORG[:15]])
def test_an_org_is_the_same_in_15_and_18_characters(configured: str, said: str) -> None:
    """Which of the two Salesforce writes depends on where one looks."""
    assert isinstance(messages(configured).verify(posted(envelope(org=said))), Genuine)


@pytest.mark.parametrize("org", [OTHER_ORG, OTHER_ORG[:15], ORG[:15].swapcase()])
@pytest.mark.parametrize("secret", [SECRET, ""])
def test_another_org_is_not_believed(org: str, secret: str) -> None:
    """With the secret or without; ids that differ in case alone are two orgs."""
    assert isinstance(messages(secret=secret).verify(posted(envelope(org=org))), Forged)


@pytest.mark.parametrize("query", ["", "?secret=", "?secret=wrong", f"?Secret={SECRET}", f"?x={SECRET}"])
def test_without_the_secret_nothing_is_believed(query: str) -> None:
    """And nothing is parsed: the reason speaks of the secret, whatever the body is."""
    for body in (envelope(), b"no XML"):
        verdict = messages().verify(posted(body, f"/webhooks/salesforce{query}"))
        assert isinstance(verdict, Forged)
        assert "secret" in verdict.reason


def test_with_the_org_alone_a_message_is_believed_and_what_names_no_org_is_not() -> None:
    """That is the unsigned case, which the configuration warns about."""
    alone = messages(secret="")
    assert (alone.signed, messages().signed) == (False, True)
    assert isinstance(alone.verify(posted(envelope(), "/webhooks/salesforce")), Genuine)
    for body in (b"", b"no XML", b"<a/>", envelope(head=BOMB)):
        assert isinstance(alone.verify(posted(body, "/webhooks/salesforce")), Forged)


def test_a_hundred_notifications_are_a_hundred_hints() -> None:
    """Of fifty rows each, twice: every row is read once, and the order of notifications makes no difference."""
    rows = [(lead_id(n), notice_id(n)) for n in range(MOST_NOTIFICATIONS)]
    assert hinted(envelope(rows)) == [lead_id(n) for n in range(MOST_NOTIFICATIONS)]
    assert taken(envelope(rows)).body == taken(envelope(rows[::-1])).body
    assert taken(envelope(rows)).id == ""
    assert len(hinted(envelope([(lead_id(n % 50), notice_id(n)) for n in range(MOST_NOTIFICATIONS)]))) == 50


def test_ids_are_kept_in_their_long_form() -> None:
    """A row and a notification are the same however they are written."""
    assert taken(envelope(((LEAD[:15], notice_id(1)[:15]),))) == taken(envelope())


def test_people_that_are_mapped_are_asked_for_and_nothing_else() -> None:
    """Accounts, tasks and custom objects change nobody by themselves; a message may hold several kinds."""
    for row in (ACCOUNT, CUSTOM, LEAD.replace("00Q", "00T", 1)[:15]):
        kept = taken(envelope(((row, notice_id(1)),))).body
        assert kept is not None
        assert not messages().asked_for(kept, "", {})
    mixed = envelope(((ACCOUNT, notice_id(1)), (CONTACT, notice_id(2)), (LEAD, notice_id(3))))
    assert hinted(mixed) == [CONTACT, LEAD]
    assert hinted(mixed, frozenset({"lead"})) == [LEAD]
    kept = taken(envelope(((CONTACT, notice_id(1)),))).body
    assert kept is not None
    assert not messages(objects=frozenset({"lead"})).asked_for(kept, "", {})


@pytest.mark.parametrize("body", [envelope(), envelope()[:-20], envelope(head=BOMB), envelope(inside="<a>" * 20)])
def test_nothing_secret_and_nothing_personal_is_kept(body: bytes) -> None:
    """Neither the session id nor a field, of a message that can be read as of one that cannot."""
    kept = taken(body).body
    assert kept is not None
    for secret in (SESSION, "forged@evil.example", "lol"):
        assert secret.encode() not in kept


@pytest.mark.parametrize("body", MALFORMED)
def test_what_cannot_be_read_is_put_aside_with_its_reason(body: bytes) -> None:
    """In one sentence without anything of the message; quickly, however it is made."""
    began = time.monotonic()
    words = problem(body)
    assert time.monotonic() - began < 1
    assert words
    assert "OR Id" not in words
    assert "passwd" not in words


@pytest.mark.parametrize("head", DOCTYPES)
def test_a_document_type_is_refused_before_it_is_looked_at(head: str) -> None:
    """No entity is declared, multiplied or fetched."""
    assert "document type" in problem(envelope(head=head))


def test_two_messages_that_cannot_be_read_are_two() -> None:
    """Each is put aside, also for the same reason."""
    assert taken(b"no XML").body != taken(b"no XML either").body


def test_a_sample_can_be_read_as_it_comes() -> None:
    """`connector webhook test` shows a file, which nobody has kept before."""
    sample = (Path(__file__).parents[2] / "examples" / "webhooks" / "salesforce" / "lead.xml").read_bytes()
    assert messages().asked_for(sample, "text/xml", {})
    assert [ref.object for ref in messages().read(arrived(sample)).hints] == ["lead"]
    assert message_of(sample).organization == ORG


def test_the_door_acknowledges_what_is_stored_and_what_it_knows(tmp_path: Path) -> None:
    """An Ack as Salesforce reads it, for what is new, repeated, about nobody, or not to be read."""
    account = envelope(((ACCOUNT, notice_id(2)),))
    with door(tmp_path) as house:
        for body, kept in ((envelope(), 1), (envelope(), 1), (account, 1), (b"no XML", 2)):
            status, answer, headers = house.ask(ADDRESS, body, headers={"content-type": "text/xml; charset=utf-8"})
            assert (status, headers["content-type"]) == (200, "text/xml; charset=utf-8")
            said = ET.fromstring(answer)  # noqa: S314 - our own answer
            assert said.findtext(".//{http://soap.sforce.com/2005/09/outbound}Ack") == "true"
            assert len(house.kept()) == kept
        results = [result for _, result in house.numbers.results]
        assert results == ["accepted", "repeated", "unasked", "accepted"]
        assert SESSION.encode() not in b"".join(one.body for one in house.kept())
    assert SESSION.encode() not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_the_door_lets_nobody_else_in(tmp_path: Path) -> None:
    """401 for another secret or another org, 409 for another row under a known id: no Ack, nothing stored."""
    with door(tmp_path) as house:
        assert house.ask("/webhooks/salesforce?secret=no", envelope())[0] == 401
        assert house.ask(ADDRESS, envelope(org=OTHER_ORG))[0] == 401
        assert house.kept() == ()
        assert house.ask(ADDRESS, envelope())[0] == 200
        status, answer, _ = house.ask(ADDRESS, envelope(((lead_id(7), notice_id(1)),)))
        assert (status, b"Ack" in answer) == (409, False)
        told = repr([facts for _, facts in house.notes])
        assert SECRET not in told
        assert SESSION not in told


def test_the_door_acknowledges_nothing_that_it_could_not_store(tmp_path: Path) -> None:
    """A full queue is 503, so that Salesforce sends again."""
    with door(tmp_path, room=0) as house:
        status, answer, headers = house.ask(ADDRESS, envelope())
        assert (status, b"Ack" in answer) == (503, False)
        assert headers["retry-after"]
        assert house.kept() == ()


def test_a_hundred_wide_rows_pass_the_bounds(tmp_path: Path) -> None:
    """The colons of XML are no keys of JSON: a message of the largest size is taken."""
    wide = "".join(f"<sf:F{n}>a:b</sf:F{n}>" for n in range(70))
    inside = "".join(notification(lead_id(n), notice_id(n), wide) for n in range(2, 101))
    with door(tmp_path) as house:
        assert house.ask(ADDRESS, envelope(inside=inside))[0] == 200
        assert len(house.kept()) == 1


PIECES = st.sampled_from([
    envelope(),
    b"<",
    b">",
    b"</Notification>",
    b"<Notification>",
    b"<!DOCTYPE x [",
    b"]>",
    b"&lt;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b'{"notifications": [["a", "b"]]}',
    b'{"problem": 1}',
    b'{"notifications": 3}',
    b"{" * 5_000,
    b"[" * 5_000,
]) | st.binary(max_size=30)


@settings(max_examples=150, deadline=1_000)
@given(
    st.lists(PIECES, max_size=6).map(b"".join)
    | st.tuples(st.integers(0, 900), st.binary(max_size=6)).map(
        lambda cut: envelope()[: cut[0]] + cut[1] + envelope()[cut[0] + len(cut[1]) :]
    )
)
def test_whatever_comes_is_refused_put_aside_or_read(body: bytes) -> None:
    """Never an exception; what is kept is read as the message itself is, and says the same each time."""
    for incoming in (messages(), messages(secret="")):
        verdict = incoming.verify(posted(body))
        incoming.read(arrived(body))
        incoming.asked_for(body, "", {})
        if isinstance(verdict, Forged):
            continue
        assert verdict.body is not None
        assert verdict == incoming.verify(posted(body))
        read = incoming.read(arrived(verdict.body))
        assert all(ref.object in {"lead", "contact"} and len(ref.id) == 18 for ref in read.hints)
        assert incoming.asked_for(verdict.body, "", {}) == bool(read.hints or read.problems)
