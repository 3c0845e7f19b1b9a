"""
What Salesforce refuses, through the whole connector, from engagement in HubSpot to what an admin reads in the outbox.

Each refusal ends in the right outcome, with the vendor's words, its request id and what an admin can do; the rest of
the batch goes through, in both CRMs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from connector.adapters.base import AdapterDown
from connector.commands import CreateTask, Kind, kind_of
from connector.model import CrmRef
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.store.base import State

from tests.pair import Pair
from tests.refused import COLLECTIONS, MINUTE, NAMES, ask, effect, opened, surprised, told, whole
from tests.world import somebody

SQL: Final = "Sales Qualified"


def forbid_ann(pair: Pair, sobject: str, name: str, values: Mapping[str, str]) -> None:
    """Let a validation rule of the org refuse rows of *sobject* that say *values* of Ann."""

    def broken(row: Mapping[str, Any]) -> bool:
        """Say whether the rule refuses a row."""
        return row.get(name) == pair.org.lead_id("ann") and values.items() <= row.items()

    pair.org.forbid(sobject, broken, "Ask the data protection officer first")


def test_a_field_that_was_hidden_meanwhile_is_refused_in_salesforces_words(tmp_path: Path) -> None:
    """The score field is hidden after describe was read: only scores are refused; stages and tasks are written."""
    pair = opened(tmp_path)
    ask(pair)
    surprised(pair, lambda: pair.org.db.schema.hide("Lead", "Connector_Score__c"))
    whole(pair, *NAMES)
    for name in NAMES:
        found = effect(pair, name, Kind.FIELDS)
        assert found.state == State.PARKED
        told(found.reason, "No such column 'Connector_Score__c'", "field-level security")
        assert found.request_id in found.reason


def test_a_field_that_is_hidden_from_the_start_is_refused_without_a_request(tmp_path: Path) -> None:
    """Described as absent, the score field is never sent; the admin reads its name and the permission that lacks."""
    pair = opened(tmp_path)
    pair.org.db.schema.hide("Lead", "Connector_Score__c")
    pair.engine = pair.start()
    ask(pair)
    pair.sync()
    whole(pair, *NAMES)
    found = effect(pair, "ann", Kind.FIELDS)
    assert (found.state, found.request_id) == (State.PARKED, "")
    assert 'Lead has no field "Connector_Score__c"' in found.reason
    assert "permission set" in found.reason


def test_a_hidden_field_that_is_read_holds_up_nobody(tmp_path: Path) -> None:
    """A mapped field that can no longer be seen is unknown from then on; everything else goes on."""
    pair = opened(tmp_path)
    pair.org.db.schema.hide("Lead", "Company")
    ask(pair)
    pair.org.rep.set_stage(pair.org.lead_id("ben"), SQL)
    assert pair.sync().down == {}
    whole(pair, "ann", "cleo")
    assert pair.stages("ben") == ("sql", "sql")
    assert pair.tasks("ben") == []


def test_a_validation_rule_refuses_one_stage(tmp_path: Path) -> None:
    """Ann's stage is put aside with the rule's own words; her task and the others' stages are written."""
    pair = opened(tmp_path)
    forbid_ann(pair, "Lead", "Id", {"Status": SQL})
    ask(pair)
    pair.sync()
    whole(pair, "ben", "cleo")
    assert pair.stages("ann") == ("sql", "lead")
    assert len(pair.tasks("ann")) == 1
    found = effect(pair, "ann", Kind.STAGE)
    assert found.state == State.PARKED
    told(found.reason, "Ask the data protection officer first", "A validation rule of the org refuses it")
    assert found.request_id in found.reason


def test_a_validation_rule_refuses_one_task(tmp_path: Path) -> None:
    """Ann's task is put aside, and not tried again by later passes; the others have theirs."""
    pair = opened(tmp_path)
    forbid_ann(pair, "Task", "WhoId", {})
    ask(pair)
    pair.sync()
    whole(pair, "ben", "cleo")
    found = effect(pair, "ann", Kind.TASK)
    assert found.state == State.PARKED
    told(found.reason, "Ask the data protection officer first", "A validation rule of the org refuses it")
    pair.settle()
    assert effect(pair, "ann", Kind.TASK).attempts == found.attempts
    assert pair.stages("ann") == ("sql", "sql")


def test_a_restricted_picklist_refuses_a_value_that_was_removed(tmp_path: Path) -> None:
    """The stage field of contacts lost its value for SQL: the contact is refused, the leads of the pass are not."""
    pair = opened(tmp_path, here=[somebody("dan", company="Acme")])
    contact = pair.org.rep.create_contact({"LastName": "Test", "Email": "dan@buyer.example"})
    pair.settle(1)
    stage = pair.org.db.schema.of("Contact").fields["Lifecycle_Stage__c"]
    left = tuple(one for one in stage.options if one.value != "SQL")
    narrow = replace(stage, options=left, restricted=True)
    ask(pair, *NAMES, "dan")
    surprised(pair, lambda: pair.org.db.schema.define("Contact", narrow))
    whole(pair, *NAMES)
    ref = CrmRef("salesforce", "contact", contact)
    (found,) = [one for one in pair.effects() if one.command.ref == ref and kind_of(one.command) == Kind.STAGE]
    assert found.state == State.PARKED
    told(found.reason, "bad value for restricted picklist field: SQL", "Add the value to the picklist")
    assert found.request_id in found.reason


def test_a_locked_row_is_waited_for(tmp_path: Path) -> None:
    """Somebody works on Ann's lead: her writes wait with Salesforce's words, and go when she is free again."""
    pair = opened(tmp_path)
    pair.org.hold_row(pair.org.lead_id("ann"), 2 * MINUTE)
    ask(pair)
    pair.sync()
    whole(pair, "ben", "cleo")
    for kind in (Kind.STAGE, Kind.TASK):
        found = effect(pair, "ann", kind)
        assert found.state == State.PENDING
        told(found.reason, "UNABLE_TO_LOCK_ROW", pair.org.lead_id("ann"))
    pair.settle()
    whole(pair, *NAMES)


def test_an_owner_who_left_meanwhile_is_refused_in_plain_words(tmp_path: Path) -> None:
    """Ann's owner left the org after we last looked: her task is put aside and says who to name instead."""
    pair = opened(tmp_path)
    user = pair.org.rep.add_user("zoe@acme.example", "Zoe", "Leaver")
    pair.org.rep.set_values(pair.org.lead_id("ann"), {"OwnerId": user})
    pair.settle(1)
    ask(pair)
    surprised(pair, lambda: pair.org.rep.deactivate_user(user))
    whole(pair, "ben", "cleo")
    assert pair.stages("ann") == ("sql", "sql")
    found = effect(pair, "ann", Kind.TASK)
    assert isinstance(found.command, CreateTask)
    assert found.command.owner_id == user, "the record's own owner is not who gets the task"
    assert found.state == State.PARKED
    told(found.reason, "operation performed with inactive user", "name somebody active")
    assert found.request_id in found.reason


def test_an_owner_who_has_left_gets_no_task(tmp_path: Path) -> None:
    """Where we know it, the next of the chain gets Ann's task."""
    pair = opened(tmp_path)
    user = pair.org.rep.add_user("zoe@acme.example", "Zoe", "Leaver")
    pair.org.rep.set_values(pair.org.lead_id("ann"), {"OwnerId": user})
    pair.org.rep.deactivate_user(user)
    pair.settle(1)
    ask(pair)
    pair.sync()
    whole(pair, *NAMES)
    assert pair.tasks("ann")[0]["OwnerId"] != user


def test_nothing_of_it_raises_from_a_pass(tmp_path: Path) -> None:
    """All of it on one day: every pass ends, and whoever nobody objects to is served in the end."""
    pair = opened(tmp_path)
    forbid_ann(pair, "Lead", "Id", {"Status": SQL})
    pair.org.hold_row(pair.org.lead_id("ben"), 20 * MINUTE)
    pair.org.sessions.revoke()
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=403, path=COLLECTIONS))
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=503, path="/query", html=True, times=3))
    ask(pair)
    downs: list[AdapterDown] = []
    for _ in range(15):
        downs += pair.sync().down.values()
        pair.later(5 * MINUTE)
    assert downs
    whole(pair, "ben", "cleo")
    assert pair.stages("ann") == ("sql", "lead")
    assert {one.state for one in pair.effects()} == {State.DONE, State.PARKED}
