"""What is made of HubSpot's notifications, broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

_N: Final = "connector.adapters.hubspot.notifications"
_T: Final = "tests/adapters/test_hubspot_notifications.py::test_"
MUTANTS: Final = (
    Mutant(
        _N,
        'if self._portal is not None and str(event.get("portalId", self._portal)) != self._portal:',
        "if False:",
        f"{_T}another_portal_is_answered_and_leaves_nothing",
    ),
    Mutant(
        _N,
        'event.get("portalId", self._portal)',
        'event.get("portalId")',
        f"{_T}of_every_portal_is_heard_where_none_is_named",
    ),
    Mutant(_N, '"deletion", "restore"', '"deletion"', f"{_T}a_change_is_a_hint_in_both_spellings[restore-contact]"),
    Mutant(_N, '"0-1": CONTACT', '"0-9": CONTACT', f"{_T}a_change_is_a_hint_in_both_spellings[creation-object]"),
    Mutant(_N, "ref not in forget", "True", f"{_T}who_is_to_be_forgotten_is_no_hint[contact]"),
    Mutant(
        _N,
        "(forget if _erases(event) else hints)[named] = None",
        "hints[named] = None",
        f"{_T}a_privacy_deletion_ends_it_though_the_row_could_still_be_read[object]",
    ),
    Mutant(
        _N,
        '("newObjectId", "primaryObjectId", "mergedObjectIds")',
        '("newObjectId", "primaryObjectId")',
        f"{_T}all_rows_of_a_merge_are_read[contact]",
    ),
    Mutant(
        _N,
        "named = named or [(name, _MERGED[0], None)]",
        "pass",
        f"{_T}all_rows_of_a_merge_are_read[contact]",
    ),
    Mutant(
        _N,
        "return [*ends, (far,",
        "return ends or [*ends, (far,",
        f"{_T}both_ends_of_an_association_are_read_where_they_are_ours",
    ),
    Mutant(_N, "if object_ in self._objects:", "if True:", f"{_T}what_is_none_of_ours_is_not_asked_for"),
    Mutant(
        _N,
        'problems.append(f"event {place}: {named}")',
        "pass",
        f"{_T}an_event_without_an_id_is_seen_in_the_quarantine",
    ),
    Mutant(
        _N,
        "return events is None or any",
        "return events is not None and any",
        f"{_T}a_body_that_is_no_list_of_events_is_put_aside",
    ),
    Mutant(_N, "text.isascii() and ", "", f"{_T}an_event_that_names_no_row_is_put_aside"),
    Mutant(_N, " and len(text) <= _LONGEST", "", f"{_T}an_event_that_names_no_row_is_put_aside"),
    Mutant(_N, "problems[:_MOST_SAID]", "problems", f"{_T}a_hundred_events_are_as_many_hints_as_there_are_rows"),
    Mutant(
        _N,
        "reason = self._scheme.refusal(request)",
        'reason = ""',
        f"{_T}only_who_has_a_secret_and_calls_the_public_address_now_is_believed",
    ),
    Mutant(
        "connector.adapters.hubspot",
        "[one.reveal() for one in told.webhook_secret]",
        "[told.webhook_secret[0].reveal()]",
        f"{_T}the_same_body_again_has_no_effect_however_often_it_is_signed_anew",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """By the fact that it breaks."""
    assert surviving(MUTANTS) == []
