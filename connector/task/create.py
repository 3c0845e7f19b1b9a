"""From a decided playbook to the task as it will stand in the CRM; pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from connector.agreement import Hours, Playbook
from connector.commands import CreateTask
from connector.hours import due
from connector.lifecycle import rank
from connector.mapping.spec import FieldSpec
from connector.model import CrmRef, Engagement, Explanation, Person, Stage
from connector.owners import OwnerChoice
from connector.task.body import Block, rendered
from connector.task.clean import clean
from connector.task.contact import shown
from connector.task.sections import Case, sections
from connector.task.story import Reader, Story, told
from connector.task.subject import headline, placeholders
from connector.words import words

KEY_LENGTH: Final = 26
"""Characters: 130 bits, which no two tasks of one portal will ever share."""

_A_DAY: Final = timedelta(days=1)
_PRIORITIES: Final = ("high", "medium", "low", "none")
_NO_ENGAGEMENTS: Final[Mapping[str, Engagement]] = MappingProxyType({})


def task_key(portal: str, ref: CrmRef, playbook: str, episode: int) -> str:
    """
    Return the key that names one task for ever: the same for the same episode, whatever the rules say by then.

    Args:
        portal: The vendor's id of the account; the admin's name of a system may change, this does not.
        ref: The record that the task hangs on.
        playbook: Name of the playbook.
        episode: How many times it fired for this person.
    """
    parts = (portal, ref.object, ref.id, playbook, str(episode))
    # A separator inside a part is marked, so that no two lists of parts ever read the same.
    whole = "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    return base64.b32encode(hashlib.sha256(whole.encode("utf-8", "surrogatepass")).digest()).decode()[:KEY_LENGTH]


def create_task(  # noqa: PLR0913 - what a task is made of comes from as many places, each by its name
    *,
    playbook: Playbook,
    person: Person,
    explanation: Explanation,
    ref: CrmRef,
    company: CrmRef | None,
    portal: str,
    episode: int,
    owner: OwnerChoice,
    fields: Mapping[str, FieldSpec],
    hours: Hours,
    language: str,
    timezone: ZoneInfo,
    version: str,
    now: datetime,
    marker: bool,
    engagements: Mapping[str, Engagement] = _NO_ENGAGEMENTS,
) -> CreateTask:
    """
    Return the task that a rep will read.

    Args:
        playbook: What fired.
        person: Whom it is about.
        explanation: Why.
        ref: The record it hangs on.
        company: The person's primary company.
        portal: The vendor's id of the account, part of the key.
        episode: How many times the playbook fired for this person, this one included.
        owner: Who gets it; with a zone of their own, dates and due time are theirs.
        fields: What is declared about people.
        hours: When something can be due.
        language: Of the text, unless the playbook has its own.
        timezone: For dates where the owner's zone is not known.
        version: Of the agreement.
        now: The instant of the decision, from which the due time runs.
        marker: Whether the key stands in the text, for a CRM that has no unique field for it.
        engagements: By key, where the caller has them: they name forms, pages and documents that evidence only dates.

    Raises:
        ValueError: There are no words for the language.
    """
    zone = _zone(owner.timezone)
    clock = zone or timezone
    reader = Reader(words(playbook.language or language), clock, now.astimezone(clock).date())
    story = told(explanation, engagements, reader)
    stage = _stage(playbook, person, explanation)
    case = Case(playbook, person, explanation, fields, version, reader, story, stage)
    key = task_key(portal, ref, playbook.name, episode)
    values = _values(person, story, stage, playbook.subject, reader)
    fallback = reader.words.say("subject.fallback", object=ref.object, record=clean(ref.id, 40))
    last = (Block((reader.words.say("marker", key=key),)),) if marker else ()
    body = rendered((*sections(case), *last))
    due_at = due(now, playbook.due, hours, business=playbook.due_business, zone=zone)
    return CreateTask(
        key=key,
        ref=ref,
        playbook=playbook.name,
        subject=headline(playbook.subject, values, reader.words) or fallback,
        body=body.html,
        body_text=body.text,
        due_at=due_at,
        owner_id=owner.id,
        owner=owner.email,
        type=playbook.type,
        priority=priority(playbook, explanation.decision.scores),
        company=company,
        unless_open_deal=playbook.unless.open_deal,
        set_owner=playbook.set_owner,
        due_on=due_at.astimezone(clock).date(),
        remind_at=due_at if playbook.due < _A_DAY else None,
    )


def priority(playbook: Playbook, scores: Mapping[str, float]) -> str:
    """Return the highest priority among the bands that *scores* reach, else the playbook's fixed one."""
    reached_bands = {band.priority for band in playbook.bands if scores.get(band.score, 0.0) >= band.at_least}
    return next((one for one in _PRIORITIES if one in reached_bands), playbook.priority)


def _zone(name: str) -> ZoneInfo | None:
    """Return the zone called *name*; None for none and for one that nobody knows."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        # A vendor may name a zone that this machine has never heard of; the configured one serves.
        return None


def _stage(playbook: Playbook, person: Person, explanation: Explanation) -> Stage | None:
    """Return where the person stands once this is done: further on the ladder of what is and what is decided."""
    decided = playbook.on_stage or explanation.decision.stage
    if person.stage in {Stage.DISQUALIFIED, Stage.OTHER} and playbook.on_stage is None:
        return person.stage
    return person.stage if rank(person.stage) > rank(decided) else decided or person.stage


def _values(person: Person, story: Story, stage: Stage | None, template: str, reader: Reader) -> Mapping[str, str]:
    """Return a value for each placeholder of *template*, and the e-mail address, which may stand in for a name."""
    values = {name: shown(person, name, reader) for name in (*placeholders(template), "email")}
    values["top_reason"] = story.reason
    values["stage"] = reader.words.stage(stage) if stage else ""
    return values
