"""HubSpot's rate limits: what is refused, with which body, and which headers an answer carries."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from connector.sandbox.hubspot.account import next_midnight_ms
from connector.sandbox.hubspot.errors import Refusal
from connector.sandbox.hubspot.portal_state import APP_ID, PORTAL_ID
from connector.sandbox.instants import SECOND_MS

WINDOW_MS = 10_000
BURST = 190
"""Calls of one app in ten seconds on Professional and Enterprise (usage guidelines, 2026)."""
ASSOCIATION_BURST = 150
SEARCHES = 5
"""Searches per second of the whole account."""
DAILY = 1_000_000


@dataclass(slots=True)
class Window:
    """A rolling window: how many calls may begin within a span."""

    most: int
    span_ms: int
    begun: deque[int] = field(default_factory=deque)

    def free(self, at_ms: int) -> int:
        """Return how many more calls may begin now."""
        while self.begun and self.begun[0] <= at_ms - self.span_ms:
            self.begun.popleft()
        return self.most - len(self.begun)


@dataclass(slots=True)
class Limits:
    """
    The counters of one portal.

    With *on* false everything is let through, but still counted, and headers are as usual.
    """

    on: bool = True
    daily: int = DAILY
    used_today: int = 0
    midnight_ms: int = 0
    calls: Window = field(default_factory=lambda: Window(BURST, WINDOW_MS))
    associations: Window = field(default_factory=lambda: Window(ASSOCIATION_BURST, WINDOW_MS))
    searches: Window = field(default_factory=lambda: Window(SEARCHES, SECOND_MS))
    refused: int = 0

    def check(self, path: str, at_ms: int) -> None:
        """Count one call; refuse it if a limit is used up. A refused call still costs one of the day."""
        if at_ms >= self.midnight_ms:
            self.midnight_ms, self.used_today = next_midnight_ms(at_ms), 0
        self.used_today += 1
        searching = path.endswith("/search") and path.startswith("/crm/objects/")
        windows = [self.searches] if searching else [self.calls]
        if path.startswith("/crm/associations/") or "/associations/" in path:
            windows.append(self.associations)
        full = [window for window in windows if window.free(at_ms) <= 0]
        if self.on and (self.used_today > self.daily or full):
            self.refused += 1
            raise self._refusal(searching=searching)
        for window in windows:
            window.begun.append(at_ms)

    def _refusal(self, *, searching: bool) -> Refusal:
        """Return the body of the limit that was hit; search has its own form."""
        if self.used_today > self.daily:
            extra = {"errorType": "RATE_LIMIT", "policyName": "DAILY"}
            return Refusal(429, "", "You have reached your daily limit.", extra=extra)
        if searching:
            return Refusal(429, "RATE_LIMITS", "You have reached your secondly limit.")
        group = f"publicapi:private_app-api-calls-ten-secondly:{APP_ID}:{PORTAL_ID}"
        extra = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING", "groupName": group}
        return Refusal(429, "", "You have reached your ten_secondly_rolling limit.", extra=extra)

    def headers(self, path: str, at_ms: int) -> dict[str, str]:
        """Return the rate headers of an answer; a search shows only those of the day."""
        shown = {
            "X-HubSpot-RateLimit-Daily": str(self.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.daily - self.used_today)),
        }
        if path.endswith("/search") and path.startswith("/crm/objects/"):
            return shown
        return shown | {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(WINDOW_MS),
            "X-HubSpot-RateLimit-Max": str(self.calls.most),
            "X-HubSpot-RateLimit-Remaining": str(max(0, self.calls.free(at_ms))),
        }
