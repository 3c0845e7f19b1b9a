"""The mapping of one system, compiled once: a vendor's row in, what it says about somebody out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.mapping.digest import digest_of
from connector.mapping.engagements import EngagementReader
from connector.mapping.fields import Reader, Reading, reader
from connector.mapping.happenings import Happenings, Marks
from connector.mapping.senders import PersonReader
from connector.mapping.spec import FieldSpec, SystemMapping
from connector.mapping.told import Told
from connector.mapping.vocabulary import NO_WORDS, Vocabulary
from connector.model import PERSON, CrmRef, Record

_UNMAPPED = Reading()


@dataclass(frozen=True, slots=True)
class Mapped:
    """
    All that one row says.

    Attributes:
        ref: The row.
        reading: Its fields; empty when its object has no columns (meetings, memberships).
        happenings: What it tells of engagement.
        told: What a sender tells of a person bit by bit, to be added to what is known; None for a row that is whole.
        digest: Of fields, stage, owner, company, e-mail and marks; equal to the one kept means that nothing mapped has
            changed. Empty when there are problems.
        problems: Plain sentences, fields first; when there are any, quarantine the row and use nothing else.
    """

    ref: CrmRef
    reading: Reading
    happenings: Happenings
    digest: str
    problems: tuple[str, ...] = ()
    told: Told | None = None


class SystemReader:
    """Reads the rows of one system; keeps nothing between two rows, may be called from any thread, never raises."""

    def __init__(self, mapping: SystemMapping, fields: Mapping[str, FieldSpec], words: Vocabulary = NO_WORDS) -> None:
        """
        Compile *mapping*.

        Raises:
            BadPath: A path cannot be read (the configuration check finds it first).
            KeyError: A column names a field that is not declared (likewise).
        """
        self.payloads = mapping.payloads
        """Whether rows are what the system sends by itself."""
        own = tuple(one for one in mapping.objects if not (mapping.payloads and one.object == PERSON))
        self._readers: Mapping[str, Reader] = {one.object: reader(one, fields, words) for one in own}
        self._people = (
            PersonReader(mapping.system, mapping.of(PERSON), mapping.engagements, fields) if mapping.payloads else None
        )
        self._engagements = EngagementReader(mapping.engagements, words)
        people = {PERSON} if mapping.payloads else set()
        self.objects = frozenset(self._readers) | self._engagements.objects | people
        """Objects whose rows mean anything to us."""

    def take(
        self,
        record: Record,
        marks: Marks,
        now: datetime,
        *,
        inherited: Sequence[Marks] = (),
        seen_at: datetime | None = None,
    ) -> Mapped:
        """
        Return all that *record* says; safe to repeat.

        Args:
            record: The row.
            marks: What the last look at this row left; empty for a row never seen.
            now: By our clock.
            inherited: Marks of those rows merged into this one that we knew under their own ids.
            seen_at: `modified_at` of the newest version taken before. Of an older one only date stamps are read; its
                fields are old as well, and the caller leaves them alone.
        """
        if self._people is not None and record.ref.object == PERSON:
            theirs, told = self._people.read(record)
            return Mapped(record.ref, theirs, Happenings(marks=marks), "", theirs.problems, told)
        reading = self.read(record)
        happenings = self._engagements.happenings(record, marks, now, inherited=inherited, seen_at=seen_at)
        problems = reading.problems + happenings.problems
        if problems:
            # Half a row is not taken: its happenings come when the rest of it can be read.
            return Mapped(record.ref, reading, Happenings(marks=marks), "", problems)
        return Mapped(record.ref, reading, happenings, digest_of(reading, happenings.marks))

    def read(self, record: Record) -> Reading:
        """Return the fields of *record*; an empty reading when its object has no columns."""
        read = self._readers.get(record.ref.object)
        return _UNMAPPED if read is None else read(record)

    def read_person(self, record: Record) -> Reading:
        """Return who the person of *record* is, also where it is told bit by bit."""
        return self.read(record) if self._people is None else self._people.read(record)[0]

    def row_keys(self, ref: CrmRef) -> tuple[str, ...]:
        """Return the keys that an activity row can have given, to take them back when the row was deleted."""
        return self._engagements.row_keys(ref)


def compile_mapping(
    mapping: SystemMapping, fields: Mapping[str, FieldSpec], words: Vocabulary = NO_WORDS
) -> SystemReader:
    """Return *mapping* ready to read; raises as `SystemReader` does."""
    return SystemReader(mapping, fields, words)
