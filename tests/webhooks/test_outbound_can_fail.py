"""How Outbound Messages are taken, broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

FACTS: Final = "tests/webhooks/test_outbound.py::test_"
OUTBOUND: Final = "connector.adapters.salesforce.outbound"
SOAP: Final = "connector.adapters.salesforce.soap"
MUTANTS: Final = (
    Mutant(
        OUTBOUND,
        "            if reason:\n",
        "            if False:\n",
        f"{FACTS}without_the_secret_nothing_is_believed",
    ),
    Mutant(
        OUTBOUND,
        "if message.organization and not hmac.compare_digest(message.organization.encode(), self._organization):",
        "if False:",
        f"{FACTS}another_org_is_not_believed",
    ),
    Mutant(
        OUTBOUND,
        "to18(organization).encode()",
        "organization.encode()",
        f"{FACTS}an_org_is_the_same_in_15_and_18_characters",
    ),
    Mutant(
        OUTBOUND,
        "if not message.organization and self._scheme is None:",
        "if False:",
        f"{FACTS}with_the_org_alone_a_message_is_believed_and_what_names_no_org_is_not",
    ),
    Mutant(OUTBOUND, "if len(ids) == 1 else", "if ids else", f"{FACTS}a_hundred_notifications_are_a_hundred_hints"),
    Mutant(OUTBOUND, "sorted({(notice", "list({(notice", f"{FACTS}a_hundred_notifications_are_a_hundred_hints"),
    Mutant(
        OUTBOUND,
        "and ref.object in self._objects",
        "",
        f"{FACTS}people_that_are_mapped_are_asked_for_and_nothing_else",
    ),
    Mutant(
        OUTBOUND,
        '"sha256": hashlib.sha256(body).hexdigest()',
        '"sha256": ""',
        f"{FACTS}two_messages_that_cannot_be_read_are_two",
    ),
    Mutant(
        OUTBOUND,
        "bool(message.problem) or",
        "",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        OUTBOUND, "_kept(message, posted.body))", "posted.body)", f"{FACTS}nothing_secret_and_nothing_personal_is_kept"
    ),
    Mutant(OUTBOUND, "<Ack>true", "<Ack>false", f"{FACTS}the_door_acknowledges_what_is_stored_and_what_it_knows"),
    Mutant(
        SOAP,
        "    parser.StartDoctypeDeclHandler = reading.doctype\n",
        "",
        f"{FACTS}a_document_type_is_refused_before_it_is_looked_at",
    ),
    Mutant(
        SOAP,
        "len(self._path) >= DEEPEST or",
        "",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        SOAP,
        " or self._elements > MOST_ELEMENTS",
        "",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        SOAP,
        "        if len(self.notices) >= MOST_NOTIFICATIONS:\n",
        "        if False:\n",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        SOAP,
        "            if self.organization:\n",
        "            if False:\n",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        SOAP,
        "        if before:\n",
        "        if False:\n",
        f"{FACTS}what_cannot_be_read_is_put_aside_with_its_reason",
    ),
    Mutant(
        SOAP,
        '            self._notice = self._row = ""\n',
        "            pass\n",
        f"{FACTS}a_hundred_notifications_are_a_hundred_hints",
    ),
    Mutant(
        "connector.web.receiver",
        "posted = replace(posted, body=verdict.body)",
        "pass",
        f"{FACTS}the_door_acknowledges_what_is_stored_and_what_it_knows",
    ),
)


def test_each_break_is_noticed() -> None:
    """None of them survives the fact that is about it."""
    assert surviving(MUTANTS) == []
