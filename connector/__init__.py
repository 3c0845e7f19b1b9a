"""Decides by your own agreement who is MQL and who is SQL, writes it to the CRM, and gives sales the task."""

__version__ = "0.1.0"
