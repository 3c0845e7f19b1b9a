"""The rules of what may write, and the protocol, can be broken; each break is noticed by the test of that rule."""

from __future__ import annotations

import pytest

from tests.broken import Mutant, survives

MAY = "tests.test_what_may_write:test_"
AMBIGUOUS = "tests.test_ambiguous:test_"
CRASH = "tests.test_crash:dies_while_writing"

MUTANTS = (
    Mutant(
        "connector.lifecycle",
        "barriers = (*(one for one in standing.barriers if one.reason != SET_BACK), _set_back(seen.at, hold))",
        "barriers = standing.barriers",
        f"{MAY}after_the_hold_newer_engagement_counts_again",
    ),
    Mutant(
        "connector.lifecycle",
        "hold_until=at + hold",
        "hold_until=at",
        f"{MAY}after_the_hold_newer_engagement_counts_again",
    ),
    Mutant(
        "connector.lifecycle",
        "held=True)",
        "held=None)",
        f"{MAY}a_move_forward_by_hand_is_recorded_and_gives_no_task",
    ),
    Mutant(
        "connector.plan",
        "if standing.agreement != rules.agreement.hash:",
        "if False:",
        f"{MAY}old_evidence_moves_nobody_on_the_first_sync",
    ),
    Mutant(
        "connector.plan.gate",
        "rules.judge.decide(person, engagements, now, since), now)",
        "rules.judge.decide(person, engagements, now), now)",
        f"{MAY}a_baselined_person_needs_newer_engagement_that_suffices",
    ),
    Mutant(
        "connector.plan.playbooks",
        "(True, True) if gate.lets_task(stage) else (None, False)",
        "(True, True)",
        f"{MAY}first_sync_may_allow_stages_without_tasks",
    ),
    Mutant(
        "connector.plan.playbooks",
        "(True, True) if gate.lets_task(stage) else (None, False)",
        "(True, gate.lets_task(stage))",
        f"{MAY}first_sync_may_allow_stages_without_tasks",
    ),
    Mutant(
        "connector.plan.playbooks",
        "if unless.sales_activity and _sales_activity(",
        "if False and _sales_activity(",
        f"{MAY}a_rep_who_called_yesterday_needs_no_task",
    ),
    Mutant(
        "connector.plan",
        "rank(source) < rank(Stage.MQL):",
        "False:",
        f"{MAY}a_skipped_mql_is_recorded_as_imputed",
    ),
    Mutant(
        "connector.plan.writes",
        "if remote.raw_stage and remote.stage is None:",
        "if False:",
        "tests.plan.test_writes:test_a_value_that_is_not_mapped_is_never_overwritten",
    ),
    Mutant(
        "connector.ingest",
        "after=Stage.OTHER if after.raw_stage is not None and after.stage is None else after.stage,",
        "after=after.stage,",
        f"{MAY}an_unmapped_value_found_at_first_sight_stays",
    ),
    Mutant(
        "connector.evaluate",
        "state = State.PENDING if kind == Kind.FIELDS else State.HELD",
        "state = State.PENDING",
        f"{MAY}brakes_hold_the_excess_and_a_word_releases_it",
    ),
    Mutant(
        "connector.brakes",
        "if effect.person_id in stopped:",
        "if False:",
        f"{MAY}brakes_hold_the_excess_and_a_word_releases_it",
    ),
    Mutant(
        "connector.deliver",
        "if found != command.seen and not (command.recycle and not found):",
        "if False:",
        f"{MAY}a_rep_who_is_faster_than_our_write_wins",
    ),
    Mutant(
        "connector.deliver",
        "if command.unless_open_deal and record.related.get(OPEN_DEALS):",
        "if False:",
        f"{MAY}an_open_deal_speaks_against_the_task",
    ),
    Mutant(
        "connector.keeping",
        "and before.values == after.values",
        "and False",
        f"{MAY}a_second_pass_writes_nothing",
    ),
    Mutant(
        "connector.ingest",
        "batch.tx.readdress(ref, record.ref)",
        "pass",
        f"{MAY}a_merge_between_decision_and_write_gives_one_task",
    ),
    Mutant(
        "connector.ingest",
        'agreement = "" if before_us else config.agreement.hash',
        'agreement = ""',
        f"{MAY}somebody_born_after_go_live_needs_no_baseline",
    ),
    Mutant(
        "connector.engine",
        "raise AgreementChanged(agreement.version)",
        "return False",
        f"{MAY}an_edited_agreement_needs_a_version_of_its_own",
    ),
    Mutant(
        "connector.deliver",
        "settled(effect, State.UNKNOWN, reason=outcome.reason, not_before=now + quiet)",
        "settled(effect, State.PENDING, reason=outcome.reason)",
        f"{AMBIGUOUS}an_answer_that_never_came_is_looked_up",
    ),
    Mutant(
        "connector.deliver",
        "reason=outcome.reason, not_before=now + quiet)",
        "reason=outcome.reason, not_before=now)",
        f"{AMBIGUOUS}an_unknown_write_rests_before_it_is_looked_up",
    ),
    Mutant(
        "connector.deliver",
        "settled(one, State.PENDING, attempted=False) for one in effects",
        "settled(one, State.PARKED) for one in effects",
        f"{AMBIGUOUS}a_token_refused_at_the_write_itself_costs_no_task",
    ),
    Mutant(
        "connector.deliver",
        "ours = tx.send([one.id for one in effects], engine.epoch, sent_at)",
        "ours = frozenset(one.id for one in effects)",
        CRASH,
    ),
    Mutant(
        "connector.engine",
        "        tx.orphaned(epoch, engine.clock() + quiet)\n",
        "",
        CRASH,
    ),
    Mutant(
        "connector.evaluate",
        "        stored = tx.enqueue(",
        "    with engine.store.writing() as tx:\n        stored = tx.enqueue(",
        "tests.test_crash:dies_while_deciding",
    ),
    Mutant(
        "connector.deliver",
        'rows.append(settled(effect, State.DONE, remote_id=answer.remote_id, reason="found by its key"))',
        "rows.append(again(engine, effect, effect.attempts, effect.reason, now))",
        CRASH,
    ),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    """The test of the rule fails when the rule's line is wrong."""
    assert not survives(mutant)
