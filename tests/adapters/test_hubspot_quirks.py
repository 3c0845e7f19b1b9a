"""What HubSpot does differently from what one expects: each oddity with its test, or why there is none."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from connector.adapters import hubspot

FOLDER: Final = Path(__file__).parent
WIRE, CHANGES, READING = "test_hubspot_wire", "test_hubspot_changes", "test_hubspot_reading"
WRITING, TASKS, DESCRIBING, LIMITS = (
    "test_hubspot_writing",
    "test_hubspot_tasks",
    "test_hubspot_describing",
    "test_hubspot_limits",
)

HELD: Final[tuple[tuple[str, str, str], ...]] = (
    ("paths carry a date-based version", WIRE, "test_a_request_is_ours"),
    ("a service key is a bearer token that must show nowhere", WIRE, "test_the_token_stands_in_no_error"),
    ("search lags behind the store", CHANGES, "test_nothing_is_lost_while_people_go_on_working"),
    (
        "search shows fresh rows in stale places",
        CHANGES,
        "test_a_row_that_shows_a_later_instant_than_its_place_moves_nothing_forward",
    ),
    ("search drops archived rows and pages on", CHANGES, "test_a_page_whose_rows_were_all_archived_is_skipped"),
    ("search ends at 10,000 hits", CHANGES, "test_more_than_10_000_hits_are_read_through"),
    ("an import stamps thousands of rows alike", CHANGES, "test_25_000_rows_of_one_instant_are_read_through"),
    ("search is no proof of absence", WRITING, "test_no_search_is_ever_proof"),
    ("the index may take minutes", CHANGES, "test_once_an_hour_the_last_quarter_is_read_again"),
    ("rows change by themselves after they are made", CHANGES, "test_rows_given_already_do_not_come_again"),
    (
        "contacts and the rest date changes by different properties",
        CHANGES,
        "test_companies_are_searched_by_their_own_instant",
    ),
    (
        "list pages are in order of id, and ids are not chronological",
        CHANGES,
        "test_a_contact_made_behind_the_list_is_not_missed",
    ),
    ("URLs and search bodies have a longest length", CHANGES, "test_many_properties_are_read_in_batches"),
    (
        "search answers have no interval headers and limits of their own",
        LIMITS,
        "test_searching_keeps_the_accounts_limit",
    ),
    (
        "stages only move forward, and a backward write is answered with 200",
        WRITING,
        "test_a_backward_stage_is_refused_in_plain_words",
    ),
    (
        "moving back takes clearing and setting in two requests",
        WRITING,
        "test_a_recycle_clears_and_sets_in_two_requests",
    ),
    ("stages may be numbers, renamed, reordered", DESCRIBING, "test_stages_come_in_the_portals_own_order"),
    ("no idempotency key, so tasks carry one", TASKS, "test_a_task_of_another_process_is_adopted"),
    (
        "unique task properties are proven nowhere",
        DESCRIBING,
        "test_where_unique_values_are_refused_a_plain_key_is_made",
    ),
    (
        "a portal that was not prepared has no key property",
        TASKS,
        "test_without_the_property_the_key_stands_in_the_body",
    ),
    ("upsert takes no associations, create does", TASKS, "test_a_task_is_written_whole_in_one_request"),
    ("a deleted task lies in the recycle bin", TASKS, "test_a_task_that_a_rep_deleted_is_not_made_again"),
    ("batch create is all or nothing without trace ids", TASKS, "test_a_task_on_a_missing_record_is_refused_alone"),
    ("207 is a success, results are in no order", WRITING, "test_rows_of_a_207_are_matched_by_trace_id_in_any_order"),
    ("a batch update may be refused as a whole", WRITING, "test_a_poisoned_row_costs_the_others_three_rounds"),
    ("unknown properties are refused by name", WRITING, "test_a_property_that_does_not_exist_refuses_who_writes_it"),
    ("portals have validation rules of their own", WRITING, "test_the_portals_own_rule_is_shown_and_not_tried_again"),
    ("answers to updates do not show what was taken", WRITING, "test_a_stage_that_cannot_be_read_back_is_unknown"),
    (
        "batches pass over merged-away ids without a word",
        WRITING,
        "test_a_merged_away_record_is_unknown_and_found_by_the_probe",
    ),
    ("a merge makes a new id, both old ones lead to it", READING, "test_a_merged_away_id_leads_to_the_new_record"),
    ("who was merged stands in one of two properties", READING, "test_both_spellings_of_who_was_merged_are_read"),
    ("404 may be deleted, erased or unseen", READING, "test_archived_erased_and_unknown_records_are_gone"),
    ("archived rows are listed apart", READING, "test_the_recycle_bin_is_read_once_and_then_for_what_is_new"),
    ("association targets are numbers or text, and paged", READING, "test_ids_of_associations_may_be_numbers"),
    ("records without associations are errors of a 207", READING, "test_an_activity_without_contact_has_no_parent"),
    ("instants have or lack a fraction, or are milliseconds", READING, "test_instants_are_read_in_every_form"),
    (
        "values come back in HubSpot's own form, cleared ones as null",
        WRITING,
        "test_a_value_counts_as_written_in_hubspots_own_form",
    ),
    ("rows may lack what they should have", READING, "test_rows_that_are_no_rows_are_passed_over"),
    ("the widget says nothing about the type", DESCRIBING, "test_the_type_decides_and_not_the_widget"),
    ("owners have two ids, and some are archived or queues", DESCRIBING, "test_owners_are_all_of_them"),
    (
        "scopes are named by the refusal, any one would do",
        DESCRIBING,
        "test_missing_scopes_are_named_and_the_rest_is_described",
    ),
    ("the day's usage is told to private apps only", DESCRIBING, "test_the_usage_is_no_condition"),
    ("three bodies of 429, none with Retry-After", WIRE, "test_a_write_that_met_a_limit_goes_again"),
    ("423 and 477 mean later", WIRE, "test_a_write_that_met_a_lock_goes_again"),
    ("5xx and 52x leave a write unknown", WIRE, "test_a_read_is_tried_three_times_and_a_write_once"),
    ("rate headers are spelled in two ways", WIRE, "test_the_meter_hears_every_answer"),
    ("errors may lack every field", WIRE, "test_a_write_that_met_a_lock_goes_again"),
    ("the client decodes every refusal as UTF-8", WIRE, "test_a_refusal_that_is_no_utf8_is_still_a_refusal"),
    ("the client follows redirects and retries unless told", WIRE, "test_what_no_table_knows_is_unknown"),
    ("priority NONE is shown but perhaps not taken", TASKS, "test_types_and_priorities_are_hubspots"),
    ("list tokens may shift when members leave", READING, "test_a_list_that_lost_members_loses_no_joiner"),
)
"""The oddity, and the test that holds it."""

ABSENT: Final[tuple[str, ...]] = (
    "OAuth refresh",
    "propertiesWithHistory",
    "event occurrences",
    "form submissions",
    "legacy e-mail events",
    "exports",
    "consent by subscription type",
    "calculated properties",
    "the burst limit of associations",
    "creating contacts",
    "epoch seconds",
    "association of a task with a company that is gone",
)
"""What the adapter's docstring gives a reason for not doing."""


@pytest.mark.parametrize(("quirk", "module", "name"), HELD, ids=[one[0] for one in HELD])
def test_each_oddity_is_held_by_a_test(quirk: str, module: str, name: str) -> None:
    """The test that is named is there."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, quirk


@pytest.mark.parametrize("what", ABSENT)
def test_what_is_not_done_says_why(what: str) -> None:
    """The docstring of the adapter names it."""
    assert what in " ".join((hubspot.__doc__ or "").split())
