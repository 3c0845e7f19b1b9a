"""
Every sentence that a rep reads, in one catalogue with a locale; pure.

A language is a module with one frozen mapping; all have the same keys with the same placeholders, which a test holds.
An unknown type of engagement is read out by its own name ("trial_extended" → "trial extended").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from connector.model import Stage, Value
from connector.problems import did_you_mean
from connector.words import de, en

_LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"en": en.TEXTS, "de": de.TEXTS})
LANGUAGES: Final = tuple(_LANGUAGES)
"""What `language` may be in the configuration and in a playbook."""

_SAME: Final[Mapping[str, str]] = MappingProxyType({
    "meeting_scheduled": "meeting_booked",
    "demo_scheduled": "demo_booked",
    "newsletter_signup": "newsletter_subscribed",
    "newsletter_joined": "newsletter_subscribed",
    "content_downloaded": "document_downloaded",
    "whitepaper_downloaded": "document_downloaded",
    "ebook_downloaded": "document_downloaded",
    "webinar_no_show": "webinar_missed",
    "event_no_show": "event_missed",
    "fair_registered": "event_registered",
    "fair_attended": "event_attended",
    "fair_visited": "event_attended",
    "fair_no_show": "event_missed",
    "pricing_page_viewed": "pricing_viewed",
    "incoming_email": "email_received",
})
"""Other words that admins use for the same thing."""

_UNQUOTED: Final = frozenset({"page_viewed", "pricing_viewed"})
"""Types whose name is an address, which reads better without quotes."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, /, **values: str | int) -> str:
        """Return the sentence *key* with its gaps filled; braces inside a value stay as they are."""
        return self.texts[key].format(**values)

    def quoted(self, text: str) -> str:
        """Return *text* in this language's quotation marks."""
        return self.say("quoted", text=text)

    def listed(self, texts: Iterable[str]) -> str:
        """Return *texts* one after another."""
        return self.texts["list"].join(texts)

    def day(self, day: date, today: date, *, short: bool = False) -> str:
        """Return *day* as people say it, with its year only when that is not the year of *today*."""
        key = ("short_day" if short else "day") + ("" if day.year == today.year else "_and_year")
        return self.say(key, day=day.day, month=self.texts[f"month.{day.month}"], year=day.year)

    def number(self, number: float) -> str:
        """Return *number* without needless digits: 40, 17.3, 0.5."""
        return f"{number:.6f}".rstrip("0").rstrip(".").replace(".", self.texts["point"])

    def stage(self, stage: Stage) -> str:
        """Return the name of *stage*."""
        return self.texts[f"stage.{stage}"]

    def field(self, name: str) -> str:
        """Return the name of a field of a person; one we have no word for is read out as the admin wrote it."""
        return self.texts.get(f"field.{name}", name.replace("_", " "))

    def knows(self, kind: str) -> bool:
        """Tell whether there is a phrase for this type of engagement, one that goes on behind a name."""
        return f"did.{_SAME.get(kind, kind)}.named" in self.texts

    def did(self, kind: str, name: str = "", count: int = 1) -> str:
        """
        Return what happened, without its date: "filled in the form “Product question”", "viewed 5 pages (/pricing)".

        Args:
            kind: Type of the engagement.
            name: Of the form, document, page or meeting, already clean; may be empty.
            count: How many times.
        """
        kind = _SAME.get(kind, kind)
        stem = f"did.{kind}" if self.knows(kind) else "did"
        read_out = " ".join(kind.replace("_", " ").replace("-", " ").split())
        if count > 1:
            many = self.say(f"{stem}.many", type=read_out, count=count)
            return f"{many} ({name})" if name else many
        if name:
            shown = name if kind in _UNQUOTED else self.quoted(name)
            return self.say(f"{stem}.named", type=read_out, name=shown)
        return self.say(stem, type=read_out)

    def value(self, value: Value, today: date, zone: ZoneInfo) -> str:
        """Return a field's value for people to read; empty for None."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self.texts["yes" if value else "no"]
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, datetime):
            return self.day(value.astimezone(zone).date(), today)
        if isinstance(value, date):
            return self.day(value, today)
        return self.listed(value) if isinstance(value, tuple) else value


def words(language: str) -> Words:
    """
    Return the words of *language*.

    Raises:
        ValueError: It is none of `LANGUAGES`; the message names them.
    """
    texts = _LANGUAGES.get(language)
    if texts is None:
        known = " and ".join(LANGUAGES)
        message = f'there are no words for the language "{language}"; there are {known}. '
        raise ValueError((message + did_you_mean(language, LANGUAGES)).strip())
    return Words(language, texts)
