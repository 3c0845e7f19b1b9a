"""Tokens of Salesforce: asked for once, renewed once by one thread, never in a storm, never shown."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from urllib3 import HTTPResponse

from connector.adapters.salesforce.payload import Answer, Lost
from connector.commands import Rank
from connector.secrets import Secret

from tests.adapters.front_desk import (
    BASE,
    CLIENT,
    EXPIRED,
    PASSWORD,
    PATCH,
    QUERY,
    ROWS,
    TOKEN,
    Sent,
    down,
    in_turn,
    reply,
    rows,
    wired,
    yes,
)
from tests.clock import START, VirtualClock

KEY: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
PEM: Final = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
WRONG_KIND: Final = [
    {"message": "This session is not valid for use with the REST API", "errorCode": "INVALID_SESSION_ID"}
]
XML: Final = "<response><faultcode>LOGIN_OAUTH_INVALID_TOKEN</faultcode><faultstring>no JSON</faultstring></response>"


def refused(_: Sent) -> HTTPResponse:
    """Refuse every token as expired."""
    return reply(401, EXPIRED)


def test_one_token_serves_all_calls() -> None:
    """It is asked for at the org's own address, by a form, before the first call and never on a timer."""
    clock = VirtualClock()
    wire, desk = wired(rows, clock=clock)
    assert desk.asked == []
    for _ in range(3):
        wire.read(QUERY, Rank.READ)
        clock.advance(timedelta(hours=3))
    (asked,) = desk.asked
    assert (asked.method, asked.url) == ("POST", f"{BASE}/services/oauth2/token")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.form == {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": PASSWORD}
    assert "Authorization" not in asked.headers


def test_a_private_key_signs_instead_of_a_secret() -> None:
    """The assertion names app, user, audience and an end three minutes ahead, as a number."""
    wire, desk = wired(rows, client_secret=None, private_key=Secret(PEM), username="connector@acme.com")
    wire.read(QUERY, Rank.READ)
    form = desk.asked[0].form
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = jwt.decode(
        form["assertion"],
        KEY.public_key(),
        algorithms=["RS256"],
        audience="https://login.salesforce.com",
        options={"verify_exp": False},
    )
    assert (claims["iss"], claims["sub"]) == (CLIENT, "connector@acme.com")
    assert claims["exp"] == int((START + timedelta(minutes=3)).timestamp())


@pytest.mark.parametrize("pem", ["no key at all", PEM.replace("MII", "XXX", 1), PEM[:200]])
def test_a_key_that_cannot_sign_says_so_without_its_words(pem: str) -> None:
    """The signing library quotes what it was given; we do not."""
    wire, desk = wired(rows, client_secret=None, private_key=Secret(pem), username="u")
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert (error.kind, desk.asked) == ("credentials", [])
    assert "no RSA private key" in error.reason
    assert pem[:40] not in repr(error) + repr(error.__cause__)


def test_an_expired_token_is_renewed_once_and_the_call_replayed() -> None:
    """Two tokens, two calls; the next call uses the new one."""
    wire, desk = wired(in_turn([reply(401, EXPIRED), reply(200, ROWS), reply(200, ROWS)]))
    assert wire.read(QUERY, Rank.READ).status == 200
    wire.read(QUERY, Rank.READ)
    assert [one.token for one in desk.sent] == [f"{TOKEN}1", f"{TOKEN}2", f"{TOKEN}2"]


def test_a_token_that_ends_again_and_again_is_renewed_each_time() -> None:
    """What was good for an answer is no doubtful token when it ends hours later."""
    clock = VirtualClock()
    answers = [reply(200, ROWS), *(reply(*each) for _ in range(3) for each in ((401, EXPIRED), (200, ROWS)))]
    wire, desk = wired(in_turn(answers), clock=clock)
    for _ in range(4):
        assert wire.read(QUERY, Rank.READ).status == 200
        clock.advance(timedelta(hours=3))
    assert len(desk.asked) == 4


def test_a_permanent_refusal_ends_after_two_tokens_and_no_storm_follows() -> None:
    """However often is asked, no token is had until the pause has passed, then one, and the pause grows."""
    clock = VirtualClock()
    wire, desk = wired(refused, clock=clock)
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert (error.kind, len(desk.asked), len(desk.sent)) == ("credentials", 2, 2)
    assert "INVALID_SESSION_ID" in error.reason
    for _ in range(50):
        assert down(lambda: wire.read(QUERY, Rank.READ)).kind == "credentials"
        assert down(lambda: wire.write(PATCH, yes)).kind == "credentials"
    assert (len(desk.asked), len(desk.sent)) == (2, 2)
    clock.advance(timedelta(minutes=1))
    down(lambda: wire.read(QUERY, Rank.READ))
    assert (len(desk.asked), len(desk.sent)) == (3, 3)
    clock.advance(timedelta(minutes=1))
    down(lambda: wire.read(QUERY, Rank.READ))
    assert len(desk.asked) == 3
    clock.advance(timedelta(minutes=1))
    desk.answer = rows
    assert wire.read(QUERY, Rank.READ).status == 200
    assert len(desk.asked) == 4


def test_a_write_under_a_refused_token_is_certainly_not_performed() -> None:
    """Refused twice it is handed back as refused; without a new token it is lost unperformed."""
    wire, desk = wired(refused)
    answer = wire.write(PATCH, yes)
    assert isinstance(answer, Answer)
    assert (answer.status, len(desk.asked)) == (401, 2)
    wire, desk = wired(refused)
    desk.tokens = lambda _: desk.granted() if len(desk.asked) == 1 else reply(503)
    lost = wire.write(PATCH, yes)
    assert isinstance(lost, Lost)
    assert (lost.performed, len(desk.sent)) == (False, 1)


@pytest.mark.parametrize(
    "body", [WRONG_KIND, [{"message": "no", "errorCode": "INVALID_AUTH_HEADER"}], XML, "<html>no</html>", {}, [], None]
)
def test_other_refusals_of_a_token_are_permanent(body: object) -> None:
    """Whatever shape a 401 has, only an expired session is mended by a new token."""
    wire, desk = wired(lambda _: reply(401, body))
    assert down(lambda: wire.read(QUERY, Rank.READ)).kind == "credentials"
    assert (len(desk.asked), len(desk.sent)) == (1, 1)


def test_many_threads_renew_once() -> None:
    """Whoever was refused with the old token waits for the one renewal and goes on with its token."""
    together = threading.Barrier(8)

    def answer(sent: Sent) -> HTTPResponse:
        """Refuse the first token, to all threads at the same moment."""
        if sent.token == f"{TOKEN}1":
            together.wait(timeout=10)
            return reply(401, EXPIRED)
        return reply(200, ROWS)

    wire, desk = wired(rows)
    wire.read(QUERY, Rank.READ)
    desk.answer = answer
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(wire.read(QUERY, Rank.READ).status)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=20)
    assert found == [200] * 8
    assert len(desk.asked) == 2


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"error": "invalid_client", "error_description": "invalid client credentials"}, "client_id and client_secret"),
        ({"error": "invalid_grant", "error_description": "no client credentials user enabled"}, "run-as user"),
        ({"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}, "Pre-authorise"),
        ({"error": "invalid_grant", "error_description": "audience is invalid"}, "test.salesforce.com"),
        (
            {"error": "app_not_found", "error_description": "External client app is not installed in this org"},
            "Install",
        ),
        ({"error": "invalid_grant", "error_description": "authentication failure"}, "run-as user"),
    ],
)
def test_a_refused_app_is_told_in_the_vendors_words_with_a_hint(body: dict[str, str], hint: str) -> None:
    """One attempt, the reason, what to do; nothing is asked again until a pause has passed."""
    wire, desk = wired(rows)
    desk.tokens = lambda _: reply(400, body)
    for _ in range(5):
        error = down(lambda: wire.read(QUERY, Rank.READ))
        assert error.kind == "credentials"
        assert body["error_description"] in error.reason
        assert hint in error.reason
    assert (len(desk.asked), desk.sent) == (1, [])


@pytest.mark.parametrize(
    "given",
    [
        reply(503, "<html>Maintenance</html>"),
        reply(500, {"error": "unknown_error"}),
        reply(200, "<html>Sign in</html>"),
        reply(200, {"instance_url": BASE}),
        reply(200, {"access_token": "t"}),
        reply(200, {"access_token": "t", "instance_url": "http://acme.my.salesforce.com"}),
        reply(200, {"access_token": "t", "instance_url": "http://127.0.0.1:1"}),
        reply(200, {"access_token": "t", "instance_url": "https://user:word@acme.my.salesforce.com"}),
        reply(302, None, {"Location": "https://evil.example"}),
        requests.ConnectionError("no network"),
    ],
)
def test_an_endpoint_that_cannot_answer_is_asked_again_later(given: Any) -> None:  # noqa: ANN401 - answer or error
    """Nobody's credentials are blamed, and no token goes where it could be read."""
    wire, desk = wired(rows)
    desk.tokens = in_turn([given])
    assert down(lambda: wire.read(QUERY, Rank.READ)).kind == "network"
    desk.tokens = None
    assert wire.read(QUERY, Rank.READ).status == 200


def test_tokens_have_a_limit_by_the_minute() -> None:
    """A session that ends with every call may not become a login with every call."""
    turn = iter(range(1_000))
    wire, desk = wired(lambda _: reply(401, EXPIRED) if next(turn) % 2 else reply(200, ROWS))
    kinds = []
    for _ in range(20):
        try:
            wire.read(QUERY, Rank.READ)
        except Exception as error:  # noqa: BLE001 - the kind is what is stated
            kinds.append(getattr(error, "kind", repr(error)))
    assert len(desk.asked) == 6
    assert set(kinds) == {"paused"}


def test_the_endpoints_words_hold_no_secret() -> None:
    """An endpoint that quotes what it was sent does not spread it."""
    wire, desk = wired(rows)
    desk.tokens = lambda sent: reply(400, {"error": "invalid_client", "error_description": sent.body})
    error = down(lambda: wire.read(QUERY, Rank.READ))
    assert PASSWORD not in repr(error) + repr(error.__cause__) + repr(error.__context__)
    assert "invalid_client" in error.reason
