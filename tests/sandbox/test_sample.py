"""The bundled sample: made up throughout, in step with what generates it, and its stories end as they are told."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.assemble import assemble, ready
from connector.config.load import load as load_config
from connector.model import Actor, Stage
from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.hubspot.contact_properties import LIFECYCLE
from connector.sandbox.hubspot.engagement import FORM_NAMES, MAKERS
from connector.sandbox.hubspot.other_properties import INDUSTRIES
from connector.sandbox.inprocess import InProcess
from connector.sandbox.people import Person, load
from connector.sync import sync

from tests.clock import VirtualClock
from tools import make_sample

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "connector" / "sandbox" / "sample.jsonl"
EXAMPLE = ROOT / "config.example.toml"
DAY = timedelta(days=1)
CLEAR = timedelta(hours=1)
"""How far everything keeps from the line between the two acts, so that no run falls on the other side of it."""

RESERVED = re.compile(r"[^@\s]+@([a-z0-9-]+\.)+(example|test)|[^@\s]+@example\.(com|org|net)")
NOBODYS = re.compile(
    r"\+49 (30 23125|69 90009|40 66969|221 4710|89 99998) \d{3}|\+49 (171 39200|176 040690) \d\d"
    r"|\+44 (20 7946 0|113 496 0|161 496 0)\d{3}|\+44 7700 900\d{3}"
    r"|\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49|6 39 98) \d\d \d\d"
    r"|\+46 (8 465 004|31 390 06|40 628 04) \d\d"
)
"""Numbers that Bundesnetzagentur, Ofcom, Arcep and PTS keep free for films and books."""

GIVES_A_TASK = {
    "cto-books-a-demo": "ann@acme.example",
    "champion-asks-for-a-demo": "dora.winter@acme.example",
    "lost-deal-comes-back": "ann@acme.example",
    "opted-out-but-asks": "",
    "answers-an-old-mail": "ben@acme.example",
    "mueller-with-umlauts": "",
    "asks-a-product-question": "",
    "emoji-in-the-name": "",
    "owner-is-away": "",
    "already-sql-books-again": "ben@acme.example",
    "customer-books-an-upgrade": "",
}
"""Story → who must get its task, where the story says it."""
SQL_WITHOUT_A_TASK = {"called-yesterday", "has-an-open-deal"}
BECOMES_MQL = {
    "back-after-a-year",
    "cfo-reads-prices-on-five-days",
    "webinar-visitor",
    "colleague-of-the-champion-sales",
    "colleague-of-the-champion-crm",
    "greek-letters",
}
LEFT_ALONE = {
    "customer-left-alone": "customer",
    "books-and-cancels": "lead",
    "no-company-size": "lead",
    "student-downloads-everything": "lead",
    "competitor-has-a-look": "lead",
    "disqualified-keeps-clicking": "other",
    "stage-of-their-own": "947310221",
    "intern-collects-offers": "lead",
    "looked-once": "lead",
    "fair-contact-without-e-mail": "lead",
    "protects-the-data": "lead",
    "came-with-the-forward": "lead",
}
"""Story → the stage in which the CRM keeps them."""


@pytest.fixture(scope="module")
def people() -> list[Person]:
    """Return the people of the sample."""
    return load(SAMPLE)


def test_the_file_is_what_the_generator_writes() -> None:
    """Nobody edits one without the other."""
    assert SAMPLE.read_text(encoding="utf-8") == make_sample.text()


def test_everybody_is_told_apart(people: list[Person]) -> None:
    """About 200 people, each with an id, a name and, but for one, an address of their own."""
    assert 190 <= len(people) <= 210
    assert len({one.id for one in people}) == len(people)
    assert len({(one.properties["firstname"], one.properties["lastname"]) for one in people}) == len(people)
    emails = [one.properties["email"] for one in people if "email" in one.properties]
    assert len(set(emails)) == len(emails) == len(people) - 1


def test_nobody_can_be_reached(people: list[Person]) -> None:
    """Addresses, domains and numbers are those that nobody can have."""
    for one in people:
        email, phone = one.properties.get("email"), one.properties.get("phone")
        assert email is None or RESERVED.fullmatch(email), one.id
        assert phone is None or NOBODYS.fullmatch(phone), one.id
        assert one.company_record.get("domain", "x.example").endswith(".example"), one.id


def test_a_company_is_one_company(people: list[Person]) -> None:
    """Who has the same domain has the same company, of any size from a handful to thousands."""
    records: dict[str, Mapping[str, str]] = {}
    for one in people:
        if one.company_record:
            assert records.setdefault(one.company_record["domain"], one.company_record) == one.company_record
    sizes = [int(one["numberofemployees"]) for one in records.values() if "numberofemployees" in one]
    assert min(sizes) == 3
    assert max(sizes) == 12_000
    assert len(sizes) < len(records)


def test_the_sample_speaks_the_sandbox_language(people: list[Person]) -> None:
    """Industries, stages and engagements are known to the sandbox; one stage is of the portal's own making."""
    stages = {value for value, _ in LIFECYCLE}
    assert {one.company_record.get("industry", "MACHINERY") for one in people} <= set(INDUSTRIES.split())
    assert [one.id for one in people if one.properties["lifecyclestage"] not in stages] == ["stage-of-their-own"]
    assert {each.type for one in people for each in one.engagements} <= {*MAKERS, *FORM_NAMES}
    assert {one.outcome for one in people} == {"", "won", "lost"}


def test_nothing_happens_near_the_line_between_the_acts(people: list[Person]) -> None:
    """The same engagement is held back on every run, on a slow machine too."""
    newest = max(each.at for one in people for each in one.engagements)
    ages = [newest - each.at for one in people for each in one.engagements]
    assert not [age for age in ages if abs(age - DAY) < CLEAR]
    assert 100 < sum(age < DAY for age in ages) < len(ages) / 3


@dataclass(frozen=True, slots=True)
class Played:
    """What the two acts of the demo came to, by person of the file."""

    first: Counter[Stage | None]
    second: Mapping[str, Stage | None]
    owners: Mapping[str, str]
    texts: Mapping[str, str]
    stages: Mapping[str, str]


@pytest.fixture(scope="module")
def played(people: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Return both acts, played with the example configuration on a sandbox in process."""
    clock = VirtualClock(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    portal = Portal(people, clock=clock, hold_newer_than=DAY, index_lag=NO_LAG, limits="off")
    config = load_config(EXAMPLE, {"HUBSPOT_TOKEN": "demo"}).config
    assert config is not None
    url = f"sqlite:///{tmp_path_factory.mktemp('sample')}/demo.db"
    engine = ready(
        assemble(
            replace(config, store_url=url),
            clock=clock,
            transports={"hubspot": InProcess(portal)},
            chance=random.Random(1),
        )
    )
    for adapter in engine.adapters.values():
        adapter.prepare(dry=False)
    sync(engine, clock.sleep)
    with engine.store.reading() as look:
        before = list(look.transitions())
    given = portal.journal.tasks_by_contact()
    assert not given
    clock.advance(timedelta(minutes=1))
    portal.release()
    done = sync(engine, clock.sleep)
    assert not done.rejected
    assert not done.quarantined
    ids = {portal.contact_id(one.id): one.id for one in people}
    with engine.store.reading() as look:
        steps = list(look.transitions())[len(before) :]
        who = {look.find(remote)[0]: name for remote, name in ids.items()}
    by_id = {owner.id: owner.email for owner in engine.directory.schema("hubspot").owners}
    engine.store.close()
    tasks = portal.journal.tasks_by_contact()
    assert {len(rows) for rows in tasks.values()} == {1}
    rows = {ids[contact]: portal.values("tasks", found[0]) for contact, found in tasks.items()}
    return Played(
        Counter(step.target for step in before if step.actor is Actor.CONNECTOR),
        {who[step.person_id]: step.target for step in steps},
        {name: by_id[row["hubspot_owner_id"]] for name, row in rows.items()},
        {name: f"{row['hs_task_subject']}\n{row['hs_task_body']}" for name, row in rows.items()},
        {name: portal.values("contacts", remote)["lifecyclestage"] for remote, name in ids.items()},
    )


def test_act_one_moves_nobody(played: Played) -> None:
    """What was there before us makes no MQL, no SQL and no task (the fixture has seen that there is none)."""
    assert not played.first


def test_act_two_is_a_good_day_for_sales(played: Played) -> None:
    """A dozen new tasks for several people, and some more leads for marketing to look after."""
    assert 8 <= len(played.owners) <= 15
    assert len(set(played.owners.values())) >= 4
    assert max(Counter(played.owners.values()).values()) <= len(played.owners) / 2
    assert 15 <= sum(stage is Stage.MQL for stage in played.second.values()) <= 30


@pytest.mark.parametrize("story", GIVES_A_TASK)
def test_who_raises_a_hand_gives_a_task(played: Played, story: str) -> None:
    """The story ends on a rep's list, on the list of the one it names, and the stage is written."""
    assert played.owners[story] == (GIVES_A_TASK[story] or played.owners[story])
    assert played.stages[story] == ("customer" if story == "customer-books-an-upgrade" else "salesqualifiedlead")


@pytest.mark.parametrize("story", sorted(SQL_WITHOUT_A_TASK))
def test_who_is_in_good_hands_gives_none(played: Played, story: str) -> None:
    """They become SQL, and nobody is asked to call whom a colleague is dealing with."""
    assert played.stages[story] == "salesqualifiedlead"
    assert story not in played.owners


@pytest.mark.parametrize("story", sorted(BECOMES_MQL))
def test_who_warms_up_becomes_mql(played: Played, story: str) -> None:
    """Marketing sees them, sales does not yet."""
    assert played.stages[story] == "marketingqualifiedlead"
    assert story not in played.owners


@pytest.mark.parametrize("story", LEFT_ALONE)
def test_who_is_left_alone(played: Played, story: str) -> None:
    """Whatever they do, nothing is written that moves them, and nobody is called."""
    assert played.stages[story] == LEFT_ALONE[story]
    assert story not in played.second
    assert story not in played.owners


def test_every_story_has_an_end(people: list[Person]) -> None:
    """Each story that is told is held to its end here, but for one whose end hangs on a list of domains."""
    told = {*GIVES_A_TASK, *SQL_WITHOUT_A_TASK, *BECOMES_MQL, *LEFT_ALONE, "big-title-free-mail"}
    assert {one.id for one in people if not re.search(r"-\d+$", one.id)} == told


def test_tasks_carry_names_and_wishes_as_they_are(played: Played) -> None:
    """Umlauts and emoji arrive whole, an opt-out is said, and who is away gets nothing."""
    assert "Call Jürgen Müller (Müller & Söhne Präzisionsguss KG)" in played.texts["mueller-with-umlauts"]
    assert "Zoë 🌻 van" in played.texts["emoji-in-the-name"]
    assert "please do not write" in played.texts["opted-out-but-asks"]
    assert "carl@acme.example" not in played.owners.values()
