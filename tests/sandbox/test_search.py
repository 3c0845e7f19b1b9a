"""Search: a late index, hydration from the store, the vendor's limits, and the same answer by every way of looking."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from connector.sandbox.hubspot import NO_LAG, Portal
from connector.sandbox.hubspot.sorted_keys import BLOCK, SortedKeys
from connector.sandbox.people import Person

from tests.sandbox.desk import NOON, OBJECTS, Caller, Clock, Json, person, where

SEARCH = f"{OBJECTS}/contacts/search"
ASCENDING = [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}]


def ids(answer: Json) -> list[str]:
    """Return the ids of the rows."""
    return [row["id"] for row in answer["results"]]


def by_mail(call: Caller, mail: str) -> Json:
    """Search one address."""
    return call.search("contacts", where("email", "EQ", mail), properties=["email"])


@pytest.fixture
def clock() -> Clock:
    """Return a clock at noon."""
    return Clock()


@pytest.fixture
def call(clock: Clock) -> Caller:
    """Return a caller of a portal whose index lags by 1 to 30 s."""
    return Caller(Portal([person("old")], clock=clock, limits="off"))


def test_a_new_record_is_found_only_later(call: Caller, clock: Clock) -> None:
    """Nothing at once, everything after the greatest lag."""
    mails = [f"n{n}@x.example" for n in range(20)]
    for mail in mails:
        call.create("contacts", {"email": mail})
    assert all(by_mail(call, mail)["total"] == 0 for mail in mails)
    clock.move(seconds=15)
    seen = sum(by_mail(call, mail)["total"] for mail in mails)
    assert 0 < seen < 20
    clock.move(seconds=16)
    assert all(by_mail(call, mail)["total"] == 1 for mail in mails)


def test_the_old_value_matches_but_the_new_one_is_shown(call: Caller, clock: Clock) -> None:
    """The index has the old address, the row comes from the store."""
    key = call.portal.contact_id("old")
    call.ok("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {"email": "new@x.example"}})
    stale = by_mail(call, "old@corp.example")
    assert [row["properties"]["email"] for row in stale["results"]] == ["new@x.example"]
    assert stale["results"][0]["updatedAt"] == "2026-11-23T12:00:00Z"
    assert by_mail(call, "new@x.example")["total"] == 0
    clock.move(seconds=31)
    assert by_mail(call, "old@corp.example") == {"total": 0, "results": []}
    assert ids(by_mail(call, "new@x.example")) == [key]


def test_an_archived_row_stays_in_total(call: Caller, clock: Clock) -> None:
    """It is counted but not shown until the index follows."""
    call.ok("DELETE", f"{OBJECTS}/contacts/{call.portal.contact_id('old')}")
    assert by_mail(call, "old@corp.example") == {"total": 1, "results": []}
    clock.move(seconds=31)
    assert by_mail(call, "old@corp.example")["total"] == 0


def test_a_record_made_again_is_found_under_its_new_id(call: Caller, clock: Clock) -> None:
    """After archive and creation of the same address the later search shows the new record."""
    call.ok("DELETE", f"{OBJECTS}/contacts/{call.portal.contact_id('old')}")
    key = call.create("contacts", {"email": "old@corp.example"})
    clock.move(seconds=31)
    assert ids(by_mail(call, "old@corp.example")) == [key]


def test_without_lag_search_sees_everything_at_once(clock: Clock) -> None:
    """The lag can be set to nothing."""
    call = Caller(Portal(clock=clock, index_lag=NO_LAG))
    key = call.create("contacts", {"email": "a@x.example"})
    assert ids(by_mail(call, "a@x.example")) == [key]


def test_hs_lastmodifieddate_of_contacts_is_empty(call: Caller) -> None:
    """Contacts define it, but a filter on it matches nothing and says nothing."""
    assert call.search("contacts", where("hs_lastmodifieddate", "GTE", "0"))["total"] == 0
    assert call.search("contacts", where("lastmodifieddate", "GTE", "0"))["total"] == 1


def test_nothing_asked_for_means_oldest_first(clock: Clock) -> None:
    """Without a sort rule records come by creation, not by id."""
    people = [person(f"p{n}", createdate=(NOON - timedelta(days=n)).isoformat()) for n in range(10)]
    portal = Portal(people, clock=clock)
    found = ids(Caller(portal).ok("POST", SEARCH, {"limit": 10, "after": ""}))
    assert found == [portal.contact_id(f"p{n}") for n in reversed(range(10))]
    assert found != sorted(found)


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"after": "x"},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 5}] * 4},
        {"sorts": ASCENDING * 2},
        {"query": "x" * 3001},
        {"filterGroups": [{"filters": [where("no_such_thing", "EQ", "1")]}]},
        {"sorts": [{"propertyName": "no_such_thing"}]},
        {"filterGroups": [{"filters": [where("email", "IN")]}]},
        {"filterGroups": [{"filters": [where("email", "EQ")]}]},
        {"filterGroups": [{"filters": [where("email", "LIKE", "a")]}]},
        {"filterGroups": [{"filters": [where("lastmodifieddate", "GTE", "yesterday")]}]},
    ],
)
def test_what_search_refuses(call: Caller, body: dict[str, object]) -> None:
    """Each limit of the search page, and filters that cannot be."""
    status, answer = call("POST", SEARCH, body)
    assert (status, answer["category"]) == (400, "VALIDATION_ERROR")


def test_ten_thousand_hits_can_be_paged(call: Caller) -> None:
    """The last page that ends at 10,000 is allowed."""
    assert call("POST", SEARCH, {"limit": 200, "after": "9800"})[0] == 200


@pytest.mark.parametrize(
    ("name", "operator", "more", "found"),
    [
        ("firstname", "EQ", {"value": "anna"}, {"a"}),
        ("firstname", "NEQ", {"value": "anna"}, {"b"}),
        ("lifecyclestage", "EQ", {"value": "LEAD"}, set()),
        ("lifecyclestage", "IN", {"values": ["lead", "customer"]}, {"a", "b", "c"}),
        ("lifecyclestage", "NOT_IN", {"values": ["customer"]}, {"a", "c"}),
        ("firstname", "IN", {"values": ["anna"]}, {"a"}),
        ("firstname", "IN", {"values": ["Anna"]}, set()),
        ("seats", "GT", {"value": "9"}, {"b"}),
        ("seats", "LTE", {"value": "9"}, {"a"}),
        ("seats", "BETWEEN", {"value": "9", "highValue": "10"}, {"a", "b"}),
        ("phone", "HAS_PROPERTY", {}, {"c"}),
        ("phone", "NOT_HAS_PROPERTY", {}, {"a", "b"}),
        ("company", "CONTAINS_TOKEN", {"value": "rail*"}, {"b"}),
        ("company", "NOT_CONTAINS_TOKEN", {"value": "railway"}, {"a", "c"}),
        ("trial", "LT", {"value": "2026-12-01"}, {"a"}),
        ("hs_object_id", "HAS_PROPERTY", {}, {"a", "b", "c"}),
    ],
)
def test_operators(clock: Clock, name: str, operator: str, more: dict[str, object], found: set[str]) -> None:
    """Text compares without case except enumerations; IN needs lower case; unset values match no comparison."""
    portal = Portal(
        [
            person("a", firstname="Anna", seats="9", trial="2026-11-30", company="Blue Sky Ltd"),
            person(
                "b", firstname="Ben", seats="10", trial="2026-12-01", lifecyclestage="customer", company="Old Railway"
            ),
            person("c", phone="1", company="Bank"),
        ],
        clock=clock,
        limits="off",
    )
    answer = Caller(portal).search("contacts", {"propertyName": name, "operator": operator, **more})
    assert set(ids(answer)) == {portal.contact_id(each) for each in found}


def test_groups_are_alternatives_and_query_looks_into_texts(clock: Clock) -> None:
    """Groups are OR-ed, filters within one AND-ed; query needs every word."""
    portal = Portal([person(x, firstname=x, company=f"{x} works") for x in "abc"], clock=clock, limits="off")
    call = Caller(portal)
    groups = [{"filters": [where("firstname", "EQ", "a"), where("phone", "NOT_HAS_PROPERTY")]}]
    groups += [{"filters": [where("firstname", "EQ", "c")]}]
    assert set(ids(call.ok("POST", SEARCH, {"filterGroups": groups}))) == {portal.contact_id(x) for x in "ac"}
    assert ids(call.ok("POST", SEARCH, {"query": "WORKS b"})) == [portal.contact_id("b")]


def test_associated_records_are_found(clock: Clock) -> None:
    """The pseudo-property associations.contact finds the deals of a contact."""
    portal = Portal([person("a"), person("b")], clock=clock, index_lag=NO_LAG, limits="off")
    deal = portal.rep.open_deal(portal.contact_id("a"))
    portal.rep.open_deal(portal.contact_id("b"))
    answer = Caller(portal).search("deals", where("associations.contact", "EQ", portal.contact_id("a")))
    assert ids(answer) == [deal]


def crowd(count: int) -> list[Person]:
    """Return people whose last modifications coincide in groups of nine."""
    return [person(f"p{n}", lastmodifieddate=(NOON - timedelta(minutes=n // 9)).isoformat()) for n in range(count)]


@pytest.mark.parametrize("direction", ["ASCENDING", "DESCENDING"])
def test_pages_over_modification_hold_every_record_once(clock: Clock, direction: str) -> None:
    """Paging by offset over equal instants neither loses nor repeats anybody."""
    call = Caller(Portal(crowd(95), clock=clock, limits="off"))
    order = [{"propertyName": "lastmodifieddate", "direction": direction}]
    rows: list[Json] = []
    for offset in range(0, 100, 10):
        page = call.search("contacts", where("lastmodifieddate", "GTE", "0"), sorts=order, after=str(offset))
        assert page["total"] == 95
        assert ("paging" in page) == (offset < 90)
        rows += page["results"]
    stamps = [row["updatedAt"] for row in rows]
    assert stamps == sorted(stamps, reverse=direction == "DESCENDING")
    assert len({row["id"] for row in rows}) == 95


def test_the_quick_way_finds_what_the_long_way_finds(clock: Clock) -> None:
    """Ranges of the index answer as a scan over all records does, while records change."""
    portal = Portal(crowd(200), clock=clock, limits="off")
    call, dice = Caller(portal), random.Random(3)
    for _ in range(60):
        clock.move(seconds=dice.random() * 4)
        key = dice.choice(portal.ids("contacts"))
        if dice.random() < 0.15:
            call("DELETE", f"{OBJECTS}/contacts/{key}")
        else:
            call.ok("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {"jobtitle": str(dice.random())}})
        edge = str(int((clock.now - timedelta(minutes=dice.random() * 25)).timestamp() * 1000))
        same = dice.choice(crowd(200)).properties["lastmodifieddate"]
        groups = [
            {"filters": [where("lastmodifieddate", dice.choice(["GT", "GTE", "LT", "LTE"]), edge)]},
            {"filters": [where("lastmodifieddate", "EQ", same), where("hs_object_id", "GT", key)]},
        ][: dice.choice([1, 2])]
        quick = {"filterGroups": groups, "sorts": ASCENDING, "limit": 200}
        slow_groups = [{"filters": [*group["filters"], where("hs_object_id", "HAS_PROPERTY")]} for group in groups]
        slow = {**quick, "filterGroups": slow_groups}
        assert call.ok("POST", SEARCH, quick) == call.ok("POST", SEARCH, slow)


def test_sorted_keys_agree_with_a_sorted_list() -> None:
    """Insertions, removals, ranks and pages are those of a plain sorted list, over many blocks."""
    dice = random.Random(1)
    keys, plain = SortedKeys(), set()
    for _ in range(6 * BLOCK):
        key = dice.randrange(100_000)
        if dice.random() < 0.7:
            keys.add(key)
            plain.add(key)
        else:
            keys.discard(key)
            plain.discard(key)
    ordered = sorted(plain)
    assert list(keys) == ordered
    assert len(keys) == len(ordered)
    for key in dice.sample(range(100_001), 300):
        rank = keys.rank(key)
        assert rank == sum(1 for each in ordered if each < key)
        assert keys.page(rank, 5) == ordered[rank : rank + 5]
        assert (key in keys) == (key in plain)
    for key in ordered:
        keys.discard(key)
    assert (len(keys), list(keys), keys.page(0, 3)) == (0, [], [])


def test_the_index_never_goes_back(call: Caller, clock: Clock) -> None:
    """Of several writes in short order a later one may overtake, but an earlier one does not come back after it."""
    keys = [call.create("contacts", {"email": f"n{n}@x.example", "jobtitle": "0"}) for n in range(12)]
    for value in "123":
        clock.move(milliseconds=100)
        for key in keys:
            call.ok("PATCH", f"{OBJECTS}/contacts/{key}", {"properties": {"jobtitle": value}})
    seen = dict.fromkeys(keys, "")
    for _ in range(130):
        clock.move(milliseconds=250)
        for value in "0123":
            for key in ids(call.search("contacts", where("jobtitle", "EQ", value), limit=100)):
                if key in seen:
                    assert value >= seen[key]
                    seen[key] = value
    assert set(seen.values()) == {"3"}
