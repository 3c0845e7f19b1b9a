"""Wakes those who deliver: one for what one can send, everybody where there is much."""

from __future__ import annotations

import threading
from datetime import timedelta


class Bell:
    """Rung when something may be delivered to one system; threads share it."""

    def __init__(self) -> None:
        """Nobody has rung yet."""
        self._news = threading.Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it was rung; to be looked at before looking for work, so that no ring is missed."""
        return self._rung

    def ring(self, *, for_all: bool = False) -> None:
        """Wake one who rests, or all of them; who is at work hears of it when they want to rest."""
        with self._news:
            self._rung += 1
            if for_all:
                self._news.notify_all()
            else:
                self._news.notify()

    def rest(self, seen: int, pause: timedelta) -> None:
        """Wait for a ring beyond those that were *seen*, or until *pause* has passed."""
        with self._news:
            if self._rung == seen:
                self._news.wait(pause.total_seconds())
