"""What must hold between sections; a tuple of functions, each of which notes what it finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from connector.config.agreement import unreachable
from connector.config.draft import Draft
from connector.config.payloads import takes_payloads
from connector.config.receiving import outbound_messages_can_be_believed, what_comes_in_can_be_believed
from connector.config.sending import (
    addresses_that_may_be_posted_to,
    templates_name_what_there_is,
    what_cannot_be_seen,
)
from connector.mapping.senders import identifying
from connector.mapping.spec import EngagementMapping
from connector.model import PERSON, SALES_ACTIVITY
from connector.problems import Path

MISSING: Final[Mapping[str, str]] = {
    "timezone": 'Begin the file with timezone = "Europe/Berlin", for example.',
    "systems": 'Add [systems.hubspot] with kind = "hubspot" and token = { env = "HUBSPOT_TOKEN" }.',
    "home": 'Add [home] with stages = ["hubspot"] and tasks = "hubspot": where results are written.',
    "fields": 'Add [fields] with email = { type = "email" } and whatever else is known about a person.',
    "mapping": 'Add [mapping.hubspot.contact] with email = "email": our field = their field.',
    "agreement": 'Add [agreement] with version = "…" and effective = 2026-11-01, then its rules.',
    "owners": 'Add [owners] with fallback = "…", the e-mail of who gets what nobody else can take.',
}


def missing_sections(draft: Draft) -> None:
    """What no configuration can do without is there."""
    for name, hint in MISSING.items():
        given = draft.sheet.given.get(name)
        if given is None or given == {}:
            section = name if name == "timezone" else f"[{name}]"
            draft.wrong((name,), f"{section} is missing.", hint)


def two_sources_of_one_type(draft: Draft) -> None:
    """The same happening seen by two sources would count twice."""
    agreement = draft.document.agreement
    first: dict[str, EngagementMapping] = {}
    for mapping in draft.mappings.values():
        for one in mapping.engagements:
            if one.withdraws:
                continue
            before = first.setdefault(one.type, one)
            if one.id and before.id and one.system == before.system:
                # Both name the happening: told twice it is one.
                continue
            if before is one or one.type == SALES_ACTIVITY or (agreement and one.type in agreement.once_per):
                continue
            where: Path = ("mapping", one.system, "engagement", one.index, "type")
            message = f'"{one.type}" has a second source here, so that one happening may count twice.'
            hint = f'Add [agreement] once_per = {{ {one.type} = "1 hour" }}, or give one of them another type.'
            draft.doubtful(where, message, hint)


def score_above_its_cap(draft: Draft) -> None:
    """A criterion that asks for more points than a score can have never holds."""
    agreement = draft.agreement
    if agreement is None:
        return
    for name, condition in (("mql", agreement.mql), ("sql", agreement.sql), ("require", agreement.require)):
        found = unreachable(condition, agreement.caps) if condition is not None else None
        if found is not None:
            score, cap = found
            message = f'this can never hold: "{score}" has a cap of {cap:g} points and more is asked for.'
            draft.doubtful(("agreement", name), message, f"Ask for less, or raise agreement.caps.{score}.")


def score_that_no_points_reach(draft: Draft) -> None:
    """The same, where the rules together cannot give what a criterion asks for."""
    agreement = draft.agreement
    if agreement is None:
        return
    most: dict[str, float | None] = {}
    for rule in agreement.rules:
        before = most.get(rule.score, 0.0)
        gives = rule.max_points if rule.max_points is not None else rule.points
        if before is None or not isinstance(gives, int | float) or (rule.each and rule.max_points is None):
            most[rule.score] = None
        else:
            most[rule.score] = before + max(0.0, gives)
    limits = {name: points for name, points in most.items() if points is not None and name not in agreement.caps}
    for name, condition in (("mql", agreement.mql), ("sql", agreement.sql), ("require", agreement.require)):
        found = unreachable(condition, limits) if condition is not None else None
        if found is not None:
            score, limit = found
            message = (
                f'this can never hold: all rules of "{score}" together give {limit:g} points and more is asked for.'
            )
            draft.doubtful(("agreement", name), message, "Ask for less, or let a rule give more.")


def sales_activity_has_a_source(draft: Draft) -> None:
    """An `unless` about sales activity is blind when nothing reads what sales does."""
    if SALES_ACTIVITY in draft.scope().engagements:
        return
    for index, playbook in enumerate(draft.playbooks):
        if playbook.unless.sales_activity is not None:
            message = "no mapping reads what sales does, so that this never speaks against a task."
            hint = 'Add [[mapping.hubspot.engagement]] with type = "sales_activity", object = "calls" and by = "rep".'
            draft.doubtful(("task", index, "unless"), message, hint)


def identified_people(draft: Draft) -> None:
    """A system whose rows name no CRM id needs to say which of its paths identifies the person."""
    for system, mapping in draft.mappings.items():
        own = mapping.of(PERSON)
        if not takes_payloads(draft, system) or (
            own is not None and (own.id or identifying(own.columns, draft.fields))
        ):
            continue
        for one in mapping.engagements:
            if not one.person and not one.withdraws:
                path: Path = ("mapping", system, "engagement", one.index)
                hint = 'Add person.email = "data.attendee.email", a path into the payload.'
                draft.wrong(path, "nothing says whose engagement it is.", hint)


def tasks_have_owners_and_reasons(draft: Draft) -> None:
    """An agreement that finds SQLs and gives nobody a task is probably not finished."""
    if not draft.document.task and draft.document.agreement is not None and draft.document.agreement.sql is not None:
        message = "there is no [[task]], so that sales is never told."
        draft.doubtful(("agreement", "sql"), message, 'Add [[task]] with name = "new-sql" and on = { stage = "sql" }.')


CHECKS: Final[tuple[Callable[[Draft], None], ...]] = (
    missing_sections,
    two_sources_of_one_type,
    score_above_its_cap,
    score_that_no_points_reach,
    sales_activity_has_a_source,
    identified_people,
    tasks_have_owners_and_reasons,
    templates_name_what_there_is,
    addresses_that_may_be_posted_to,
    what_cannot_be_seen,
    what_comes_in_can_be_believed,
    outbound_messages_can_be_believed,
)
