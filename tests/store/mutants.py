"""Stores broken on purpose: one line of one module made wrong, and the clause that must notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.store import delivery_clauses as delivery
from tests.store import facts_clauses as facts
from tests.store import life_clauses as life
from tests.store import outbox_clauses as outbox
from tests.store import people_clauses as people
from tests.store.suite import Clause


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line of one module made wrong, and the clause that must notice."""

    module: str
    right: str
    wrong: str
    killed_by: Clause


_LATER_DUE: Final = 'people.c.due_at > bindparam("due")), bindparam'
_PEOPLE: Final = (
    Mutant("people", "people.c.revision + 1", "people.c.revision", people.a_changed_fact_makes_its_person_due),
    Mutant("people", "sorted(set(person_ids))", "sorted(person_ids)[:1]", people.a_changed_fact_makes_its_person_due),
    Mutant("people", _LATER_DUE, _LATER_DUE.replace(">", "<"), people.a_touch_never_delays_anybody),
    Mutant(
        "people",
        '.values(due_at=bindparam("due"))',
        '.values(due_at=bindparam("due"), revision=people.c.revision + 1)',
        people.another_agreement_makes_everybody_due,
    ),
    Mutant("people", ".order_by(people.c.due_at, people", ".order_by(people", people.the_longest_due_come_first),
    Mutant("people", 'due_at <= bindparam("now")', "due_at.is_not(None)", people.the_longest_due_come_first),
    Mutant("people", '.limit(bindparam("most"))', ".limit(99)", people.the_longest_due_come_first),
    Mutant("people", "found.get(id_) == row.revision", "id_ in found", people.a_verdict_on_older_facts_is_refused),
    Mutant(
        "people", " - {row.person_id for row in fresh}", " - found.keys()", people.a_verdict_on_older_facts_is_refused
    ),
    Mutant("people", 'judged=bindparam("new_judged"),', "", people.the_last_judged_revision_is_remembered),
    Mutant("people", "touched < len(wanted)", "not wanted", people.a_merge_makes_older_verdicts_stale),
    Mutant("people", "(people.c.alias_of.is_(None)).group_by", "().group_by", people.people_are_counted_by_stage),
    Mutant(
        "people",
        "[*self._by_vendor_id(asked), *self._by_email(asked.lower())]",
        "[*self._by_email(asked.lower())]",
        people.a_number_is_a_vendor_id_first,
    ),
    Mutant("people", "if alias_of is None else self._by_id(alias_of)", "", people.two_people_become_one),
    Mutant(
        "merging", "(records, engagements, effects, trans", "(records, effects, trans", people.two_people_become_one
    ),
    Mutant(
        "merging", "(records, engagements, effects, trans", "(records, engagements, trans", people.two_people_become_one
    ),
    Mutant(
        "merging",
        "max(winner.revision, loser.revision) + 1",
        "winner.revision",
        people.a_merge_makes_older_verdicts_stale,
    ),
    Mutant("merging", "ahead = _further(winner, loser)", "ahead = winner", people.a_merge_keeps_what_was_reached),
    Mutant("merging", "known.stages | barrier.stages", "barrier.stages", people.a_merge_keeps_what_was_reached),
    Mutant("merging", "max(known.episodes, trigger.episodes)", "known.episodes", people.a_merge_keeps_what_was_reached),
    Mutant(
        "merging",
        "    return winner\n\n\ndef _barriers",
        "    return loser\n\n\ndef _barriers",
        people.a_stage_beside_the_ladder_is_the_winners,
    ),
    Mutant("merging", "self.follow_email({winner})", "pass", people.a_merge_takes_the_address_over),
    Mutant("codec", "frozenset(map(Stage, stages))", "frozenset(stages)", people.a_standing_comes_back_with_its_types),
    Mutant(
        "codec",
        "return Stage(text) if text else None",
        "return text or None",
        people.a_standing_comes_back_with_its_types,
    ),
)
_FACTS: Final = (
    Mutant("codec", "return tuple(raw)", "return raw", facts.a_row_comes_back_with_its_types),
    Mutant("codec", '":" in kind or "%" in kind', "False", facts.a_row_comes_back_with_its_types),
    Mutant("codec", "        at = at.astimezone(UTC)\n", "", facts.instants_are_utc_whatever_their_zone),
    Mutant("codec", '_UNSTORABLE.sub("\\ufffd", text)', "text", facts.a_refused_row_is_noted_once),
    Mutant("records", 'if column.name != "name"', 'if column.name in {"doc", "digest"}', facts.a_row_is_replaced_whole),
    Mutant(
        "records",
        "            if person in theirs and not",
        "            if not theirs and not",
        facts.an_address_follows_its_rows,
    ),
    Mutant("records", "(email or any(theirs[person]))", "any(theirs[person])", facts.an_address_follows_its_rows),
    Mutant("records", "dict(self._rows_in(_WHOSE_EMAIL, asked))", "{}", facts.every_row_gives_its_address),
    Mutant(
        "records",
        "dict(self._rows_in(_PERSONS_EMAIL, asked))",
        "{}",
        facts.who_lost_every_row_is_known_by_the_last_address,
    ),
    Mutant("records", "    .distinct()\n", "", facts.a_company_knows_its_people),
    Mutant("records", "if ref.system == system", "", facts.rows_of_a_stage_are_found),
    Mutant("records", '"digest": new.excluded.digest, ', "", facts.a_refused_row_is_noted_once),
    Mutant("records", "quarantine.c.last_at.desc()", "quarantine.c.last_at", facts.a_refused_row_is_noted_once),
    Mutant("engagements", "(_WITHDRAWN, _KNOWN)", "(_KNOWN,)", facts.what_was_taken_back_never_returns),
    Mutant("engagements", "self._change_in(_FORGET, keys)", "pass", facts.what_was_taken_back_never_returns),
    Mutant("engagements", "(_WITHDRAWN, _KNOWN)", "(_WITHDRAWN,)", facts.engagement_counts_once),
    Mutant(
        "engagements", "(engagement.at, engagement.key)", "engagement.type", facts.engagement_comes_back_with_its_types
    ),
    Mutant("dossiers", "known[ref].gone_at is None", "True", facts.a_dossier_has_everything),
    Mutant(
        "dossiers",
        "            for id_ in wanted\n",
        "            for id_ in sorted(wanted)\n",
        facts.a_dossier_has_everything,
    ),
    Mutant("dossiers", "effects.c.closed.is_(None),", "", facts.a_task_is_open_until_it_is_known_to_be_over),
    Mutant(
        "dossiers", "State.UNKNOWN, State.DONE)", "State.UNKNOWN)", facts.a_task_is_open_until_it_is_known_to_be_over
    ),
)
_OUTBOX: Final = (
    Mutant("codec", "Stage(stage), seen, recycle", "Stage(stage), seen", outbox.an_effect_comes_back_with_its_types),
    Mutant("delivery", "            del wanted[key]\n", "            pass\n", outbox.a_key_is_enqueued_once),
    Mutant(
        "delivery", "_newer.c.id > effects.c.id", "_newer.c.id < effects.c.id", outbox.a_newer_one_replaces_what_waits
    ),
    Mutant(
        "delivery", "_newer.c.slot == effects.c.slot", "_newer.c.slot != ''", outbox.a_newer_one_replaces_what_waits
    ),
    Mutant(
        "delivery",
        "(State.PENDING.value, State.HELD.value)",
        "(State.PENDING.value,)",
        outbox.a_newer_one_replaces_what_waits,
    ),
    Mutant(
        "delivery", "_change_in(_REPLACE, sorted({", "_change_in(_KNOWN, sorted({", outbox.the_last_of_one_batch_holds
    ),
    Mutant(
        "outbox",
        "_older.c.id < effects.c.id",
        "_older.c.id < 0",
        delivery.whatever_may_have_been_written_blocks_its_slot,
    ),
    Mutant(
        "outbox",
        "_older.c.slot == effects.c.slot",
        "_older.c.slot != ''",
        delivery.whatever_may_have_been_written_blocks_its_slot,
    ),
    Mutant(
        "outbox",
        "effects.c.epoch == NOBODY, FIRST_IN_SLOT",
        "effects.c.epoch == NOBODY",
        delivery.what_is_blocked_is_no_next_attempt,
    ),
    Mutant("outbox", "effects.c.epoch == NOBODY, FIRST_IN_SLOT", "FIRST_IN_SLOT", delivery.a_claim_is_one_workers),
    Mutant(
        "delivery",
        "_MAY_GO)\n    .order_by(effects.c.rank, effects.c.id)",
        "_MAY_GO)\n    .order_by(effects.c.id)",
        delivery.the_best_rank_is_claimed_first,
    ),
    Mutant("delivery", "if len(names) == records:", "if False:", delivery.the_best_rank_is_claimed_first),
    Mutant(
        "delivery",
        'effects.c.not_before <= bindparam("now")),\n)\n_NEXT',
        "True),\n)\n_NEXT",
        delivery.a_claim_asks_for_system_rank_and_time,
    ),
    Mutant(
        "delivery",
        'effects.c.rank <= bindparam("at_rank")',
        "effects.c.rank >= 0",
        delivery.a_claim_asks_for_system_rank_and_time,
    ),
    Mutant("delivery", "effects.c.attempts + 1", "effects.c.attempts", delivery.only_its_claimer_may_send),
    Mutant(
        "delivery", 'effects.c.epoch == bindparam("mine"))', "effects.c.epoch >= 0)", delivery.only_its_claimer_may_send
    ),
    Mutant("delivery", "if epoch == row.epoch and epoch", "if epoch", delivery.a_settlement_is_fenced_by_its_epoch),
    Mutant("delivery", "and State(state) in _UNDER_WAY", "", delivery.a_settlement_is_fenced_by_its_epoch),
    Mutant("delivery", "epoch != NOBODY and", "", delivery.a_settlement_is_fenced_by_its_epoch),
    Mutant("delivery", "and state == State.INFLIGHT", "", delivery.an_attempt_that_was_none_is_given_back),
    Mutant("delivery", "not row.attempted and", "", delivery.an_attempt_that_was_none_is_given_back),
    Mutant(
        "delivery",
        "NOBODY if row.state is State.PENDING else row.epoch",
        "row.epoch",
        delivery.an_attempt_that_was_none_is_given_back,
    ),
    Mutant("delivery", "waiting.add(name)", "pass", delivery.who_waits_again_gives_way_to_a_newer_one),
    Mutant(
        "delivery",
        'effects.c.epoch != bindparam("mine"))',
        "effects.c.epoch >= 0)",
        delivery.what_a_dead_process_left_is_unknown,
    ),
    Mutant(
        "delivery", "        self._run(_FREE_OTHERS, {", "        str({", delivery.what_a_dead_process_left_is_unknown
    ),
    Mutant("delivery", "        self._run(_ADOPT, mine)\n", "", delivery.an_older_unknown_is_adopted),
    Mutant(
        "delivery",
        "    .order_by(effects.c.id)\n    .limit",
        "    .order_by(effects.c.id.desc())\n    .limit",
        delivery.the_unknown_are_probed_oldest_first,
    ),
    Mutant(
        "delivery",
        "effects.c.state == State.HELD.value)\n    .values(state",
        "effects.c.id > 0)\n    .values(state",
        outbox.a_brake_holds_until_it_is_released,
    ),
    Mutant(
        "delivery", "not_(effects.c.state == State.INFLIGHT.value)", "effects.c.id > 0", outbox.a_human_retries_or_drops
    ),
    Mutant(
        "delivery",
        "among(effects.c.id), effects.c.state == State.PARKED.value)",
        "among(effects.c.id), effects.c.id > 0)",
        outbox.a_human_retries_or_drops,
    ),
    Mutant(
        "delivery",
        "        if freed:\n            self._change_in(_REPLACE, names)\n",
        "",
        outbox.a_changed_row_frees_what_was_refused,
    ),
    Mutant("delivery", '    "attempts": 0,\n', "", outbox.a_changed_row_frees_what_was_refused),
    Mutant("delivery", "now if row.state in _OVER else None", "None", delivery.a_settlement_is_fenced_by_its_epoch),
    Mutant(
        "outbox",
        "_BACKLOG = (\n    select(effects.c.system, effects.c.state, func.count())\n    .where(live(effects))",
        "_BACKLOG = (\n    select(effects.c.system, effects.c.state, func.count())",
        outbox.the_backlog_counts_what_is_not_over,
    ),
    Mutant(
        "outbox",
        'effects.c.settled_at >= bindparam("since")',
        'effects.c.settled_at != bindparam("since")',
        outbox.tasks_are_counted_for_their_owners,
    ),
    Mutant("outbox", 'effects.c.brake == ""', "effects.c.id > 0", outbox.tasks_are_counted_for_their_owners),
    Mutant(
        "outbox",
        "a_task(effects), effects.c.state.in_(_GIVEN)",
        "effects.c.state.in_(_GIVEN)",
        outbox.tasks_are_counted_for_their_owners,
    ),
    Mutant(
        "delivery",
        ".where(live(effects), effects.c.name == bindparam",
        ".where(effects.c.name == bindparam",
        outbox.effects_follow_a_merged_row,
    ),
)
_LIFE: Final = (
    Mutant(
        "sqlite",
        '    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")',
        "    del connection, writes",
        life.a_block_that_fails_leaves_nothing,
    ),
    Mutant(
        "runs",
        "self._connection.execute(\n            _cursor(self._insert),\n            {\n",
        "self._connection.exec_driver_sql('COMMIT')\n        self._connection.exec_driver_sql('BEGIN')\n"
        "        self._connection.execute(\n            _cursor(self._insert),\n            {\n",
        life.a_block_that_fails_leaves_nothing,
    ),
    Mutant(
        "sqlite",
        "                    yield Turn(self._writer, insert, driver_of(self._writer))\n",
        "                    yield Turn(self._writer, insert, driver_of(self._writer))\n"
        "                    self._writer.exec_driver_sql('ROLLBACK')\n",
        life.what_a_block_saved_is_there_for_the_next_process,
    ),
    Mutant(
        "sqlite",
        'if writes else "BEGIN"',
        'if writes else "SELECT 1"',
        life.a_look_is_one_state,
    ),
    Mutant(
        "role", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB", life.one_process_has_the_sync_role
    ),
    Mutant("runs", "epochs.c.last + 1", "epochs.c.last", life.an_epoch_is_given_once),
    Mutant(
        "versions",
        "if version == HEAD:\n        return\n    _refuse",
        "if True:\n        return\n    _refuse",
        life.an_upgrade_twice_is_one,
    ),
    Mutant(
        "ledger",
        '"target": row.target or ""',
        '"target": row.target or str(id(row))',
        life.a_step_is_in_the_ledger_once,
    ),
    Mutant(
        "ledger",
        ".order_by(transitions.c.at, transitions.c.id)",
        ".order_by(transitions.c.id)",
        life.a_step_is_in_the_ledger_once,
    ),
    Mutant("ledger", "transitions.c.at >= codec", "transitions.c.at > codec", life.a_step_is_in_the_ledger_once),
    Mutant(
        "ledger",
        "on_conflict_do_nothing(index_elements=[agreements.c.version])",
        "on_conflict_do_update(index_elements=[agreements.c.version], set_={'hash': row.hash})",
        life.an_edition_stands_as_first_seen,
    ),
    Mutant(
        "runs",
        '("cursor", "as_of", "looked_at", "loaded")',
        '("as_of", "looked_at", "loaded")',
        life.a_cursor_is_one_a_stream,
    ),
    Mutant("runs", "runs.c.id.desc()", "runs.c.id", life.runs_and_notes_are_kept),
)
_REST: Final = (
    Mutant("records", "and before[:3] == now[:3]", "", facts.a_row_may_change_hands),
    Mutant("records", "{now[0], *(before or ())[:1]}", "{now[0]}", facts.a_row_may_change_hands),
    Mutant("people", "id_ for (id_,) in made", "-id_ for (id_,) in made", people.people_are_made_in_the_order_asked),
    Mutant(
        "people",
        "codec.maybe_instant(self._connection.execute(_NEXT_DUE).scalar())",
        'codec.instant(self._connection.execute(_NEXT_DUE).scalar() or "2026-01-01T00:00:00Z")',
        people.nobody_due_is_no_instant,
    ),
    Mutant(
        "records",
        "among(records.c.person_id), records.c.gone_at.is_(None)).order_by(records.c.name)",
        "among(records.c.person_id)).order_by(records.c.name)",
        facts.a_deleted_row_still_tells_whose_it_was,
    ),
    Mutant("outbox", "func.min(func.coalesce(", "func.max(func.coalesce(", outbox.the_next_attempt_is_the_earliest),
    Mutant("outbox", "effects.c.kind == kind", "effects.c.kind != kind", outbox.effects_are_listed_as_asked),
    Mutant(
        "delivery",
        'effects.c.not_before > bindparam("latest")',
        "effects.c.id > 0",
        outbox.nothing_waits_for_an_instant_of_a_wrong_clock,
    ),
    Mutant(
        "delivery",
        "State.UNKNOWN: codec.text_of(probe)",
        "State.UNKNOWN: codec.text_of(now)",
        outbox.nothing_waits_for_an_instant_of_a_wrong_clock,
    ),
    Mutant("outbox", "created_at >= codec", "created_at > codec", outbox.effects_are_found_by_their_reason_and_age),
    Mutant("outbox", '.replace("_", "\\\\_")', "", outbox.effects_are_found_by_their_reason_and_age),
    Mutant("outbox", 'effects.c.brake != "")', "effects.c.id > 0)", outbox.what_brakes_hold_is_counted),
    Mutant(
        "records", "select(func.count()).select_from(quarantine)", "select(1000)", facts.a_refused_row_is_noted_once
    ),
    Mutant(
        "twins", "set_={", "set_={**{'name': new.excluded.name}} or {", facts.a_twin_is_remembered_before_it_is_seen
    ),
    Mutant(
        "engagements",
        "if key not in wanted or _telling(raw) > _telling(wanted[key])",
        "if True",
        facts.a_happening_told_again_is_the_later_telling,
    ),
    Mutant(
        "engagements",
        "if _telling(wanted[key]) > _telling({",
        "if _telling(wanted[key]) < _telling({",
        facts.a_happening_told_again_is_the_later_telling,
    ),
    Mutant(
        "engagements",
        'str(raw["at"]), str(raw["attributes"] or "")',
        'str(raw["at"]), ""',
        facts.a_happening_told_again_is_the_later_telling,
    ),
    Mutant(
        "engagements",
        "for (key,) in self._rows_in(_WITHDRAWN, wanted)",
        "for (key,) in ()",
        facts.a_happening_told_again_is_the_later_telling,
    ),
    Mutant("engagements", "return losers", "return frozenset()", facts.what_was_taken_back_never_returns),
    Mutant("twins", ".where(among(twins.c.name))", "", facts.a_twin_is_remembered_before_it_is_seen),
    Mutant("sqlite", '"BEGIN IMMEDIATE" if writes', '"BEGIN" if writes', life.writers_take_turns),
)
MUTANTS: Final = (*_REST, *_PEOPLE, *_FACTS, *_OUTBOX, *_LIFE)
