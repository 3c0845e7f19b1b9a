"""Record ids: a key prefix, a counter in base 62 and the checksum that makes them safe to compare without case."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CHECKS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SHORT: Final = 15
LONG: Final = 18
GROUP: Final = 5
SHAPE: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")

PREFIXES: Final[Mapping[str, str]] = MappingProxyType({
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Opportunity": "006",
    "RecordType": "012",
    "LeadStatus": "01J",
    "TaskStatus": "00n",
    "CampaignMemberStatus": "01Y",
    "EmailMessage": "02s",
    "Organization": "00D",
    "Group": "00G",
    "QueueSobject": "03g",
    "OpportunityContactRole": "00K",
    "Lead": "00Q",
    "Task": "00T",
    "Event": "00U",
    "CampaignMember": "00v",
    "EmailMessageRelation": "0CZ",
    "Individual": "0PK",
    "Campaign": "701",
})
"""Key prefix by sObject; that of TaskStatus is ours, since Salesforce shows none (it is a table of choices)."""
BY_PREFIX: Final[Mapping[str, str]] = MappingProxyType({prefix: name for name, prefix in PREFIXES.items()})


def checksum(short: str) -> str:
    """Return the three characters that say which of the 15 are capitals."""
    return "".join(
        CHECKS[sum(1 << place for place, each in enumerate(short[start : start + GROUP]) if "A" <= each <= "Z")]
        for start in range(0, SHORT, GROUP)
    )


def to18(text: str) -> str:
    """
    Return the id with its checksum, for 15 or 18 characters.

    Raises:
        ValueError: The text is no id, or its checksum belongs to another one.
    """
    if not SHAPE.fullmatch(text):
        raise ValueError(f"{text!r} is not a record id")
    short = text[:SHORT]
    whole = short + checksum(short)
    if len(text) == LONG and whole != text:
        raise ValueError(f"{text!r} is not a record id: its checksum is {text[SHORT:]}, not {whole[SHORT:]}")
    return whole


def is_id(text: str) -> bool:
    """Say whether *text* is an id of 15 characters, or one of 18 with the right checksum."""
    try:
        to18(text)
    except ValueError:
        return False
    return True


def sobject_of(record_id: str) -> str:
    """Return the sObject that an id's prefix names, "" for a prefix nobody here has."""
    return BY_PREFIX.get(record_id[:3], "")


class IdMaker:
    """Gives ids one after another; the same seed gives the same ids."""

    def __init__(self, seed: int) -> None:
        """Choose the org's own part of its ids by *seed*."""
        chance = random.Random(f"salesforce ids {seed}")  # noqa: S311 -- repeatable, not secret
        self._pod = "".join(chance.choice(DIGITS) for _ in range(3)) + "0"
        self._next: dict[str, int] = {}
        self._start = chance.randrange(10_000, 900_000)

    def next(self, prefix: str) -> str:
        """Return the next id of the prefix, always greater than the one before."""
        number = self._next.get(prefix, self._start)
        self._next[prefix] = number + 1
        text = ""
        for _ in range(SHORT - len(prefix) - len(self._pod)):
            number, digit = divmod(number, len(DIGITS))
            text = DIGITS[digit] + text
        short = f"{prefix}{self._pod}{text}"
        return short + checksum(short)
