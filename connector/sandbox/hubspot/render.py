"""Records as JSON objects, the way each endpoint shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.hubspot.derived import READERS, value_of
from connector.sandbox.hubspot.kinds import CONTACTS, Kind, kind_of, page_url
from connector.sandbox.hubspot.links import PRIMARY
from connector.sandbox.hubspot.portal_state import APP_ID, PORTAL_ID
from connector.sandbox.instants import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Past, Row

Json = dict[str, object]

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("name", "domain"),
    "deals": ("dealname", "amount", "dealstage", "pipeline", "closedate"),
}
"""What is shown of each type when nothing is asked for, beside id and instants."""


def _names(text: str) -> tuple[str, ...]:
    """Return the names of a text."""
    return tuple(text.split())


ON_CREATE: Mapping[str, tuple[str, ...]] = {
    "contacts": _names(
        "hs_all_contact_vids hs_associated_target_accounts hs_currently_enrolled_in_prospecting_agent hs_email_domain "
        "hs_full_name_or_email hs_is_contact hs_is_unworked hs_membership_has_accessed_private_content "
        "hs_object_source hs_object_source_id hs_object_source_label hs_pipeline "
        "hs_prospecting_agent_actively_enrolled_count hs_prospecting_agent_total_enrolled_count hs_registered_member "
        "hs_searchable_calculated_phone_number hs_sequences_actively_enrolled_count hs_v2_date_entered_current_stage "
        "hs_v2_time_in_current_stage lifecyclestage num_notes",
    ),
    "companies": _names("website hs_object_source hs_object_source_id hs_object_source_label"),
    "deals": _names("dealstage pipeline hs_is_closed hs_is_closed_won hs_object_source"),
    "tasks": _names(
        "hs_body_preview hs_body_preview_html hs_body_preview_is_truncated hs_engagements_last_contacted hs_obj_coords "
        "hs_object_source hs_object_source_id hs_object_source_label hs_start_date_with_fallback "
        "hs_task_completion_count hs_task_family hs_task_for_object_type hs_task_is_all_day hs_task_is_completed "
        "hs_task_is_completed_call hs_task_is_completed_email hs_task_is_completed_linked_in "
        "hs_task_is_completed_sequence hs_task_is_overdue hs_task_is_past_due_date hs_task_is_sub_task "
        "hs_task_missed_due_date hs_task_missed_due_date_count hs_task_priority hs_task_status hs_task_type",
    ),
}
"""Calculated properties that the answer to a creation shows beside the written ones (recorded March 2026)."""
ON_CREATE_ACTIVITY = _names(
    "hs_all_owner_ids hs_body_preview hs_body_preview_html hs_body_preview_is_truncated hs_obj_coords hs_object_source "
    "hs_object_source_id hs_object_source_label hs_user_ids_of_all_owners",
)

ON_UPDATE: Mapping[str, tuple[str, ...]] = {
    "contacts": _names(
        "hs_is_unworked hs_object_source hs_object_source_id hs_object_source_label hs_pipeline "
        "hs_v2_date_entered_current_stage hs_v2_time_in_current_stage lifecyclestage notes_last_updated",
    ),
    "tasks": _names("hs_object_source hs_object_source_id hs_object_source_label hs_pipeline hs_pipeline_stage"),
}
"""Properties that the answer to an update shows beside the touched ones (recorded 2025 and March 2026)."""

ON_TOUCH: Mapping[str, tuple[str, ...]] = {
    "hs_task_status": _names(
        "hs_obj_coords hs_start_date_with_fallback hs_task_completion_count hs_task_completion_date "
        "hs_task_is_completed hs_task_is_completed_call hs_task_is_completed_email hs_task_is_completed_linked_in "
        "hs_task_is_completed_sequence hs_task_is_open hs_task_is_overdue hs_task_is_past_due_date "
        "hs_task_missed_due_date hs_task_missed_due_date_count hs_task_type hs_timestamp",
    ),
    "hs_task_body": _names("hs_body_preview hs_body_preview_html hs_body_preview_is_truncated"),
    "email": _names("hs_email_domain"),
}
"""Calculated properties that a touched one brings into the answer to an update."""


def base(kind: Kind, row: Row, properties: Json) -> Json:
    """Return the object of a record around its *properties*."""
    shown: Json = {
        "id": str(row.id),
        "properties": properties,
        "createdAt": iso(row.created_ms),
        "updatedAt": iso(row.modified_ms),
        "archived": row.archived_ms is not None,
    }
    if row.archived_ms is not None:
        shown["archivedAt"] = iso(row.archived_ms)
    shown["url"] = page_url(kind, PORTAL_ID, row.id)
    return shown


class View:
    """How one read shows records of a kind: the asked properties, nulls for unset ones, unknown names left out."""

    def __init__(self, state: State, kind: Kind, names: Iterable[str]) -> None:
        """Take the asked *names*; none means the defaults of the kind."""
        known = state.schema.of(kind)
        wanted = list(names) or list(DEFAULTS.get(kind.name, ()))
        wanted += ["hs_object_id", kind.created, kind.modified]
        readers = READERS[kind.name]
        self._state, self._kind = state, kind
        self._columns = [(name, readers.get(name)) for name in sorted({n for n in wanted if n in known})]

    def show(self, row: Row) -> Json:
        """Return the record's JSON object."""
        values = row.values
        properties: Json = {
            name: reader(self._state, row) if reader else values.get(name) for name, reader in self._columns
        }
        return base(self._kind, row, properties)


def created(state: State, kind: Kind, row: Row, written: Iterable[str]) -> Json:
    """Return the object that answers a creation: what was written and what HubSpot made of it, no nulls."""
    extra = ON_CREATE.get(kind.name, ON_CREATE_ACTIVITY if kind.activity else ())
    shown = _touched(state, kind, row, [*written, *extra, "hubspot_owner_assigneddate"])
    if kind is CONTACTS:
        stage = row.values.get("lifecyclestage", "")
        shown[f"hs_lifecyclestage_{stage}_date"] = str(row.created_ms)
    return base(kind, row, shown)


def updated(state: State, kind: Kind, row: Row, written: Iterable[str]) -> Json:
    """Return the object that answers an update: the touched and some system properties; a cleared one is empty."""
    touched = list(written)
    names = [*touched, *ON_UPDATE.get(kind.name, ("hs_object_source", "hs_object_source_id", "hs_object_source_label"))]
    names += [extra for name in touched for extra in ON_TOUCH.get(name, ())]
    shown = _touched(state, kind, row, names)
    for name in touched:
        shown.setdefault(name, "")
    return base(kind, row, dict(sorted(shown.items())))


def _touched(state: State, kind: Kind, row: Row, names: Iterable[str]) -> Json:
    """Return the set ones of *names* with id and instants, sorted by name."""
    readers = READERS[kind.name]
    shown: Json = {}
    for name in sorted({*names, "hs_object_id", kind.created, kind.modified}):
        reader = readers.get(name)
        value = reader(state, row) if reader else row.values.get(name)
        if value is not None:
            shown[name] = value
    return shown


def with_history(state: State, kind: Kind, row: Row, names: Iterable[str]) -> Json:
    """Return ``propertiesWithHistory``: each asked property with its values, newest first."""
    past = state.table(kind).history.get(row.id, {})
    shown: Json = {}
    for name in names:
        if name not in state.schema.of(kind):
            continue
        entries = past.get(name)
        if entries:
            shown[name] = [_moment(each) for each in reversed(entries)]
        else:
            value = value_of(state, kind, row, name)
            shown[name] = [_value(value, row.created_ms, "IMPORT")] if value else []
    return shown


def _moment(past: Past) -> Json:
    """Return one value of a history."""
    return _value(past.value, past.at_ms, past.source)


def _value(value: str, at_ms: int, source: str) -> Json:
    """Return one value with its instant and source."""
    row: Json = {"value": value, "timestamp": iso(at_ms), "sourceType": source}
    if source == "INTEGRATION":
        row["sourceId"] = APP_ID
    return row


def with_associations(state: State, kind: Kind, row: Row, asked: Iterable[str]) -> Json:
    """Return ``associations`` for the asked types; a type without any is left out."""
    shown: Json = {}
    for spelling in asked:
        target = kind_of(spelling)
        ties = state.links.of(kind, row.id, target) if target else {}
        if target is None or not ties:
            continue
        label = f"{kind.singular}_to_{target.singular}"
        results: list[Json] = []
        for other, types in sorted(ties.items()):
            primary = PRIMARY.get((kind.name, target.name)) in types
            paired = (kind.name, target.name) in PRIMARY
            if primary or not paired:
                results.append({"id": str(other), "type": label})
            if paired:
                results.append({"id": str(other), "type": f"{label}_unlabeled"})
        shown[target.name] = {"results": results}
    return shown
