"""Filling a portal with the people of a file, as if they had been there and done all that before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from sys import intern
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import lifecycle, rollups
from connector.sandbox.hubspot.engagement import GROWING, Logged, owner_of, traces
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, MEETINGS, Kind
from connector.sandbox.hubspot.table import Row
from connector.sandbox.hubspot.values import kept
from connector.sandbox.instants import SECOND_MS, iso, millis, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.people import Engagement, Person

KNOWN_FOR = (timedelta(days=30), timedelta(days=400))
"""How long a person without engagement has been a contact."""
FIRST_SEEN = (timedelta(minutes=1), timedelta(hours=1))
"""How long before the first engagement a contact was created."""
SHORT = 24
"""Values up to this length are kept once for all records."""


@dataclass(slots=True)
class Folded:
    """What a row of engagements adds up to."""

    values: dict[str, str]
    logged: list[Logged] = field(default_factory=list)
    lists: list[tuple[str, int]] = field(default_factory=list)
    forms: frozenset[str] = frozenset()


def fold(values: Mapping[str, str], done: Iterable[Engagement], owner: str, forms: frozenset[str]) -> Folded:
    """Return what *done* (oldest first) makes of a contact with these values, which has sent these *forms* before."""
    folded = Folded(dict(values), forms=forms)
    for each in done:
        left = traces(each, folded.values, folded.forms, owner)
        folded.values.update(left.changes)
        for activity in left.logged:
            moved = rollups.counters(activity.kind, activity.values, folded.values, activity.at_ms)
            folded.values.update(moved)
            folded.logged.append(activity)
        folded.lists += [(name, millis(each.at)) for name in left.lists]
        if left.form:
            folded.forms |= {left.form}
        if left.cancelled:
            _cancel_last(folded.logged)
    return folded


def _cancel_last(logged: list[Logged]) -> None:
    """Withdraw the last booking that still stands."""
    for place in reversed(range(len(logged))):
        values = logged[place].values
        if logged[place].kind is MEETINGS and values.get("hs_meeting_outcome") == "SCHEDULED":
            logged[place] = replace(logged[place], values={**values, "hs_meeting_outcome": "CANCELED"})
            return


def _counters(given: Mapping[str, str], base: Mapping[str, str], total: Mapping[str, str]) -> dict[str, str]:
    """
    Return the counters to open with.

    The larger of what the file gives and what the engagements count is where a counter ends up; what is held back
    (the difference of *base* and *total*) is still to come.
    """
    counters = {}
    for name in GROWING:
        now, then = _count(base.get(name)), _count(total.get(name))
        opening = max(_count(given.get(name)), then) - (then - now)
        if opening or name in given:
            counters[name] = str(opening)
    return counters


def _count(text: str | None) -> int:
    """Return a counter's number, 0 for what is none."""
    return int(float(text)) if text and text.replace(".", "", 1).isdigit() else 0


class Loader:
    """One filling of a portal."""

    def __init__(self, state: State, now_ms: int) -> None:
        """Fill *state* as of an instant."""
        self._state = state
        self._now_ms = now_ms
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._companies: dict[str, Row] = {}

    def add(self, person: Person, held: tuple[Engagement, ...]) -> None:
        """Put one person in; *held* is what they will do later, so that counters can grow to their totals."""
        state = self._state
        created_ms, modified_ms = self._instants(person)
        values = self._values(CONTACTS, person.properties)
        company = self._company(person, created_ms)
        if company:
            values["associatedcompanyid"] = intern(str(company.id))
        _first_stage(values, created_ms)
        folded = self._folded(person, values, held)
        contact = self._store(CONTACTS, folded.values, created_ms, modified_ms)
        state.person_ids[person.id] = contact.id
        if company:
            state.links.tie(CONTACTS, contact.id, COMPANIES, company.id)
        if folded.forms:
            state.forms_seen[contact.id] = folded.forms
        for each in folded.logged:
            activity = self._store(each.kind, dict(each.values), each.at_ms, each.at_ms)
            state.links.tie(each.kind, activity.id, CONTACTS, contact.id)
        for name, at_ms in (*((name, created_ms) for name in person.lists), *folded.lists):
            state.lists.join(name, contact.id, at_ms)
        self._deals(person, contact, company)

    def finish(self) -> None:
        """Let the search index know everything."""
        for name, made in self._rows.items():
            self._state.tables[name].index.load(made)

    def _store(self, kind: Kind, values: dict[str, str], created_ms: int, modified_ms: int) -> Row:
        """Store a record that was there before."""
        table = self._state.table(kind)
        row = Row(table.ids.take(), values, created_ms, modified_ms)
        table.put(row)
        self._rows[kind.name].append(row)
        return row

    def _values(self, kind: Kind, properties: Mapping[str, str]) -> dict[str, str]:
        """Return properties as the portal keeps them, defining what HubSpot lacks; empty ones are left out."""
        state, known, values = self._state, self._state.schema.of(kind), {}
        for name, value in properties.items():
            if not value or name in {kind.created, kind.modified, "hs_object_id"}:
                continue
            text = state.owners.resolved(value) if name == "hubspot_owner_id" else value
            state.schema.widen(kind, name, text)
            text = kept(known[name], text)
            values[intern(name)] = intern(text) if len(text) <= SHORT else text
        return values

    def _instants(self, person: Person) -> tuple[int, int]:
        """Return when the contact was created and last modified: given ones, else around what the person did."""
        chance = self._state.chance
        given_created = parsed(person.properties.get("createdate", ""))
        given_modified = parsed(person.properties.get("lastmodifieddate", ""))
        times = [millis(each.at) for each in person.engagements]
        if given_created is not None:
            created_ms = given_created
        elif times:
            created_ms = min(times) - chance.span_ms("first seen", FIRST_SEEN)
        else:
            created_ms = self._now_ms - chance.span_ms("known for", KNOWN_FOR)
        if given_modified is not None:
            return created_ms, given_modified
        touched = max([created_ms, *times]) + chance.span_ms("bump", CONTACTS.bump)
        return created_ms, max(created_ms, min(touched, self._now_ms - SECOND_MS))

    def _folded(self, person: Person, values: dict[str, str], held: tuple[Engagement, ...]) -> Folded:
        """Return the contact's values after all that was done and is not held back."""
        if not person.engagements and not held:
            return Folded(values)
        owner = owner_of(self._state, values)
        start = {name: value for name, value in values.items() if name not in GROWING}
        base = fold(start, sorted(person.engagements, key=lambda e: e.at), owner, frozenset())
        total = fold(base.values, held, owner, base.forms) if held else base
        opening = _counters(values, base.values, total.values)
        base.values = {name: value for name, value in base.values.items() if name not in GROWING} | opening
        for name, value in base.values.items():
            if name not in values:
                self._state.schema.widen(CONTACTS, name, value)
        return base

    def _company(self, person: Person, created_ms: int) -> Row | None:
        """Return the person's company, one for each domain or name."""
        record = person.company_record
        key = (record.get("domain") or record.get("name") or "").lower()
        if not key:
            return None
        found = self._companies.get(key)
        if found is None:
            values = self._values(COMPANIES, record)
            modified_ms = parsed(record.get(COMPANIES.modified, "")) or created_ms
            found = self._store(COMPANIES, values, created_ms, modified_ms)
            self._companies[key] = found
        return found

    def _deals(self, person: Person, contact: Row, company: Row | None) -> None:
        """Store the person's deals, tied to contact and company."""
        for deal in person.deals:
            stage = "appointmentscheduled"
            if deal.closed:
                stage = "closedwon" if deal.won else "closedlost"
            values = {"dealname": deal.name, "dealstage": stage, "pipeline": "default"}
            if deal.amount:
                values["amount"] = deal.amount
            if deal.closed:
                values["closedate"] = iso(contact.modified_ms)
            row = self._store(DEALS, values, contact.created_ms, contact.modified_ms)
            self._state.links.tie(DEALS, row.id, CONTACTS, contact.id)
            if company:
                self._state.links.tie(DEALS, row.id, COMPANIES, company.id)


def _first_stage(values: dict[str, str], created_ms: int) -> None:
    """Give a contact its stage and the instants that belong to it."""
    stage = values.setdefault(lifecycle.STAGE, lifecycle.DEFAULT_STAGE)
    at = values.get(f"hs_v2_date_entered_{stage}") or iso(created_ms)
    for name in (*lifecycle.stamps("", stage, created_ms), lifecycle.ENTERED_CURRENT):
        values.setdefault(intern(name), at)


def load(state: State, people: Iterable[Person], held: Mapping[str, tuple[Engagement, ...]], now_ms: int) -> None:
    """Put everybody into the portal without an entry in the journal."""
    loader = Loader(state, now_ms)
    for person in people:
        loader.add(person, held.get(person.id, ()))
    loader.finish()
