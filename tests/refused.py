"""What the tests share in which Salesforce refuses something: three people, what became of them, a change halfway."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import BaseAdapter
from typing_extensions import override

from connector.commands import Kind, kind_of
from connector.model import CrmRef
from connector.sandbox.carried import Carried
from connector.store.base import Effect

from tests.pair import Pair
from tests.world import somebody

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
NAMES: Final = ("ann", "ben", "cleo")
COLLECTIONS: Final = "/composite/sobjects"
_REQUEST_ID: Final = re.compile(r"\(request [0-9a-f]{32}\)")


def known(tmp_path: Path) -> Pair:
    """Return the same pair after somebody had a task already, so that the owners in Salesforce are known."""
    pair = opened(tmp_path, here=[somebody("eve")])
    pair.org.rep.create_lead({"LastName": "Test", "Email": "eve@buyer.example"})
    pair.settle(1)
    ask(pair, "eve")
    assert pair.sync().down == {}
    pair.settle(2)
    return pair


def opened(tmp_path: Path, **options: Any) -> Pair:  # noqa: ANN401 - options of the pair
    """Return a pair in which three people were just there, synced once."""
    pair = Pair(tmp_path, [somebody(name, company="Acme") for name in NAMES], **options)
    pair.sync()
    pair.later(5 * MINUTE)
    return pair


def ask(pair: Pair, *names: str) -> None:
    """Let people ask for a demo in HubSpot."""
    for name in names or NAMES:
        pair.engage(name)


def effect(pair: Pair, name: str, kind: Kind) -> Effect:
    """Return the one write of a kind to somebody's lead."""
    ref = CrmRef("salesforce", "lead", pair.org.lead_id(name))
    (found,) = [one for one in pair.effects() if one.command.ref == ref and kind_of(one.command) == kind]
    return found


def whole(pair: Pair, *names: str) -> None:
    """The people are sales-qualified in both CRMs, and have one task each."""
    for name in names:
        assert pair.stages(name) == ("sql", "sql")
        assert len(pair.tasks(name)) == 1


def told(words: str, *parts: str) -> None:
    """The words hold each of *parts*, and a request id."""
    assert not [part for part in parts if part not in words], words
    assert _REQUEST_ID.search(words), words


class Meanwhile(BaseAdapter):
    """A transport under which something happens in the org just before the first write of a pass leaves."""

    def __init__(self, pair: Pair, deed: Callable[[], None]) -> None:
        """Wait for the write."""
        super().__init__()
        self._inner = Carried(pair.org)
        self._deed: Callable[[], None] | None = deed

    @override
    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Carry one request over."""
        if self._deed is not None and COLLECTIONS in (request.url or ""):
            deed, self._deed = self._deed, None
            deed()
        return self._inner.send(request, *args, **options)

    @override
    def close(self) -> None:
        """Hold nothing, so let nothing go."""


def surprised(pair: Pair, deed: Callable[[], None]) -> None:
    """Do one pass whose looks are over when *deed* happens in the org, and whose writes are not."""
    pair.engine = pair.start(Meanwhile(pair, deed))
    pair.sync()
