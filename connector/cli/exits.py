"""Exit codes that scripts rely on; those above 64 are sysexits'."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    CHANGES = 3
    """`plan --detailed-exitcode` found changes."""
    REJECTED = 4
    """Finished; some records were rejected by the CRM or could not be mapped."""
    HELD = 5
    """Finished; some changes are held by a brake."""
    UNREACHABLE = 69
    LATER = 75
    """Try later: the API budget is used up, or another process holds the sync role."""
    CREDENTIALS = 77
    CONFIG = 78


DOWN = {
    "network": Exit.UNREACHABLE,
    "paused": Exit.UNREACHABLE,
    "budget": Exit.LATER,
    "credentials": Exit.CREDENTIALS,
    "scopes": Exit.CREDENTIALS,
    "gone": Exit.UNREACHABLE,
    "setup": Exit.CONFIG,
}
"""What an adapter's kind of "down" means for the exit code."""
