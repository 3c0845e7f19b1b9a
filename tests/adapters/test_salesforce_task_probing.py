"""Whether a task that may have been made in Salesforce is there, in both tiers."""

from __future__ import annotations

import pytest

from connector.adapters.base import AdapterDown
from connector.adapters.salesforce.ids import to18
from connector.commands import Absent, Done, Found, Rank, Rejected, Retry, Unknown
from connector.sandbox.exchange import ConnectionCut

from tests.adapters.org_told import (
    KEY,
    KEY_FIELD,
    WANTED,
    Bench,
    answer,
    contact,
    lead,
    lost_after,
    refused,
    task,
    whole,
    yes,
)

OTHER = "abcdefghijklmnopqrstuvwx02"
HELD = to18("00T000000000900")
TWICE = f"duplicate value found: {KEY_FIELD} duplicates value on record with id: {HELD[:15]}"


def keys(number: int) -> list[str]:
    """Return so many keys of tasks."""
    return [f"{n:026}" for n in range(number)]


# Lost answers


@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_lost_answer_is_probed_and_never_made_twice(tier: str) -> None:
    """Performed: found by the key, or among the person's tasks. Not performed: certainly absent, and sent again."""
    bench = Bench(tier=tier)
    bench.hold(lead(1))
    bench.hold(lead(2))
    commands = (task(lead(1)), task(lead(2), OTHER))
    bench.org.told.append(lost_after(bench.org))
    assert [type(one) for one in bench.apply(*commands)] == [Unknown, Unknown]
    made = {row["WhoId"]: row["Id"] for row in bench.org.tables["Task"]}
    assert bench.writes.probe(commands) == (Found(made[lead(1).id]), Found(made[lead(2).id]))
    bench.org.told.append(whole(ConnectionCut()))
    third = task(lead(1), "abcdefghijklmnopqrstuvwx03")
    assert isinstance(bench.apply(third)[0], Unknown)
    assert bench.writes.probe([third]) == (Absent(bench.clock()),)


def test_another_process_finds_what_the_first_one_made() -> None:
    """Nothing that matters is kept in memory."""
    bench = Bench(tier="B")
    bench.hold(lead())
    bench.org.told.append(lost_after(bench.org))
    bench.apply(task(lead()))
    assert isinstance(bench.build().probe([task(lead())])[0], Found)


def test_no_connection_blames_nobody() -> None:
    """503 to a describe: nothing has left."""
    bench = Bench()
    bench.org.fields.clear()
    bench.org.told.append(whole(refused(403, "API_DISABLED_FOR_ORG", "off")))
    assert isinstance(bench.apply(task(lead()))[0], Rejected)
    bench = Bench()
    bench.org.told.append(whole(refused(403, "API_DISABLED_FOR_ORG", "off")))
    with pytest.raises(AdapterDown):
        bench.apply(task(lead()))


def test_without_a_permit_nothing_leaves() -> None:
    """The time for it was over."""
    bench = Bench()
    (found,) = bench.writes.apply([task(lead())], lambda: False)
    assert isinstance(found, Retry)
    assert bench.org.writes == []
    assert isinstance(bench.writes.apply([task(lead())], yes)[0], Done)


def test_a_created_task_without_an_id_is_unknown() -> None:
    """The probe finds it."""
    bench = Bench()
    bench.org.told.append(whole(answer(200, [{"success": True, "errors": []}])))
    assert isinstance(bench.apply(task(lead()))[0], Unknown)


def test_tier_b_takes_only_its_own_key() -> None:
    """Other tasks of the person, and a key within a sentence, are not ours."""
    bench = Bench(tier="B")
    bench.hold(lead())
    bench.org.tables["Task"] = [
        {"Id": to18("00T000000000801"), "WhoId": lead().id, "Description": f"see Ref: {KEY} there"},
        {"Id": to18("00T000000000802"), "WhoId": lead().id, "Description": None},
        {"Id": to18("00T000000000803"), "WhoId": lead().id, "Description": f"Ref: {OTHER}"},
        {"Id": to18("00T000000000804"), "WhoId": lead(2).id, "Description": f"Ref: {KEY}"},
    ]
    assert bench.writes.probe([task(lead())]) == (Absent(bench.clock()),)
    edited = {"Id": HELD, "WhoId": lead().id, "IsDeleted": True, "Description": f"x\r\nRef: {KEY}\r\nAnn called back"}
    bench.org.tables["Task"].append(edited)
    assert bench.writes.probe([task(lead())]) == (Found(HELD),)


@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_task_is_found_on_the_contact_that_its_lead_became(tier: str) -> None:
    """Conversion takes open activities along; a task from before the org had the key field is found so as well."""
    bench = Bench(tier=tier)
    bench.hold(lead(), IsConverted=True, ConvertedContactId=contact(1).id)
    bench.hold(contact(1), MasterRecordId=contact(2).id)
    bench.org.tables["Contact"][0]["IsDeleted"] = True
    bench.hold(contact(2))
    bench.org.tables["Task"] = [{"Id": HELD, "WhoId": contact(2).id, "Description": f"Ann\n\nRef: {KEY}"}]
    assert bench.writes.probe([task(lead())]) == (Found(HELD),)


def test_a_probe_of_a_hundred_takes_few_calls() -> None:
    """Found by key in one query; what is absent costs one for its persons and one for where they went."""
    bench = Bench()
    commands = [task(lead(n), key) for n, key in enumerate(keys(100))]
    for one in commands:
        bench.hold(one.ref)
    bench.apply(*commands)
    bench.meter.asked.clear()
    assert all(isinstance(one, Found) for one in bench.writes.probe(commands))
    assert len(bench.meter.asked) == 1
    bench.org.tables["Task"].clear()
    bench.meter.asked.clear()
    assert bench.writes.probe(commands) == (Absent(bench.clock()),) * 100
    assert len(bench.meter.asked) <= 4
    assert {rank for _, rank in bench.meter.asked} == {Rank.TASK}


def test_a_probe_that_cannot_be_read_is_down() -> None:
    """Silence is no proof of absence."""
    bench = Bench(wanted=WANTED)
    bench.org.deaf = 9
    with pytest.raises(AdapterDown):
        bench.writes.probe([task(lead())])
