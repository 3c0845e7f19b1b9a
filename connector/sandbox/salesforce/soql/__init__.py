"""SOQL, the part of it that the connector and its neighbours send: text → tree → SQL over the org's tables."""
