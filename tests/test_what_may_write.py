"""Who may move whom, and what gives a task: each rule of the design, seen from the CRM's side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from connector.brakes import STAGES
from connector.commands import CreateTask, SetStage
from connector.deliver import deliver
from connector.engine import AgreementChanged
from connector.events import Dropped, Pulled, Tried
from connector.lifecycle import SET_BACK
from connector.model import Actor, Stage, Standing
from connector.store.base import State

from tests.world import World, somebody

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NO_CHANGES: Mapping[str, str] = MappingProxyType({})


def synced(tmp_path: Path, *people: str, changes: Mapping[str, str] = NO_CHANGES) -> World:
    """Return a world whose base was there before us and has been synced."""
    world = World(tmp_path, [somebody(name) for name in people], changes)
    world.sync()
    world.later(5 * MINUTE)
    return world


def standing_of(world: World, name: str) -> Standing:
    """Return what is remembered of somebody."""
    with world.store.reading() as look:
        (dossier,) = look.dossiers(look.find(f"{name}@buyer.example"))
        return dossier.standing


def test_a_demo_request_becomes_sql_and_one_task(tmp_path: Path) -> None:
    """The main job: a form is filled, the stage goes back, and the rep has one task with the reason in it."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    (task,) = world.tasks("ann")
    assert "Ann Test" in task["hs_task_subject"]
    assert "Demo request" in task["hs_task_body"]
    assert task["hubspot_owner_id"]


def test_a_second_pass_writes_nothing(tmp_path: Path) -> None:
    """Our own writes come back as changes and cause nothing: no write, no evaluation."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync()
    writes = len(world.portal.journal)
    world.later(5 * MINUTE)
    again = world.sync()
    assert again.delivered == 0
    assert again.evaluated == 0
    assert len([one for one in world.portal.journal if one.actor == "api"]) == len([
        one for one in list(world.portal.journal)[:writes] if one.actor == "api"
    ])


def test_old_evidence_moves_nobody_on_the_first_sync(tmp_path: Path) -> None:
    """Who asked for a demo before go-live is left alone; the baseline says so."""
    world = World(tmp_path, [somebody("ann")])
    world.engage("ann")
    world.later(DAY)
    world.sync()
    assert world.stage("ann") == "lead"
    assert world.tasks("ann") == []
    (barrier,) = standing_of(world, "ann").barriers
    assert barrier.reason == "baseline"


def test_newer_engagement_of_a_baselined_person_counts_by_itself(tmp_path: Path) -> None:
    """The same person asks again after go-live and gets stage and task."""
    world = World(tmp_path, [somebody("ann")])
    world.engage("ann")
    world.later(DAY)
    world.sync()
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1


def test_a_baselined_person_needs_newer_engagement_that_suffices(tmp_path: Path) -> None:
    """A page view after go-live does not release the demo request from before it."""
    world = World(tmp_path, [somebody("ann")])
    world.engage("ann")
    world.later(DAY)
    world.sync()
    world.engage("ann", "page_viewed")
    world.sync()
    assert world.stage("ann") == "lead"
    assert world.tasks("ann") == []


def test_first_sync_may_allow_stages_without_tasks(tmp_path: Path) -> None:
    """Stages of the base are set, no rep is called; a new request of the same person then gives the task."""
    allowed = {"[owners]": "[first_sync]\nstage_changes = true\ntasks = false\n[owners]"}
    world = World(tmp_path, [somebody("ann")], changes=allowed)
    world.engage("ann")
    world.later(DAY)
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    assert world.tasks("ann") == []
    world.engage("ann")
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_first_sync_may_reach_back_to_those_still_warm(tmp_path: Path) -> None:
    """With tasks = "3 days" yesterday's request gives a task and last week's gives none."""
    allowed = {"[owners]": '[first_sync]\nstage_changes = true\ntasks = "3 days"\n[owners]'}
    world = World(tmp_path, [somebody("old"), somebody("warm")], changes=allowed)
    world.engage("old")
    world.later(7 * DAY)
    world.engage("warm")
    world.later(DAY)
    world.sync()
    assert world.stage("old") == world.stage("warm") == "salesqualifiedlead"
    assert world.tasks("old") == []
    assert len(world.tasks("warm")) == 1


def test_somebody_born_after_go_live_needs_no_baseline(tmp_path: Path) -> None:
    """A contact who appears after the first load is judged on everything they show."""
    world = synced(tmp_path, "ann")
    contact = world.portal.rep.create_contact({
        "email": "new@buyer.example",
        "firstname": "New",
        "lifecyclestage": "lead",
        "recent_conversion_date": "2026-11-01T09:00:00Z",
        "recent_conversion_event_name": "Demo request",
    })
    world.later(MINUTE)
    world.sync()
    assert world.portal.values("contacts", contact)["lifecyclestage"] == "salesqualifiedlead"


def test_stages_latch(tmp_path: Path) -> None:
    """Points run out after a month; the MQL stays MQL."""
    world = synced(tmp_path, "ann")
    world.engage("ann", "page_viewed", times=4)
    world.sync()
    assert world.stage("ann") == "marketingqualifiedlead"
    world.later(60 * DAY)
    world.sync()
    assert world.stage("ann") == "marketingqualifiedlead"


@pytest.mark.parametrize("value", ["lead", "", "marketingqualifiedlead"])
def test_a_rep_who_moves_somebody_back_is_not_fought(tmp_path: Path, value: str) -> None:
    """Moved back or cleared: no stage and no task, however often we look."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync()
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "")
    if value:
        world.portal.rep.set_stage(world.portal.contact_id("ann"), value)
    for _ in range(3):
        world.later(DAY)
        world.sync()
    assert world.stage("ann") == value
    assert len(world.tasks("ann")) == 1
    assert [one.reason for one in standing_of(world, "ann").barriers] == [SET_BACK]


def test_after_the_hold_newer_engagement_counts_again(tmp_path: Path) -> None:
    """Set back, then a new request: nothing within the hold, stage and a second episode's task after it."""
    world = synced(tmp_path, "ann", changes={'hold = "30 days"': 'hold = "5 days"'})
    world.engage("ann")
    world.sync()
    (first,) = world.tasks("ann")
    contact = world.portal.contact_id("ann")
    world.portal.rep.complete_task(world.portal.journal.tasks_by_contact()[contact][0])
    world.portal.rep.set_stage(contact, "")
    world.portal.rep.set_stage(contact, "lead")
    world.later(DAY)
    world.sync()
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "lead"
    world.later(6 * DAY)
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    tasks = world.tasks("ann")
    assert len(tasks) == 2
    assert tasks[0]["connector_key"] == first["connector_key"] != tasks[1]["connector_key"]


def test_a_move_forward_by_hand_is_recorded_and_gives_no_task(tmp_path: Path) -> None:
    """A rep makes somebody SQL: the ledger has it with its actor, and nobody is called."""
    world = synced(tmp_path, "ann")
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "salesqualifiedlead")
    world.later(MINUTE)
    world.sync()
    assert world.tasks("ann") == []
    person = standing_of(world, "ann").person_id
    with world.store.reading() as look:
        last = list(look.transitions(person))[-1]
    assert (last.target, last.actor) == (Stage.SQL, Actor.CRM)


def test_by_anyone_gives_the_task_whoever_moved(tmp_path: Path) -> None:
    """With by = "anyone" a rep's own SQL gives the task as well."""
    world = synced(tmp_path, "ann", changes={'on = { stage = "sql" }': 'on = { stage = "sql" }\nby = "anyone"'})
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "salesqualifiedlead")
    world.later(MINUTE)
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_a_rep_who_is_faster_than_our_write_wins(tmp_path: Path) -> None:
    """Between decision and write somebody disqualifies the lead: neither stage nor task is written."""
    world = synced(tmp_path, "ann", changes={'customer = "customer"': 'customer = "customer"\ndisqualified = "other"'})
    world.engage("ann")
    with_brake = World.sync(world, stage_changes=0)
    assert with_brake.held == {STAGES: 2}
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "other")
    world.later(timedelta(seconds=1))
    with world.store.writing() as tx:
        tx.release([one.id for one in world.effects() if one.state == State.HELD], world.clock())
    deliver(world.engine, "hubspot")
    assert world.stage("ann") == "other"
    assert world.tasks("ann") == []
    assert {type(one.command) for one in world.events if isinstance(one, Dropped)} == {CreateTask, SetStage}


def test_a_value_that_is_not_mapped_is_never_overwritten(tmp_path: Path) -> None:
    """An evangelist is not in the file: what stands there stays."""
    world = synced(tmp_path, "ann")
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "evangelist")
    world.later(MINUTE)
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "evangelist"
    assert world.tasks("ann") == []


def test_an_unmapped_value_found_at_first_sight_stays(tmp_path: Path) -> None:
    """Whoever stands in a stage of the portal's own when we come is left there, whatever they do."""
    world = World(tmp_path, [somebody("ann", lifecyclestage="evangelist")])
    world.sync()
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "evangelist"
    assert world.effects() == ()


def test_brakes_hold_the_excess_and_a_word_releases_it(tmp_path: Path) -> None:
    """Two of three may move; the third waits, is counted, and goes when a person says so."""
    tight = {"[owners]": "[brakes]\nstage_changes_per_run = 2\n[owners]"}
    world = synced(tmp_path, "a", "b", "c", changes=tight)
    for name in "abc":
        world.engage(name)
    done = world.sync()
    assert sorted(map(world.stage, "abc")) == ["lead", "salesqualifiedlead", "salesqualifiedlead"]
    assert done.held == {STAGES: 2}
    world.later(DAY)
    assert world.sync().held == {STAGES: 2}
    released = world.sync(stage_changes=100)
    assert released.held == {}
    assert [len(world.tasks(name)) for name in "abc"] == [1, 1, 1]


def test_an_open_deal_speaks_against_the_task(tmp_path: Path) -> None:
    """The deal is looked up only for people about to get a task, just before it is written."""
    world = synced(tmp_path, "ann")
    world.portal.rep.open_deal(world.portal.contact_id("ann"))
    world.later(MINUTE)  # HubSpot makes an opportunity of whoever gets a deal; here somebody takes that back
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "")
    world.portal.rep.set_stage(world.portal.contact_id("ann"), "lead")
    world.engage("ann")
    world.sync()
    assert world.tasks("ann") == []
    assert [one.reason for one in world.events if isinstance(one, Dropped)] == ["the person has an open deal"]


def test_a_rep_who_called_yesterday_needs_no_task(tmp_path: Path) -> None:
    """sales_activity within 7 days speaks against the task; the stage is set all the same."""
    world = synced(tmp_path, "ann")
    world.portal.rep.log_call(world.portal.contact_id("ann"))
    world.later(MINUTE)
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "salesqualifiedlead"
    assert world.tasks("ann") == []


def test_a_changed_agreement_is_not_retroactive(tmp_path: Path) -> None:
    """A lower threshold moves nobody on what they did before it; it counts from now on."""
    world = synced(tmp_path, "ann")
    world.engage("ann", "page_viewed", times=2)
    world.sync()
    assert world.stage("ann") == "lead"
    world.config = world.configured({'version = "v1"': 'version = "v2"', "at_least = 20\n": "at_least = 10\n"})
    world.engine = world.start()
    world.later(MINUTE)
    world.sync()
    assert world.stage("ann") == "lead"
    world.engage("ann", "page_viewed", times=2)
    world.sync()
    assert world.stage("ann") == "marketingqualifiedlead"


def test_an_edited_agreement_needs_a_version_of_its_own(tmp_path: Path) -> None:
    """The same version with other words is refused before anything is read."""
    world = synced(tmp_path, "ann")
    world.config = world.configured({"at_least = 20\n": "at_least = 10\n"})
    world.engine = world.start()
    with pytest.raises(AgreementChanged):
        world.sync()


def test_editing_a_playbooks_words_makes_no_second_task(tmp_path: Path) -> None:
    """Rule versions are not in the key: another subject and another agreement leave the one task alone."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync()
    world.config = world.configured({'version = "v1"': 'version = "v2"', "Call {first_name}": "Ring {first_name}"})
    world.engine = world.start()
    world.later(MINUTE)
    world.sync()
    assert len(world.tasks("ann")) == 1


def test_a_skipped_mql_is_recorded_as_imputed(tmp_path: Path) -> None:
    """From lead straight to SQL: the ledger has both steps, the first one marked."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.sync()
    with world.store.reading() as look:
        steps = [one for one in look.transitions() if one.actor == Actor.CONNECTOR]
    assert [(one.source, one.target, one.imputed) for one in steps] == [
        (Stage.LEAD, Stage.MQL, True),
        (Stage.MQL, Stage.SQL, False),
    ]
    assert steps[1].version == "v1"
    assert any("Demo request" in reason for reason in steps[1].reasons)


def test_a_customer_is_left_alone(tmp_path: Path) -> None:
    """A customer who asks for a demo is not made a lead again."""
    world = World(tmp_path, [somebody("ann", lifecyclestage="customer")])
    world.sync()
    world.engage("ann")
    world.sync()
    assert world.stage("ann") == "customer"
    assert world.tasks("ann") == []


def test_who_is_deleted_and_made_anew_starts_where_the_new_record_stands(tmp_path: Path) -> None:
    """An SQL is deleted; months later the same address is a lead again, and asks again: stage and task come again."""
    world = World(tmp_path, [somebody("ann")])
    world.sync()
    world.later(5 * MINUTE)
    world.engage("ann")
    world.sync()
    (task,) = world.portal.journal.tasks_by_contact()[world.portal.contact_id("ann")]
    world.portal.rep.complete_task(task)
    world.portal.rep.archive_contact(world.portal.contact_id("ann"))
    world.later(timedelta(days=60))
    world.sync()
    again = world.portal.rep.create_contact({
        "email": "ann@buyer.example",
        "firstname": "Ann",
        "lifecyclestage": "lead",
    })
    world.later(5 * MINUTE)
    world.sync()
    assert world.portal.values("contacts", again)["lifecyclestage"] == "lead"
    world.later(5 * MINUTE)
    form = {"recent_conversion_date": world.clock().isoformat(), "recent_conversion_event_name": "Demo request"}
    world.portal.rep.set_values("contacts", again, form)
    world.later(5 * MINUTE)
    world.sync()
    assert world.portal.values("contacts", again)["lifecyclestage"] == "salesqualifiedlead"
    assert len(world.portal.journal.tasks_by_contact()[again]) == 1


def test_a_deleted_contact_gets_nothing_and_blocks_nobody(tmp_path: Path) -> None:
    """One contact is deleted between decision and write; the other one's task goes out."""
    world = synced(tmp_path, "ann", "ben")
    world.engage("ann")
    world.engage("ben")
    world.sync(stage_changes=0)
    world.portal.rep.archive_contact(world.portal.contact_id("ann"))
    world.later(MINUTE)
    world.sync(stage_changes=100)
    assert len(world.tasks("ben")) == 1
    reasons = {one.reason for one in world.events if isinstance(one, Dropped)}
    assert reasons == {"the contact was deleted in hubspot"}


def test_a_merge_between_decision_and_write_gives_one_task(tmp_path: Path) -> None:
    """The record is merged into a new one while its task waits: the task hangs on the record that lives."""
    world = synced(tmp_path, "ann", "twin")
    world.engage("ann")
    world.sync(stage_changes=0)
    world.portal.rep.merge(world.portal.contact_id("ann"), world.portal.contact_id("twin"))
    world.later(MINUTE)
    world.sync(stage_changes=100)
    world.later(MINUTE)
    world.sync(stage_changes=100)
    assert world.stage("ann") == "salesqualifiedlead"
    assert len(world.tasks("ann")) == 1


def test_nobody_is_read_twice_for_nothing(tmp_path: Path) -> None:
    """A pass without changes reads no row that says anything new."""
    world = synced(tmp_path, "ann", "ben")
    world.later(5 * MINUTE)
    world.events.clear()
    world.sync()
    assert sum(one.new for one in world.events if isinstance(one, Pulled)) == 0
    assert not [one for one in world.events if isinstance(one, Tried)]


def test_a_changed_company_makes_its_people_due(tmp_path: Path) -> None:
    """The company grows; the person who works there is judged anew, though nothing about them changed."""
    rule = """[[agreement.rule]]
score = "engagement"
name = "Size"
when = { field = "employees", at_least = 100 }
points = 20
[agreement.mql]"""
    world = World(
        tmp_path,
        [somebody("ann", company="Buyer")],
        changes={"[agreement.mql]": rule},
    )
    company = world.portal.rep.create_company({"name": "Buyer", "numberofemployees": "5"})
    contact = world.portal.contact_id("ann")
    world.portal.rep.set_values("contacts", contact, {"associatedcompanyid": company})
    world.sync()
    assert world.stage("ann") == "lead"
    world.later(5 * MINUTE)
    world.portal.rep.set_values("companies", company, {"numberofemployees": "500"})
    world.later(MINUTE)
    world.sync()
    assert world.stage("ann") == "marketingqualifiedlead"


def test_another_mapping_reads_the_base_again(tmp_path: Path) -> None:
    """A field that is mapped later is there for everybody, not only for those who change."""
    world = synced(tmp_path, "ann")
    world.config = world.configured({
        'last_name = { type = "text" }': 'last_name = { type = "text" }\njob = { type = "text" }',
        'last_name = "lastname"': 'last_name = "lastname"\njob = "jobtitle"',
    })
    world.portal.rep.set_values("contacts", world.portal.contact_id("ann"), {"jobtitle": "CTO"})
    world.later(2 * DAY)
    world.engine = world.start()
    world.sync()
    with world.store.reading() as look:
        (dossier,) = look.dossiers(look.find("ann@buyer.example"))
    assert dossier.held[0].values["job"] == "CTO"
    world.events.clear()
    world.later(2 * MINUTE)
    world.sync()
    assert not [one for one in world.events if isinstance(one, Pulled) and one.backfill]


def test_who_is_gone_from_the_crm_is_judged_no_more(tmp_path: Path) -> None:
    """A deleted contact becomes neither MQL in our ledger nor a task, whatever they did before."""
    world = synced(tmp_path, "ann")
    world.engage("ann")
    world.portal.rep.archive_contact(world.portal.contact_id("ann"))
    world.later(2 * DAY)
    world.sync()
    with world.store.reading() as look:
        assert [one for one in look.transitions() if one.actor == Actor.CONNECTOR] == []
