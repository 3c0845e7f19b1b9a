"""The contacts of the benchmarks: always the same, made one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from connector.sandbox.people import Person

TITLES: Final = ("Sales director", "Marketing manager", "CTO", "Student", "Head of IT", "Buyer", "Consultant")
INDUSTRIES: Final = ("software", "finance", "telecom", "retail", "health", "public", "food")
PLACES: Final = (("de", "Berlin"), ("fr", "Lyon"), ("at", "Wien"), ("ch", "Basel"), ("nl", "Delft"))
SIZES: Final = ("5", "20", "80", "400", "3000")
_LONGEST_AGO: Final = 90
_SHARED: Final = (
    "email",
    "firstname",
    "lastname",
    "phone",
    "company",
    "jobtitle",
    "industry",
    "country",
    "city",
    "lifecyclestage",
    "createdate",
    "lastmodifieddate",
)


def people(count: int, now: datetime) -> Iterator[Person]:
    """Yield *count* leads who have looked around a little; none of them has asked for anything yet."""
    for number in range(count):
        seen = now - timedelta(days=1 + number * 7 % _LONGEST_AGO, seconds=number % 3600)
        yield Person(name(number), _properties(number, seen))


def leads(count: int, now: datetime) -> Iterator[Person]:
    """Yield the same people as Salesforce has them: fields of its own, a long text, a stamp of Account Engagement."""
    for person in people(count, now):
        held = person.properties
        kept = {name: held[name] for name in _SHARED}
        notes = f"{held['firstname']} {held['lastname']} of {held['company']} ({held['city']}) was met at a fair. " * 3
        yield Person(
            person.id,
            {
                **kept,
                "numberofemployees": held["company_size"],
                "notes": notes,
                "pi__score": held["hs_analytics_num_page_views"],
                "pi__last_activity": held["hs_analytics_last_timestamp"],
            },
        )


def name(number: int) -> str:
    """Return the id of a person of the crowd."""
    return f"p{number}"


def _properties(number: int, seen: datetime) -> dict[str, str]:
    """Return what HubSpot holds of one of them: ten fields, a stage, two counters with their instants."""
    country, city = PLACES[number % len(PLACES)]
    at = seen.isoformat().replace("+00:00", "Z")
    return {
        "email": f"lead{number}@company{number % 5000}.example",
        "firstname": f"First{number % 900}",
        "lastname": f"Last{number % 4000}",
        "phone": f"+49 30 {number:07}",
        "company": f"Company {number % 5000}",
        "jobtitle": TITLES[number % len(TITLES)],
        "industry": INDUSTRIES[number % len(INDUSTRIES)],
        "country": country,
        "city": city,
        "company_size": SIZES[number % len(SIZES)],
        "lifecyclestage": "lead",
        "hs_analytics_num_page_views": str(1 + number % 9),
        "hs_analytics_last_timestamp": at,
        "hs_email_click": str(number % 3),
        "hs_email_last_click_date": at,
        "createdate": (seen - timedelta(days=30)).isoformat().replace("+00:00", "Z"),
        "lastmodifieddate": at,
    }
