"""Death at a chosen I/O point: before or after every request that leaves, before or after every commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from requests.adapters import BaseAdapter
from typing_extensions import override

from connector.store.base import Reading, Store, Writing


class Killed(BaseException):
    """The process dies here; nothing catches it, as nothing catches SIGKILL."""


@dataclass
class Fate:
    """
    Counts I/O points and ends the process at one of them.

    Attributes:
        at: The point at which to die, from 1; 0 for never.
        passed: How many points were passed.
        dead: Whether it has happened: from then on no I/O takes place any more.
    """

    at: int = 0
    passed: int = 0
    dead: bool = False

    def point(self) -> None:
        """Pass one point, or die at it."""
        if self.dead:
            raise Killed
        self.passed += 1
        if self.passed == self.at:
            self.dead = True
            raise Killed


class Pool(Protocol):
    """What stands where the client keeps its connections."""

    def request(self, method: str, url: str, **rest: Any) -> Any:  # noqa: ANN401 - urllib3's own shape
        """Send one request."""


class MortalPool:
    """A pool that may die before a request leaves, or after it was answered and before anybody reads it."""

    def __init__(self, pool: Pool, fate: Fate) -> None:
        """Stand before *pool*."""
        self._pool = pool
        self._fate = fate

    def request(self, method: str, url: str, **rest: Any) -> Any:  # noqa: ANN401 - urllib3's own shape
        """Send one request between two points."""
        self._fate.point()
        answer = self._pool.request(method, url, **rest)
        self._fate.point()
        return answer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the client asks of its pool
        """Hand everything else on."""
        return getattr(self._pool, name)


class MortalCarrier(BaseAdapter):
    """The same for a client that speaks through requests: stands before another transport of its sessions."""

    def __init__(self, inner: BaseAdapter, fate: Fate) -> None:
        """Stand before *inner*."""
        super().__init__()
        self._inner = inner
        self._fate = fate

    @override
    def send(self, request: Any, **rest: Any) -> Any:  # type: ignore[override]
        """Send one request between two points."""
        self._fate.point()
        answer = self._inner.send(request, **rest)
        self._fate.point()
        return answer

    @override
    def close(self) -> None:
        """Close the other one."""
        self._inner.close()


class MortalStore:
    """A store whose process may die before a transaction commits, or right after it did."""

    def __init__(self, store: Store, fate: Fate) -> None:
        """Stand before *store*."""
        self._store = store
        self._fate = fate

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read; nothing can be torn by dying while reading."""
        if self._fate.dead:
            raise Killed
        with self._store.reading() as look:
            yield look

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Write between two points."""
        with self._store.writing() as tx:
            yield tx
            self._fate.point()
        self._fate.point()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the port
        """Hand everything else on."""
        return getattr(self._store, name)
