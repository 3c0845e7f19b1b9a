"""Redaction broken part by part: each break is noticed by its own test."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

_M: Final = "connector.redaction"
_T: Final = "tests/log/test_redaction.py::test_"
_L: Final = "tests/log/test_log.py::test_"
MUTANTS: Final = (
    Mutant(
        _M,
        "            text = self._secrets.sub(DOTS, text)\n",
        "            pass\n",
        f"{_T}a_held_secret_is_never_shown",
    ),
    Mutant(
        _M,
        "            text = self._spelt.sub(DOTS, text)\n",
        "            pass\n",
        f"{_T}a_held_secret_is_never_shown",
    ),
    Mutant(
        _M,
        "                text = pattern.sub(instead, text)\n",
        "                pass\n",
        f"{_T}what_looks_like_a_secret_is_not_shown",
    ),
    Mutant(
        _M, "return _ENCODED.sub(self._unless_it_hides, text)", "return text", f"{_T}an_address_is_never_shown[base64]"
    ),
    Mutant(
        _M, 'text = _EMAIL.sub(lambda met: self._mark("email", met[0]), text)', "pass", f"{_T}an_address_is_never_shown"
    ),
    Mutant(
        _M,
        'return _PHONE.sub(lambda met: self._mark("phone", met[0]), text)',
        "return text",
        f"{_T}a_telephone_number_is_never_shown",
    ),
    Mutant(
        _M, "text = self._below.sub(self._quoted, text)", "pass", f"{_T}what_stands_under_a_person_s_field_is_not_shown"
    ),
    Mutant(
        _M,
        'text = known.sub(lambda met: self._mark("known", met[0]), text)',
        "pass",
        f"{_T}what_is_known_of_a_person_is_not_repeated",
    ),
    Mutant(
        _M,
        "        if _HIDE.fullmatch(key):\n            return DOTS\n",
        "",
        f"{_T}values_below_a_key_that_names_a_secret_are_dots",
    ),
    Mutant(_M, "text[: _LONGEST + _MARGIN]", "text[:_LONGEST]", f"{_T}a_secret_across_the_cut_is_not_shown"),
    Mutant(
        "connector.adapters.http",
        'secretless(" ".join(text.split()))',
        '" ".join(text.split())',
        f"{_T}a_vendor_s_words_are_without_any_secret_before_they_are_stored",
    ),
    Mutant("connector.secrets", "        _HELD.hold(words, for_good=False)\n", "", f"{_T}a_held_secret_is_never_shown"),
    Mutant(
        "connector.log",
        "redacted = self._redactor.facts(facts)",
        "redacted = dict(facts)",
        f"{_L}packages_are_redacted_as_we_are",
    ),
    Mutant(
        "connector.log", "        structlog.processors.format_exc_info,\n", "", f"{_L}packages_are_redacted_as_we_are"
    ),
    Mutant(
        "connector.log",
        "            if last is not None and now - last < self.pause:",
        "            if last is None and self.most < 0:",
        f"{_L}strangers_cannot_fill_the_log",
    ),
    Mutant(
        "connector.log",
        "fields=personal_fields(config)",
        "fields=()",
        f"{_L}personal_data_stay_where_that_is_asked_for_and_secrets_do_not",
    ),
    Mutant("connector.log", "    threading.excepthook = _thread_crashed\n", "", f"{_L}a_thread_that_dies_is_logged"),
)


def test_each_break_is_noticed() -> None:
    """A suite that no break turns red promises nothing."""
    assert surviving(MUTANTS) == []
