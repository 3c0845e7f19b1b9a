"""What goes wrong on request: refusals, cut connections, silence, late writes, broken bodies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.sandbox.hubspot.chance import Chance
from connector.sandbox.hubspot.errors import Refusal, missing_scopes, unauthorized
from connector.sandbox.instants import span_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.sandbox.exchange import Request

NOTHING = timedelta()
LOCKED = timedelta(seconds=2)
"""How long a 423 lasts (error handling page, 2026)."""


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
        status: The status of an ANSWER: 401, 403, 423, 429, 477, 500, 502, 503, 504, 521, 523 or 524.
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


class Faults:
    """The faults that wait for requests; the first that matches strikes."""

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        """Take the *faults* in order of precedence."""
        self._waiting = list(faults)
        self._lasting: list[tuple[int, Fault]] = []
        self._chance = Chance(seed).of("faults")
        self.struck: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add one fault behind the others."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()
        self._lasting.clear()

    def pick(self, request: Request, at_ms: int) -> Fault | None:
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

    def _use_up(self, place: int, fault: Fault, at_ms: int) -> None:
        """Count one strike and begin the span for which it lasts."""
        self.struck.append(fault)
        if fault.times is not None:
            if fault.times > 1:
                self._waiting[place] = replace(fault, times=fault.times - 1)
            else:
                del self._waiting[place]
        span = fault.lasting or (LOCKED if fault.kind is FaultKind.ANSWER and fault.status == 423 else NOTHING)  # noqa: PLR2004 -- the status Locked
        if span:
            self._lasting.append((at_ms + span_ms(span), fault))


def _matches(fault: Fault, request: Request) -> bool:
    """Say whether the fault is meant for this request."""
    return (not fault.method or fault.method == request.method) and fault.path in request.path


MESSAGES = {
    423: "The request could not be completed because the resource is currently locked. Wait at least 2 seconds.",
    429: "You have reached your ten_secondly_rolling limit.",
    477: "This account is currently being migrated between data centers.",
    500: "internal error",
    502: "Bad gateway",
    503: "Service temporarily unavailable",
    504: "Gateway timeout",
    521: "Web server is down",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}


def refusal_of(fault: Fault) -> Refusal:
    """Return the answer of an ANSWER fault."""
    if fault.status == 401:  # noqa: PLR2004 -- Unauthorized has a body of its own
        return unauthorized(expired=True)
    if fault.status == 403:  # noqa: PLR2004 -- Forbidden names scopes
        return missing_scopes(("crm.objects.contacts.read", "crm.objects.contacts.write"))
    headers = {"Retry-After": str(fault.retry_after // timedelta(seconds=1))} if fault.retry_after is not None else {}
    if fault.status == 477 and not headers:  # noqa: PLR2004 -- the only status whose Retry-After is documented
        headers = {"Retry-After": "3600"}
    extra = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"} if fault.status == 429 else {}  # noqa: PLR2004 -- Too Many Requests
    return Refusal(fault.status, "", MESSAGES.get(fault.status, "error"), extra=extra, headers=headers)
