"""A simulated HubSpot: the endpoints a connector uses, version 2026-03, with the behaviours of real portals."""

from connector.sandbox.hubspot.command import run
from connector.sandbox.hubspot.faults import Fault, FaultKind, Faults
from connector.sandbox.hubspot.portal import NO_LAG, Portal
from connector.sandbox.hubspot.unproven import UNPROVEN
from connector.sandbox.people import Deal, Engagement, Person, load
from connector.sandbox.server import Server, serve

__all__ = [
    "NO_LAG",
    "UNPROVEN",
    "Deal",
    "Engagement",
    "Fault",
    "FaultKind",
    "Faults",
    "Person",
    "Portal",
    "Server",
    "load",
    "run",
    "serve",
]
