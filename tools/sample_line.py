"""The words in which the sample is written down: who somebody is, where they work, what they did and how long ago."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

NEWEST: Final = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""The newest engagement of the sample; the sandbox moves everything so that this was a minute ago."""

COUNTRIES: Final = {
    "AT": "Austria",
    "CH": "Switzerland",
    "DE": "Germany",
    "DK": "Denmark",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "IT": "Italy",
    "NL": "Netherlands",
    "NO": "Norway",
    "PL": "Poland",
    "SE": "Sweden",
}

_UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_PART: Final = re.compile(r"(\d+)([dhm])")


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company; without *employees* its size is not on record."""

    name: str
    domain: str
    country: str
    employees: int | None
    industry: str
    owner: str = ""

    def record(self) -> dict[str, object]:
        """Return the company's properties by HubSpot's internal names."""
        return _filled({
            "name": self.name,
            "domain": self.domain,
            "country": COUNTRIES[self.country],
            "industry": self.industry,
            "numberofemployees": self.employees,
            "hubspot_owner_id": self.owner,
        })


@dataclass(frozen=True, slots=True)
class Deed:
    """One engagement: its type, how long before the newest instant, and what is known of it."""

    type: str
    age: timedelta
    attributes: tuple[tuple[str, str], ...] = ()

    def row(self) -> dict[str, object]:
        """Return the engagement as it stands in the file."""
        at = (NEWEST - self.age).isoformat().replace("+00:00", "Z")
        return _filled({"type": self.type, "at": at, "attributes": dict(self.attributes)})


@dataclass(frozen=True, slots=True)
class Someone:
    """One person; *more* holds further properties by HubSpot's internal names."""

    id: str
    name: tuple[str, str]
    title: str
    company: Company | None
    deeds: Sequence[Deed] = ()
    stage: str = "lead"
    email: str | None = None
    phone: str = ""
    country: str = ""
    owner: str = ""
    created: str = ""
    outcome: str = ""
    deals: Sequence[dict[str, object]] = ()
    lists: Sequence[str] = ()
    more: tuple[tuple[str, str], ...] = ()

    def line(self) -> str:
        """Return the person as one line of the file."""
        company = self.company
        email = self.email
        if email is None and company:
            email = f"{ascii_of(self.name[0])}.{ascii_of(self.name[1])}@{company.domain}"
        properties = _filled({
            "email": email,
            "firstname": self.name[0],
            "lastname": self.name[1],
            "phone": self.phone,
            "jobtitle": self.title,
            "company": company.name if company else "",
            "country": self.country or (COUNTRIES[company.country] if company else ""),
            "lifecyclestage": self.stage,
            "hubspot_owner_id": self.owner,
            "createdate": (NEWEST - age(self.created)).isoformat().replace("+00:00", "Z") if self.created else "",
            **dict(self.more),
        })
        row = _filled({
            "id": self.id,
            "properties": properties,
            "company_record": company.record() if company else {},
            "engagements": [one.row() for one in sorted(self.deeds, key=lambda one: -one.age)],
            "deals": list(self.deals),
            "lists": list(self.lists),
            "outcome": self.outcome,
        })
        return json.dumps(row, ensure_ascii=False)


def _filled(row: dict[str, object]) -> dict[str, object]:
    """Return *row* without what is empty."""
    return {name: value for name, value in row.items() if value not in ("", None, [], {})}


def age(text: str) -> timedelta:
    """
    Return the span that *text* says: "3d 4h", "40m".

    Raises:
        ValueError: It says none.
    """
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.replace(" ", ""):
        raise ValueError(f'"{text}" is no age; write it like "3d 4h" or "40m".')
    return sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())


def did(kind: str, ago: str, **attributes: str) -> Deed:
    """Return one engagement, *ago* before the newest instant."""
    return Deed(kind, age(ago), tuple(attributes.items()))


def viewed(url: str, *agos: str) -> list[Deed]:
    """Return views of one page."""
    return [did("page_viewed", ago, url=url) for ago in agos]


def clicked(email: str, *agos: str) -> list[Deed]:
    """Return clicks in one marketing e-mail."""
    return [did("email_clicked", ago, email=email) for ago in agos]


def sent(form: str, ago: str) -> Deed:
    """Return a form that was sent."""
    return did("form_submitted", ago, form=form)


def deal(name: str, amount: int, *, won: bool | None = None) -> dict[str, object]:
    """Return a deal: open, or closed once it is known whether it was won."""
    if won is None:
        return {"name": name, "amount": amount}
    return {"name": name, "amount": amount, "closed": True, "won": won}


_PLAIN: Final = str.maketrans({
    **dict.fromkeys("àáâãåą", "a"), **dict.fromkeys("èéêëę", "e"), **dict.fromkeys("ìíîï", "i"),
    **dict.fromkeys("òóôõ", "o"), **dict.fromkeys("ùúû", "u"), **dict.fromkeys("śš", "s"), **dict.fromkeys("źżž", "z"),
    "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "ç": "c", "ć": "c", "č": "c", "ł": "l",
    "ñ": "n", "ń": "n", " ": "-", "'": "", "\u2019": "",
})  # fmt: skip


def ascii_of(name: str) -> str:
    """
    Return *name* as it stands in an e-mail address.

    Raises:
        ValueError: It has letters that this does not know; give the address then.
    """
    plain = name.lower().translate(_PLAIN)
    if not plain.isascii():
        raise ValueError(f'"{name}" cannot be made an address; give "email".')
    return plain
