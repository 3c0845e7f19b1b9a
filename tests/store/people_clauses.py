"""Clauses about people: when they are due, whose verdict holds, what two people become."""

from __future__ import annotations

from dataclasses import replace

from connector.model import Actor, Barrier, Stage, Standing, Transition, Trigger

from tests.store.made import DAY, HOUR, NOW, company, contact, held, keys, person, task, viewed
from tests.store.suite import Clause, Subject


def people_are_made_in_the_order_asked(subject: Subject) -> None:
    """Each of several addresses gets a person, in the order of the addresses, and nobody gets none."""
    with subject.store() as store, store.writing() as turn:
        emails = [f"p{number}@acme.example" for number in range(50)]
        made = turn.new_people(emails, NOW)
        assert [turn.owners_of(emails=[email])[email] for email in emails] == list(made)
        assert len(set(made)) == len(emails)
        assert turn.new_people([], NOW) == ()


def a_changed_fact_makes_its_person_due(subject: Subject) -> None:
    """A touch grows the revision by one and makes the person due."""
    with subject.store() as store, store.writing() as turn:
        one, idle, other = turn.new_people(["", "", ""], NOW)
        turn.touch([one, other, one], NOW)
        standings = [dossier.standing for dossier in turn.dossiers([one, idle, other])]
        assert [(standing.revision, standing.due_at) for standing in standings] == [(1, NOW), (0, None), (1, NOW)]


def a_touch_never_delays_anybody(subject: Subject) -> None:
    """Whoever is due earlier stays due earlier, whoever is due later becomes due now."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        for due_at, expected in ((NOW, NOW), (NOW + HOUR, NOW), (NOW - HOUR, NOW - HOUR)):
            turn.touch([one], due_at)
            assert turn.next_due() == expected


def another_agreement_makes_everybody_due(subject: Subject) -> None:
    """Everybody becomes due or stays due earlier, and nobody's facts have changed."""
    with subject.store() as store, store.writing() as turn:
        idle, early = turn.new_people(["", ""], NOW)
        turn.touch([early], NOW - HOUR)
        turn.touch_all(NOW)
        standings = [dossier.standing for dossier in turn.dossiers([idle, early])]
        assert [(standing.revision, standing.due_at) for standing in standings] == [(0, NOW), (1, NOW - HOUR)]


def the_longest_due_come_first(subject: Subject) -> None:
    """People are due from their instant on, the longest due first, no more than asked for."""
    with subject.store() as store, store.writing() as turn:
        now, late, future = turn.new_people(["", "", ""], NOW)
        turn.touch([now], NOW)
        turn.touch([late], NOW - DAY)
        turn.touch([future], NOW + HOUR)
        assert turn.due(NOW, 10) == (late, now)
        assert turn.due(NOW, 1) == (late,)
        assert turn.due(NOW + HOUR, 10) == (late, now, future)


def nobody_due_is_no_instant(subject: Subject) -> None:
    """While nobody is due there is no next instant."""
    with subject.store() as store, store.writing() as turn:
        turn.new_person("", NOW)
        assert turn.next_due() is None


def a_verdict_on_older_facts_is_refused(subject: Subject) -> None:
    """A verdict is saved only on the revision that it saw; who is refused stays due and as they were."""
    with subject.store() as store, store.writing() as turn:
        fresh, stale = turn.new_people(["", ""], NOW)
        turn.touch([fresh, stale], NOW)
        seen = [dossier.standing for dossier in turn.dossiers([fresh, stale])]
        turn.touch([stale], NOW)
        refused = turn.save_standings(replace(one, stage=Stage.MQL, stage_at=NOW, due_at=None) for one in seen)
        assert refused == {stale}
        assert turn.due(NOW, 10) == (stale,)
        assert [dossier.standing.stage for dossier in turn.dossiers([fresh, stale])] == [Stage.MQL, None]


def a_standing_comes_back_with_its_types(subject: Subject) -> None:
    """Everything remembered of a person is read as it was saved, enums and instants as such."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        saved = Standing(
            one,
            revision=0,
            judged=0,
            stage=Stage.MQL,
            stage_at=NOW,
            agreement="abc",
            barriers=(
                Barrier(NOW, "baseline", frozenset({Stage.MQL, Stage.SQL})),
                Barrier(NOW, "set back", frozenset({Stage.SQL}), NOW + DAY, tasks=False),
            ),
            triggers={"new-sql": Trigger(held=True, episodes=2, task_at=NOW), "again": Trigger()},
            scores={"fit": 20, "total": 20},
            scored_at=NOW - DAY,
            due_at=NOW + DAY,
        )
        assert turn.save_standings([saved]) == frozenset()
        (dossier,) = turn.dossiers([one])
        assert dossier.standing == saved
        assert type(dossier.standing.stage) is Stage
        assert {type(word) for barrier in dossier.standing.barriers for word in barrier.stages} == {Stage}


def the_last_judged_revision_is_remembered(subject: Subject) -> None:
    """A later look can tell changed facts from time that passed."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        turn.touch([one], NOW)
        turn.save_standings([Standing(one, revision=1, judged=1)])
        turn.touch([one], NOW)
        (dossier,) = turn.dossiers([one])
        assert (dossier.standing.revision, dossier.standing.judged) == (2, 1)


def people_are_counted_by_stage(subject: Subject) -> None:
    """The counts name each stage, "" for none, and all people; a merged person is one."""
    with subject.store() as store, store.writing() as turn:
        one, other, third = turn.new_people(["", "", ""], NOW)
        turn.save_standings([Standing(one, stage=Stage.MQL, stage_at=NOW)])
        turn.merge_people(other, third, NOW)
        assert dict(turn.person_counts()) == {"people": 2, "mql": 1, "": 1}


def a_number_is_a_vendor_id_first(subject: Subject) -> None:
    """Somebody is found by vendor id, then by our own id; by address in any spelling; not by half an id."""
    with subject.store() as store, store.writing() as turn:
        ours = turn.new_person("", NOW)
        theirs = person(turn, ours, email="ann@acme.example")
        assert turn.find(str(ours)) == (theirs, ours)
        assert turn.find(" Ann@Acme.example") == (theirs,)
        turn.save_held([held(contact(31), theirs), held(company(77))])
        assert turn.find("1%") == turn.find("_") == turn.find("") == turn.find("77") == turn.find("9" * 30) == ()
        assert turn.find("31") == (theirs,)


def two_people_become_one(subject: Subject) -> None:
    """Rows, engagement, ledger and effects of both are the winner's, who is due; the loser's id leads to the winner."""
    with subject.store() as store, store.writing() as turn:
        winner, loser = person(turn, 1, email="a@acme.example"), person(turn, 2, email="b@acme.example")
        turn.add_all_engagements([(winner, viewed("w")), (loser, viewed("l"))], NOW)
        turn.add_transitions([Transition(one, None, Stage.LEAD, NOW, Actor.FOUND) for one in (winner, loser)])
        turn.add_transitions([Transition(loser, Stage.LEAD, Stage.MQL, NOW, Actor.CONNECTOR)])
        turn.enqueue([task(loser, "K", 2)])
        turn.merge_people(winner, loser, NOW)
        (dossier,) = turn.dossiers([winner, loser])
        assert [row.ref for row in dossier.held] == [contact(1), contact(2)]
        assert {row.person_id for row in dossier.held} == {winner}
        assert [engagement.key for engagement in dossier.engagements] == ["l", "w"]
        assert dossier.open_tasks == ("K",)
        assert [step.target for step in turn.transitions(winner)] == [Stage.LEAD, Stage.MQL]
        assert keys(turn.effects(person_id=winner)) == ["K"]
        assert turn.owners_of(refs=[contact(2)], emails=["b@acme.example"]) == {
            contact(2): winner,
            "b@acme.example": winner,
        }
        assert turn.find(str(loser)) == turn.find("b@acme.example")
        assert turn.due(NOW, 10) == (winner,)


def a_merge_takes_the_address_over(subject: Subject) -> None:
    """Whoever had no address is known by the other's from then on, also when the other's row is deleted."""
    with subject.store() as store, store.writing() as turn:
        winner, loser = person(turn, 1), person(turn, 2, email="ann@acme.example")
        turn.merge_people(winner, loser, NOW)
        turn.save_held([held(contact(row), winner, gone_at=NOW) for row in (1, 2)])
        assert turn.owners_of(emails=["ann@acme.example"]) == {"ann@acme.example": winner}


def a_merge_makes_older_verdicts_stale(subject: Subject) -> None:
    """A verdict on either person as they were before is refused."""
    with subject.store() as store, store.writing() as turn:
        winner, loser = turn.new_people(["", ""], NOW)
        turn.touch([loser], NOW)
        turn.merge_people(winner, loser, NOW)
        assert turn.save_standings([Standing(winner), Standing(loser, 1)]) == {winner, loser}
        turn.touch([loser], NOW)
        (dossier,) = turn.dossiers([winner])
        assert dossier.standing.revision == 3


def a_merge_keeps_what_was_reached(subject: Subject) -> None:
    """The further stage, every barrier and the higher episode hold, so that nothing is told twice."""
    with subject.store() as store, store.writing() as turn:
        winner, loser = turn.new_people(["", ""], NOW)
        baseline = Barrier(NOW, "baseline", frozenset({Stage.MQL}), tasks=False)
        later = Barrier(NOW + DAY, "baseline", frozenset({Stage.SQL}), NOW + 2 * DAY)
        turn.save_standings([
            Standing(
                winner,
                stage=Stage.LEAD,
                stage_at=NOW,
                barriers=(baseline,),
                triggers={"a": Trigger(held=False, episodes=1, task_at=NOW)},
            ),
            Standing(
                loser,
                stage=Stage.SQL,
                stage_at=NOW + DAY,
                agreement="abc",
                barriers=(later,),
                triggers={"a": Trigger(held=True, episodes=3, task_at=NOW - DAY), "b": Trigger(None, 1)},
            ),
        ])
        turn.merge_people(winner, loser, NOW)
        (dossier,) = turn.dossiers([winner])
        one = dossier.standing
        assert (one.stage, one.stage_at, one.agreement) == (Stage.SQL, NOW + DAY, "abc")
        assert one.barriers == (
            Barrier(NOW + DAY, "baseline", frozenset({Stage.MQL, Stage.SQL}), NOW + 2 * DAY, tasks=True),
        )
        assert one.triggers == {"a": Trigger(held=True, episodes=3, task_at=NOW), "b": Trigger(None, 1)}


def a_stage_beside_the_ladder_is_the_winners(subject: Subject) -> None:
    """Somebody disqualified stays so when merged with a lead, whoever has no stage takes the other's."""
    with subject.store() as store, store.writing() as turn:
        out, lead, none = turn.new_people(["", "", ""], NOW)
        turn.save_standings([
            Standing(out, stage=Stage.DISQUALIFIED, stage_at=NOW),
            Standing(lead, stage=Stage.LEAD, stage_at=NOW),
        ])
        turn.merge_people(none, lead, NOW)
        turn.merge_people(out, none, NOW)
        assert turn.dossiers([out])[0].standing.stage is Stage.DISQUALIFIED
        assert turn.find(str(lead)) == (out,)


CLAUSES: tuple[Clause, ...] = (
    people_are_made_in_the_order_asked,
    a_changed_fact_makes_its_person_due,
    a_touch_never_delays_anybody,
    another_agreement_makes_everybody_due,
    the_longest_due_come_first,
    nobody_due_is_no_instant,
    a_verdict_on_older_facts_is_refused,
    a_standing_comes_back_with_its_types,
    the_last_judged_revision_is_remembered,
    people_are_counted_by_stage,
    a_number_is_a_vendor_id_first,
    two_people_become_one,
    a_merge_takes_the_address_over,
    a_merge_makes_older_verdicts_stale,
    a_merge_keeps_what_was_reached,
    a_stage_beside_the_ladder_is_the_winners,
)
