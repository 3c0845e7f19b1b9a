"""
What mapping promises, one clause a function, each over a subject: the real modules, or copies broken on purpose.

A clause is an ordinary function that asserts; `test_clauses.py` runs all of them on the real thing, `test_mutants.py`
runs single ones on mutants and demands that they fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import cast

from connector.mapping.compiled import Mapped
from connector.mapping.happenings import Marks
from connector.mapping.spec import EngagementMapping, SystemMapping
from connector.mapping.vocabulary import HUBSPOT
from connector.model import Engagement, Record, Stage

from tests.mapping.made import ANSWERED, BOOKED, CONTACT, FIELDS, FORMS, HOUR, JOINED, NOW, SOLD, VIEWS, ref, row

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """The package under test by the dotted name of its folder."""

    package: str

    def module(self, name: str) -> ModuleType:
        """Return one of its modules."""
        return import_module(f"{self.package}.{name}")

    def take(
        self,
        record: Record,
        marks: Marks | None = None,
        *mappings: EngagementMapping,
        inherited: tuple[Marks, ...] = (),
        seen_at: datetime | None = None,
    ) -> Mapped:
        """Return what a row says under *mappings* (page views and forms unless said)."""
        system = SystemMapping("hubspot", (CONTACT,), mappings or (VIEWS, FORMS))
        reader = self.module("compiled").compile_mapping(system, FIELDS, HUBSPOT)
        return cast("Mapped", reader.take(record, marks or {}, NOW, inherited=inherited, seen_at=seen_at))


Clause = Callable[[Subject], None]


def counts(mapped: Mapped) -> list[int]:
    """Return how many happenings each new engagement stands for."""
    return [one.count for one in mapped.happenings.new]


def a_first_value_counts_whole(subject: Subject) -> None:
    """The first value of a counter counts whole, at its own instant."""
    mapped = subject.take(row({"views": "7", "last_view": "2026-11-20T08:00:00Z"}))
    assert [(one.type, one.count, one.at.isoformat()) for one in mapped.happenings.new] == [
        ("page_viewed", 7, "2026-11-20T08:00:00+00:00")
    ]


def a_first_value_may_be_the_baseline(subject: Subject) -> None:
    """With first_value = "baseline" only growth after the first look counts."""
    views = replace(VIEWS, first_value="baseline")
    first = subject.take(row({"views": "7"}), None, views)
    assert counts(first) == []
    assert counts(subject.take(row({"views": "9"}), first.happenings.marks, views)) == [2]


def only_growth_counts(subject: Subject) -> None:
    """The same value again counts nothing, a higher one its growth."""
    first = subject.take(row({"views": "7"}))
    assert counts(subject.take(row({"views": "7"}), first.happenings.marks)) == []
    assert counts(subject.take(row({"views": "10"}), first.happenings.marks)) == [3]


def a_fall_is_a_new_baseline(subject: Subject) -> None:
    """A counter that falls counts nothing, and grows again from there."""
    first = subject.take(row({"views": "7"}))
    fallen = subject.take(row({"views": "2"}), first.happenings.marks)
    assert counts(fallen) == []
    assert counts(subject.take(row({"views": "3"}), fallen.happenings.marks)) == [1]


def no_two_growths_share_a_key(subject: Subject) -> None:
    """Each growth has a key of its own, and reading it again gives the same key."""
    first = subject.take(row({"views": "1"}))
    second = subject.take(row({"views": "2"}), first.happenings.marks)
    again = subject.take(row({"views": "2"}), first.happenings.marks)
    assert first.happenings.new[0].key != second.happenings.new[0].key == again.happenings.new[0].key
    other = subject.take(row({"views": "1"}, key="124"))
    assert other.happenings.new[0].key != first.happenings.new[0].key


def a_merge_is_a_new_baseline(subject: Subject) -> None:
    """What a merge adds to a counter was counted on the other row; growth after the merge counts."""
    kept = subject.take(row({"views": "5"}, key="1"))
    gone = subject.take(row({"views": "3"}, key="2"))
    same_id = subject.take(row({"views": "8"}, key="1", merged=("2",)), kept.happenings.marks)
    assert counts(same_id) == []
    both = (kept.happenings.marks, gone.happenings.marks)
    new_id = subject.take(row({"views": "8"}, key="3", merged=("1", "2")), None, inherited=both)
    assert counts(new_id) == []
    for merged, key in ((same_id, "1"), (new_id, "3")):
        record = row({"views": "9"}, key=key, merged=("1", "2") if key == "3" else ("2",))
        assert counts(subject.take(record, merged.happenings.marks)) == [1]


def a_merge_from_before_our_time_is_no_news(subject: Subject) -> None:
    """A row that was merged before we ever saw it counts its first value whole."""
    assert counts(subject.take(row({"views": "8"}, merged=("77",)))) == [8]


def a_stamp_taken_over_by_a_merge_is_no_news(subject: Subject) -> None:
    """A date that stood on a merged row was counted there; a date that stood on none is new."""
    gone = subject.take(row({"converted": "2026-11-20T08:00:00Z"}, key="2"))
    inherited = (gone.happenings.marks,)
    old = row({"converted": "2026-11-20T08:00:00Z"}, key="3", merged=("2",))
    assert counts(subject.take(old, None, inherited=inherited)) == []
    new = row({"converted": "2026-11-21T08:00:00Z"}, key="3", merged=("2",))
    assert counts(subject.take(new, None, inherited=inherited)) == [1]


def an_old_copy_moves_no_counter(subject: Subject) -> None:
    """A version of the row older than the one seen neither counts nor lowers a counter."""
    first = subject.take(row({"views": "7"}))
    old = row({"views": "5"}, modified_at=NOW - DAY)
    stale = subject.take(old, first.happenings.marks, seen_at=NOW - HOUR)
    assert counts(stale) == []
    assert counts(subject.take(row({"views": "7"}), stale.happenings.marks)) == []


def an_emptied_counter_keeps_its_mark(subject: Subject) -> None:
    """A counter that is empty for a while does not count whole again."""
    first = subject.take(row({"views": "7"}))
    empty = subject.take(row({"views": None}), first.happenings.marks)
    assert counts(subject.take(row({"views": "8"}), empty.happenings.marks)) == [1]


def each_new_stamp_is_one(subject: Subject) -> None:
    """Each new value of a stamp is one happening with the attributes that stand beside it; the same in any form."""
    first = subject.take(row({"converted": "2026-11-20T08:00:00Z", "form_name": "Demo"}))
    again = subject.take(row({"converted": "1795161600000", "form_name": "Demo"}), first.happenings.marks)
    second = subject.take(row({"converted": "2026-11-21T08:00:00Z", "form_name": "Trial"}), first.happenings.marks)
    assert [dict(one.attributes) for one in first.happenings.new + second.happenings.new] == [
        {"form": "Demo"},
        {"form": "Trial"},
    ]
    assert counts(again) == []


def nothing_happens_in_the_future(subject: Subject) -> None:
    """What is dated in the future is dated by the row's last change."""
    mapped = subject.take(row({"views": "7", "last_view": "2027-01-01T00:00:00Z"}))
    assert mapped.happenings.new[0].at == NOW - HOUR
    undated = subject.take(row({"views": "7"}))
    assert undated.happenings.new[0].at == NOW - HOUR


def once_per_counts_once(subject: Subject) -> None:
    """With once_per a growth counts once, and one soon after not at all."""
    views = replace(VIEWS, once_per=timedelta(hours=1))
    first = subject.take(row({"views": "7", "last_view": "2026-11-20T08:00:00Z"}), None, views)
    soon = row({"views": "9", "last_view": "2026-11-20T08:59:00Z"})
    later = row({"views": "12", "last_view": "2026-11-20T09:00:00Z"})
    second = subject.take(soon, first.happenings.marks, views)
    third = subject.take(later, second.happenings.marks, views)
    assert [counts(first), counts(second), counts(third)] == [[1], [], [1]]


MEETING = {
    "hs_meeting_source": "MEETINGS_PUBLIC",
    "hs_createdate": "2026-11-20T08:00:00Z",
    "hs_meeting_start_time": "2026-12-20T08:00:00Z",
    "hs_meeting_outcome": "SCHEDULED",
}


def a_booking_is_dated_by_the_booking(subject: Subject) -> None:
    """A meeting booked by the person happened when it was booked, not when it will take place."""
    mapped = subject.take(row(MEETING, "meeting"), None, BOOKED, *SOLD)
    assert [(one.type, one.at) for one in mapped.happenings.new] == [
        ("meeting_booked", datetime.fromisoformat("2026-11-20T08:00:00Z"))
    ]


def a_meeting_a_rep_set_up_is_the_reps(subject: Subject) -> None:
    """Whatever is not proven to be the person's doing is the rep's: sales activity with its kind, no booking."""
    for source in ("CRM_UI", "BIDIRECTIONAL_API", "INTEGRATION", None):
        mapped = subject.take(row({**MEETING, "hs_meeting_source": source}, "meeting"), None, BOOKED, *SOLD)
        assert [(one.type, dict(one.attributes)) for one in mapped.happenings.new] == [
            ("sales_activity", {"kind": "meeting"})
        ]


def a_cancelled_meeting_takes_the_booking_back(subject: Subject) -> None:
    """A cancellation withdraws the key that the booking had; moved and missed meetings stay booked."""
    booked = subject.take(row(MEETING, "meeting"), None, BOOKED).happenings.new[0]
    cancelled = subject.take(row({**MEETING, "hs_meeting_outcome": "CANCELED"}, "meeting"), None, BOOKED)
    assert cancelled.happenings.withdrawn == (booked.key,)
    assert cancelled.happenings.new == ()
    for outcome in ("RESCHEDULED", "NO_SHOW", "COMPLETED"):
        mapped = subject.take(row({**MEETING, "hs_meeting_outcome": outcome}, "meeting"), None, BOOKED)
        assert (mapped.happenings.new[0].key, mapped.happenings.withdrawn) == (booked.key, ())


def mails_tell_who_wrote_them(subject: Subject) -> None:
    """An incoming e-mail is the person's, an outgoing one the rep's, one not sent yet nobody's."""
    for direction, status, expected in (
        ("INCOMING_EMAIL", None, ["email_replied"]),
        ("EMAIL", "SENT", ["sales_activity"]),
        ("FORWARDED_EMAIL", None, ["sales_activity"]),
        ("EMAIL", "SCHEDULED", []),
        ("EMAIL", "BOUNCED", []),
    ):
        raw = {"hs_email_direction": direction, "hs_email_status": status, "hs_timestamp": "2026-11-20T08:00:00Z"}
        mapped = subject.take(row(raw, "email"), None, ANSWERED, *SOLD)
        assert [one.type for one in mapped.happenings.new] == expected


def joining_again_is_another_joining(subject: Subject) -> None:
    """A membership is one happening however often it is read; leaving and joining again is another."""

    def joined(at: str, name: str = "Newsletter") -> tuple[Engagement, ...]:
        """Return what a membership says."""
        return subject.take(row({"list": name, "joined_at": at}, "membership", "9:1"), None, JOINED).happenings.new

    first, again, later = joined("2026-11-20T08:00:00Z"), joined("1795161600000"), joined("2026-11-21T08:00:00Z")
    assert first[0].key == again[0].key != later[0].key
    assert joined("2026-11-20T08:00:00Z", "Webinar") == ()


def one_bad_field_holds_the_row_back(subject: Subject) -> None:
    """A row with one unreadable field says so with place, field and value, and neither counts nor moves a mark."""
    mapped = subject.take(row({"numberofemployees": "many", "views": "7"}), {"mark": ("1", 1)})
    assert mapped.problems == (
        'hubspot contact 123: field "employees" from "numberofemployees": "many" is not a whole number',
    )
    assert mapped.digest == ""
    bad = subject.take(row({"views": "lots", "converted": "2026-11-20T08:00:00Z"}), {"mark": ("1", 1)})
    assert bad.problems == ('hubspot contact 123: engagement "page_viewed" from "views": "lots" is not a whole number',)
    assert (bad.happenings.new, dict(bad.happenings.marks)) == ((), {"mark": ("1", 1)})


def stages_are_known_empty_or_unmapped(subject: Subject) -> None:
    """Several values mean one stage; an empty value and one that is not mapped are told apart."""
    for raw, expected in (
        ("salesqualifiedlead", ("salesqualifiedlead", Stage.SQL)),
        ("153180554", ("153180554", Stage.SQL)),
        ("evangelist", ("evangelist", Stage.CUSTOMER)),
        ("opportunity", ("opportunity", None)),
        ("Lead", ("Lead", None)),
        ("", (None, None)),
        (None, (None, None)),
    ):
        reading = subject.take(row({"lifecyclestage": raw})).reading
        assert (reading.raw_stage, reading.stage) == expected


def the_first_value_of_a_stage_is_written(subject: Subject) -> None:
    """Of several values the first is written; a stage that is not mapped is not written at all."""
    written_as = subject.module("stage").written_as
    assert written_as(CONTACT.stage, Stage.SQL) == "salesqualifiedlead"
    assert written_as(CONTACT.stage, Stage.OPPORTUNITY) is None


def an_echo_changes_no_digest(subject: Subject) -> None:
    """Our own results coming back, and a new last-modified instant, leave the digest as it was; a fact changes it."""
    base = {"firstname": "Ann", "connector_engagement": "30"}
    first = subject.take(row(base))
    echo = subject.take(row({**base, "connector_engagement": "40", "hs_noise": "1"}, modified_at=NOW))
    assert first.digest == echo.digest
    assert echo.reading.written == {"connector_engagement": "40"}
    company = subject.take(row(base, parents=(ref("9", "company"),)))
    facts = [{"firstname": "Eve"}, {"lifecyclestage": "lead"}, {"hubspot_owner_id": "5"}, {"views": "1"}]
    digests = {subject.take(row({**base, **fact})).digest for fact in facts} | {first.digest, company.digest}
    assert len(digests) == len(facts) + 2


def two_contacts_of_one_crm_stay_two(subject: Subject) -> None:
    """An address joins across systems, never within one object of one system."""
    identity = subject.module("identity")
    one, two = (identity.Claim(ref(key), "ann@acme.example") for key in "12")
    lead = identity.Claim(ref("00Q1", "lead", "salesforce"), "ann@acme.example")
    fresh = identity.assign((one, two, lead), {})
    assert [newcomer.refs for newcomer in fresh.newcomers] == [(one.ref, lead.ref), (two.ref,)]
    seats = {7: frozenset({("hubspot", "contact")})}
    known = identity.assign((two, lead), {"ann@acme.example": 7}, seats)
    assert (dict(known.people), known.newcomers[0].refs) == ({lead.ref: 7}, (two.ref,))


def a_changed_address_keeps_the_person(subject: Subject) -> None:
    """The CRM id identifies: a row that has its person keeps it whatever address it shows."""
    identity = subject.module("identity")
    claim = identity.Claim(ref("1"), "new@acme.example")
    seats = {7: frozenset({("hubspot", "contact")}), 8: frozenset({("hubspot", "contact")})}
    assigned = identity.assign((claim,), {ref("1"): 7, "new@acme.example": 8}, seats)
    assert (dict(assigned.people), assigned.newcomers, assigned.merges) == ({ref("1"): 7}, (), ())


def a_merged_row_brings_its_people_together(subject: Subject) -> None:
    """Rows that the vendor merged are one person: the one known longest stays."""
    identity = subject.module("identity")
    claim = identity.Claim(ref("3"), merged=(ref("1"), ref("2")))
    assigned = identity.assign((claim,), {ref("1"): 8, ref("2"): 7})
    assert (dict(assigned.people), assigned.merges) == ({ref("3"): 7}, ((7, 8),))


def points_are_written_whole_and_rounded_down(subject: Subject) -> None:
    """29.6 points are written as 29, and a sum a hair below 30 as 30."""
    write = subject.module("write")
    for points, text in ((29.6, "29"), (29.9999999, "30"), (30, "30"), (-0.5, "-1"), (0.0, "0")):
        assert write.fields_to_write(CONTACT, {"engagement": points}) == {"connector_engagement": text}


CLAUSES: tuple[Clause, ...] = (
    a_first_value_counts_whole,
    a_first_value_may_be_the_baseline,
    only_growth_counts,
    a_fall_is_a_new_baseline,
    no_two_growths_share_a_key,
    a_merge_is_a_new_baseline,
    a_merge_from_before_our_time_is_no_news,
    a_stamp_taken_over_by_a_merge_is_no_news,
    an_old_copy_moves_no_counter,
    an_emptied_counter_keeps_its_mark,
    each_new_stamp_is_one,
    nothing_happens_in_the_future,
    once_per_counts_once,
    a_booking_is_dated_by_the_booking,
    a_meeting_a_rep_set_up_is_the_reps,
    a_cancelled_meeting_takes_the_booking_back,
    mails_tell_who_wrote_them,
    joining_again_is_another_joining,
    one_bad_field_holds_the_row_back,
    stages_are_known_empty_or_unmapped,
    the_first_value_of_a_stage_is_written,
    an_echo_changes_no_digest,
    two_contacts_of_one_crm_stay_two,
    a_changed_address_keeps_the_person,
    a_merged_row_brings_its_people_together,
    points_are_written_whole_and_rounded_down,
)
