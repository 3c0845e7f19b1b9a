"""The records of one org, its schema, and the questions it answers about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from connector.sandbox.instants import SECOND_MS, millis
from connector.sandbox.salesforce import derived
from connector.sandbox.salesforce.furniture import furnish
from connector.sandbox.salesforce.ids import IdMaker, to18
from connector.sandbox.salesforce.schema import SchemaBook, SObject
from connector.sandbox.salesforce.soql.run import Result, Runner
from connector.sandbox.salesforce.standard import standard
from connector.sandbox.salesforce.storage import Storage
from connector.sandbox.salesforce.stored import Stored, keeper, shower

Clock = Callable[[], datetime]


class Database:
    """
    Everything an org keeps, without its rules: what a client may write is checked elsewhere.

    Not safe for threads; whoever serves it holds a lock. A new one holds its Organization, the integration user
    (``user_id``), and the rows of LeadStatus and TaskStatus.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 0,
        null_ne: bool = True,
        bare: bool = False,
        account_engagement: bool = False,
    ) -> None:
        """
        Begin with an org nobody has worked in.

        Args:
            clock: The instant, for stamps, date literals and the archive.
            seed: Chooses the ids.
            null_ne: Whether ``!=``, ``NOT IN`` and ``NOT`` return records whose field is empty; sources conflict.
            bare: Leave out the custom fields of the connector's set-up step.
            account_engagement: Add the fields of that package.
        """
        self.clock = clock
        self.schema: SchemaBook = standard(bare=bare, account_engagement=account_engagement)
        self.storage = Storage(self.schema)
        self._ids = IdMaker(seed)
        self._blanks: dict[str, tuple[int, Mapping[str, Stored]]] = {}
        self._runner = Runner(self.storage, clock, null_ne=null_ne)
        self.user_id = self._ids.next("005")
        self.org_id = self._ids.next("00D")
        furnish(self)

    def now_ms(self) -> int:
        """Return the clock's instant, cut to the second as every stamp is."""
        now = millis(self.clock())
        return now - now % SECOND_MS

    def new_id(self, sobject: str) -> str:
        """Return the id that the next record of an object gets, and use it up."""
        return self._ids.next(self.schema.of(sobject).prefix)

    def insert(
        self,
        sobject: str,
        values: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 -- Salesforce's own word
        at_ms: int | None = None,
    ) -> str:
        """
        Add a record as it is: nothing is checked, defaults and derived values are filled in.

        Args:
            sobject: The object, without regard to case.
            values: Names in the schema's spelling; instants as text, datetime or epoch milliseconds.
            id: The record's id, made if not given.
            at_ms: When it was created and last changed; now if not given. *values* may say each by itself.

        Raises:
            KeyError: No such object or field.
            ValueError: A text is no number, day or instant.
        """
        kind = self.schema.of(sobject)
        stamp = self.now_ms() if at_ms is None else at_ms - at_ms % SECOND_MS
        record_id = to18(id) if id else self._ids.next(kind.prefix)
        row: dict[str, Stored] = {"Id": record_id, **self._blank(kind)}
        row["CreatedDate"] = row["LastModifiedDate"] = row["SystemModstamp"] = stamp
        given = self._kept(kind, values)
        row.update(given)
        derived.derive(kind.name, row, given, self.schema, stamp)
        self.storage.insert(kind, row)
        return record_id

    def update(self, sobject: str, id: str, values: Mapping[str, Any], *, stamp_ms: int | None = None) -> None:  # noqa: A002
        """
        Change a record, deleted or not; SystemModstamp moves, all other system fields only when *values* say so.

        Raises:
            KeyError: No such object, field or record.
            ValueError: A text is no number, day or instant.
        """
        kind = self.schema.of(sobject)
        record_id = to18(id)
        given = self._kept(kind, values)
        change: dict[str, Stored] = dict(given)
        stamp = self.now_ms() if stamp_ms is None else stamp_ms - stamp_ms % SECOND_MS
        change.setdefault("SystemModstamp", stamp)
        if kind.name in derived.DERIVING:
            before = self.storage.get(kind, record_id)
            if before is None:
                raise KeyError(record_id)
            whole = before | change
            if "DurationInMinutes" in given and "EndDateTime" not in given:
                whole["EndDateTime"] = None
            derived.derive(kind.name, whole, given, self.schema, stamp)
            change = {name: value for name, value in whole.items() if value != before[name]}
        if change:
            self.storage.update(kind, record_id, change)

    def get(self, sobject: str, id: str) -> dict[str, Any] | None:  # noqa: A002
        """Return every field of a record as REST shows it, also of a deleted one; None when it never was."""
        kind = self.schema.of(sobject)
        row = self.storage.get(kind, to18(id))
        if row is None:
            return None
        shown: dict[str, Any] = {}
        for name, value in row.items():
            show = shower(kind.fields[name])
            shown[name] = show(value) if show else value
        if "IsArchived" in shown:
            shown["IsArchived"] = self._runner.archived(kind, shown["Id"])
        return shown

    def ids(self, sobject: str) -> Iterator[str]:
        """Return the ids of all records, deleted ones too, oldest first."""
        return self.storage.ids(self.schema.of(sobject))

    def find(self, sobject: str, name: str, value: object) -> tuple[str, ...]:
        """Return the ids of the records whose field holds *value* (text without regard to case), deleted ones too."""
        kind = self.schema.of(sobject)
        return self._runner.holders(kind, kind.fields[name], keeper(kind.fields[name])(value))

    def query(self, soql: str, *, all_rows: bool = False, user_fields: bool = True, version: str = "62.0") -> Result:
        """
        Answer a query.

        Args:
            soql: The text as sent.
            all_rows: Deleted and archived records too, as queryAll does.
            user_fields: Hide what field-level security hides; False sees every field.
            version: The API version that the records' addresses name.

        Raises:
            SoqlError: With Salesforce's code and text; SIMULATOR_UNSUPPORTED for what only the real one can do.
        """
        return self._runner.run(soql, all_rows=all_rows, user_fields=user_fields, version=version)

    def _blank(self, kind: SObject) -> Mapping[str, Stored]:
        """Return the values of a record that says nothing, as long as the object's fields stay as they are."""
        known = self._blanks.get(kind.name)
        if known is None or known[0] != kind.version:
            users = ("CreatedById", "LastModifiedById", "OwnerId")
            blank: dict[str, Stored] = {name: self.user_id for name in users if name in kind.fields}
            for each in kind.fields.values():
                default = each.default()
                if default is not None:
                    blank[each.name] = int(default) if isinstance(default, bool) else default
            known = self._blanks[kind.name] = (kind.version, blank)
        return known[1]

    @staticmethod
    def _kept(kind: SObject, values: Mapping[str, Any]) -> dict[str, Stored]:
        """Return values as the tables keep them; an empty boolean is false."""
        kept: dict[str, Stored] = {}
        for name, value in values.items():
            each = kind.fields[name]
            if value is None:
                kept[name] = 0 if each.type == "boolean" else None
            else:
                kept[name] = keeper(each)(value)
        return kept
