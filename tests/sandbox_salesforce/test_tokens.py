"""The token endpoint and the sessions it opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.sandbox.salesforce import Org

from tests.clock import VirtualClock
from tests.sandbox_salesforce.office import BASE, DEMO, HOST, TOKEN, Caller, code

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def ask(call: Caller, host: str = HOST, **form: str) -> requests.Response:
    """Ask for a token."""
    return call.session.post(host + TOKEN, data=form)


def assertion(clock: VirtualClock, **claims: object) -> str:
    """Return a signed assertion that is good unless *claims* make it bad."""
    ends = clock() + timedelta(minutes=3)
    usual = {"iss": "demo", "sub": "a@b.example", "aud": "https://login.salesforce.com", "exp": ends}
    return jwt.encode({**usual, **claims}, KEY, algorithm="RS256")


def test_a_token_opens_a_session(call: Caller) -> None:
    """The answer names the instance, the type and no end, and the token is taken."""
    answer = ask(call, **DEMO).json()
    assert answer["token_type"] == "Bearer"
    assert answer["instance_url"] == HOST
    assert not {"refresh_token", "expires_in"} & answer.keys()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert call.session.get(f"{HOST}{BASE}/limits", headers=headers).status_code == 200


def test_consumer_and_secret_may_come_as_basic(call: Caller) -> None:
    """The header is taken instead of the form."""
    form = {"grant_type": "client_credentials"}
    assert call.session.post(HOST + TOKEN, data=form, auth=("demo", "demo")).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**DEMO, "client_id": "other"}, "invalid_client_id"),
        ({**DEMO, "client_secret": "other"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": GRANT, "assertion": "x.y"}, "invalid_grant"),
    ],
)
def test_a_refusal_is_an_object(call: Caller, form: dict[str, str], error: str) -> None:
    """The token endpoint answers 400 with error and error_description, not with a list."""
    answer = ask(call, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]


@pytest.mark.parametrize("host", ["https://login.salesforce.com", "https://test.salesforce.com"])
def test_a_login_host_gives_no_client_credentials(call: Caller, host: str) -> None:
    """Client credentials are taken by the org's own address only."""
    assert ask(call, host, **DEMO).json()["error"] == "invalid_grant"


def test_an_assertion_opens_a_session(call: Caller, clock: VirtualClock) -> None:
    """A JWT of a known consumer is exchanged for a token."""
    answer = ask(call, grant_type=GRANT, assertion=assertion(clock))
    assert answer.json()["access_token"].startswith("00D")


@pytest.mark.parametrize("claims", [{"iss": "other"}, {"aud": "https://x.example"}, {"sub": ""}, {"exp": 1}])
def test_a_bad_assertion_is_refused(call: Caller, clock: VirtualClock, claims: dict[str, Any]) -> None:
    """Consumer, audience, subject and end are looked at."""
    assert ask(call, grant_type=GRANT, assertion=assertion(clock, **claims)).status_code == 400


def test_a_session_ends_when_it_is_idle(call: Caller, clock: VirtualClock) -> None:
    """Each call keeps a session alive for two hours more; then it is over until there is a new token."""
    for _ in range(3):
        clock.advance(timedelta(hours=1, minutes=59))
        assert call("GET", "/limits").status_code == 200
    clock.advance(timedelta(hours=2, seconds=1))
    answer = call("GET", "/limits")
    assert (answer.status_code, code(answer)) == (401, "INVALID_SESSION_ID")
    call.renew()
    assert call("GET", "/limits").status_code == 200


def test_an_org_may_refuse_every_token(call: Caller, org: Org) -> None:
    """In the broken mode a fresh token is refused too."""
    org.sessions.broken = True
    call.renew()
    assert call("GET", "/limits").status_code == 401


def test_an_org_may_move(call: Caller, org: Org) -> None:
    """A new token names the new address, and the old one takes it no longer."""
    org.sessions.move("https://new.my.salesforce.com")
    answer = ask(call, **DEMO).json()
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert answer["instance_url"] == "https://new.my.salesforce.com"
    assert call.session.get(f"{HOST}{BASE}/limits", headers=headers).status_code == 401
    call.renew()
    again = {"Authorization": call.headers["Authorization"]}
    assert call.session.get(f"https://new.my.salesforce.com{BASE}/limits", headers=again).status_code == 200


def test_a_body_without_a_json_type_is_refused_in_xml(call: Caller) -> None:
    """Content-Type decides before anything else does."""
    headers = {**call.headers, "Content-Type": "text/plain"}
    answer = call.session.patch(f"{HOST}{BASE}/composite/sobjects", data=b"{}", headers=headers)
    assert (answer.status_code, answer.headers["Sfdc-OAuth-Error"]) == (401, "1703")
    assert "<faultcode>LOGIN_OAUTH_INVALID_TOKEN" in answer.text


def test_the_versions_need_no_token_and_cost_nothing(call: Caller, org: Org) -> None:
    """The list is open, newest last, and moves no gauge."""
    before = org.api_calls
    answer = call.session.get(HOST + "/services/data")
    assert answer.json()[-1]["version"] > "62.0"
    assert {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"} in answer.json()
    assert "Sforce-Limit-Info" not in answer.headers
    assert org.api_calls == before
