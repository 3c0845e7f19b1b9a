"""Outbound Messages for tests: envelopes of the real shape, and a house whose door takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connector.adapters.incoming import Posted
from connector.adapters.salesforce.ids import to18
from connector.adapters.salesforce.outbound import SECRET_AT, OutboundMessages
from connector.mapping.arrived import Arrived
from connector.signatures.shared import Shared
from connector.store import open_store
from connector.web.office import Settings
from connector.web.server import serve

from tests.web.house import House

ORG: Final = "00D5g000001AbcDEAS"
OTHER_ORG: Final = to18("00D5g000001AbcE")
SECRET: Final = "a0b1c2d3e4f5a6b7c8d9e0f1"
SESSION: Final = "00D5g000001AbcD!AQEAQ.session.of.an.admin"
ADDRESS: Final = f"/webhooks/salesforce?secret={SECRET}"
LEAD: Final = to18("00Q5g00000H7kLm")
CONTACT: Final = to18("0035g00000H7kLm")
ACCOUNT: Final = to18("0015g00000H7kLm")
CUSTOM: Final = to18("a015g00000H7kLm")
PEOPLE: Final = frozenset({"lead", "contact"})
AT: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
_SOBJECTS: Final = {"00Q": "Lead", "003": "Contact", "001": "Account", "00T": "Task", "00U": "Event"}


def notice_id(number: int) -> str:
    """Return the id of a Notification."""
    return to18(f"04l5g{number:010}")


def lead_id(number: int) -> str:
    """Return the id of a lead."""
    return to18(f"00Q5g{number:010}")


def notification(row: str, notice: str, extra: str = "") -> str:
    """Return one Notification about a row."""
    name = _SOBJECTS.get(row[:3], "Visit__c")
    return (
        f"<Notification><Id>{notice}</Id>"
        f'<sObject xsi:type="sf:{name}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"<sf:Id>{row}</sf:Id><sf:Email>forged@evil.example</sf:Email>{extra}</sObject></Notification>"
    )


def envelope(
    rows: Sequence[tuple[str, str]] = ((LEAD, notice_id(1)),), *, org: str = ORG, head: str = "", inside: str = ""
) -> bytes:
    """Return a message about *rows*, each with the id of its Notification, as Salesforce writes it."""
    told = "".join(notification(row, notice) for row, notice in rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{org}</OrganizationId><ActionId>04k5g0000004CAnAAM</ActionId>"
        f"<SessionId>{SESSION}</SessionId><EnterpriseUrl>https://acme.my.salesforce.com/</EnterpriseUrl>"
        f"<PartnerUrl>https://acme.my.salesforce.com/</PartnerUrl>{told}{inside}"
        "</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def messages(org: str = ORG, secret: str = SECRET, objects: frozenset[str] = PEOPLE) -> OutboundMessages:
    """Return how the messages of an org are taken."""
    return OutboundMessages("salesforce", org, Shared(SECRET_AT, [secret]) if secret else None, objects)


def posted(body: bytes, target: str = ADDRESS) -> Posted:
    """Return a request."""
    return Posted(target, {"content-type": "text/xml; charset=utf-8"}, body, AT)


def arrived(body: bytes) -> Arrived:
    """Return what was kept."""
    return Arrived("one", body, "text/xml", AT)


@contextmanager
def door(folder: Path, incoming: OutboundMessages | None = None, **settings: object) -> Iterator[House]:
    """Open a real door, on a real store, for the messages of an org."""
    store = open_store(f"sqlite:///{folder}/outbound.db")
    store.upgrade()
    house = House(store)
    given = Settings(**settings)  # type: ignore[arg-type]
    house.server = serve(given, house.office(), {"salesforce": incoming or messages()})
    try:
        yield house
    finally:
        house.server.stop()
        store.close()
