"""What goes wrong in a HubSpot portal: the refusals that are HubSpot's own, in its words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from typing_extensions import override

from connector.sandbox import faults
from connector.sandbox.faults import NOTHING, FaultKind
from connector.sandbox.hubspot.errors import Refusal, missing_scopes, unauthorized

__all__ = ["Fault", "FaultKind", "Faults", "refusal_of"]

LOCKED = timedelta(seconds=2)
"""How long a 423 lasts (error handling page, 2026)."""


@dataclass(frozen=True, slots=True)
class Fault(faults.Fault):
    """One thing that goes wrong; an ANSWER has 401, 403, 423, 429, 477, 500, 502, 503, 504, 521, 523 or 524."""

    @property
    @override
    def lasts(self) -> timedelta:
        """Return the span given, else HubSpot's own for a lock."""
        locked = self.kind is FaultKind.ANSWER and self.status == 423  # noqa: PLR2004 -- the status Locked
        return self.lasting or (LOCKED if locked else NOTHING)


class Faults(faults.Faults[Fault]):
    """The faults that wait for requests to a portal."""


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
