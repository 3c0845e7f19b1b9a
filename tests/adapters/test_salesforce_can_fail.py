"""The Salesforce adapter can be broken one line at a time; each break is noticed by the test or clause of that line."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from tests.broken import Mutant, surviving

HERE: Final = "tests/adapters/test_"


def clause(name: str, subject: str = "salesforce") -> str:
    """Return the name of a clause of the port's suite on a subject."""
    return f"{HERE}suite.py::test_the_port_is_kept[{subject}-{name}]"


def broken(module: str, right: str, wrong: str, killed_by: str) -> Mutant:
    """Return a mutant of a module of the adapter; who kills it is a clause, "file::test" of this folder, or any."""
    test = killed_by if killed_by.startswith("tests/") else f"{HERE}salesforce_{killed_by}"
    return Mutant(f"connector.adapters.salesforce.{module}", right, wrong, test)


READS: Final = (
    broken(
        "changes",
        "least = held.began - OVERLAP",
        "least = held.began",
        "org.py::test_late_commits_are_not_lost",
    ),
    broken(
        "changes",
        "if held.first or now - held.wide < WIDE_EVERY:",
        "if True:",
        "org.py::test_a_commit_of_ten_minutes_is_met_by_a_wider_look",
    ),
    broken(
        "changes",
        "either(above(self.stamp, at), both(equal(self.stamp, at), above(ID, held.key)))",
        "above(self.stamp, at)",
        "org.py::test_equal_stamps_beyond_a_page_all_come",
    ),
    broken(
        "changes",
        "looked = to_ms(answer.date - max(self.asker.wire.clock() - left, timedelta()))",
        "looked = to_ms(answer.date)",
        "changes.py::test_a_look_is_dated_by_when_it_left",
    ),
    broken("changes", "all_rows=self.deleted)", "all_rows=False)", clause("what_was_deleted_is_told")),
    broken(
        "changes",
        'conditions.append(equal("IsChild", value=False))',
        "pass",
        "changes.py::test_the_first_look_at_activities_goes_back_as_far_as_told",
    ),
    broken(
        "changes",
        "Place(floor=held.began - OVERLAP, wide=now, job=held.job)",
        "Place(floor=now, wide=now, job=held.job)",
        "bulk.py::test_after_the_job_changes_are_read_from_when_it_was_ordered",
    ),
    broken(
        "changes",
        "fresh = [row for row in found if not _given(held, row)]",
        "fresh = found",
        "changes.py::test_a_row_read_again_is_not_given_again_unless_it_says_something_else",
    ),
    broken(
        "asking",
        'return cast("Mapping[str, Any]", answer.body).get("done") is not False',
        "return len(rows_of(answer)) < 2_000",
        clause("the_first_load_brings_every_row"),
    ),
    broken(
        "records",
        "if kind.name == LEAD and row.get(CONVERTED) is True:",
        "if False:",
        clause("a_record_that_became_another_is_told_by_that_one"),
    ),
    broken(
        "records",
        "return (kind.name, master) if master else None",
        "return (kind.name, master or key_of(row))",
        "org.py::test_a_deleted_row_is_told_as_gone",
    ),
    broken(
        "records",
        'names = ("ContactId", "LeadId")',
        'names = ("LeadId", "ContactId")',
        "rows.py::test_a_converted_member_counts_for_the_contact_only",
    ),
    broken(
        "records",
        "any(individual.get(flag) is True for flag in _FLAGS)",
        "all(individual.get(flag) is True for flag in _FLAGS)",
        "org.py::test_who_opted_out_of_profiling_is_marked",
    ),
    broken(
        "survivors",
        "_LONGEST: Final = 10",
        "_LONGEST: Final = 1",
        "rows.py::test_a_chain_of_merges_and_a_conversion_is_followed_to_its_end",
    ),
    broken("survivors", "merged=took.get(key, ())", "merged=()", clause("a_merge_is_told_by_who_lives_on")),
    broken(
        "activities",
        "if kind.name == TASK and self.emails:",
        "if False:",
        "org.py::test_an_email_and_the_task_that_mirrors_it_are_one",
    ),
    broken(
        "activities",
        "and sender == incoming.get(key):",
        "and True:",
        "rows.py::test_emails_hang_on_who_sent_or_got_them",
    ),
    broken(
        "objects",
        "_OWNED: Final = (*_SYSTEM, SALESFORCE.owner)",
        "_OWNED: Final = _SYSTEM",
        "tests/test_salesforce_bad_input.py::test_an_owner_who_left_meanwhile_is_refused_in_plain_words",
    ),
    broken("columns", "return first in fields", "return True", "org.py::test_a_hidden_field_is_absent_and_not_false"),
    broken(
        "reading",
        '(("OpportunityContactRole", "OpportunityId",',
        '(("OpportunityContactRole", "Id",',
        "org.py::test_a_contacts_open_deals_are_counted_once_each",
    ),
    broken("bulk", "if not is_id(job):", "if False:", "bulk.py::test_a_job_id_from_a_cursor_leads_nowhere_else"),
    broken("soql", '    ord("\'"): "\\\\\'",\n', "", "soql.py::test_each_sign_that_means_something_is_escaped"),
    Mutant(
        "connector.mapping.twins",
        'return whole if len(text) == _SHORT or whole == text else ""',
        "return whole",
        f"{HERE}salesforce_errors.py::test_what_is_no_id_is_refused",
    ),
)

WRITES: Final = (
    broken("session", '        AUTO_ASSIGN: "FALSE",\n', "", "org_writes.py::test_a_stage_is_set_and_the_owner_stays"),
    broken(
        "wire",
        "        again = self._sent_or_lost(call, login)\n",
        '        self._exchange._session.headers.pop("Sforce-Auto-Assign")\n'
        "        again = self._sent_or_lost(call, login)\n",
        "org_writes.py::test_the_owner_stays_when_the_token_had_to_be_renewed",
    ),
    broken(
        "sending",
        "elements = answer.body if isinstance(answer.body, list) else []",
        "elements = answer.body[::-1] if isinstance(answer.body, list) else []",
        clause("outcomes_come_in_order"),
    ),
    broken(
        "sending",
        "if len(elements) != len(batch) or not all(map(_fits, batch, elements)):",
        "if not elements:",
        "refusals.py::test_an_answer_that_cannot_be_matched_is_unknown_for_all",
    ),
    broken(
        "sending",
        '"allOrNone": False',
        '"allOrNone": True',
        "writing.py::test_a_row_says_what_it_is_first_and_never_all_or_none",
    ),
    broken(
        "sending",
        "sent.others.update(dict.fromkeys(keys, Unknown(reason)))",
        "sent.others.update(dict.fromkeys(keys, Retry(reason, LATER)))",
        "org_doubts.py::test_a_write_whose_answer_is_lost_is_unknown_and_the_probe_tells",
    ),
    broken(
        "sending",
        'return Retry(f"not sent: the request before it had no answer: {answer.reason}", LATER)',
        "return None",
        "refusals.py::test_after_a_lost_answer_nothing_more_is_sent",
    ),
    broken(
        "session",
        "return any(_while_connecting(each) for each in _causes(error))",
        "return True",
        clause("a_lost_answer_is_unknown"),
    ),
    broken(
        "errors",
        '"DUPLICATE_VALUE": Fate.EXISTS',
        '"DUPLICATE_VALUE": Fate.REJECT',
        clause("a_task_that_is_there_is_done"),
    ),
    broken(
        "errors",
        'if error.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" and LOCKED in error.message:',
        "if False:",
        "errors.py::test_a_refusal_has_its_fate",
    ),
    broken(
        "tasks",
        "return KeyField.UNIQUE if info.unique and info.external_id else KeyField.PLAIN",
        "return KeyField.UNIQUE",
        "tasks.py::test_where_the_field_is_not_unique_nothing_is_there_already",
    ),
    broken(
        "tasks",
        "return cut(command.body_text, length - len(line)) + line",
        "return cut(command.body_text + line, length)",
        "tasks.py::test_without_a_field_the_key_stands_in_the_last_line_and_is_never_cut",
    ),
    broken(
        "tasks",
        "moved = self.follower.elsewhere([one.ref for one in left], Rank.TASK) if left else {}",
        "moved = {}",
        "task_probing.py::test_a_task_is_found_on_the_contact_that_its_lead_became",
    ),
    broken(
        "following",
        "yield from self.wire.every(query.text, rank, all_rows=True)",
        "yield from self.wire.every(query.text, rank)",
        "org_writes.py::test_a_task_that_was_archived_is_found",
    ),
    broken(
        "following",
        "_HOPS: Final = 8",
        "_HOPS: Final = 1",
        "refusals.py::test_a_merged_lead_is_followed_through_all_its_winners",
    ),
    broken(
        "following",
        "if place.object in objects:",
        "if False:",
        "org_doubts.py::test_a_converted_lead_goes_to_its_contact",
    ),
    broken(
        "describing",
        "writable=one.value not in closed",
        "writable=True",
        "describing.py::test_a_status_that_only_a_conversion_sets_is_not_writable",
    ),
)

WIRE: Final = (
    broken(
        "wire",
        "login = self._tokens.current()\n        if not permit():\n            return None\n",
        "login = self._tokens.current()\n",
        clause("without_a_permit_nothing_leaves"),
    ),
    broken(
        "wire",
        "        if not permit():\n            return None\n        again",
        "        again",
        "wire.py::test_a_replay_without_its_permit_is_not_sent",
    ),
    broken(
        "tokens",
        "if self._doubted:\n                raise self._open(why)",
        "if False:\n                raise",
        "tokens.py::test_a_permanent_refusal_ends_after_two_tokens_and_no_storm_follows",
    ),
    broken(
        "exchange",
        "if not _PATH.fullmatch(path):",
        "if False:",
        "session.py::test_a_path_that_leads_elsewhere_is_not_sent",
    ),
    broken(
        "session",
        'if _origin(request.url or "") not in self._admitted:',
        "if False:",
        "session.py::test_only_admitted_hosts_are_asked",
    ),
    broken(
        "exchange",
        "bucket = BURST if fate(answer.status, errors) is Fate.BUSY else DAY",
        "bucket = BURST",
        "wire.py::test_a_reached_limit_is_told_to_the_meter",
    ),
    broken(
        "quota",
        "self._close(DAY, self._clock() + self._day_pause)",
        "pass",
        "quota.py::test_a_used_up_day_closes_everything_for_minutes_and_longer_each_time",
    ),
    broken(
        "quota",
        'return float("inf") if rank in self._aside else 0.0',
        "return 0.0",
        "quota.py::test_polling_stands_aside_first",
    ),
    broken("quota", "_BACK: Final = 0.02", "_BACK: Final = 0.0", "quota.py::test_a_gauge_that_jumps_flips_nobody"),
)

DEATH: Final = "tests.test_two_systems_crash:dies_while_writing"
PROTOCOL: Final = (
    Mutant("connector.engine", "        tx.orphaned(epoch, engine.clock() + quiet)\n", "", DEATH),
    Mutant("connector.adapters.salesforce.tasks", "found.update(self._by_person(left))", "pass", DEATH),
    Mutant(
        "connector.adapters.salesforce.probing",
        "return not row.wrong and all(same(held.row.get(name), value) for name, value in row.values.items())",
        "return True",
        DEATH,
    ),
)
"""What a process may not forget, whatever CRM it dies before: here the task is in Salesforce, without a unique key."""


@pytest.mark.parametrize("mutants", [READS, WRITES, WIRE, PROTOCOL], ids=["reads", "writes", "wire", "protocol"])
def test_every_broken_line_is_noticed(mutants: tuple[Mutant, ...]) -> None:
    """The test or clause of the line fails when the line is wrong."""
    assert surviving(mutants) == []


def test_a_line_that_is_not_broken_is_nobodys_death() -> None:
    """The tests pass in the same surroundings where nothing is wrong: it is the mutants that make them fail."""
    sound = [replace(mutants[-1], wrong=mutants[-1].right) for mutants in (READS, WRITES, WIRE)]
    assert surviving(sound) == [str(one) for one in sound]
