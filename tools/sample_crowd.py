"""The rest of the sample: a crowd of whom each has one ordinary history, drawn the same on every run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from tools import sample_places
from tools.sample_line import Company, Deed, Someone, clicked, deal, did, sent, viewed

Item = TypeVar("Item")

DECIDERS: Final = (
    "Head of Sales", "Head of Marketing", "CTO", "CIO", "VP Operations", "Director of IT", "Chief Information Officer",
    "Head of Customer Service", "Sales Director", "VP Marketing", "Head of Digital", "Director Business Development",
)  # fmt: skip
OTHERS: Final = (
    "Marketing Manager", "CRM Administrator", "Sales Operations Analyst", "IT Administrator", "Project Manager",
    "Buyer", "Product Manager", "Business Analyst", "Controller", "Team Lead Inside Sales", "Campaign Manager",
    "Key Account Manager", "Marketing Specialist", "IT Architect", "Customer Success Manager", "",
)  # fmt: skip
SMALL: Final = ("Founder", "Managing Partner", "Office Manager", "Consultant", "Owner", "Assistant")
PAGES: Final = ("/", "/product", "/product/integrations", "/customers", "/blog/lead-handover", "/security", "/about")
GUIDES: Final = (
    "Download: Lead scoring guide", "Download: CRM migration checklist", "Download: Handover guide",
    "Download: GDPR checklist for sales teams", "Download: Whitepaper marketing and sales agreement",
)  # fmt: skip
MAILS: Final = ("Newsletter October", "Newsletter November", "Autumn product update")
SOURCES: Final = ("ORGANIC_SEARCH", "PAID_SEARCH", "DIRECT_TRAFFIC", "REFERRALS", "SOCIAL_MEDIA", "EMAIL_MARKETING")
REPS: Final = ("ann@acme.example", "ben@acme.example", "dora.winter@acme.example", "emil.berg@acme.example")
WEBINAR: Final = "From lead to handover"
GROWN: Final = 50
"""Employees of a company that has people for everything, and that the example's agreement takes for the right size."""


class Dice:
    """Numbers that look thrown and are the same on every run, for every Python."""

    def __init__(self, seed: str) -> None:
        """Begin the throws of *seed*."""
        self._seed = seed
        self._throws = 0

    def number(self, below: int) -> int:
        """Return a number from 0, less than *below*."""
        self._throws += 1
        digest = hashlib.sha256(f"{self._seed}/{self._throws}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of *items*."""
        return items[self.number(len(items))]

    def days(self, least: int, most: int) -> str:
        """Return an age of *least* to *most* days, with hours as people keep them."""
        return f"{least + self.number(most - least + 1)}d {self.number(9)}h {self.number(60)}m"

    def today(self) -> str:
        """Return an age within the last day, during working hours."""
        return f"{1 + self.number(7)}h {self.number(60)}m"


History = Callable[[Dice], list[Deed]]


def _views(dice: Dice, count: int, least: int, most: int) -> list[Deed]:
    """Return some page views of one or two visits."""
    visits = [dice.days(least, most) for _ in range(1 + count // 4)]
    return [did("page_viewed", f"{dice.pick(visits)} {at}m", url=dice.pick(PAGES)) for at in range(count)]


def _views_today(dice: Dice, count: int) -> list[Deed]:
    """Return page views of the last day."""
    visit = dice.today()
    return [did("page_viewed", f"{visit} {at}m", url=dice.pick(PAGES)) for at in range(count)]


def _subscribed(dice: Dice) -> list[Deed]:
    """Return a newsletter reader of long ago who clicks now and then."""
    clicks = clicked(dice.pick(MAILS), *(dice.days(15, 80) for _ in range(dice.number(2))))
    return [sent("Newsletter sign-up", dice.days(100, 600)), *clicks]


def _quiet(dice: Dice) -> list[Deed]:
    """Return a few pages, some weeks or months ago; for some a download."""
    download = [sent(dice.pick(GUIDES), dice.days(100, 300))] if dice.number(3) == 0 else []
    return [*_views(dice, 1 + dice.number(4), 20, 200), *download]


def _interested(dice: Dice) -> list[Deed]:
    """Return a download and a few pages of the last weeks: not enough by itself."""
    return [*_views(dice, 2 + dice.number(5), 2, 25), sent(dice.pick(GUIDES), dice.days(2, 60))]


def _warms_up(dice: Dice) -> list[Deed]:
    """Return an interested history that the last day takes over the marketing bar, in one of four ways."""
    before = [*_views(dice, 3 + dice.number(4), 3, 20), sent(dice.pick(GUIDES[:2]), dice.days(5, 50))]
    now = _views_today(dice, 2 + dice.number(3))
    guide = sent(dice.pick(GUIDES[2:]), dice.today())
    ways = (
        [did("webinar_attended", f"22h {dice.number(9)}m", webinar=WEBINAR)],
        clicked(dice.pick(MAILS), dice.today(), dice.today(), dice.today()),
        [guide],
        [guide, *clicked(MAILS[1], dice.days(6, 16))],
    )
    return [*before, *now, *dice.pick(ways)]


def _long_known(dice: Dice) -> list[Deed]:
    """Return what would have been enough before we came."""
    guides = [sent(guide, dice.days(3, 40)) for guide in GUIDES[:2]]
    return [*_views(dice, 11, 2, 20), *guides, *clicked(dice.pick(MAILS), dice.days(4, 30), dice.days(4, 30))]


def _looks_in(dice: Dice) -> list[Deed]:
    """Return somebody who comes by in the last day and does not do enough."""
    click = clicked(dice.pick(MAILS), dice.today()) if dice.number(2) else []
    return [*_views(dice, 1 + dice.number(3), 10, 90), *_views_today(dice, 1 + dice.number(3)), *click]


def _asks(dice: Dice) -> list[Deed]:
    """Return an interested history, and a wish to talk in the last day."""
    form = dice.pick(("Contact request", "Demo request", "Offer request", "Product question: single sign-on"))
    return [*_views(dice, 2 + dice.number(4), 4, 40), *viewed("/pricing", "3h 9m"), sent(form, "3h")]


def _qualified(dice: Dice) -> list[Deed]:
    """Return somebody in touch with sales for some weeks."""
    call = did(
        "sales_call", dice.days(15, 60), notes=dice.pick(("Interested, asks again in spring.", "Left a message."))
    )
    return [*_long_known(dice), sent("Demo request", dice.days(61, 80)), call]


def _sold(dice: Dice) -> list[Deed]:
    """Return a customer of long standing who uses the help pages."""
    at = dice.days(200, 600)
    return [did("sales_meeting", at, title="Kick-off"), *viewed("/docs/api", *(dice.days(2, 90) for _ in range(3)))]


def _nothing(_dice: Dice) -> list[Deed]:
    """Return nothing: a name from an imported list."""
    return []


KINDS: Final[tuple[tuple[str, int, str, History, str], ...]] = (
    # Name, how many, stage, what they did, who: anybody or those that fit.
    ("warms-up", 13, "lead", _warms_up, "fits"),
    ("raises-a-hand", 1, "lead", _asks, "fits"),
    ("mql-raises-a-hand", 2, "marketingqualifiedlead", _asks, "fits"),
    ("subscriber", 24, "subscriber", _subscribed, "anybody"),
    ("quiet", 36, "lead", _quiet, "anybody"),
    ("interested", 20, "lead", _interested, "anybody"),
    ("long-known", 8, "lead", _long_known, "fits"),
    ("looks-in", 10, "lead", _looks_in, "anybody"),
    ("mql", 9, "marketingqualifiedlead", _long_known, "fits"),
    ("mql-lost", 4, "marketingqualifiedlead", _qualified, "fits"),
    ("sql", 6, "salesqualifiedlead", _qualified, "fits"),
    ("opportunity", 6, "opportunity", _qualified, "fits"),
    ("customer", 19, "customer", _sold, "anybody"),
    ("evangelist", 1, "evangelist", _sold, "fits"),
    ("disqualified", 3, "other", _quiet, "anybody"),
    ("imported", 5, "lead", _nothing, "anybody"),
)


def crowd() -> list[Someone]:
    """Return everybody, mixed as people come."""
    taken: set[tuple[str, str]] = set()
    everybody = [
        _one(f"{kind}-{number}", kind, stage, history, who, taken)
        for kind, many, stage, history, who in KINDS
        for number in range(1, many + 1)
    ]
    return sorted(everybody, key=lambda one: Dice(one.id).number(10**9))


def _one(  # noqa: PLR0913 -- the columns of KINDS
    key: str, kind: str, stage: str, history: History, who: str, taken: set[tuple[str, str]]
) -> Someone:
    """Return one person whose name nobody else in the crowd has."""
    dice = Dice(key)
    places = [one for one in sample_places.companies() if who == "anybody" or (one.employees or 0) >= GROWN]
    while True:
        company = dice.pick(places)
        name = sample_places.name(company.country, dice.number(1000), dice.number(1000))
        if name not in taken:
            break
    taken.add(name)
    closing = kind in {"customer", "evangelist", "opportunity"}
    with_rep = closing or kind in {"sql", "disqualified"}
    return Someone(
        key,
        name,
        _title(dice, company),
        company,
        history(dice),
        stage=stage,
        phone=sample_places.phone(company.country, dice.number(70_000)) if dice.number(3) else "",
        owner=dice.pick(REPS) if with_rep else "",
        created=f"{dice.number(300) + 620}d" if closing or kind == "imported" else "",
        outcome={"customer": "won", "evangelist": "won", "disqualified": "lost", "mql-lost": "lost"}.get(kind, ""),
        deals=_deals(dice, kind, company),
        more=(("hs_analytics_source", "OFFLINE" if kind == "imported" else dice.pick(SOURCES)),),
    )


def _title(dice: Dice, company: Company) -> str:
    """Return a title that people have in companies of that size."""
    if (company.employees or 0) < GROWN:
        return dice.pick(SMALL)
    return dice.pick(DECIDERS if dice.number(3) == 0 else OTHERS)


def _deals(dice: Dice, kind: str, company: Company) -> list[dict[str, object]]:
    """Return the deal that belongs to somebody of that kind."""
    seats = 5 * (2 + dice.number(20))
    name, amount = f"{company.name.split()[0]}, {seats} seats", seats * 720
    if kind == "opportunity":
        return [deal(name, amount)]
    won = {"customer": True, "evangelist": True, "mql-lost": False}.get(kind)
    return [] if won is None else [deal(name, amount, won=won)]
