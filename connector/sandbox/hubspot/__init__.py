"""A simulated HubSpot: the endpoints a connector uses, version 2026-03, with the behaviours of real portals."""

from connector.sandbox.hubspot.faults import Fault, FaultKind, Faults
from connector.sandbox.hubspot.portal import Portal

__all__ = ["Fault", "FaultKind", "Faults", "Portal"]
