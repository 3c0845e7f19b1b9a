"""A simulated Salesforce org: its REST API, its query language, and the people who work in it."""

from connector.sandbox.people import Deal, Engagement, Person, load
from connector.sandbox.salesforce.command import run
from connector.sandbox.salesforce.converting import Converted
from connector.sandbox.salesforce.faults import Fault, FaultKind, Faults
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.state import Manner
from connector.sandbox.salesforce.unproven import UNPROVEN
from connector.sandbox.server import Server, serve

__all__ = [
    "UNPROVEN",
    "Converted",
    "Deal",
    "Engagement",
    "Fault",
    "FaultKind",
    "Faults",
    "Manner",
    "Org",
    "Person",
    "Server",
    "load",
    "run",
    "serve",
]
