"""Webhooks in and out, for systems that have no adapter of their own."""

from connector.adapters.webhook.options import ACTIVITIES, OBJECTS, Options, budget, build, incoming

__all__ = ["ACTIVITIES", "OBJECTS", "Options", "budget", "build", "incoming"]
