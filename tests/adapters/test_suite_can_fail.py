"""The suite can fail: the reference adapter, broken one piece at a time, is caught by the clause that speaks of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from connector.adapters import memory
from connector.adapters.memory import MemoryAdapter

from tests.adapters.subject_memory import MemorySubject
from tests.adapters.suite import CLAUSES

SOURCE = Path(memory.__file__).read_text(encoding="utf-8")
ADAPTER = SOURCE.index("class MemoryAdapter")
NAME = "mutant_of_the_memory_adapter"
AT = "at, loaded = (0, self.crm.seq) if cursor is None else _decoded(cursor)"
LOST = "case Trouble.LOST_UNPERFORMED:\n                    return tuple(Unknown("
TASK = "self.crm.tasks[command.key] = (f"
FOUND = "return Found(held[0]) if held else Absent(self.crm.clock())"
DRY = "if not dry:\n                self.crm.known"
READ = "trouble = self.crm.arrives()\n        if trouble is Trouble.CREDENTIALS"


@dataclass(frozen=True, slots=True)
class Mutant:
    """Pieces of the adapter made wrong, and the clause that must notice."""

    killed_by: str
    wrong: tuple[tuple[str, str], ...]


def mutant(killed_by: str, *pieces: str) -> Mutant:
    """Return a mutant of pairs: what the source says, what the mutant says."""
    return Mutant(killed_by, tuple(zip(pieces[::2], pieces[1::2], strict=True)))


MUTANTS = (
    mutant("parents_come_first", "in STREAMS.items() if one in", "in reversed(STREAMS.items()) if one in"),
    mutant("parents_come_first", "Stream(name, one)", 'Stream("contacts", one)'),
    mutant("the_first_load_brings_every_row", "more=len(due) > PAGE", "more=False"),
    mutant("a_row_comes_with_the_vendors_own_names", "**row.values}", '"properties": row.values}'),
    mutant(
        "a_row_comes_with_the_vendors_own_names",
        "Record(row.ref, row.modified_at",
        "Record(row.ref, row.modified_at.replace(year=1970)",
    ),
    mutant("only_the_first_load_is_backfill", "backfill=at < loaded", "backfill=True"),
    mutant("only_the_first_load_is_backfill", "backfill=at < loaded", "backfill=False"),
    mutant("every_change_after_is_brought", "if one[0] > at)", "if one[0] > at + 1)"),
    mutant("many_changes_at_one_instant_all_come", "more=len(due) > PAGE", "more=PAGE < len(due) < 230"),
    mutant(
        "the_same_cursor_loses_nothing",
        AT,
        f"{AT}\n            at = max(at, vars(self).get('given', 0))",
        "return Page(",
        "self.given = after\n            return Page(",
    ),
    mutant(
        "a_new_process_goes_on_from_the_cursor",
        AT,
        f"{AT}\n            at = vars(self).get('at', 0)",
        "return Page(",
        "self.at = after\n            return Page(",
    ),
    mutant("nothing_new_costs_one_request", AT, f"{AT}\n            self._read()"),
    mutant("nothing_new_costs_one_request", "more=len(due) > PAGE", "more=True"),
    mutant(
        "pages_say_up_to_when_they_are_whole",
        "as_of=self.crm.clock(),\n                backfill",
        "as_of=self.crm.clock() + _SOON,\n                backfill",
    ),
    mutant(
        "what_was_deleted_is_told", "gone=tuple(ref for _, ref in page if", "gone=tuple(ref for _, ref in page[:0] if"
    ),
    mutant("a_merge_is_told_by_who_lives_on", "parents, row.merged, related", "parents, (), related"),
    mutant("a_record_that_became_another_is_told_by_that_one", "parents, row.merged, related", "parents, (), related"),
    mutant(
        "a_record_that_became_another_is_told_by_that_one",
        "moved={ref: one for ref, one in shown.items() if one.ref != ref}",
        "moved={}",
    ),
    mutant("a_page_that_rests_has_more_to_come", "backfill=at < loaded,", "backfill=at < loaded, rest=timedelta(1),"),
    mutant(
        "a_pull_that_fails_loses_nothing",
        "        self._read()\n        name = next",
        "        if self.crm.arrives():\n            return Page((), (), '99 99', False, self.crm.clock())\n"
        "        name = next",
    ),
    mutant(
        "a_strong_read_sees_a_change_at_once",
        "shown = {ref: self._record(self.crm.rows[at], also)",
        "shown = {ref: self._record(replace(self.crm.rows[at], values={}), also)",
    ),
    mutant("every_ref_gets_one_answer", "if one.ref == ref},\n            gone", "},\n            gone"),
    mutant("every_ref_gets_one_answer", "if ref not in shown)", "if ref in shown)"),
    mutant("every_ref_gets_one_answer", "while ref in self.crm.moved", "while not ref"),
    mutant(
        "many_rows_take_few_requests",
        "lives = {ref: self._lives(ref)",
        "lives = {ref: self._read() or self._lives(ref)",
    ),
    mutant("open_deals_are_counted_on_request", "if OPEN_DEALS in also else {}", ""),
    mutant(
        "open_deals_are_counted_on_request",
        "{OPEN_DEALS: row.open_deals} if OPEN_DEALS in also",
        "{OPEN_DEALS: 1} if OPEN_DEALS in also",
    ),
    mutant(
        "open_deals_are_counted_on_request",
        "if OPEN_DEALS in also else",
        "if OPEN_DEALS in also and row.open_deals else",
    ),
    mutant(
        "threads_get_their_own_answers",
        "        self._read()\n        with self.crm.lock:\n            lives",
        "        self.refs = refs\n        self._read()\n        import time\n        time.sleep(0.001)\n"
        "        refs = self.refs\n        with self.crm.lock:\n            lives",
    ),
    mutant("a_stage_is_set", "self.crm.change(command.ref, **values)", "pass"),
    mutant("a_stage_is_set", "return Done(command.ref.id)\n\n", "return Done('')\n\n"),
    mutant(
        "a_stage_that_was_not_taken_is_not_done",
        'return Rejected(f"{command.field} stays',
        'return Done(command.ref.id)\n                return Rejected(f"{command.field} stays',
    ),
    mutant("a_recycle_moves_back", "and not command.recycle", ""),
    mutant(
        "fields_are_set_and_cleared",
        "self.crm.change(command.ref, **values)",
        "self.crm.change(command.ref, **{k: v for k, v in values.items() if v})",
    ),
    mutant("a_task_is_made_once", "return Done(self.crm.tasks[command.key][0])\n", "return Done(command.ref.id)\n"),
    mutant("a_task_is_made_once", TASK, f"pass\n        self.crm.tasks[command.key + '2'] = self.{TASK[5:]}"),
    mutant(
        "a_task_that_is_there_is_done",
        "if command.key in self.crm.tasks:",
        "command = replace(command, key=f'{command.key}{len(self.crm.tasks)}')\n"
        "        if command.key in self.crm.tasks:",
    ),
    mutant(
        "outcomes_come_in_order",
        "return tuple(self._perform(one) for one in commands)",
        "return tuple(self._perform(one) for one in reversed(commands))",
    ),
    mutant(
        "outcomes_come_in_order",
        "return tuple(self._perform(one) for one in commands)",
        "return tuple(self._perform(one) for one in commands)[:99]",
    ),
    mutant(
        "one_bad_row_holds_up_nobody",
        "return tuple(self._perform(one) for one in commands)",
        "all_of_them = tuple(self._perform(one) for one in commands)\n"
        "            return next((tuple([bad] * len(commands)) for bad in all_of_them if isinstance(bad, "
        "Rejected)), all_of_them)",
    ),
    mutant("one_bad_row_holds_up_nobody", "{command.value} is no option of {command.field}", "bad request"),
    mutant(
        "a_record_that_is_gone_is_refused",
        'return Rejected(f"there is no {command.ref.object} {command.ref.id}", "r-404")\n        values',
        "return Done(command.ref.id)\n        values",
    ),
    mutant("a_record_that_is_gone_is_refused", "if self._lives(command.ref) not in self.crm.rows:", "if False:"),
    mutant("without_a_permit_nothing_leaves", "if not permit():", "if permit() is None:"),
    mutant(
        "without_a_permit_nothing_leaves",
        'return tuple(Retry("not sent',
        "return tuple(Unknown('') for _ in commands)\n            return tuple(Retry(\"not sent",
    ),
    mutant("each_request_asks_for_its_permit", "if not permit():", "if not permit() and not permit():"),
    mutant(
        "no_connection_is_no_attempt",
        'raise AdapterDown("no connection", "network", _SOON)',
        'return tuple(Retry("down", _SOON) for _ in commands)',
    ),
    mutant(
        "no_connection_is_no_attempt",
        'raise AdapterDown("no connection", "network", _SOON)',
        "[self._perform(one) for one in commands]\n"
        '                    raise AdapterDown("no connection", "network", _SOON)',
    ),
    mutant(
        "refused_credentials_stop_the_system",
        'raise AdapterDown("credentials refused", "credentials")\n                case',
        'raise AdapterDown("credentials refused", "network", _SOON)\n                case',
    ),
    mutant("busy_is_to_be_tried_again", 'Retry("busy", _SOON)', 'Rejected("busy")'),
    mutant("busy_is_to_be_tried_again", 'Retry("busy", _SOON)', 'Retry("busy", timedelta())'),
    mutant(
        "a_lost_answer_is_unknown",
        'case Trouble.LOST_UNPERFORMED:\n                    return tuple(Unknown("no answer")',
        'case Trouble.LOST_UNPERFORMED:\n                    return tuple(Retry("no answer", _SOON)',
    ),
    mutant(
        "a_lost_answer_is_unknown",
        "for one in commands:\n                        self._perform(one)\n",
        "for one in commands:\n                        self._perform(one)\n"
        "                        self._perform(replace(one, key=one.key + '2'))\n",
    ),
    mutant("a_probe_finds_what_was_performed", FOUND, "return Absent(self.crm.clock())"),
    mutant("a_probe_finds_what_was_performed", "return Found(row.ref.id)", "pass"),
    mutant("a_probe_says_absent_where_nothing_is", FOUND, "return Found(held[0] if held else 't0')"),
    mutant("a_probe_says_absent_where_nothing_is", "if row is not None and all(", "if row is not None or all("),
    mutant(
        "a_probe_follows_a_merge",
        FOUND,
        "return Found(held[0]) if held and held[1].ref == command.ref else Absent(self.crm.clock())",
    ),
    mutant(
        "a_probe_writes_nothing",
        "return tuple(self._probed(one) for one in commands)",
        "[self._perform(one) for one in commands]\n            return tuple(self._probed(one) for one in commands)",
    ),
    mutant(
        "a_probe_that_cannot_read_is_down",
        "        self._read()\n        with self.crm.lock:\n            return tuple(self._probed",
        "        if self.crm.arrives():\n"
        "            return tuple(Absent(self.crm.clock()) for _ in commands)\n        with self.crm.lock:\n"
        "            return tuple(self._probed",
    ),
    mutant("the_schema_tells_what_there_is", "for one in STAGES)", "for one in reversed(STAGES))"),
    mutant("the_schema_tells_what_there_is", "active=False", "active=True"),
    mutant("the_schema_tells_what_there_is", 'portal="memory"', 'portal=""'),
    mutant(
        "credentials_are_checked_by_describe", READ, "trouble = self.crm.arrives()\n        if trouble is Trouble.BUSY"
    ),
    mutant("a_dry_preparation_makes_nothing", DRY, "if True:\n                self.crm.known"),
    mutant("a_preparation_makes_each_field_once", DRY, "if dry:\n                self.crm.known"),
    mutant(
        "a_preparation_makes_each_field_once",
        "if name not in self.crm.known]\n            if not",
        "]\n            if not",
    ),
    mutant(
        "no_secret_is_shown",
        'raise AdapterDown("credentials refused", "credentials")\n                case',
        f'raise AdapterDown("credentials refused: {MemorySubject.secret}", "credentials")\n                case',
    ),
    mutant(
        "no_secret_is_shown",
        "self._wanted = wanted",
        f"self._wanted = wanted\n        self.token = '{MemorySubject.secret}'",
    ),
)


def text_of(each: Mutant) -> str:
    """Return the source with the mutant's pieces made wrong, in the adapter only."""
    head, text = SOURCE[:ADAPTER], SOURCE[ADAPTER:]
    for right, wrong in each.wrong:
        assert right in text, f"the adapter no longer says {right!r}"
        text = text.replace(right, wrong)
    return head + text


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> Iterator[type[MemoryAdapter]]:
    """Give the adapter's class as the mutant has it."""
    made = ModuleType(NAME)
    sys.modules[NAME] = made
    exec(compile(text_of(request.param), NAME, "exec"), vars(made))  # noqa: S102 - our own source, one piece changed
    yield cast("type[MemoryAdapter]", made.MemoryAdapter)
    del sys.modules[NAME]


def called(each: Mutant) -> str:
    """Return how a mutant is called in the list of tests."""
    return f"{each.killed_by}: {each.wrong[0][1][:40]}"


@pytest.mark.parametrize(
    ("broken", "each"), [(one, one) for one in MUTANTS], indirect=["broken"], ids=map(called, MUTANTS)
)
def test_a_mutant_is_killed(broken: type[MemoryAdapter], each: Mutant) -> None:
    """The clause that states the promise fails when the promise is broken."""
    with pytest.raises(AssertionError):
        CLAUSES[each.killed_by](MemorySubject(broken))


def test_every_clause_kills_a_mutant() -> None:
    """No clause is one that cannot fail."""
    assert {one.killed_by for one in MUTANTS} == CLAUSES.keys()
