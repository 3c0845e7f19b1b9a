"""What goes wrong on request, whichever CRM is simulated: answers, cut connections, silence, late writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from connector.sandbox.chance import Chance
from connector.sandbox.instants import span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.sandbox.exchange import Request

NOTHING = timedelta()


class FaultKind(StrEnum):
    """The ways a request can fail."""

    ANSWER = "answer"
    RESET = "reset"
    STALL = "stall"
    LATE = "late"
    TRUNCATED = "truncated"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One thing that goes wrong.

    Attributes:
        kind: What happens; ANSWER gives *status*, RESET cuts at once, STALL is silent for *after* and cuts, LATE
            cuts at once and carries the request out *after* so long, TRUNCATED breaks the body off, LATENCY only
            takes *after* so long.
        status: The status of an ANSWER.
        method: Only requests of this method; empty for all.
        path: Only requests whose path contains this; empty for all.
        skip: How many matching requests pass first.
        times: How many are hit after that; None for all.
        share: Which share of them, by chance.
        applied: Whether the request is carried out before it fails (ANSWER with 5xx, RESET, STALL, TRUNCATED).
        after: The span that STALL, LATE and LATENCY speak of.
        retry_after: Value of the Retry-After header of an ANSWER.
        lasting: Once hit, every further matching request for so long is hit too.
    """

    kind: FaultKind
    status: int = 503
    method: str = ""
    path: str = ""
    skip: int = 0
    times: int | None = 1
    share: float = 1.0
    applied: bool = False
    after: timedelta = NOTHING
    retry_after: timedelta | None = None
    lasting: timedelta = NOTHING

    @property
    def lasts(self) -> timedelta:
        """Return for how long further requests are hit after a strike."""
        return self.lasting


AnyFault = TypeVar("AnyFault", bound=Fault)


class Faults(Generic[AnyFault]):
    """The faults that wait for requests; the first that matches strikes."""

    def __init__(self, faults: Iterable[AnyFault] = (), *, seed: int = 0) -> None:
        """Take the *faults* in order of precedence."""
        self._waiting = list(faults)
        self._lasting: list[tuple[int, AnyFault]] = []
        self._chance = Chance(seed).of("faults")
        self.struck: list[AnyFault] = []

    def add(self, fault: AnyFault) -> None:
        """Add one fault behind the others."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()
        self._lasting.clear()

    def pick(self, request: Request, at_ms: int) -> AnyFault | None:
        """Return the fault that strikes this request, None when it goes well."""
        self._lasting = [each for each in self._lasting if each[0] > at_ms]
        for _, fault in self._lasting:
            if _matches(fault, request):
                return fault
        for place, fault in enumerate(self._waiting):
            if not _matches(fault, request):
                continue
            if fault.skip:
                self._waiting[place] = replace(fault, skip=fault.skip - 1)
                continue
            if fault.share < 1 and self._chance.random() >= fault.share:
                continue
            self._use_up(place, fault, at_ms)
            return fault
        return None

    def _use_up(self, place: int, fault: AnyFault, at_ms: int) -> None:
        """Count one strike and begin the span for which it lasts."""
        self.struck.append(fault)
        if fault.times is not None:
            if fault.times > 1:
                self._waiting[place] = replace(fault, times=fault.times - 1)
            else:
                del self._waiting[place]
        if fault.lasts:
            self._lasting.append((at_ms + span_ms(fault.lasts), fault))


def _matches(fault: Fault, request: Request) -> bool:
    """Say whether the fault is meant for this request."""
    return (not fault.method or fault.method == request.method) and fault.path in request.path
