"""Whether what comes in can be believed, told before anything comes: secrets, addresses and ways of signing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.adapters.base import Schema
from connector.adapters.webhook.receiving import recipe_of
from connector.config.load import Loaded, load, render
from connector.config.online import check_online
from connector.problems import Problem

from tests.world import AGREEMENT

GOOD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HUBSPOT = 'token = { env = "HUBSPOT_TOKEN" }'


def loaded(folder: Path, secret: str = GOOD, options: str = "", **changes: str) -> Loaded:
    """Return the smallest agreement with a website that signs by *secret* and *options*; *changes* are of the text."""
    path = folder / "config.toml"
    website = f'[systems.website]\nkind = "webhook"\n{options}\n'
    if "secret" not in options:
        website += 'secret = { env = "WEBSITE_SECRET" }\n'
    text = AGREEMENT.replace("[home]", f"{website}[home]")
    for before, after in changes.items():
        text = text.replace({"hubspot": HUBSPOT, "web": "[home]"}[before], after)
    path.write_text(text, encoding="utf-8")
    return load(path, {"HUBSPOT_TOKEN": "t", "WEBSITE_SECRET": secret, "OTHER": GOOD, "APP": "a" * 36, "OLD": "b" * 36})


def problem(found: Loaded) -> Problem:
    """Return the one thing that is wrong."""
    (one,) = [each for each in found.problems if not each.warning]
    return one


@pytest.mark.parametrize(
    ("secret", "found"),
    [
        ("whsec_", 'the secret cannot sign: nothing follows "whsec_" in it.'),
        ("whsec_=", "(1 characters) is no base64"),
        ("whsec_not base64 at all!", "(18 characters) is no base64"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8IL", "(21 characters) is no base64"),
    ],
)
@pytest.mark.parametrize("more", ["", 'signature = "none"\nsend_to = "https://hooks.acme.example/x"'])
def test_a_secret_out_of_which_no_key_comes_is_told_and_not_shown(
    tmp_path: Path, secret: str, found: str, more: str
) -> None:
    """At its line, with what to do, whether it signs what comes in or what goes out."""
    read = loaded(tmp_path, secret, more)
    one = problem(read)
    assert one.path == ("systems", "website", "secret")
    assert found in one.message
    assert "Copy it whole" in one.hint
    assert one.line > 0
    words = secret.removeprefix("whsec_")
    assert len(words) < 2 or words not in render(one, read.lines)


def test_of_several_secrets_the_bad_one_is_named(tmp_path: Path) -> None:
    """By its place."""
    options = 'secret = [{ env = "OTHER" }, { env = "WEBSITE_SECRET" }]'
    assert "secret 2 of 2 cannot sign" in problem(loaded(tmp_path, "whsec_", options)).message
    assert loaded(tmp_path, "whsec_", 'signature = "calendly"').config is not None, "there it is any text"


@pytest.mark.parametrize("web", ["[home]", '[web]\nlisten = "127.0.0.1:0"\n[home]'])
def test_hubspot_needs_the_address_that_it_calls(tmp_path: Path, web: str) -> None:
    """Its signature covers it, and behind a proxy nobody else knows it."""
    secret = HUBSPOT + '\nwebhook_secret = { env = "APP" }'
    one = problem(loaded(tmp_path, hubspot=secret, web=web))
    assert one.path == ("systems", "hubspot", "webhook_secret")
    assert "no [web] public_url" in one.message
    assert "before /webhooks/hubspot" in one.hint
    public = '[web]\npublic_url = "https://hooks.acme.example"\n[home]'
    assert loaded(tmp_path, hubspot=secret, web=public).config is not None


@pytest.mark.parametrize(
    ("table", "found", "hint"),
    [
        ('signs = "{timestmp}.{body}", timestamp = "T"', "{timestmp}, which stands for", 'Did you mean "{timestamp}"?'),
        ('signs = "{url}{body}"', "{url}, which stands for nothing", "There are {body} and {timestamp}."),
        ('signs = "{timestamp}"', "does not say where the body stands", '"{timestamp}.{body}"'),
        ('signs = "{body}{body}"', "does not say where the body stands", '"{timestamp}.{body}"'),
        ('signs = "{timestamp}.{body}"', "nothing says where that stands", "X-Timestamp"),
        ('timestamp = "X-Time"', 'leaves the instant of timestamp = "X-Time" out', "{timestamp}.{body}"),
    ],
)
def test_what_is_signed_is_said_whole(tmp_path: Path, table: str, found: str, hint: str) -> None:
    """An unknown word in braces would be signed as it stands, and every genuine delivery refused."""
    one = problem(loaded(tmp_path, options=f'signature = "hmac"\nhmac = {{ {table} }}'))
    assert one.path[:3] == ("systems", "website", "hmac")
    assert found in one.message
    assert hint in one.hint
    assert one.line > 0


@pytest.mark.parametrize(
    ("table", "timestamp"),
    [
        ('part = "S", timestamp = "T", signs = "{timestamp}.{body}"', "T"),
        ('timestamp = "X-Time", signs = "{timestamp}.{body}"', "x-time"),
    ],
)
def test_names_of_parts_keep_their_case_and_names_of_headers_do_not(tmp_path: Path, table: str, timestamp: str) -> None:
    """The part "T=…" is another one than "t=…", the header "X-Time" is no other than "x-time"."""
    config = loaded(tmp_path, options=f'signature = "hmac"\nhmac = {{ {table} }}').config
    assert config is not None
    assert recipe_of(config.systems["website"].options).timestamp == timestamp


def test_of_several_secrets_of_hubspot_each_is_kept(tmp_path: Path) -> None:
    """One reference or a list of them, and the portal beside it."""
    public = '[web]\npublic_url = "https://hooks.acme.example"\n[home]'
    for written, kept in (('{ env = "APP" }', ["a"]), ('[{ env = "APP" }, { env = "OLD" }]', ["a", "b"])):
        more = f"{HUBSPOT}\nwebhook_secret = {written}\nportal_id = 62515"
        config = loaded(tmp_path, hubspot=more, web=public).config
        assert config is not None
        options = config.systems["hubspot"].options
        assert [one.reveal()[0] for one in options.webhook_secret] == kept  # type: ignore[attr-defined] # HubSpot's own
        assert options.portal_id == 62515  # type: ignore[attr-defined] # HubSpot's own


def test_the_portal_of_the_webhooks_is_that_of_the_token(tmp_path: Path) -> None:
    """Another number would drop every notification without a word; the real one is told online, at the line."""
    config = loaded(tmp_path, hubspot=f"{HUBSPOT}\nportal_id = 62515").config
    assert config is not None
    for portal, wrong in (("62515", False), ("", False), ("62551", True)):
        schema = Schema({}, (), datetime(2026, 11, 24, tzinfo=UTC), portal=portal)
        told = [one for one in check_online(config, {"hubspot": schema}) if one.path[-1] == "portal_id"]
        assert [one.hint for one in told] == ["Write portal_id = 62551."] * wrong
        assert all(one.line > 0 for one in told)
