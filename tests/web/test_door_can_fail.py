"""The door broken line by line: each break is noticed by its own test."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

_R: Final = "tests.web.test_receiver:"
_H: Final = "tests.web.test_health:"
MUTANTS: Final = (
    Mutant(
        "connector.web.committer",
        "answers = tx.accept([delivery for delivery, _ in group])",
        "answers = tuple(Acceptance.NEW for _ in group)",
        f"{_R}test_an_event_is_stored_before_it_is_answered",
    ),
    Mutant(
        "connector.web.committer",
        "if len(self._waiting) >= self._room or self._ending:",
        "if False:",
        f"{_R}test_a_queue_that_is_full_asks_to_come_again",
    ),
    Mutant(
        "connector.web.committer",
        "loop.call_soon_threadsafe(_refuse, group, Closed(str(error)))",
        "loop.call_soon_threadsafe(_answer, group, [Acceptance.NEW] * len(group))",
        f"{_R}test_a_store_that_cannot_be_written_is_never_answered_well",
    ),
    Mutant(
        "connector.web.committer",
        "        if Acceptance.NEW in answers:\n            self._wake()\n",
        "",
        f"{_R}test_an_event_is_stored_before_it_is_answered",
    ),
    Mutant(
        "connector.web.committer",
        "range(min(len(self._waiting), MOST_AT_ONCE))",
        "range(1)",
        f"{_R}test_many_at_once_share_their_commits",
    ),
    Mutant(
        "connector.web.receiver",
        "if isinstance(verdict, Forged):",
        "if False:",
        f"{_R}test_a_wrong_signature_learns_nothing",
    ),
    Mutant(
        "connector.web.receiver",
        'raise Refusal(401, "not accepted", Result.FORGED)',
        "raise Refusal(401, verdict.reason, Result.FORGED)",
        f"{_R}test_a_wrong_signature_learns_nothing",
    ),
    Mutant(
        "connector.web.receiver",
        "            self._forgeries.wait(source, time.monotonic())\n",
        "",
        f"{_R}test_who_keeps_guessing_is_sent_away",
    ),
    Mutant(
        "connector.web.receiver",
        "self._rate.wait(source, time.monotonic()) or ",
        "",
        f"{_R}test_one_address_gets_its_share",
    ),
    Mutant(
        "connector.web.receiver",
        "if too_much(body, self._settings.bounds):",
        "if False:",
        f"{_R}test_a_body_that_is_too_deep_or_has_too_many_keys_is_refused",
    ),
    Mutant(
        "connector.web.receiver",
        "if size > largest:",
        "if size > 4 * largest:",
        f"{_R}test_a_body_beyond_the_limit_is_refused_however_it_comes",
    ),
    Mutant(
        "connector.web.receiver",
        "if declared.isdecimal() and int(declared) > largest:",
        "if False:",
        f"{_R}test_a_body_beyond_the_limit_is_refused_however_it_comes",
    ),
    Mutant(
        "connector.web.receiver",
        "if not incoming.asked_for(body, content_type, headers):",
        "if False:",
        f"{_R}test_what_nobody_asks_for_is_not_stored",
    ),
    Mutant(
        "connector.web.receiver",
        "if 0 < len(id_) <= _LONGEST_ID else",
        "if id_ else",
        f"{_R}test_without_an_id_the_body_is_the_id",
    ),
    Mutant(
        "connector.web.receiver",
        "digest = hashlib.sha256(posted.body).hexdigest()",
        'digest = "always the same"',
        f"{_R}test_a_repeated_event_has_no_effect",
    ),
    Mutant(
        "connector.web.receiver",
        'self._office.note("webhook_conflict", facts)',
        "pass",
        f"{_R}test_a_repeated_event_has_no_effect",
    ),
    Mutant(
        "connector.web.receiver",
        'if headers.get("content-encoding", "identity").lower() != "identity":',
        "if False:",
        f"{_R}test_a_compressed_body_is_refused",
    ),
    Mutant(
        "connector.web.receiver",
        'if message["type"] == "http.disconnect":',
        "if False:",
        f"{_R}test_a_body_that_breaks_off_stores_nothing",
    ),
    Mutant("connector.web.receiver", "> MOST_HEADERS:", "> 9 * MOST_HEADERS:", f"{_R}test_headers_have_a_limit"),
    Mutant("connector.web.receiver", 'if scope["method"] != "POST":', "if False:", f"{_R}test_only_post_is_taken"),
    Mutant(
        "connector.web.bodies",
        "depth > bounds.deepest",
        "depth > 99",
        f"{_R}test_a_body_that_is_too_deep_or_has_too_many_keys_is_refused",
    ),
    Mutant(
        "connector.web.bodies",
        """rb'"(?:[^"\\\\]|\\\\.)*+"?|[{}\\[\\]:]'""",
        "rb'[{}\\[\\]:]'",
        f"{_R}test_a_body_that_is_too_deep_or_has_too_many_keys_is_refused",
    ),
    Mutant(
        "connector.web.app",
        "if not self._may(scope):",
        "if False:",
        f"{_H}test_figures_are_for_who_has_the_token",
    ),
    Mutant("connector.web.app", "200 if state.well else 503", "200", f"{_H}test_health_and_readiness_answer_everybody"),
    Mutant(
        "connector.web.server",
        "server_header=False",
        "server_header=True",
        f"{_R}test_a_wrong_signature_learns_nothing",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """No mutant passes its test."""
    assert surviving(MUTANTS) == []
