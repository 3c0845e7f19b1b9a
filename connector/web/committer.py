"""
Deliveries become durable in groups: whatever came while the last transaction was written goes into the next one.

A thread of its own writes, so that the event loop never waits for a disk; who sent is answered only after the commit.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from connector.store.base import Acceptance, Delivery, Store

MOST_AT_ONCE: Final = 512
"""Deliveries of one transaction."""

Waiting = tuple[Delivery, "asyncio.Future[Acceptance]"]


class Full(Exception):  # noqa: N818 - the name says the state of the queue
    """So many deliveries wait to be stored that another one has to come again later."""


class Closed(Exception):  # noqa: N818 - the name says the state of the store
    """The store cannot take anything now; the text is for our log."""


class Committer:
    """Writes deliveries to the store, group by group."""

    def __init__(self, store: Store, wake: Callable[[], None], room: int, memory: int = 64 * 1024 * 1024) -> None:
        """
        Begin with nothing to write.

        Args:
            store: Where they go.
            wake: Called after each transaction that brought something new; must not raise.
            room: Most deliveries that may wait.
            memory: Most bytes of their bodies, so that many large ones cannot fill the memory.
        """
        self._store = store
        self._wake = wake
        self._room = room
        self._memory = memory
        self._waiting: deque[Waiting] = deque()
        self._news = threading.Event()
        self._ending = False
        self._bytes = 0
        self._thread = threading.Thread(target=self._work, name="inbox", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self, patience: float) -> None:
        """Write what still waits, then end; *patience* in seconds."""
        self._ending = True
        self._news.set()
        self._thread.join(timeout=patience)

    async def store(self, delivery: Delivery) -> Acceptance:
        """
        Wait until *delivery* is durable, or known to have been before.

        Raises:
            Full: Too many wait already.
            Closed: It could not be written; nothing of it is kept.
        """
        size = len(delivery.body)
        if len(self._waiting) >= self._room or self._ending:
            raise Full
        if self._bytes and self._bytes + size > self._memory:
            raise Full
        future: asyncio.Future[Acceptance] = asyncio.get_running_loop().create_future()
        self._bytes += size
        self._waiting.append((delivery, future))
        self._news.set()
        try:
            return await future
        finally:
            self._bytes -= size

    def _work(self) -> None:
        """Write group after group until told to end."""
        while True:
            self._news.wait()
            self._news.clear()
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
                self._write(group)
            if self._ending:
                return

    def _write(self, group: Sequence[Waiting]) -> None:
        """Write one group, and let those who wait for it go on."""
        loop = group[0][1].get_loop()
        try:
            with self._store.writing() as tx:
                answers = tx.accept([delivery for delivery, _ in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the next group may go well, and nobody waits for ever
            loop.call_soon_threadsafe(_refuse, group, Closed(str(error)))
            return
        if Acceptance.NEW in answers:
            self._wake()
        loop.call_soon_threadsafe(_answer, group, answers)


def _answer(group: Sequence[Waiting], answers: Sequence[Acceptance]) -> None:
    """Give each what became of it; who has gone away meanwhile needs no answer."""
    for (_, future), answer in zip(group, answers, strict=True):
        if not future.done():
            future.set_result(answer)


def _refuse(group: Sequence[Waiting], refused: Closed) -> None:
    """Tell all of a group that nothing was written."""
    for _, future in group:
        if not future.done():
            future.set_exception(refused)
