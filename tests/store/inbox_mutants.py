"""Inboxes broken on purpose, as `tests.store.mutants`."""

from __future__ import annotations

from typing import Final

from tests.store import inbox_clauses as inbox
from tests.store.mutants import Mutant

INBOX: Final = (
    Mutant("inbox", "if digests[key] == row.digest", "if True", inbox.a_delivery_is_stored_once),
    Mutant("inbox", "new.remove(key)", "pass", inbox.a_delivery_is_stored_once),
    Mutant(
        "inbox",
        "first.setdefault((row.system, row.event_id)",
        "first.setdefault(id(row)",
        inbox.a_delivery_is_stored_once,
    ),
    Mutant("inbox", 'inbox.c.system == bindparam("of_system"), among', "among", inbox.ids_are_a_systems_own),
    Mutant(
        "inbox",
        'statement.where(inbox.c.system == bindparam("of_system")) if',
        'statement.where(inbox.c.system != bindparam("of_system")) if',
        inbox.ids_are_a_systems_own,
    ),
    Mutant("inbox", "order_by(inbox.c.id)", "order_by(inbox.c.received_at)", inbox.a_delivery_comes_back_as_it_was),
    Mutant("inbox", '.limit(bindparam("most"))', "", inbox.a_delivery_comes_back_as_it_was),
    Mutant(
        "inbox",
        "codec.json_of(dict(row.headers)) if row.headers else None",
        "None",
        inbox.a_delivery_comes_back_as_it_was,
    ),
    Mutant("inbox", 'body=b"", headers=None', "headers=None", inbox.what_is_done_is_remembered_without_its_body),
    Mutant("inbox", "DONE.value, body", "NEW.value, body", inbox.what_is_done_is_remembered_without_its_body),
    Mutant(
        "inbox",
        "among(inbox.c.id), inbox.c.state != Post.DONE.value)",
        "among(inbox.c.id))",
        inbox.what_is_done_is_remembered_without_its_body,
    ),
    Mutant(
        "inbox",
        'bindparam("delivery"), inbox.c.state != Post.DONE.value',
        'bindparam("delivery")',
        inbox.what_is_aside_waits_with_its_reason,
    ),
    Mutant(
        "inbox",
        'func.coalesce(inbox.c.settled_at, bindparam("now"))',
        'bindparam("now")',
        inbox.what_is_aside_waits_with_its_reason,
    ),
    Mutant(
        "inbox",
        "among(inbox.c.id), inbox.c.state == Post.ASIDE.value)",
        "among(inbox.c.id))",
        inbox.what_is_aside_waits_with_its_reason,
    ),
    Mutant(
        "inbox",
        'inbox.c.settled_at < bindparam("done_before")',
        'inbox.c.settled_at <= bindparam("done_before")',
        inbox.deliveries_are_forgotten_in_time,
    ),
    Mutant(
        "inbox",
        'inbox.c.settled_at < bindparam("aside_before")',
        'inbox.c.settled_at < bindparam("done_before")',
        inbox.deliveries_are_forgotten_in_time,
    ),
)
"""One line of the inbox made wrong, and the clause that must notice."""
