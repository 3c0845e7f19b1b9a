"""What the tests of the org's records share: a database with a few people, and short ways to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connector.sandbox.salesforce.database import Database
from connector.sandbox.salesforce.soql.errors import SoqlError

from tests.sandbox.desk import Clock

Json = Any


def database(clock: Clock | None = None, *, null_ne: bool = True, bare: bool = False) -> Database:
    """Return an org nobody has worked in."""
    return Database(clock or Clock(), seed=1, null_ne=null_ne, bare=bare)


def lead(db: Database, name: str, at: str = "2026-11-20T10:00:00Z", **values: object) -> str:
    """Add a lead of that last name, created at an instant."""
    stamps = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), at)
    return db.insert("Lead", {"LastName": name, "Company": "Acme", **stamps, **values})


def rows(db: Database, soql: str, **manner: Any) -> list[Mapping[str, Json]]:  # noqa: ANN401 -- as query takes it
    """Return the records that a query answers."""
    return list(db.query(soql, **manner).rows)


def names(db: Database, condition: str, **manner: Any) -> list[str]:  # noqa: ANN401 -- as query takes it
    """Return the last names of the leads that a condition finds, oldest first."""
    return [row["LastName"] for row in rows(db, f"SELECT LastName FROM Lead WHERE {condition}", **manner)]  # noqa: S608 -- SOQL


def refusal(db: Database, soql: str, **manner: Any) -> SoqlError:  # noqa: ANN401 -- as query takes it
    """Return what a query is refused with."""
    with pytest.raises(SoqlError) as caught:
        db.query(soql, **manner)
    return caught.value
