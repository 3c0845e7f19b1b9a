"""Reading changes from HubSpot: nothing is lost to a lagging index, equal instants or long pages, and few calls do."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from connector.adapters.base import Page, Wanted
from connector.adapters.hubspot.cursors import Changes, Listing, decoded, encoded
from connector.commands import Rank
from connector.sandbox.people import Person

from tests.adapters.desk import Desk, in_turn, reply, told

MILLISECOND = timedelta(milliseconds=1)


def crowd(count: int, **manner: Any) -> Desk:  # noqa: ANN401 - options of the portal
    """Return a desk with so many people, whose first load is done."""
    return Desk(people=[Person(f"p{n}", {"email": f"p{n}@corp.example"}) for n in range(count)], **manner)


def values(found: list[Page], name: str = "firstname") -> dict[str, object]:
    """Return what the pages say of each row at last."""
    return {one.ref.id: one.raw.get(name) for page in found for one in page.records}


def touch(desk: Desk, keys: list[str], value: str, apart: timedelta = MILLISECOND) -> None:
    """Change rows one after another."""
    for key in keys:
        desk.portal.rep.set_values("contacts", key, {"firstname": value})
        desk.clock.sleep(apart)


def settled(desk: Desk) -> str:
    """Read everything and return the cursor at rest."""
    cursor = desk.read("contacts")[-1].cursor
    desk.later(minutes=5)
    return desk.read("contacts", cursor)[-1].cursor


def test_calls_follow_what_changed() -> None:
    """Of 4,000 contacts: nothing changed is one call, 200 are at most three, 2,000 at most twelve."""
    desk = crowd(4_000)
    cursor = settled(desk)
    for count, most in ((0, 1), (200, 3), (2_000, 12)):
        desk.later(minutes=5)
        touch(desk, desk.portal.ids("contacts")[:count], f"n{count}")
        desk.later(minutes=5)
        before = desk.calls()
        found = desk.read("contacts", cursor)
        cursor = found[-1].cursor
        assert desk.calls() - before <= most
        assert len(values(found)) == count


def test_the_first_load_costs_a_call_for_each_hundred() -> None:
    """The list is read in full pages, and the changes since it began in one call more."""
    desk = crowd(1_000)
    found = desk.read("contacts")
    assert len(values(found)) == 1_000
    assert desk.calls() == 11
    assert {rank for _, rank in desk.meter.asked[:10]} == {Rank.BACKFILL}
    assert desk.meter.asked[10] == ("search", Rank.READ)


def test_a_contact_made_behind_the_list_is_not_missed() -> None:
    """Ids are not chronological: who is made during the first load comes with the changes since it began."""
    desk = crowd(250)
    first = desk.adapter.pull("contacts", None)
    made = [desk.contact(f"New{n}") for n in range(30)]
    desk.later(minutes=1)
    rest = desk.read("contacts", first.cursor)
    desk.later(minutes=1)
    later = desk.read("contacts", rest[-1].cursor)
    assert {ref.id for ref in made} <= values([first, *rest, *later]).keys()


def test_25_000_rows_of_one_instant_are_read_through() -> None:
    """An import stamps all its rows alike: inside one instant the id leads on, past what a search can show."""
    desk = crowd(25_000)
    cursor = settled(desk)
    touch(desk, desk.portal.ids("contacts"), "same", timedelta())
    desk.later(minutes=2)
    before = desk.calls()
    found = values(desk.read("contacts", cursor))
    assert sum(value == "same" for value in found.values()) == 25_000
    assert desk.calls() - before <= 130


def test_what_changed_after_a_crowded_instant_is_read_too() -> None:
    """Once an instant is read through by id the reading goes on behind it, and does not read it again."""
    desk = crowd(900)
    cursor = settled(desk)
    keys = desk.portal.ids("contacts")
    touch(desk, keys[:260], "same", timedelta())
    desk.later(minutes=10)
    touch(desk, keys[300:], "later")
    desk.later(minutes=30)
    before = desk.calls()
    found = values(desk.read("contacts", cursor))
    assert found.keys() == {*keys[:260], *keys[300:]}
    assert desk.calls() - before <= 8


def test_more_than_10_000_hits_are_read_through() -> None:
    """A search ends at 10,000 hits; the next one begins where the last certain instant was."""
    desk = crowd(10_600)
    cursor = settled(desk)
    touch(desk, desk.portal.ids("contacts"), "new", timedelta(milliseconds=30))
    desk.later(minutes=2)
    assert sum(value == "new" for value in values(desk.read("contacts", cursor)).values()) == 10_600


def test_more_than_10_000_fresh_changes_wait_until_their_place_is_certain() -> None:
    """Within the lag only 10,000 can be shown; the rest is not skipped but read a minute later."""
    desk = crowd(10_600, index_lag=(timedelta(), timedelta()))
    cursor = settled(desk)
    touch(desk, desk.portal.ids("contacts"), "new", timedelta(milliseconds=1))
    first = desk.read("contacts", cursor)
    assert len(values(first)) < 10_600
    desk.later(minutes=2)
    rest = desk.read("contacts", first[-1].cursor)
    assert sum(value == "new" for value in values([*first, *rest]).values()) == 10_600


def test_a_row_that_shows_a_later_instant_than_its_place_moves_nothing_forward() -> None:
    """The last row of a page was touched again just now: the index has it in its old place, its instant is new."""
    desk = crowd(900, index_lag=(timedelta(seconds=20), timedelta(seconds=20)))
    cursor = settled(desk)
    keys = desk.portal.ids("contacts")
    touch(desk, keys, "old", timedelta(seconds=2))
    desk.later(minutes=30)
    touch(desk, keys[195:205], "again")
    first = desk.adapter.pull("contacts", cursor)
    rest = desk.read("contacts", first.cursor)
    desk.later(minutes=2)
    last = desk.read("contacts", rest[-1].cursor)
    found = values([first, *rest, *last])
    assert found.keys() >= set(keys)
    assert [found[key] for key in keys[195:205]] == ["again"] * 10


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_lost_while_people_go_on_working(seed: int) -> None:
    """Rows change between any two pages, and again, and are made and deleted; in the end all of it was read."""
    chance = random.Random(seed)
    desk = crowd(700, index_lag=(timedelta(seconds=1), timedelta(seconds=37)))
    seen = values(found := desk.read("contacts"))
    cursor = found[-1].cursor
    for _ in range(40):
        for key in chance.sample(desk.portal.ids("contacts"), chance.choice((0, 1, 5, 150, 300))):
            desk.portal.rep.set_values("contacts", key, {"firstname": f"{chance.random()}"})
            desk.clock.sleep(MILLISECOND * chance.choice((0, 0, 1, 400)))
        if chance.random() < 0.2:
            desk.contact(f"New{chance.random()}")
        if chance.random() < 0.2:
            desk.portal.rep.archive_contact(chance.choice(desk.portal.ids("contacts")))
        page = desk.adapter.pull("contacts", cursor)
        seen |= values([page])
        cursor = page.cursor
        if not page.more:
            desk.later(seconds=chance.choice((1, 30, 300, 4000)))
    for _ in range(2):
        # The look that is under way comes to its end; the next one sees all that the index has learned since.
        desk.later(minutes=2)
        cursor = (found := desk.read("contacts", cursor))[-1].cursor
        seen |= values(found)
    held = {key: desk.portal.values("contacts", key).get("firstname") for key in desk.portal.ids("contacts")}
    assert {key: value for key, value in seen.items() if key in held} == held


def test_rows_given_already_do_not_come_again() -> None:
    """The overlap reads the last minute again, and gives of it only what is new."""
    desk = crowd(50, index_lag=(timedelta(), timedelta()))
    cursor = settled(desk)
    key = desk.portal.ids("contacts")[0]
    touch(desk, [key], "one")
    desk.later(seconds=5)
    first = desk.read("contacts", cursor)
    assert key in values(first)
    desk.later(seconds=5)
    second = desk.read("contacts", first[-1].cursor)
    assert values(second) == {}
    touch(desk, [key], "two")
    desk.later(seconds=5)
    assert values(desk.read("contacts", second[-1].cursor)) == {key: "two"}


def test_once_an_hour_the_last_quarter_is_read_again() -> None:
    """A change that the index learned of only after minutes is found by the wide look."""
    desk = crowd(5, index_lag=(timedelta(minutes=4), timedelta(minutes=4)))
    desk.later(minutes=10)
    cursor = settled(desk)
    desk.later(minutes=51)
    touch(desk, desk.portal.ids("contacts")[:1], "late")
    desk.later(minutes=3)
    cursor = (missed := desk.read("contacts", cursor))[-1].cursor
    assert values(missed) == {}
    desk.later(minutes=6)
    found = desk.read("contacts", cursor)
    assert list(values(found).values()) == ["late"]
    desk.later(minutes=5)
    before = desk.calls()
    assert values(desk.read("contacts", found[-1].cursor)) == {}
    assert desk.calls() - before == 1


def test_companies_are_searched_by_their_own_instant() -> None:
    """Contacts say lastmodifieddate, everything else hs_lastmodifieddate: the other one matches nothing."""
    desk = Desk()
    company = desk.portal.rep.create_company({"name": "Acme"})
    desk.later(minutes=2)
    cursors = {name: desk.read(name)[-1].cursor for name in ("companies", "contacts")}
    desk.portal.rep.set_values("companies", company, {"name": "Apex"})
    contact = desk.contact()
    desk.later(minutes=2)
    assert values(desk.read("companies", cursors["companies"]), "name") == {company: "Apex"}
    assert values(desk.read("contacts", cursors["contacts"])) == {contact.id: "Ann"}


def test_a_page_whose_rows_were_all_archived_is_skipped() -> None:
    """The index drops what was archived but goes on paging: an empty page is not the end."""
    desk = crowd(500, index_lag=(timedelta(seconds=30), timedelta(seconds=30)))
    cursor = settled(desk)
    keys = desk.portal.ids("contacts")
    touch(desk, keys, "new", timedelta(milliseconds=500))
    desk.later(minutes=3)
    for key in keys[:250]:
        desk.portal.rep.archive_contact(key)
    found = values(desk.read("contacts", cursor))
    assert found.keys() == set(keys[250:])


def test_inside_one_instant_a_page_whose_rows_were_all_archived_is_skipped() -> None:
    """The same holds where the id leads on."""
    desk = crowd(500, index_lag=(timedelta(seconds=30), timedelta(seconds=30)))
    cursor = settled(desk)
    keys = desk.portal.ids("contacts")
    touch(desk, keys, "same", timedelta())
    desk.later(minutes=3)
    first = desk.adapter.pull("contacts", cursor)
    second = desk.adapter.pull("contacts", first.cursor)
    assert isinstance(held := decoded(second.cursor), Changes)
    assert held.key == "0"
    for key in keys[:250]:
        desk.portal.rep.archive_contact(key)
    found = values([first, second, *desk.read("contacts", second.cursor)])
    assert found.keys() >= set(keys[250:])


def test_many_properties_are_read_in_batches() -> None:
    """What would make a URL or a search too long is listed by id and read by batch read."""
    names = tuple(f"a_property_with_quite_a_long_name_{n:04}" for n in range(160))
    desk = Desk(Wanted({"contact": ("firstname", *names)}))
    key = desk.contact().id
    desk.later(minutes=2)
    found = desk.read("contacts")
    assert values(found) == {key: "Ann"}
    touch(desk, [key], "Bea")
    desk.later(minutes=2)
    assert values(desk.read("contacts", found[-1].cursor)) == {key: "Bea"}
    assert all(len(sent.url) < 2_000 for sent in desk.tap.sent)
    assert all(len(str(sent.body)) < 3_000 for sent in desk.tap.sent if sent.path.endswith("/search"))


def test_what_was_read_to_the_end_is_never_ahead_of_the_vendor() -> None:
    """A vendor whose clock is behind ours sets the pace: no change of its is skipped."""
    empty: dict[str, object] = {"results": []}
    headers = {"Date": "Mon, 02 Nov 2026 08:00:00 GMT"}
    adapter, _ = told(in_turn(reply(200, empty, headers), reply(200, empty, headers)))
    page = adapter.pull("contacts", adapter.pull("contacts", None).cursor)
    held = decoded(page.cursor)
    assert isinstance(held, Changes)
    assert held.floor == 1_793_606_340_000
    assert page.as_of.isoformat() == "2026-11-02T08:00:00+00:00"


@pytest.mark.parametrize(
    "cursor",
    [Listing(), Listing("712", 5), Changes(7), Changes(7, 8, 9, "0", 200, 3, {"51": 9}, first=True)],
    ids=str,
)
def test_a_cursor_survives_being_text(cursor: Listing | Changes) -> None:
    """What is encoded is decoded with its types."""
    assert decoded(encoded(cursor)) == cursor


def test_a_cursor_stays_small() -> None:
    """However much was given lately, a cursor remembers the newest thousand."""
    held = decoded(encoded(Changes(0, seen={str(n): n for n in range(5_000)})))
    assert isinstance(held, Changes)
    assert len(held.seen) == 1_000
    assert min(held.seen.values()) == 4_000


@pytest.mark.parametrize("text", ['{"mode":"other"}', "{}", '{"mode":"list","x":1}', "[]x"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    """Text of another adapter or version is an error and not the beginning."""
    with pytest.raises(ValueError, match=r"cursor|Extra data"):
        decoded(text)
