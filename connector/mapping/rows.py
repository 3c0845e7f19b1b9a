"""Happenings that have rows of their own: meetings, calls, e-mails, payloads, and the joining of a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from connector.mapping.attributes import attribute_reader
from connector.mapping.digest import key_of
from connector.mapping.happenings import Found, Look, Source, Tally, add, dating
from connector.mapping.moments import moment
from connector.mapping.paths import Getter, Raw, condition, getter, plain
from connector.mapping.queries import query, sole
from connector.mapping.refusal import Refusal
from connector.mapping.senders import MAPPING, told_id
from connector.mapping.spec import By, EngagementMapping
from connector.mapping.vocabulary import JOINED_AT, LIST_NAME, RowWords
from connector.model import SALES_ACTIVITY, CrmRef

_NO_WORDS: Final = RowWords(at=(), done_at=())


def row_key(ref: CrmRef, kind: str) -> str:
    """Return the key of the happening of type *kind* that the row *ref* stands for; also when the row is gone."""
    return key_of(ref.system, ref.object, ref.id, kind)


def activity(mapping: EngagementMapping, words: RowWords | None) -> Source:
    """
    Return the source of activity rows: one happening a row, at most one of each type.

    A row whose outcome takes it back withdraws its key; one that is still pending says nothing yet. What stops
    matching `when` later has happened all the same. `once_per` is left to the evaluation, which sees all rows of a
    person.
    """
    words = words or _NO_WORDS
    of_rep = mapping.type == SALES_ACTIVITY
    dated = dating((mapping.at,) if mapping.at else words.done_at if of_rep else words.at)
    holds = condition(mapping.when)
    attributes = attribute_reader(mapping)
    theirs = _doer_test(mapping.by, words)
    outcome = getter(words.outcome) if words.outcome else None

    def look_at(look: Look, tally: Tally) -> None:
        record = look.record
        key = row_key(record.ref, mapping.type)
        if key in tally.new or not theirs(record.raw):
            return
        became = plain(outcome(record.raw)) if outcome is not None else None
        if became in words.withdrawn:
            tally.withdrawn.append(key)
            return
        if became in words.pending or (holds is not None and not holds(record.raw)):
            return
        known = attributes(record.raw)
        if of_rep and not isinstance(known, Refusal):
            known = {"kind": record.ref.object, **known}
        add(mapping, look, tally, Found(key, dated(look), known))

    return look_at


def membership(mapping: EngagementMapping) -> Source:
    """Return the source of list memberships: each joining is one, and so is joining again later."""
    name = getter(LIST_NAME)
    joined = getter(JOINED_AT)
    dated = dating((mapping.at or JOINED_AT,))
    holds = condition(mapping.when)
    attributes = attribute_reader(mapping)

    def look_at(look: Look, tally: Tally) -> None:
        record = look.record
        if plain(name(record.raw)) != mapping.list or (holds is not None and not holds(record.raw)):
            return
        # Joining again is another joining: the instant tells them apart, in whatever form the vendor writes it.
        instant = moment(joined(record.raw))
        again = instant.isoformat() if isinstance(instant, datetime) else ""
        key = key_of(record.ref.system, record.ref.object, record.ref.id, mapping.type, again)
        add(mapping, look, tally, Found(key, dated(look), attributes(record.raw)))

    return look_at


def payload(mapping: EngagementMapping) -> Source:
    """
    Return the source of one mapping of payloads, for rows that name it by `MAPPING`: one happening each.

    The row is dated already. One that withdraws takes back what has its id and type, whichever of the two comes first.
    """
    attributes = attribute_reader(mapping, lambda path: _soles(query(path)))
    name = query(mapping.id) if mapping.id else None

    def look_at(look: Look, tally: Tally) -> None:
        record = look.record
        if record.raw.get(MAPPING) != mapping.index:
            return
        key = row_key(record.ref, mapping.type)
        if name is not None:
            key = key_of(mapping.system, record.ref.object, mapping.type, told_id(record.raw, name))
        if mapping.withdraws:
            tally.withdrawn.append(key)
        else:
            add(mapping, look, tally, Found(key, record.modified_at, attributes(record.raw)))

    return look_at


def _soles(get: Getter) -> Getter:
    """Return *get* with the one element of a list of one instead of the list, and a list of texts as one text."""

    def found(raw: Raw) -> object:
        value = sole(get(raw))
        if isinstance(value, list):
            words = [plain(one) for one in value]
            return ", ".join(word for word in words if word) if None not in words else value
        return value

    return found


def _doer_test(by: By, words: RowWords) -> Callable[[Raw], bool]:
    """Return a function that tells whether a row is the doing of whom *by* asks for."""
    if by is By.ANYONE:
        return lambda _raw: True
    doer = getter(words.doer) if words.doer else None
    proof = getter(words.proof) if words.proof else None
    wanted = by is By.PERSON

    def test(raw: Raw) -> bool:
        proven = proof is not None and plain(proof(raw)) is not None
        return (proven or (doer is not None and plain(doer(raw)) in words.person)) is wanted

    return test
