"""The clauses can fail: mapping broken on purpose, one mutant at a time, is caught by the clause of that rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import connector.mapping

from tests.mapping import clauses
from tests.mapping.clauses import Clause, Subject

FOLDER = Path(connector.mapping.__path__[0])
SHARED = ("spec", "vocabulary")
"""Nouns that tests and mutants must have in common."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line of one module made wrong, and the clause that must notice."""

    module: str
    right: str
    wrong: str
    killed_by: Clause


MUTANTS = (
    Mutant(
        "counters",
        "return value if counts_first and not",
        "return 1 if counts_first and not",
        clauses.a_first_value_counts_whole,
    ),
    Mutant("counters", 'mapping.first_value != "baseline"', "True", clauses.a_first_value_may_be_the_baseline),
    Mutant("counters", "value - int(before[0])", "value", clauses.only_growth_counts),
    Mutant("counters", "if growth > 0 and", "if growth != 0 and", clauses.a_fall_is_a_new_baseline),
    Mutant("counters", "            ordinal += 1\n", "", clauses.no_two_growths_share_a_key),
    Mutant("counters", "0 if look.merged else value", "value", clauses.a_merge_is_a_new_baseline),
    Mutant("counters", "counts_first and not look.inherited", "counts_first", clauses.a_merge_is_a_new_baseline),
    Mutant(
        "counters", "and not look.inherited", "and not look.merged", clauses.a_merge_from_before_our_time_is_no_news
    ),
    Mutant("engagements", "return merged != known", "return True", clauses.a_merge_is_a_new_baseline),
    Mutant("counters", "if not known and (", "if (", clauses.a_stamp_taken_over_by_a_merge_is_no_news),
    Mutant(
        "engagements",
        "record.modified_at < seen_at",
        "record.modified_at > seen_at",
        clauses.an_old_copy_moves_no_counter,
    ),
    Mutant(
        "counters",
        "if value is None or look.stale",
        "value = value or 0\n        if look.stale",
        clauses.an_emptied_counter_keeps_its_mark,
    ),
    Mutant("counters", "word = value.isoformat()", "word = str(get(record.raw))", clauses.each_new_stamp_is_one),
    Mutant(
        "happenings",
        "return at if at <= look.now else",
        "return at if True else",
        clauses.nothing_happens_in_the_future,
    ),
    Mutant("happenings", "< span", "<= span", clauses.once_per_counts_once),
    Mutant("rows", "words.done_at if of_rep else words.at", "words.done_at", clauses.a_booking_is_dated_by_the_booking),
    Mutant("rows", "is wanted", "is True", clauses.a_meeting_a_rep_set_up_is_the_reps),
    Mutant("rows", "tally.withdrawn.append(key)", "pass", clauses.a_cancelled_meeting_takes_the_booking_back),
    Mutant("rows", "if became in words.pending or", "if", clauses.mails_tell_who_wrote_them),
    Mutant("rows", "mapping.type, again)", "mapping.type)", clauses.joining_again_is_another_joining),
    Mutant(
        "fields",
        "problems.append(f'{place(record.ref)}: field",
        "str(f'{place(record.ref)}: field",
        clauses.one_bad_field_holds_the_row_back,
    ),
    Mutant("engagements", "if tally.problems:", "if False:", clauses.one_bad_field_holds_the_row_back),
    Mutant(
        "stage",
        "Seen(raw or None, known.get(raw)",
        "Seen(raw if raw in known else None, known.get(raw)",
        clauses.stages_are_known_empty_or_unmapped,
    ),
    Mutant("stage", "return values[0]", "return values[-1]", clauses.the_first_value_of_a_stage_is_written),
    Mutant("digest", "{values!r}", "{values!r}{reading.written!r}", clauses.an_echo_changes_no_digest),
    Mutant("digest", "{reading.raw_stage!r}{stage}", "", clauses.an_echo_changes_no_digest),
    Mutant("identity", "and not one.seats & other.seats", "", clauses.two_contacts_of_one_crm_stay_two),
    Mutant(
        "identity",
        "group = table.find(claim.ref)\n    freed",
        "group = table.find(claim.email)\n    freed",
        clauses.a_changed_address_keeps_the_person,
    ),
    Mutant("identity", "table.join(group, other)", "group", clauses.a_merged_row_brings_its_people_together),
    Mutant(
        "write", "math.floor(points + _ROUNDED_TO)", "round(points)", clauses.points_are_written_whole_and_rounded_down
    ),
    Mutant("write", "points + _ROUNDED_TO", "points", clauses.points_are_written_whole_and_rounded_down),
)


@pytest.fixture(name="broken")
def broken_package(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Subject]:
    """Copy the package with one line made wrong, importable for one test."""
    mutant: Mutant = request.param
    name = f"mutant_{MUTANTS.index(mutant)}"
    folder = tmp_path / name
    folder.mkdir()
    for path in FOLDER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.stem == mutant.module:
            assert mutant.right in text, f"{mutant.module} no longer says {mutant.right!r}"
            text = text.replace(mutant.right, mutant.wrong)
        for other in FOLDER.glob("*.py"):
            if other.stem not in SHARED:
                text = text.replace(f"from connector.mapping.{other.stem} ", f"from {name}.{other.stem} ")
        (folder / path.name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield Subject(name)
    for loaded in [one for one in sys.modules if one.partition(".")[0] == name]:
        del sys.modules[loaded]


@pytest.mark.parametrize(
    ("broken", "mutant"),
    [(one, one) for one in MUTANTS],
    indirect=["broken"],
    ids=[f"{one.module}-{one.killed_by.__name__}" for one in MUTANTS],
)
def test_a_mutant_is_killed(broken: Subject, mutant: Mutant) -> None:
    """The clause that names the rule fails when the rule is broken."""
    with pytest.raises(AssertionError):
        mutant.killed_by(broken)


def test_every_mutant_leaves_the_code_readable() -> None:
    """A mutant is a wrong rule, not a broken file: it fails by a clause, never by a syntax error."""
    for mutant in MUTANTS:
        text = (FOLDER / f"{mutant.module}.py").read_text(encoding="utf-8")
        compile(text.replace(mutant.right, mutant.wrong), mutant.module, "exec")
