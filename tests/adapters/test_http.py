"""What adapters that speak HTTP share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.adapters.http import COMMON, Meaning, http_date, meaning, retry_after, unsafe_base, user_agent, words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Meaning.DONE),
        (201, Meaning.DONE),
        (204, Meaning.DONE),
        (207, Meaning.DONE),
        (302, Meaning.AMBIGUOUS),
        (400, Meaning.REFUSED),
        (401, Meaning.CREDENTIALS),
        (403, Meaning.SCOPES),
        (404, Meaning.REFUSED),
        (408, Meaning.AMBIGUOUS),
        (409, Meaning.REFUSED),
        (418, Meaning.AMBIGUOUS),
        (429, Meaning.BUSY),
        (500, Meaning.AMBIGUOUS),
        (503, Meaning.AMBIGUOUS),
    ],
)
def test_a_status_means_what_the_table_says_else_nobody_knows(status: int, expected: Meaning) -> None:
    """What stands in no table is ambiguous, so that a write is probed and not sent again."""
    assert meaning(status, COMMON) is expected


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": "9999999"}, timedelta(days=1)),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, timedelta(seconds=30)),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, timedelta()),
    ],
)
def test_a_wait_is_read_in_both_forms(header: dict[str, str], wait: timedelta | None) -> None:
    """Seconds and HTTP dates are taken, at most a day, and nonsense is no wait."""
    assert retry_after(header, NOW) == wait


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://api.hubapi.com", ""),
        ("http://127.0.0.1:8700", ""),
        ("http://localhost:8700", ""),
        ("http://[::1]:8700", ""),
        ("http://api.hubapi.com", "plain http"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("ftp://api.hubapi.com", "neither"),
        ("api.hubapi.com", "no host"),
        ("https://user:secret@api.hubapi.com", "password"),
        ("https://api.hubapi.com/?a=b", "query"),
    ],
)
def test_credentials_go_only_where_nobody_listens(url: str, fault: str) -> None:
    """Https anywhere, http on loopback only, and no credentials in the address itself."""
    found = unsafe_base(url)
    assert fault in found
    assert bool(found) == bool(fault)


def test_words_are_fit_for_a_log() -> None:
    """A vendor's text becomes one line of bounded length without the secret and what looks like one."""
    text = words(
        "Your\n token pat-na1-abcdefgh is\tbad. Authorization: Bearer abcdefghijklmnop " + "x" * 900, "pat-na1-abcdefgh"
    )
    assert "pat-na1" not in text
    assert "abcdefghijklmnop" not in text
    assert text.startswith("Your token •••••• is bad. Authorization:")
    assert len(text) <= 600
    assert "\n" not in text


def test_an_empty_secret_cuts_nothing() -> None:
    """No secret does not mean every place between two letters."""
    assert words("plain", "") == "plain"


def test_a_date_without_zone_is_none() -> None:
    """Only an aware instant counts."""
    assert http_date("Mon, 23 Nov 2026 12:00:00 GMT") == NOW
    assert http_date("Mon, 23 Nov 2026 12:00:00 -0000") is None
    assert http_date("yesterday") is None


def test_we_introduce_ourselves() -> None:
    """The name is ours, whether installed or not."""
    assert user_agent().startswith("lifecycle-connector")
