"""
What Salesforce refuses, through the whole connector, from engagement in HubSpot to what an admin reads in the outbox.

Each refusal ends in the right outcome, with the vendor's words, its request id and what an admin can do; the rest of
the batch goes through, in both CRMs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from connector.adapters.base import AdapterDown
from connector.commands import CreateTask, Kind, kind_of
from connector.events import WentDown
from connector.model import CrmRef
from connector.sandbox.carried import Carried
from connector.sandbox.salesforce.faults import Fault, FaultKind
from connector.store.base import Effect, State

from tests.pair import Pair
from tests.world import somebody

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
NAMES: Final = ("ann", "ben", "cleo")
COLLECTIONS: Final = "/composite/sobjects"
REQUEST_ID: Final = re.compile(r"\(request [0-9a-f]{32}\)")
SQL: Final = "Sales Qualified"


def known(tmp_path: Path) -> Pair:
    """Return the same pair after somebody had a task already, so that the owners in Salesforce are known."""
    pair = opened(tmp_path, here=[somebody("eve")])
    pair.org.rep.create_lead({"LastName": "Test", "Email": "eve@buyer.example"})
    pair.settle(1)
    ask(pair, "eve")
    assert pair.sync().down == {}
    pair.settle(2)
    return pair


def opened(tmp_path: Path, **options: Any) -> Pair:  # noqa: ANN401 - options of the pair
    """Return a pair in which three people were just there, synced once."""
    pair = Pair(tmp_path, [somebody(name, company="Acme") for name in NAMES], **options)
    pair.sync()
    pair.later(5 * MINUTE)
    return pair


def ask(pair: Pair, *names: str) -> None:
    """Let people ask for a demo in HubSpot."""
    for name in names or NAMES:
        pair.engage(name)


def effect(pair: Pair, name: str, kind: Kind) -> Effect:
    """Return the one write of a kind to somebody's lead."""
    ref = CrmRef("salesforce", "lead", pair.org.lead_id(name))
    (found,) = [one for one in pair.effects() if one.command.ref == ref and kind_of(one.command) == kind]
    return found


def whole(pair: Pair, *names: str) -> None:
    """The people are sales-qualified in both CRMs, and have one task each."""
    for name in names:
        assert pair.stages(name) == ("sql", "sql")
        assert len(pair.tasks(name)) == 1


def told(words: str, *parts: str) -> None:
    """The words hold each of *parts*, and a request id."""
    assert not [part for part in parts if part not in words], words
    assert REQUEST_ID.search(words), words


class Meanwhile(BaseAdapter):
    """A transport under which something happens in the org just before the first write of a pass leaves."""

    def __init__(self, pair: Pair, deed: Callable[[], None]) -> None:
        """Wait for the write."""
        super().__init__()
        self._inner = Carried(pair.org)
        self._deed: Callable[[], None] | None = deed

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Carry one request over."""
        if self._deed is not None and COLLECTIONS in (request.url or ""):
            deed, self._deed = self._deed, None
            deed()
        return self._inner.send(request, *args, **options)

    @override
    def close(self) -> None:
        """Hold nothing, so let nothing go."""


def surprised(pair: Pair, deed: Callable[[], None]) -> None:
    """Do one pass whose looks are over when *deed* happens in the org, and whose writes are not."""
    pair.engine = pair.start(Meanwhile(pair, deed))
    pair.sync()


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


def test_an_expired_token_is_renewed_and_nobody_notices(tmp_path: Path) -> None:
    """After hours without a request the token has ended: one new one, and the pass is like any other."""
    pair = opened(tmp_path)
    before = pair.org.sessions.issued
    pair.later(3 * HOUR)
    ask(pair)
    assert pair.sync().down == {}
    whole(pair, *NAMES)
    assert pair.org.sessions.issued == before + 1


def test_a_token_that_ends_between_look_and_write_costs_nothing(tmp_path: Path) -> None:
    """The write itself finds the token ended: it goes once more under a new one, and is there once."""
    pair = opened(tmp_path)
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=401, path=COLLECTIONS))
    ask(pair)
    assert pair.sync().down == {}
    whole(pair, *NAMES)
    assert {one.attempts for one in pair.effects() if one.command.ref.system == "salesforce"} == {1}


def shut_out(pair: Pair) -> Callable[[], None]:
    """Let the org refuse every token; return what ends it."""
    pair.org.sessions.broken = True

    def admit() -> None:
        """Let the connector in again."""
        pair.org.sessions.broken = False

    return admit


def other_secret(pair: Pair) -> Callable[[], None]:
    """Let an admin rotate the consumer secret and end all sessions; return what takes it back."""
    pair.org.sessions.clients["demo"] = "another secret"
    pair.org.sessions.revoke()

    def admit() -> None:
        """Let the old secret be good again."""
        pair.org.sessions.clients["demo"] = "demo"

    return admit


@pytest.mark.parametrize(
    ("refuse", "words", "hint"),
    [
        (shut_out, "Session expired or invalid (request ", "run-as user is active"),
        (other_secret, "invalid_client: invalid client credentials", "consumer key and secret"),
    ],
    ids=["every token refused", "no token given"],
)
def test_a_revoked_token_stops_salesforce_only(
    tmp_path: Path, refuse: Callable[[Pair], Callable[[], None]], words: str, hint: str
) -> None:
    """Salesforce is down in its own words, nothing is put aside, HubSpot's stages go on; afterwards all is written."""
    pair = known(tmp_path)
    mend = refuse(pair)
    ask(pair)
    down = pair.sync().down
    assert down.keys() == {"salesforce"}
    assert (down["salesforce"].kind, down["salesforce"].after) == ("credentials", None)
    assert words.partition(" (")[0] in down["salesforce"].reason
    assert hint in down["salesforce"].reason
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    theirs = [one for one in pair.effects() if one.command.ref.system == "salesforce" and one.state != State.DONE]
    assert {(one.state, one.attempts) for one in theirs} == {(State.PENDING, 0)}
    mend()
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_owners_of_yesterday_will_do_while_salesforce_is_down(tmp_path: Path) -> None:
    """Salesforce has been away for days: who works there is as last known, and HubSpot's stages still go on."""
    pair = known(tmp_path)
    mend = shut_out(pair)
    pair.later(50 * HOUR)
    ask(pair)
    assert pair.sync().down.keys() == {"salesforce"}
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    mend()
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_a_refused_token_says_so_once(tmp_path: Path) -> None:
    """Over many passes one event tells that Salesforce is down, with the request id, and few tokens are asked for."""
    pair = opened(tmp_path)
    before = pair.org.sessions.issued
    mend = shut_out(pair)
    pair.settle(12)
    (event,) = [one for one in pair.events if isinstance(one, WentDown)]
    assert (event.system, event.kind) == ("salesforce", "credentials")
    told(event.reason, "INVALID_SESSION_ID")
    assert pair.org.sessions.issued - before <= 12
    mend()


def test_a_daily_limit_stops_salesforce_only(tmp_path: Path) -> None:
    """The org's day is used up: Salesforce rests for minutes, HubSpot goes on, and then everything is written once."""
    pair = known(tmp_path)
    pair.org.limits.on, pair.org.limits.others = True, pair.org.limits.most
    ask(pair)
    down = pair.sync().down
    assert down.keys() == {"salesforce"}
    assert down["salesforce"].kind in {"paused", "budget"}
    assert [pair.stages(name) for name in NAMES] == [("sql", "lead")] * 3
    (event,) = [one for one in pair.events if isinstance(one, WentDown)]
    told(event.reason, "TotalRequests Limit exceeded.", "Setup > System Overview")
    pair.org.limits.others = 0
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)


def test_a_daily_limit_reached_by_the_write_itself_loses_nothing(tmp_path: Path) -> None:
    """The write is refused as one too many: all of it waits for minutes with Salesforce's words, and goes then."""
    pair = opened(tmp_path)
    pair.org.faults.add(Fault(FaultKind.ANSWER, status=403, path=COLLECTIONS))
    ask(pair)
    pair.sync()
    waiting = [one for one in pair.effects() if one.state == State.PENDING and one.reason]
    assert len(waiting) == len(NAMES)
    for one in waiting:
        told(one.reason, "TotalRequests Limit exceeded.", "Setup > System Overview")
        assert one.not_before is not None
        assert one.not_before - pair.clock() > 5 * MINUTE
    pair.later(HOUR)
    pair.settle()
    whole(pair, *NAMES)
    assert {one.state for one in pair.effects()} == {State.DONE}


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
