"""An object in a process of its own, so that what it costs is not counted with what its neighbour costs."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import traceback
from multiprocessing.connection import Connection
from typing import Any, Final, Self

_PATIENCE: Final = 300.0
"""Seconds an answer may take: the longest is a first load of 200,000 contacts."""
_END: Final = ("", ())


class Failed(Exception):  # noqa: N818 - says what happened
    """The other process raised; the text is its traceback."""


class Apart:
    """
    Makes an object of another module in a fresh process and calls its methods there; a context manager.

    The class is named by text ("bench.portal:Neighbour"), so that this process need not import it.
    """

    def __init__(self, made_of: str, *args: object) -> None:
        """Begin the process; `ask` waits until the object is there."""
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, made_of, args), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, method: str, *args: object) -> Any:  # noqa: ANN401 - whatever the method returns
        """
        Call a method over there and wait for what it returns.

        Raises:
            Failed: It raised, or its process has ended.
            TimeoutError: It took too long.
        """
        self.tell(method, *args)
        return self.answer()

    def tell(self, method: str, *args: object) -> None:
        """Begin a call whose answer is fetched later."""
        self._pipe.send((method, args))

    def answer(self) -> Any:  # noqa: ANN401 - as `ask`
        """Return what the call that was begun first has returned; raises as `ask`."""
        if not self._pipe.poll(_PATIENCE):
            raise TimeoutError(f"no answer within {_PATIENCE:g} s")
        try:
            well, what = self._pipe.recv()
        except EOFError:
            raise Failed("the other process has ended") from None
        if not well:
            raise Failed(what)
        return what

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        """End the process."""
        with contextlib.suppress(OSError):  # it may have ended by itself
            self._pipe.send(_END)
        self._process.join(timeout=10)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _serve(pipe: Connection, made_of: str, args: tuple[object, ...]) -> None:
    """Make the object and answer calls until told to end."""
    module, _, name = made_of.partition(":")
    try:
        served = getattr(importlib.import_module(module), name)(*args)
        while (call := pipe.recv()) != _END:
            method, given = call
            pipe.send((True, getattr(served, method)(*given)))
    except EOFError:
        return
    except BaseException:  # noqa: BLE001 - whatever it is, who asked has to hear of it
        pipe.send((False, traceback.format_exc()))
