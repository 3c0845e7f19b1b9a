"""Merges of contacts and erasure for good."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.sandbox.hubspot import inputs, lifecycle, objects, render, writes
from connector.sandbox.hubspot.errors import Refusal, invalid, not_found
from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, Kind, kind_of

if TYPE_CHECKING:
    from connector.sandbox.exchange import Request
    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row
    from connector.sandbox.journal import Actor

COUNTERS = (
    "hs_analytics_num_page_views",
    "hs_analytics_num_visits",
    "num_conversion_events",
    "num_unique_conversion_events",
    "hs_email_open",
    "hs_email_click",
    "hs_email_delivered",
    "num_notes",
    "num_contacted_notes",
)


def merge(state: State, kind: Kind, primary_id: int, other_id: int, actor: Actor, at_ms: int) -> Row:  # noqa: PLR0913 -- both records, who and when
    """
    Merge two records into a new one, as HubSpot does since 2025; both old ids lead to it.

    The primary's values win, the furthest stage is kept, counters are added, ties and lists move over.
    """
    table = state.table(kind)
    primary, other = table.live[primary_id], table.live[other_id]
    values = _values(state, kind, primary, other, at_ms)
    ties = [(name, key) for old in (primary_id, other_id) for name, key, _ in state.links.all_of(kind, old)]
    company = state.links.primary(kind, primary_id, COMPANIES) if kind is CONTACTS else None
    row = replace(
        primary,
        id=table.ids.take(),
        values=values,
        created_ms=min(primary.created_ms, other.created_ms),
        modified_ms=at_ms,
        version=0,
    )
    for old in (primary_id, other_id):
        table.merged[old] = row.id
        if kind is CONTACTS:
            state.lists.rekey(old, row.id)
            sent = state.forms_seen.pop(old, frozenset())
            state.forms_seen[row.id] = state.forms_seen.get(row.id, frozenset()) | sent
        writes.erase(state, kind, old, actor, at_ms, "merge")
    writes.insert(state, kind, row, at_ms)
    writes.note(state, actor, "create", kind.name, row.id, at_ms, values, _linked(ties))
    for name, key in dict.fromkeys(ties):
        target = kind_of(name)
        if target is not None:
            state.links.tie(kind, row.id, target, key, primary=target is COMPANIES and key == company)
    for person, key in list(state.person_ids.items()):
        if key in {primary_id, other_id}:
            state.person_ids[person] = row.id
    return row


def _linked(ties: list[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
    """Return ties as the journal keeps them."""
    return tuple((name, str(key)) for name, key in dict.fromkeys(ties))


def _values(state: State, kind: Kind, primary: Row, other: Row, at_ms: int) -> dict[str, str]:
    """Return the values of the merged record."""
    values = {**other.values, **primary.values}
    for name in COUNTERS:
        if name in primary.values or name in other.values:
            total = sum(int(float(row.values.get(name, "0"))) for row in (primary, other))
            values[name] = str(total)
    one, two = primary.values.get(lifecycle.STAGE, ""), other.values.get(lifecycle.STAGE, "")
    stage = lifecycle.furthest(state.schema, kind, one, two)
    if stage:
        values[lifecycle.STAGE] = stage
    ids = [str(primary.id), str(other.id)]
    ids += [i for row in (primary, other) for i in row.values.get("hs_merged_object_ids", "").split(";") if i]
    values["hs_merged_object_ids"] = ";".join(ids)
    if kind is CONTACTS:
        values["hs_calculated_merged_vids"] = ";".join(f"{i}:{at_ms}" for i in ids)
        emails = [other.values.get("email", ""), *other.values.get("hs_additional_emails", "").split(";")]
        emails += primary.values.get("hs_additional_emails", "").split(";")
        extra = [e for e in dict.fromkeys(emails) if e and e != values.get("email")]
        if extra:
            values["hs_additional_emails"] = ";".join(extra)
    return values


def merge_endpoint(state: State, kind: Kind, request: Request, at_ms: int) -> dict[str, object]:
    """Answer ``POST .../merge``."""
    body = inputs.body_of(request)
    inputs.needed(body, "primaryObjectId", "objectIdToMerge")
    primary = objects.found(state, kind, str(body["primaryObjectId"]), None)
    other = objects.found(state, kind, str(body["objectIdToMerge"]), None)
    if primary.id == other.id:
        message = f"Cannot merge a {kind.singular} with itself: {primary.id}"
        raise invalid(message)
    row = merge(state, kind, primary.id, other.id, "api", at_ms)
    return render.View(state, kind, ()).show(row)


def gdpr_delete(state: State, request: Request, at_ms: int) -> None:
    """Answer ``POST /crm/objects/{version}/contacts/gdpr-delete``; nothing of the contact is left."""
    body = inputs.body_of(request)
    inputs.needed(body, "objectId")
    text, by = str(body["objectId"]), str(body.get("idProperty") or "") or None
    try:
        key = objects.found(state, CONTACTS, text, by).id
    except Refusal as refusal:
        if refusal.status != not_found().status or by or not text.isdigit():
            raise
        key = int(text)
    if writes.erase(state, CONTACTS, key, "api", at_ms) is None:
        raise not_found()
