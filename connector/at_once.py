"""
What systems tell by themselves is taken in and judged without waiting for the schedule; a step that owns no thread.

A delivery makes its people due, and they are judged by themselves, however many others are. Whatever comes while a step
is under way is the next step's: under load the steps grow by themselves, and with them the batches that are sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.adapters.base import AdapterDown
from connector.arrivals import take_arrivals
from connector.engine import Engine
from connector.evaluate import evaluate
from connector.sync import brake


@dataclass(frozen=True, slots=True)
class Prompted:
    """
    What one step came to.

    Attributes:
        deliveries: How many deliveries were taken in.
        people: How many people were judged.
        writes: How many writes were stored.
        moved: How many people's stages the brakes let go.
        more: Whether further deliveries wait.
    """

    deliveries: int = 0
    people: int = 0
    writes: int = 0
    moved: int = 0
    more: bool = False


def at_once(engine: Engine, moved: int = 0) -> Prompted:
    """
    Take in what has arrived and judge whom it concerns; safe to repeat and to break off anywhere.

    Args:
        engine: What the steps work with.
        moved: People whose stages were let go since the last pass began: the brake of a run holds for all of them.
    """
    taken = take_arrivals(engine)
    if not taken.people:
        return Prompted(taken.deliveries, more=taken.more)
    try:
        judged = evaluate(engine, engine.rules(), people=sorted(taken.people))
    except AdapterDown as down:
        # They stay due: the next pass judges them, as soon as their home can be asked who takes tasks.
        engine.went_down(engine.config.home.tasks, down.kind, down.reason, down.after)
        return Prompted(taken.deliveries, more=taken.more)
    released = brake(engine, moved=moved, people=taken.people) if judged.writes else 0
    return Prompted(taken.deliveries, judged.people, judged.writes, released, taken.more)
