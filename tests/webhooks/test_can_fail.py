"""What payloads come to, broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

PAYLOADS: Final = "tests/webhooks/test_payloads.py::test_"
ARRIVALS: Final = "tests/webhooks/test_arrivals.py::test_"
MUTANTS: Final = (
    Mutant(
        "connector.mapping.told",
        "(at, _rank(value)) > (told[0]",
        "(at, _rank(value)) < (told[0]",
        f"{ARRIVALS}id_and_address_lead_to_one_person_in_any_order",
    ),
    Mutant(
        "connector.mapping.told",
        "            values.pop(name, None)\n",
        "",
        f"{ARRIVALS}it_makes_no_difference_how_many_are_taken_at_once[500]",
    ),
    Mutant(
        "connector.mapping.rows",
        "if mapping.withdraws:",
        "if False:",
        f"{PAYLOADS}a_cancellation_takes_back_the_booking_of_its_id",
    ),
    Mutant(
        "connector.mapping.rows",
        "        if name is not None:\n",
        "        if False:\n",
        f"{PAYLOADS}another_id_is_another_booking_and_the_same_id_is_the_same",
    ),
    Mutant(
        "connector.mapping.senders",
        "if raw is MISSING or",
        "if",
        f"{PAYLOADS}absence_says_nothing_null_empties_and_a_blank_form_field_says_nothing",
    ),
    Mutant(
        "connector.mapping.senders",
        "        elif raw is None:\n",
        "        else:\n",
        f"{PAYLOADS}absence_says_nothing_null_empties_and_a_blank_form_field_says_nothing",
    ),
    Mutant(
        "connector.mapping.senders",
        "{**raw, ADDRESS: named.email}",
        "{**raw}",
        f"{PAYLOADS}an_id_and_an_address_are_two_rows_of_one_person",
    ),
    Mutant(
        "connector.mapping.payloads",
        "if not key.startswith(_OURS)}\n        sent",
        "}\n        sent",
        f"{PAYLOADS}what_a_sender_writes_under_our_own_keys_is_not_heard",
    ),
    Mutant(
        "connector.mapping.payloads",
        "or received, received)",
        "or received, at or received)",
        f"{PAYLOADS}an_instant_is_read_in_each_form_and_lies_never_ahead",
    ),
    Mutant(
        "connector.mapping.payloads",
        "event.identity or f",
        "f",
        f"{PAYLOADS}a_cloud_event_is_the_same_in_each_of_its_modes",
    ),
    Mutant(
        "connector.mapping.identity",
        "if ref.object != PERSON",
        "",
        f"{ARRIVALS}id_and_address_lead_to_one_person_in_any_order",
    ),
    Mutant(
        "connector.ingest",
        "batch.rows.get(record.ref, known.get(record.ref))",
        "known.get(record.ref)",
        f"{ARRIVALS}it_makes_no_difference_how_many_are_taken_at_once[500]",
    ),
    Mutant(
        "connector.arrivals",
        "batch.later |= {id_ for id_, hints in hinting.items() if hints}\n\n",
        "pass\n\n",
        f"{ARRIVALS}hints_wait_for_a_crm_that_is_away",
    ),
    Mutant(
        "connector.arrivals",
        "gone.update(dict.fromkeys(read.forget))",
        "pass",
        f"{ARRIVALS}who_is_to_be_forgotten_is_gone",
    ),
    Mutant(
        "connector.arrivals",
        "tx.replay_deliveries(aside)",
        "pass",
        f"{ARRIVALS}what_cannot_be_read_is_put_aside_and_mended_by_another_mapping",
    ),
    Mutant(
        "connector.arrivals",
        "now - REMEMBERED, now",
        "now - KEPT_ASIDE, now",
        f"{ARRIVALS}what_was_taken_is_remembered_and_then_forgotten",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """By the fact that it breaks."""
    assert surviving(MUTANTS) == []
