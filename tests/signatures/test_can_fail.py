"""Verification broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

S: Final = "tests/signatures/test_schemes.py::test_"
F: Final = "tests/signatures/test_forged.py::test_"
C: Final = "tests/config/test_receiving.py::test_"
_SPELT: Final = f"{F}of_the_signatures_in_a_header_all_of_version_one_are_looked_at"
_DECODED: Final = f"{F}the_address_is_decoded_once_and_only_where_hubspot_decodes"
_GENUINE: Final = f"{F}everybody_of_the_corpus_is_genuine_before_anything_is_changed"
_CHANGED: Final = f"{F}nothing_that_was_changed_is_believed"
_SIGNED_WHOLE: Final = f"{C}what_is_signed_is_said_whole"
MUTANTS: Final = (
    Mutant(
        "connector.signatures.standard",
        "    if not key:\n",
        "    if False:\n",
        f"{F}a_secret_without_a_key_never_signs[whsec_]",
    ),
    Mutant(
        "connector.signatures.standard",
        "        raise NoKey(message) from error\n",
        "        return secret.encode()\n",
        f"{F}a_secret_without_a_key_never_signs[whsec_!!!!]",
    ),
    Mutant("connector.signatures.standard", "][:_MOST_SIGNATURES]", "]", _SPELT),
    Mutant("connector.signatures.standard", 'given.split(" ")', 'given.split(" ")[:_MOST_SIGNATURES]', _SPELT),
    Mutant("connector.signatures.standard", 'given.split(" ")', "given.split()", _SPELT),
    Mutant("connector.signatures.standard", "if too_far(seconds, request.at):", "if False:", _CHANGED),
    Mutant(
        "connector.signatures.standard",
        'b".".join((octets(id_), timestamp',
        'b".".join((id_.encode(), timestamp',
        f"{F}secrets_with_letters_of_other_scripts_travel_as_their_bytes",
    ),
    Mutant("connector.signatures.standard", 'b".".join((octets(id_), ', 'b".".join((', _CHANGED),
    Mutant(
        "connector.signatures.standard",
        'if all(request.headers.get(f"{name}-{part}")',
        'if any(request.headers.get(f"{name}-{part}")',
        f"{F}an_id_of_another_kind_beside_the_signed_one_is_not_taken",
    ),
    Mutant("connector.signatures.scheme", "abs(at.timestamp() - seconds)", "(at.timestamp() - seconds)", _CHANGED),
    Mutant(
        "connector.signatures.scheme",
        "found |= hmac.compare_digest(one, other)",
        "found = hmac.compare_digest(one, other)",
        f"{S}secrets_are_exchanged_without_a_gap",
    ),
    Mutant(
        "connector.signatures.scheme",
        'return text.encode("utf-8", "surrogatepass")',
        'return text.encode("utf-8")',
        f"{F}nothing_raises",
    ),
    Mutant(
        "connector.signatures.scheme",
        "text.isascii() and text.isdigit()",
        "text.isdigit()",
        f"{F}an_instant_is_a_whole_number",
    ),
    Mutant(
        "connector.signatures.hubspot",
        "octets(decoded(request.target))",
        "octets(request.target)",
        f"{F}the_address_is_decoded_once_and_only_where_hubspot_decodes",
    ),
    Mutant(
        "connector.signatures.hubspot",
        "if too_far(millis / _MILLIS, request.at):",
        "if False:",
        f"{S}the_two_vectors_of_hubspot_are_believed",
    ),
    Mutant(
        "connector.signatures.hubspot",
        "uri + request.body",
        "uri",
        f"{F}everybody_of_the_corpus_is_genuine_before_anything_is_changed",
    ),
    Mutant(
        "connector.signatures.hubspot",
        "tuple(one.encode() for one in secrets)",
        "tuple(one.encode() for one in secrets[:1])",
        f"{F}secrets_of_hubspot_are_exchanged_without_a_gap",
    ),
    Mutant(
        "connector.signatures.recipes",
        """        del request
        return \"\"
""",
        '        return request.headers.get("x-github-delivery", "")\n',
        f"{F}an_id_that_nobody_signed_names_nothing",
    ),
    Mutant(
        "connector.signatures.recipes",
        "if too_far(instant / _MILLIS if instant >= _FROM_MILLIS else instant, request.at):",
        "if False:",
        _CHANGED,
    ),
    Mutant(
        "connector.signatures.recipes",
        "if not text.startswith(self._recipe.prefix):",
        "if False:",
        f"{F}a_digest_without_its_prefix_is_none",
    ),
    Mutant(
        "connector.signatures.recipes",
        "return found if base64.b64encode(found).decode() == written else None",
        "return found",
        f"{F}base64_has_one_spelling",
    ),
    Mutant(
        "connector.signatures.shared",
        "[octets(text), octets(words)]",
        "[octets(text), words.encode()]",
        f"{F}secrets_with_letters_of_other_scripts_travel_as_their_bytes",
    ),
    Mutant("connector.signatures.shared", "if key == name]", "]", f"{F}only_the_parameter_that_is_named_is_the_secret"),
    Mutant(
        "connector.adapters.webhook.receiving",
        "if one not in PLACEHOLDERS:",
        "if False:",
        _SIGNED_WHOLE,
    ),
    Mutant(
        "connector.adapters.webhook.receiving",
        "    if table.timestamp and TIMESTAMP not in table.signs:",
        "    if False:",
        _SIGNED_WHOLE,
    ),
    Mutant(
        "connector.adapters.webhook.receiving",
        "    if TIMESTAMP in table.signs and not table.timestamp:",
        "    if False:",
        _SIGNED_WHOLE,
    ),
    Mutant(
        "connector.adapters.webhook.receiving",
        "table.timestamp if table.part else table.timestamp.lower()",
        "table.timestamp.lower()",
        f"{C}names_of_parts_keep_their_case_and_names_of_headers_do_not",
    ),
    Mutant(
        "connector.adapters.webhook.receiving",
        'return getattr(options, "send_to", None) is not None',
        "return False",
        f"{C}a_secret_out_of_which_no_key_comes_is_told_and_not_shown",
    ),
    Mutant(
        "connector.config.receiving",
        "system.options.webhook_secret and not (web and web.public_url)",
        "False",
        f"{C}hubspot_needs_the_address_that_it_calls",
    ),
    Mutant(
        "connector.mapping.envelopes",
        "if _HALVES.search(body):",
        "if False:",
        "tests/webhooks/test_arrivals.py::test_half_a_character_is_put_aside",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """By the fact that it breaks."""
    assert surviving(MUTANTS) == []
