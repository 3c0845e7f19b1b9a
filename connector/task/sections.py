"""The parts of a task's text, in the order in which a rep needs them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connector.agreement import Playbook
from connector.lifecycle import rank
from connector.mapping.spec import FieldSpec
from connector.model import Explanation, Person, Stage
from connector.task.body import Block
from connector.task.clean import clean
from connector.task.contact import card, facts, reached, worth_asking
from connector.task.points import sums
from connector.task.story import Reader, Story
from connector.words import Words

_SAYS: Final = 10
_SENTENCE: Final = 600
_OPENING: Final = 99
"""Characters of the first sentence: the reason ends within the first hundred."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    Everything that the text of one task is made from.

    Attributes:
        playbook: What fired.
        person: Whom it is about.
        explanation: Why.
        fields: What is declared about people.
        version: Of the agreement; may be empty.
        reader: Whose language, clock and day.
        story: What the person did.
        stage: Where they stand once this is done.
    """

    playbook: Playbook
    person: Person
    explanation: Explanation
    fields: Mapping[str, FieldSpec]
    version: str
    reader: Reader
    story: Story
    stage: Stage | None


def sections(case: Case) -> tuple[Block, ...]:
    """Return why, who and how, what to say, what happened, what is known, the sums, and how to say no."""
    words = case.reader.words
    person_card = card(case.person, case.fields, case.reader)
    opening, named = _opening(person_card.name, case.story, case.stage, words)
    name = () if named or not person_card.name else (person_card.name,)
    who = words.listed((*name, *person_card.position))
    return (
        Block((opening,)),
        Block((*((who,) if who else ()), *reached(person_card, case.reader))),
        Block(_says(case.playbook, case.explanation)),
        _happened(case.story, words),
        Block(_known(case)),
        Block(
            (*sums(case.explanation.lines, words), *_why(case.stage, case.version, words)),
            words.say("why.heading"),
            optional=True,
        ),
        Block((clean(case.playbook.reject, _SENTENCE) or _reject(case.stage, words),)),
    )


def _reject(stage: Stage | None, words: Words) -> str:
    """Return how to say no; nobody shall set a customer or an open opportunity back for it."""
    return words.say("reject.kept" if rank(stage) > rank(Stage.SQL) else "reject")


def _happened(story: Story, words: Words) -> Block:
    """Return the dated lines; none where the opening has said all there is."""
    if len(story.lines) == 1 and not story.earlier and story.reason:
        return Block(())
    earlier = (words.say("did.earlier", count=story.earlier),) if story.earlier else ()
    return Block((*story.lines, *earlier), words.say("did.heading"), bullets=True, optional=True)


def _known(case: Case) -> tuple[str, ...]:
    """Return the facts that the decision rests on, and what it would have liked to know."""
    words = case.reader.words
    known = words.listed(facts(case.person, case.fields, case.story.facts, case.reader))
    ask = words.listed(worth_asking(case.fields, case.explanation.missing, case.reader))
    lines = (words.say("known", facts=known) if known else "", words.say("ask", fields=ask) if ask else "")
    return tuple(line for line in lines if line)


def _opening(name: str, story: Story, stage: Stage | None, said: Words) -> tuple[str, bool]:
    """Return the first sentence, with the reason in its first hundred characters, and whether it names the person."""
    if not story.reason:
        if stage is None:
            return said.say("opening.asked", who=name or said.say("somebody")), bool(name)
        return said.say("opening.stage", who=name or said.say("somebody"), stage=said.stage(stage)), bool(name)
    if name:
        whole = said.say("opening" if story.fluent else "opening.noted", who=name, reason=story.reason)
        if len(whole) <= _OPENING:
            return whole, True
    whole = said.say("opening.nobody", reason=story.reason)
    return whole[:1].upper() + whole[1:], False


def _says(playbook: Playbook, explanation: Explanation) -> tuple[str, ...]:
    """Return the playbook's sentence, then those of the rules that held, the newest reason's rule first, once each."""
    top = explanation.top_evidence
    by_reason = sorted(explanation.lines, key=lambda line: top is None or top not in line.evidence)
    sentences = (playbook.say, *(line.say for line in by_reason))
    return tuple(dict.fromkeys(said for one in sentences if (said := clean(one, _SENTENCE))))[:_SAYS]


def _why(stage: Stage | None, version: str, said: Words) -> tuple[str, ...]:
    """Return where the person stands and by which agreement."""
    edition = clean(version, 80)
    if stage is None:
        return (said.say("why.agreement", version=edition),) if edition else ()
    if not edition:
        return (said.say("why.stage", stage=said.stage(stage)),)
    return (said.say("why.stage_and_agreement", stage=said.stage(stage), version=edition),)
