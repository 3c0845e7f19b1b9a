"""Adapters: the port, and one module or package for each kind of system that keeps it."""
