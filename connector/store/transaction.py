"""The verbs of the port, put together from the nouns' modules."""

from __future__ import annotations

from connector.store.delivery import Delivery
from connector.store.dossiers import Dossiers
from connector.store.inbox import Inbox, InboxWriting
from connector.store.ledger import Ledger, LedgerWriting
from connector.store.merging import Merging
from connector.store.outbox import Outbox
from connector.store.runs import Runs, RunsWriting
from connector.store.twins import Twins, TwinsWriting


class Look(Dossiers, Inbox, Ledger, Outbox, Runs, Twins):
    """One consistent look; a `connector.store.base.Reading`."""

    __slots__ = ()


class Turn(Merging, InboxWriting, LedgerWriting, Delivery, RunsWriting, TwinsWriting, Look):
    """One transaction; a `connector.store.base.Writing`."""

    __slots__ = ()
