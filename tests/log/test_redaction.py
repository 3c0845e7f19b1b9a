"""What must not be seen is taken out of every text, in every form it comes in; what may be seen stays."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, quote_plus

import pytest

from connector.adapters.http import words
from connector.redaction import KNOWN, Redactor
from connector.secrets import DOTS, Secret

from tests import canaries
from tests.canaries import CLIENT_SECRET, EMAIL, FIRST, LAST, PERSONAL, PHONE, SECRETS, found

HELD = tuple(Secret(one) for one in SECRETS)
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "percent": lambda one: quote(one, safe=""),
    "lower percent": lambda one: quote(one, safe="").lower(),
    "form": quote_plus,
    "base64": lambda one: base64.b64encode(one.encode()).decode(),
    "urlsafe": lambda one: base64.urlsafe_b64encode(one.encode()).decode(),
    "basic": lambda one: "Basic " + base64.b64encode(f"id:{one}".encode()).decode(),
    "second place": lambda one: base64.b64encode(f"a{one}b".encode()).decode(),
    "third place": lambda one: base64.b64encode(f"ab{one}b".encode()).decode(),
    "json": json.dumps,
    "json in json": lambda one: json.dumps(json.dumps(one)),
    "escaped letters": lambda one: "".join(f"\\u{ord(letter):04x}" for letter in one),
    "one escaped letter": lambda one: f"\\u{ord(one[0]):04x}{one[1:]}",
    "slashes": lambda one: one.replace("/", "\\/"),
    "html": html.escape,
    "hex": lambda one: one.encode().hex(),
    "repr": repr,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_a_held_secret_is_never_shown(secret: str, form: str) -> None:
    """Wherever it stands in a text, and also when personal data are kept."""
    shown = FORMS[form](secret)
    for text in (shown, f"refused: {shown}.", f"/a/{shown}/b", f'{{"said": {json.dumps(shown)}}}'):
        for keep in (False, True):
            redacted = Redactor(keep_personal=keep).text(text)
            assert found(redacted, SECRETS) == []
            assert DOTS in redacted


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hiddenvalue1",
        "{'authorization': 'Basic hiddenvalue1'}",
        "('Cookie', 'sid=hiddenvalue1; x=y')",
        "Set-Cookie: a=hiddenvalue1; Path=/",
        '{"access_token": "hiddenvalue1"}',
        '{\\"refresh_token\\":\\"hiddenvalue1\\"}',
        "grant_type=x&client_secret=hiddenvalue1&a=b",
        "client_secret%3Dhiddenvalue1",
        "https://h.example/x?hapikey=hiddenvalue1",
        "https://h.example/x?sig=hiddenvalue1",
        "https://user:hiddenvalue1@h.example/x",
        "password = hiddenvalue1",
        "assertion=hiddenvalue1",
        "pat-na1-0123abcd-hiddenvalue1",
        "whsec_hiddenvalue1",
        "00D5g000004TestE!hiddenvalue1.AQ",
        "eyJhiddenvalue1.eyJzdWIiOiJ4.c2ln",
        "-----BEGIN PRIVATE KEY-----\nhiddenvalue1\n-----END PRIVATE KEY-----",
        "X-HubSpot-Signature-v3: hiddenvalue1",
    ],
)
def test_what_looks_like_a_secret_is_not_shown(text: str) -> None:
    """Nobody has told us of it: its key or its shape does."""
    assert "hiddenvalue1" not in Redactor(keep_personal=True).text(text)


@pytest.mark.parametrize("form", ["plain", "upper", "percent", "base64", "json", "escaped letters", "second place"])
def test_an_address_is_never_shown(form: str) -> None:
    """In a vendor's sentence, a path or a payload; unless personal data are kept."""
    text = f"Contact already exists: {FORMS[form](EMAIL)}."
    assert found(Redactor().text(text)) == []
    if form != "upper":
        assert EMAIL in found(Redactor(keep_personal=True).text(text))


@pytest.mark.parametrize(
    "number", [PHONE, "+1 (415) 555-0134", "(030) 901820-11", "0151 23456789", "415-555-0134", quote(PHONE)]
)
def test_a_telephone_number_is_never_shown(number: str) -> None:
    """International or as people write it at home."""
    text = f"The value {number} is not valid"
    shown = Redactor().text(text)
    assert number not in shown
    assert "<phone " in shown
    assert Redactor(keep_personal=True).text(text) == text


def test_what_stands_under_a_person_s_field_is_not_shown() -> None:
    """In a payload as text, in a query and in a table; also under the columns that a mapping names."""
    redactor = Redactor(fields=["Spitzname__c"])
    for text in (
        f'{{"firstname": "{FIRST}", "a": 1}}',
        f"{{'lastname': '{LAST}'}}",
        f'{{\\"Spitzname__c\\": \\"{FIRST}\\"}}',
        f'{{"firstname": "a\\"{FIRST}", "a": 1}}',
        f'{{"firstname": "{FIRST}',
        f"?firstname={FIRST}&a=b",
    ):
        assert found(redactor.text(text)) == []
        assert found(Redactor(keep_personal=True).text(text)) != []
    assert found(json.dumps(redactor.facts({"a": {"lastname": LAST, "phone": PHONE}}))) == []


def test_what_is_known_of_a_person_is_not_repeated() -> None:
    """A vendor quotes what we sent; the words that are ours stay."""
    facts = Redactor().facts({"reason": f"{FIRST} {LAST.upper()} is no owner", KNOWN: (FIRST, LAST, "no")})
    assert found(str(facts)) == []
    assert KNOWN not in facts
    assert "is" in str(facts["reason"])
    assert Redactor(keep_personal=True).facts({"reason": FIRST, KNOWN: (FIRST,)}) == {"reason": FIRST}


def test_values_below_a_key_that_names_a_secret_are_dots() -> None:
    """Whatever they look like; a Secret is dots anywhere."""
    facts = Redactor().facts({"token": "short", "more": {"client_secret": 5}, "it": [Secret("another-one")]})
    assert facts == {"token": DOTS, "more": {"client_secret": DOTS}, "it": [DOTS]}


@pytest.mark.parametrize(
    "text",
    [
        "hubspot: 400 PROPERTY_DOESNT_EXIST; correlation id 1b2c3d4e-0000-4111-8222-123456789012",
        "GET /crm/objects/2026-03/contacts/12345678901?limit=100&archived=false",
        "2026-11-24T12:19:02.123+00:00",
        "Check the token in the configuration: it is wrong, expired or revoked.",
        "003Qy00000ABCDEIA4 cannot be written: FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "k7m2p9q4r6s8t1u3v5w7x9y2z4",
        "http://127.0.0.1:8080",
        "connection to api.hubapi.com timed out after 12.5 s",
    ],
)
def test_ids_and_the_vendor_s_words_stay(text: str) -> None:
    """Support asks for them."""
    assert Redactor().text(text) == text


def test_values_become_words_of_json() -> None:
    """Instants, spans and what has no word of its own; what nests without end is cut."""
    deep: list[object] = []
    deep.append(deep)
    facts = Redactor().facts({
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "after": timedelta(seconds=2),
        "n": None,
        "d": deep,
    })
    assert facts["at"] == "2026-01-02T00:00:00+00:00"
    assert facts["after"] == 2
    assert "…" in json.dumps(facts["d"], ensure_ascii=False)


def test_the_same_value_has_the_same_mark_and_another_process_another() -> None:
    """Lines about one person meet; nobody works the address out by trying."""
    one, other = Redactor(), Redactor()
    assert one.text(EMAIL) == one.text(EMAIL) != one.text("x" + EMAIL)
    assert one.text(EMAIL) != other.text(EMAIL)


def test_a_secret_across_the_cut_is_not_shown() -> None:
    """A long text is cut after it was redacted, not before."""
    for short in range(1, 40):
        shown = Redactor().text("." * (16_384 - short) + " " + CLIENT_SECRET + " " * 9_000)
        assert CLIENT_SECRET[:6] not in shown
        assert len(shown) <= 16_385


@pytest.mark.parametrize(
    "text",
    [
        "a" * 99_999,
        "@" * 99_999,
        "a@" * 50_000,
        "+4 " * 30_000,
        "\\u00" * 20_000,
        '"email":"' * 9_000,
        "token" * 20_000,
        "a." * 40_000 + "@",
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Whatever a stranger sends: far from a second, also on a busy machine."""
    began = time.process_time()
    Redactor().text(text)
    assert time.process_time() - began < 0.5


def test_a_vendor_s_words_are_without_any_secret_before_they_are_stored() -> None:
    """Also those of another system, and encoded: what is stored is what `status` shows."""
    for secret in SECRETS:
        for form in FORMS.values():
            assert found(words(f"no: {form(secret)}"), SECRETS) == []


def test_the_canaries_are_found_in_every_form() -> None:
    """A search that finds nothing would let everything through."""
    for canary in SECRETS + PERSONAL:
        for name in ("plain", "upper", "percent", "base64", "second place", "third place", "json", "escaped letters"):
            assert canary in found(f"x {FORMS[name](canary)} y"), name
    assert canaries.found("nothing of the kind") == []
