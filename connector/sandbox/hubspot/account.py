"""Endpoints about the account itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.sandbox.hubspot.portal_state import PORTAL_ID, TIME_ZONE
from connector.sandbox.instants import DAY_MS, instant, iso, millis, span_ms

if TYPE_CHECKING:
    from connector.sandbox.hubspot.limits import Limits

Json = dict[str, object]


def details(at_ms: int) -> Json:
    """Answer ``GET /account-info/{version}/details``."""
    offset = instant(at_ms).astimezone(ZoneInfo(TIME_ZONE)).utcoffset() or timedelta()
    minutes = offset // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return {
        "portalId": PORTAL_ID,
        "accountType": "STANDARD",
        "timeZone": TIME_ZONE,
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
        "utcOffsetMilliseconds": span_ms(offset),
        "uiDomain": "app-eu1.hubspot.com",
        "dataHostingLocation": "eu1",
    }


def next_midnight_ms(at_ms: int) -> int:
    """Return when the day ends in the account's time zone."""
    local = instant(at_ms).astimezone(ZoneInfo(TIME_ZONE))
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    after = millis(tomorrow)
    return after if after > at_ms else after + DAY_MS


def usage(limits: Limits, at_ms: int) -> Json:
    """Answer ``GET /account-info/{version}/api-usage/daily/private-apps``."""
    return {
        "results": [
            {
                "name": "private-apps-api-calls-daily",
                "usageLimit": limits.daily,
                "currentUsage": limits.used_today,
                "collectedAt": iso(at_ms),
                "fetchStatus": "SUCCESS",
                "resetsAt": iso(next_midnight_ms(at_ms)),
            }
        ]
    }
