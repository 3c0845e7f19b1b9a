"""The catalogue: all languages say the same things, and say them readably."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from connector.model import Stage
from connector.words import LANGUAGES, words

ENGLISH, GERMAN = words("en"), words("de")
TODAY = date(2026, 11, 20)


def gaps(text: str) -> set[str]:
    """Return the names of the gaps in *text*."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_language_has_the_same_keys() -> None:
    """Nobody reads a key instead of a sentence."""
    for language in LANGUAGES:
        assert set(words(language).texts) == set(ENGLISH.texts)


def test_the_same_sentence_has_the_same_gaps() -> None:
    """What is known is said in every language; only a list's date may be put otherwise."""
    for language in LANGUAGES:
        other = words(language).texts
        assert [key for key, text in ENGLISH.texts.items() if gaps(text) != gaps(other[key])] == []


def test_no_text_is_empty_or_has_loose_ends() -> None:
    """A sentence says something and does not begin or end with a space, but for what stands between others."""
    for language in LANGUAGES:
        for key, text in words(language).texts.items():
            assert text.strip(), key
            assert key in {"list", "why.plus", "why.minus"} or text == text.strip(), key


def test_the_languages_differ() -> None:
    """German is not English that somebody forgot; a few words are the same in both."""
    same = {key for key, text in ENGLISH.texts.items() if GERMAN.texts[key] == text}
    assert len(same) < len(ENGLISH.texts) / 8


def test_every_stage_and_month_has_a_name() -> None:
    """No stage and no month is left without a word."""
    for language in LANGUAGES:
        assert all(words(language).stage(stage) for stage in Stage)
        assert len({words(language).texts[f"month.{month}"] for month in range(1, 13)}) == 12


def test_every_known_engagement_has_its_three_forms() -> None:
    """One, one with a name, and many."""
    for language in LANGUAGES:
        keys = {key for key in words(language).texts if key.startswith("did.") and key.count(".") == 1}
        kinds = keys - {"did.named", "did.many", "did.heading", "did.line", "did.earlier"}
        assert len(kinds) > 25
        for kind in kinds:
            assert {f"{kind}.named", f"{kind}.many"} <= set(words(language).texts)


@pytest.mark.parametrize(
    ("language", "kind", "name", "count", "said"),
    [
        ("en", "meeting_booked", "", 1, "booked a meeting"),
        ("en", "meeting_scheduled", "", 1, "booked a meeting"),
        ("en", "form_submitted", "Product question", 1, "filled in the form “Product question”"),
        ("en", "page_viewed", "/pricing", 1, "viewed /pricing"),
        ("en", "page_viewed", "/pricing", 5, "viewed 5 pages (/pricing)"),
        ("en", "trial_extended", "", 1, "trial extended"),
        ("en", "trial_extended", "Pro", 1, "trial extended (“Pro”)"),
        ("en", "seat_added", "", 3, "seat added 3 times"),
        ("en", "named", "", 1, "named"),
        ("en", "heading", "", 1, "heading"),
        ("de", "meeting_booked", "", 1, "Termin gebucht"),
        ("de", "webinar_attended", "Zoll", 1, "Webinar „Zoll“ besucht"),
        ("de", "page_viewed", "", 4, "4 Seiten angesehen"),
        ("de", "seat_added", "", 3, "3-mal seat added"),
        ("en", "form_submitted", "{count}", 1, "filled in the form “{count}”"),
    ],
)
def test_what_happened_is_said_readably(language: str, kind: str, name: str, count: int, said: str) -> None:
    """Known types have their phrase, unknown ones are read out, braces from outside are only braces."""
    assert words(language).did(kind, name, count) == said


def test_a_year_is_said_only_when_it_is_another() -> None:
    """Within a year nobody says the year."""
    assert ENGLISH.day(date(2026, 11, 3), TODAY) == "3 Nov"
    assert ENGLISH.day(date(2025, 11, 3), TODAY) == "3 Nov 2025"
    assert GERMAN.day(date(2026, 3, 3), TODAY) == "3. März"


def test_values_are_shown_as_people_write_them() -> None:
    """Numbers, days, instants, lists, yes and no."""
    zone = ZoneInfo("Europe/Berlin")
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    shown = [ENGLISH.value(one, TODAY, zone) for one in (None, True, 40, 17.5, late, date(2026, 1, 2), ("a", "b"), "x")]
    assert shown == ["", "yes", "40", "17.5", "20 Nov", "2 Jan", "a, b", "x"]
    assert GERMAN.value(17.5, TODAY, zone) == "17,5"


def test_an_unknown_language_is_refused_by_name() -> None:
    """The message says which there are."""
    with pytest.raises(ValueError, match='no words for the language "fr"; there are en and de'):
        words("fr")
