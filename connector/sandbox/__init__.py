"""Simulated CRMs: for the demo, for tests, and for an admin's rehearsal."""
