"""What HubSpot works out by itself: values that are read but were never written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from connector.sandbox.hubspot.kinds import COMPANIES, CONTACTS, DEALS, KINDS, Kind
from connector.sandbox.hubspot.portal_state import APP_ID
from connector.sandbox.instants import iso, parsed

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.sandbox.hubspot.portal_state import State
    from connector.sandbox.hubspot.table import Row

Reader: TypeAlias = "Callable[[State, Row], str | None]"

TASK_PIPELINE = "3d314325-1b2a-4225-9388-375f49c57ec3"
TASK_STAGES = {
    "NOT_STARTED": "af0e6a5c-2ea3-4c72-b69f-7c6cb3fdb591",
    "IN_PROGRESS": "9a3a1c2e-6d0b-4f0e-8a52-0b3f5f3c7d10",
    "COMPLETED": "61bafb31-e7fa-46ed-aaa9-1322438d6e67",
    "WAITING": "dd5826e4-c976-4654-a527-b59ada542e52",
    "DEFERRED": "7f1d2c4b-93e8-4a6f-b6d7-55c0a7c1e2f4",
}
PREVIEW_LENGTH = 512
BODIES = {"tasks": "hs_task_body", "notes": "hs_note_body", "calls": "hs_call_body", "meetings": "hs_meeting_body"}


def value_of(state: State, kind: Kind, row: Row, name: str) -> str | None:
    """Return the value of one property as a read shows it, None when it is unset."""
    reader = READERS[kind.name].get(name)
    return reader(state, row) if reader else row.values.get(name)


def _shared(kind: Kind) -> dict[str, Reader]:
    """Return the readers that every object type has."""
    return {
        "hs_object_id": lambda _, row: str(row.id),
        kind.created: lambda _, row: iso(row.created_ms),
        kind.modified: lambda _, row: iso(row.modified_ms),
        "hs_object_source": lambda _, row: row.values.get("hs_object_source", "INTEGRATION"),
        "hs_object_source_id": lambda _, row: row.values.get("hs_object_source_id", APP_ID),
        "hs_object_source_label": lambda _, row: row.values.get("hs_object_source", "INTEGRATION"),
    }


def _full_name(_: State, row: Row) -> str | None:
    """Return first and last name, or the e-mail."""
    names = " ".join(filter(None, (row.values.get("firstname"), row.values.get("lastname"))))
    return names or row.values.get("email")


def _domain(_: State, row: Row) -> str | None:
    """Return what follows the @ of the e-mail."""
    return row.values.get("email", "").partition("@")[2].lower() or None


def _digits(_: State, row: Row) -> str | None:
    """Return the digits of the phone number."""
    return "".join(filter(str.isdigit, row.values.get("phone", ""))) or None


def _all_ids(_: State, row: Row) -> str:
    """Return the record's id and those merged into it."""
    merged = row.values.get("hs_merged_object_ids", "")
    return ";".join(filter(None, (str(row.id), merged)))


def _plain(value: str) -> Reader:
    """Return a reader that always says the same."""
    return lambda _state, _row: value


def _unworked(_: State, row: Row) -> str:
    """Return whether nobody has been in touch yet."""
    return "false" if row.values.get("num_contacted_notes", "0") != "0" else "true"


CONTACT_READERS: dict[str, Reader] = {
    "hs_all_contact_vids": _all_ids,
    "hs_email_domain": _domain,
    "hs_full_name_or_email": _full_name,
    "hs_is_contact": _plain("true"),
    "hs_is_unworked": _unworked,
    "hs_pipeline": _plain("contacts-lifecycle-pipeline"),
    "hs_searchable_calculated_phone_number": _digits,
    "hs_associated_target_accounts": _plain("0"),
    "hs_currently_enrolled_in_prospecting_agent": _plain("false"),
    "hs_membership_has_accessed_private_content": _plain("0"),
    "hs_prospecting_agent_actively_enrolled_count": _plain("0"),
    "hs_prospecting_agent_total_enrolled_count": _plain("0"),
    "hs_registered_member": _plain("0"),
    "hs_sequences_actively_enrolled_count": _plain("0"),
    "hs_v2_date_entered_current_stage": lambda _, row: row.values.get("hs_v2_date_entered_current_stage"),
    "hs_v2_time_in_current_stage": lambda _, row: row.values.get("hs_v2_date_entered_current_stage"),
    "num_notes": lambda _, row: row.values.get("num_notes", "0"),
    "num_associated_deals": lambda state, row: str(len(state.links.of(CONTACTS, row.id, DEALS)) or "") or None,
}


def _task_done(row: Row) -> bool:
    """Say whether the task is completed."""
    return row.values.get("hs_task_status") == "COMPLETED"


def _past_due(state: State, row: Row) -> bool:
    """Say whether the task is open and its due instant is over."""
    due_ms = parsed(row.values.get("hs_timestamp", ""))
    return not _task_done(row) and due_ms is not None and due_ms < state.moment_ms()


def _truth(claim: Callable[[State, Row], bool]) -> Reader:
    """Return a reader that says true or false."""
    return lambda state, row: "true" if claim(state, row) else "false"


def _one_if_done(*types: str) -> Reader:
    """Return a reader that says 1 for a completed task, of certain types if given."""
    return lambda _, row: str(int(_task_done(row) and (not types or row.values.get("hs_task_type") in types)))


TASK_READERS: dict[str, Reader] = {
    "hs_task_completion_count": _one_if_done(),
    "hs_task_family": _plain("SALES"),
    "hs_task_for_object_type": lambda _, row: row.values.get("hs_task_for_object_type", "OWNER"),
    "hs_task_is_all_day": lambda _, row: row.values.get("hs_task_is_all_day", "false"),
    "hs_task_is_completed": _one_if_done(),
    "hs_task_is_completed_call": _one_if_done("CALL"),
    "hs_task_is_completed_email": _one_if_done("EMAIL"),
    "hs_task_is_completed_linked_in": _one_if_done("LINKED_IN"),
    "hs_task_is_completed_sequence": _plain("0"),
    "hs_task_is_open": _truth(lambda _, row: not _task_done(row)),
    "hs_task_is_overdue": _truth(_past_due),
    "hs_task_is_past_due_date": _truth(_past_due),
    "hs_task_is_sub_task": _plain("false"),
    "hs_task_missed_due_date": _truth(_past_due),
    "hs_task_missed_due_date_count": lambda state, row: str(int(_past_due(state, row))),
    "hs_engagements_last_contacted": lambda _, row: row.values.get("hs_timestamp"),
    "hs_start_date_with_fallback": lambda _, row: iso(row.created_ms),
    "hs_pipeline": lambda _, row: row.values.get("hs_pipeline", TASK_PIPELINE),
    "hs_pipeline_stage": lambda _, row: TASK_STAGES.get(row.values.get("hs_task_status", "NOT_STARTED")),
    "hs_task_status": lambda _, row: row.values.get("hs_task_status", "NOT_STARTED"),
    "hs_task_priority": lambda _, row: row.values.get("hs_task_priority", "NONE"),
    "hs_task_type": lambda _, row: row.values.get("hs_task_type", "TODO"),
}


def _owner_readers() -> dict[str, Reader]:
    """Return the readers that repeat an activity's owner."""
    return {
        "hs_all_owner_ids": lambda _, row: row.values.get("hubspot_owner_id"),
        "hs_user_ids_of_all_owners": lambda _, row: row.values.get("hubspot_owner_id"),
    }


def _activity(kind: Kind) -> dict[str, Reader]:
    """Return the readers that all activities have: coordinates and previews of the body."""
    body = BODIES.get(kind.name, "hs_email_text")

    def text(row: Row) -> str:
        """Return the body, empty when there is none."""
        return row.values.get(body, "")

    return _owner_readers() | {
        "hs_obj_coords": lambda _, row: f"{kind.type_id}-{row.id}",
        "hs_body_preview": lambda _, row: text(row)[:PREVIEW_LENGTH] or None,
        "hs_body_preview_html": lambda _, row: (
            f"<html>\n<head></head>\n<body>\n{text(row)[:PREVIEW_LENGTH]}\n</body>\n</html>" if text(row) else None
        ),
        "hs_body_preview_is_truncated": lambda _, row: (
            str(len(text(row)) > PREVIEW_LENGTH).lower() if text(row) else None
        ),
    }


def _deals() -> dict[str, Reader]:
    """Return whether a deal is closed, and won."""
    return {
        "hs_is_closed": _truth(lambda _, row: row.values.get("dealstage", "").startswith("closed")),
        "hs_is_closed_won": _truth(lambda _, row: row.values.get("dealstage") == "closedwon"),
        "num_associated_contacts": lambda state, row: str(len(state.links.of(DEALS, row.id, CONTACTS))),
    }


def _companies() -> dict[str, Reader]:
    """Return how many contacts a company has."""
    return {"num_associated_contacts": lambda state, row: str(len(state.links.of(COMPANIES, row.id, CONTACTS)))}


def _all_readers() -> dict[str, dict[str, Reader]]:
    """Return the readers of every kind."""
    special = {"contacts": CONTACT_READERS, "tasks": TASK_READERS, "deals": _deals(), "companies": _companies()}
    return {
        kind.name: _shared(kind) | (_activity(kind) if kind.activity else {}) | special.get(kind.name, {})
        for kind in KINDS
    }


READERS = _all_readers()
