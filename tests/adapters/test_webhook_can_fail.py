"""The tests of posted webhooks can fail: each line that keeps a promise, broken on purpose, is noticed."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

_ANSWERS: Final = "tests/adapters/test_webhook_answers.py::test_"
_HOME: Final = "tests/adapters/test_webhook_home.py::test_"
_GUARD: Final = "tests/adapters/test_webhook_guard.py::test_"
_NOTHING: Final = f"{_GUARD}nothing_is_connected_to"
_ISATAP: Final = "https://[2a00:1450::5efe:a00:1]/hook"
_TEMPLATES: Final = "tests/adapters/test_webhook_templates.py::test_"
_SUITE: Final = "tests/adapters/test_suite.py::test_the_port_is_kept[webhook-"
_ADAPTER: Final = "connector.adapters.webhook.adapter"
_POSTING: Final = "connector.adapters.webhook.posting"
_PLACES: Final = "connector.adapters.webhook.addresses"
_TEXTS: Final = "connector.adapters.webhook.templates"

SENDING: Final = (
    Mutant(
        _ADAPTER,
        "signed = headers(command.key, body",
        "signed = headers(f'{command.key}{self._clock()}', body",
        f"{_ANSWERS}each_attempt_is_signed_anew_under_the_same_id",
    ),
    Mutant(_ADAPTER, "data=body,", 'data=body + b" ",', f"{_SUITE}a_stage_is_set]"),
    Mutant(_ADAPTER, "allow_redirects=False", "allow_redirects=True", f"{_ANSWERS}a_redirect_is_not_followed"),
    Mutant(_ADAPTER, "if status == GONE:", "if status == 0:", f"{_ANSWERS}410_ends_it"),
    Mutant(_ADAPTER, "        if self._ended:", "        if not command:", f"{_ANSWERS}410_ends_it"),
    Mutant(
        _ADAPTER,
        'raise AdapterDown(reason, "credentials")',
        "return Retry(reason, _AWAY)",
        f"{_SUITE}refused_credentials_stop_the_system]",
    ),
    Mutant(
        _ADAPTER,
        "TOO_MANY if status in SLOWER else status",
        "status",
        f"{_ANSWERS}a_receiver_that_asks_for_less_gets_less",
    ),
    Mutant(
        _ADAPTER,
        "TOO_MANY if status in SLOWER else status",
        "TOO_MANY",
        f"{_ANSWERS}another_failure_slows_nothing_down",
    ),
    Mutant(
        _ADAPTER,
        "after or timedelta(seconds=1)",
        "timedelta(seconds=1)",
        f"{_ANSWERS}a_receiver_that_asks_for_less_gets_less",
    ),
    Mutant(_ADAPTER, "if status in _OK:", "if status == 200:", f"{_ANSWERS}every_2xx_is_done"),
    Mutant(
        _ADAPTER,
        "if status in _OK:",
        "if status in _OK or status in _REDIRECT:",
        f"{_ANSWERS}a_redirect_is_not_followed",
    ),
    Mutant(
        _ADAPTER,
        "return Unknown(self._clean(f",
        "return Retry(after=_AWAY, reason=self._clean(f",
        f"{_SUITE}what_was_lost_goes_again_under_its_key]",
    ),
    Mutant(
        _ADAPTER,
        'return AdapterDown(self._clean(str(error)), "network", _AWAY)',
        'return AdapterDown(self._clean(str(error)), "setup")',
        f"{_SUITE}no_connection_is_no_attempt]",
    ),
    Mutant(
        _ADAPTER,
        "if not permit():",
        "if permit() is None:",
        f"{_SUITE}without_a_permit_nothing_leaves]",
    ),
    Mutant(
        _ADAPTER,
        'was over", timedelta(), sent=False)',
        'was over", timedelta())',
        f"{_SUITE}a_permit_refused_costs_no_attempt]",
    ),
    Mutant(
        _ADAPTER,
        "return tuple(Absent(self._clock()) for _ in commands)",
        "return tuple(Absent(self._clock()) for one in commands for _ in self.apply([one], lambda: True))",
        f"{_SUITE}a_probe_writes_nothing]",
    ),
    Mutant(
        _ADAPTER, "return words(text, secret, url, *hidden)", "return text", f"{_ANSWERS}the_address_is_shown_nowhere"
    ),
    Mutant(_POSTING, "stamp = str(int(at.timestamp()))", "stamp = '1'", f"{_SUITE}a_stage_is_set]"),
    Mutant(
        _ADAPTER,
        "signed = headers(command.key, body,",
        "signed = headers(command.key, body.lower(),",
        f"{_SUITE}a_task_is_made_once]",
    ),
    Mutant(
        _POSTING,
        '_instant(about.at if about else None), "data"',
        '_instant(datetime.now(UTC)), "data"',
        f"{_ANSWERS}our_own_json_says_whom_what_and_why",
    ),
)
ENGINE: Final = (
    Mutant(
        "connector.retries",
        "if attempts > len(schedule):",
        "if not attempts:",
        f"{_HOME}a_receiver_that_always_refuses_is_given_up_after_ten_attempts",
    ),
    Mutant(
        "connector.retries",
        "wait = schedule[attempts - 1] *",
        "wait = schedule[0] *",
        f"{_HOME}a_receiver_that_always_refuses_is_given_up_after_ten_attempts",
    ),
    Mutant(
        "connector.addressees",
        "gone_at=now) for row in dossier.held if",
        "gone_at=now) for row in () if",
        f"{_HOME}results_are_told_when_they_change",
    ),
    Mutant(
        "connector.evaluate",
        "row.gone_at is None and not is_addressee(row) for row",
        "row.gone_at is None for row",
        f"{_HOME}who_was_deleted_is_told_of_no_more",
    ),
    Mutant(
        "connector.tasking",
        "free if set(one.open_tasks) <= arrived else plan",
        "plan",
        f"{_HOME}a_task_that_arrived_does_not_silence_the_next_for_ever",
    ),
    Mutant(
        "connector.deliver",
        "if not looked or not engine.adapters[system].abilities.reads:",
        "if not looked:",
        f"{_HOME}a_person_of_another_system_gets_one_task_by_webhook",
    ),
)
GUARD: Final = (
    Mutant(_PLACES, '("168.63.129.16/32", "a cloud\'s metadata"),', "", f"{_NOTHING}[https://168.63.129.16/hook]"),
    Mutant(_PLACES, '("2002::/16", "a 6to4"),', "", f"{_NOTHING}[https://[2002:808:808::1]/hook]"),
    Mutant(
        _PLACES, "& _LOW in _ISATAP:\n            return", "& _LOW in ():\n            return", f"{_NOTHING}[{_ISATAP}]"
    ),
    Mutant(_PLACES, "if ip not in _GLOBAL:", "if not ip:", f"{_NOTHING}[https://[4000::1]/hook]"),
    Mutant(
        _PLACES,
        'return why_refused(str(inner), allowed) if inner is not None and inner != ip else ""',
        'return ""',
        f"{_GUARD}a_listed_network_opens_no_back_door",
    ),
    Mutant(
        "connector.adapters.webhook.guard",
        "            if reason:\n                raise Forbidden(",
        "            if reason and len(found) == 1:\n                raise Forbidden(",
        f"{_NOTHING}[https://both.acme.example/hook]",
    ),
    Mutant(
        "connector.adapters.webhook.guard",
        "sock.connect(address)",
        "sock.connect((host, port))",
        f"{_GUARD}the_address_that_was_looked_at_is_the_one_connected_to",
    ),
    Mutant(
        "connector.adapters.webhook.guard",
        "self.port or 80, _seconds(self.timeout), plain=True",
        "self.port or 80, _seconds(self.timeout), plain=False",
        f"{_NOTHING}[http://public.example/hook]",
    ),
)
TEMPLATES: Final = (
    Mutant(
        _TEXTS,
        "return {key: filled(one, of) for",
        "return {str(filled(key, of)): filled(one, of) for",
        f"{_TEMPLATES}keys_are_no_texts",
    ),
    Mutant(
        _TEXTS,
        "return _MARK.sub(lambda mark: _said(mark, of), value)",
        "return _MARK.sub(lambda mark: _said(mark, of), _MARK.sub(lambda mark: _said(mark, of), value))",
        f"{_TEMPLATES}what_was_filled_in_is_not_looked_at_again",
    ),
    Mutant(
        _TEXTS,
        "            if name not in known:",
        "            if not name:",
        f"{_TEMPLATES}a_placeholder_that_stands_for_nothing_is_an_error",
    ),
    Mutant(
        _TEXTS,
        '.replace("<", "&lt;")',
        "",
        f"{_TEMPLATES}slacks_own_markup_can_be_taken_away",
    ),
)


def test_whatever_is_broken_about_sending_is_noticed() -> None:
    """Ids, signatures, redirects, 410, answers, permits, words."""
    assert surviving(SENDING) == []


def test_whatever_is_broken_about_the_home_is_noticed() -> None:
    """The schedule, what is remembered of whom, and what is not looked at."""
    assert surviving(ENGINE) == []


def test_whatever_is_broken_about_the_guard_is_noticed() -> None:
    """Any hole in the list of networks, and any second question for a name."""
    assert surviving(GUARD) == []


def test_whatever_is_broken_about_templates_is_noticed() -> None:
    """Keys, repeated filling, unknown names, markup."""
    assert surviving(TEMPLATES) == []
