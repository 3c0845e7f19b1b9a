"""What the port promises of streams, pulls and strong reads, one clause a function."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from connector.adapters.base import OPEN_DEALS
from connector.adapters.memory import Trouble

from tests.adapters.clauses import begun, down, only, pages, read
from tests.adapters.patience import AGES
from tests.adapters.subjects import Subject
from tests.clock import START


def parents_come_first(subject: Subject) -> None:
    """Streams have names of their own, and what people belong to comes before them."""
    names = [one.name for one in subject.adapter.streams()]
    assert len(set(names)) == len(names)
    assert names.index(subject.parents) < names.index(subject.stream)


def the_first_load_brings_every_row(subject: Subject) -> None:
    """From the beginning, every row comes, over as many pages as it takes."""
    made = {subject.contact(f"Ann{n}").id for n in range(subject.many)}
    subject.clock.sleep(AGES)
    found = pages(subject)
    assert read(found).keys() >= made
    assert len(found) > 2


def a_row_comes_with_the_vendors_own_names(subject: Subject) -> None:
    """Raw values stand under the vendor's field names, untouched, with the instant of the last change."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    record = read(pages(subject))[ref.id]
    assert record.ref == ref
    assert record.raw.get(subject.name_field) == "Ann"
    assert record.raw.get(subject.stage_field) == subject.stages[0]
    assert START - timedelta(minutes=1) <= record.modified_at <= subject.clock()


def only_the_first_load_is_backfill(subject: Subject) -> None:
    """Pages of the first load say so, later ones do not."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    found = pages(subject)
    assert found[0].backfill
    subject.change(ref, subject.name_field, "Bea")
    subject.clock.sleep(AGES)
    assert not any(page.backfill for page in pages(subject, found[-1].cursor))


def every_change_after_is_brought(subject: Subject) -> None:
    """What changes after a look comes with the next one, with its new values, and so does what is new."""
    refs = [subject.contact(f"Ann{n}") for n in range(12)]
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    for n, ref in enumerate(refs[:7]):
        subject.change(ref, subject.name_field, f"Bea{n}")
        subject.clock.sleep(timedelta(milliseconds=17))
    new = subject.contact("Cleo")
    subject.clock.sleep(AGES)
    found = read(pages(subject, cursor))
    assert found.keys() >= {ref.id for ref in refs[:7]}
    assert [found[ref.id].raw.get(subject.name_field) for ref in refs[:7]] == [f"Bea{n}" for n in range(7)]
    assert new.id in found


def many_changes_at_one_instant_all_come(subject: Subject) -> None:
    """More rows than a page that changed at the same instant are all brought."""
    refs = [subject.contact(f"Ann{n}") for n in range(subject.many)]
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    for ref in refs:
        subject.change(ref, subject.name_field, "Same")
    subject.clock.sleep(AGES)
    found = read(pages(subject, cursor))
    assert sum(one.raw.get(subject.name_field) == "Same" for one in found.values()) == len(refs)


def the_same_cursor_loses_nothing(subject: Subject) -> None:
    """A cursor that is asked for again gives what it gave before."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    subject.change(ref, subject.name_field, "Bea")
    subject.clock.sleep(AGES)
    once, twice = (read(pages(subject, cursor)) for _ in range(2))
    assert ref.id in once
    assert once.keys() <= twice.keys()


def a_new_process_goes_on_from_the_cursor(subject: Subject) -> None:
    """Where a stream stands is in the cursor and nowhere else."""
    refs = [subject.contact(f"Ann{n}") for n in range(subject.many)]
    subject.clock.sleep(AGES)
    first = begun(subject)
    rest = pages(subject, first.cursor, adapter=subject.again())
    assert read([first, *rest]).keys() >= {ref.id for ref in refs}
    assert first.records[0].ref.id not in read(rest)


def nothing_new_costs_one_request(subject: Subject) -> None:
    """When nothing has changed one request finds that out."""
    subject.contact("Ann")
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    subject.clock.sleep(AGES)
    cursor = pages(subject, cursor)[-1].cursor
    subject.clock.sleep(AGES)
    before = subject.requests()
    page = subject.adapter.pull(subject.stream, cursor)
    assert (page.records, page.gone, page.more) == ((), (), False)
    assert subject.requests() - before == 1


def pages_say_up_to_when_they_are_whole(subject: Subject) -> None:
    """The instant up to which nothing is left out is never in the future and moves on."""
    subject.contact("Ann")
    subject.clock.sleep(AGES)
    first = pages(subject)[-1]
    subject.clock.sleep(AGES)
    later = pages(subject, first.cursor)[-1]
    assert START < first.as_of < later.as_of <= subject.clock()


def what_was_deleted_is_told(subject: Subject) -> None:
    """A deleted row is named by one of the streams."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    names = [one.name for one in subject.adapter.streams() if one.object == subject.person]
    cursors = {name: pages(subject, stream=name)[-1].cursor for name in names}
    subject.delete(ref)
    subject.clock.sleep(AGES)
    gone = [one for name in names for page in pages(subject, cursors[name], stream=name) for one in page.gone]
    assert ref in gone


def a_merge_is_told_by_who_lives_on(subject: Subject) -> None:
    """The row that took another in comes with the name of that other."""
    winner, loser = subject.contact("Ann"), subject.contact("Bea")
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    alive = subject.merge(winner, loser)
    subject.clock.sleep(AGES)
    assert loser in read(pages(subject, cursor))[alive.id].merged


def a_record_that_became_another_is_told_by_that_one(subject: Subject) -> None:
    """However the vendor lets one record become a new one, of whatever object, that one comes with the name of it."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    became = subject.become(ref)
    found = subject.adapter.fetch([ref])
    assert (dict(found.records), found.gone) == ({}, frozenset())
    assert {old: one.ref for old, one in found.moved.items()} == {ref: became}
    subject.clock.sleep(AGES)
    assert [one.ref for one in read(pages(subject, cursor)).values() if ref in one.merged] == [became]


def a_page_that_rests_has_more_to_come(subject: Subject) -> None:
    """A page asks for a rest only while the vendor prepares what comes next, and then for some time."""
    subject.contact("Ann")
    subject.contact("Bea")
    subject.clock.sleep(AGES)
    for page in pages(subject):
        assert page.rest is None or (page.more and page.rest > timedelta())


def a_pull_that_fails_loses_nothing(subject: Subject) -> None:
    """While nothing can be read the adapter is down; then the same cursor brings what there is."""
    ref = subject.contact("Ann")
    subject.clock.sleep(AGES)
    cursor = pages(subject)[-1].cursor
    subject.change(ref, subject.name_field, "Bea")
    subject.clock.sleep(AGES)
    for trouble in Trouble:
        subject.trouble(trouble, write=False)
        with down() as caught:
            subject.adapter.pull(subject.stream, cursor)
        assert caught.value.reason
        subject.clock.sleep(AGES)
    assert ref.id in read(pages(subject, cursor))


def a_strong_read_sees_a_change_at_once(subject: Subject) -> None:
    """What was changed a moment ago is there, whatever an index knows."""
    ref = subject.contact("Ann")
    subject.change(ref, subject.name_field, "Bea")
    fetched = subject.adapter.fetch([ref])
    assert fetched.records[ref].raw.get(subject.name_field) == "Bea"


def every_ref_gets_one_answer(subject: Subject) -> None:
    """Each ref asked for is a record, gone, or moved, and nothing else is answered."""
    alive, deleted, merged, winner = (subject.contact(name) for name in ("Ann", "Bea", "Cleo", "Dora"))
    never = subject.never()
    subject.delete(deleted)
    lives_on = subject.merge(winner, merged)
    fetched = subject.adapter.fetch([alive, deleted, merged, never])
    assert fetched.records.keys() == {alive}
    assert fetched.gone == {deleted, never}
    assert {ref: one.ref for ref, one in fetched.moved.items()} == {merged: lives_on}


def many_rows_take_few_requests(subject: Subject) -> None:
    """Any number of refs is read in batches."""
    refs = [subject.contact(f"Ann{n}") for n in range(230)]
    before = subject.requests()
    assert subject.adapter.fetch(refs).records.keys() == set(refs)
    assert subject.requests() - before <= 3


def open_deals_are_counted_on_request(subject: Subject) -> None:
    """Beside each row stands how many open deals it has, none being 0, and only when asked."""
    busy, idle = subject.buyer("Ann"), subject.buyer("Bea")
    subject.open_deal(busy)
    fetched = subject.adapter.fetch([busy, idle], also=frozenset({OPEN_DEALS}))
    assert fetched.records[busy].related == {OPEN_DEALS: 1}
    assert fetched.records[idle].related == {OPEN_DEALS: 0}
    assert OPEN_DEALS not in subject.adapter.fetch([busy]).records[busy].related


def threads_get_their_own_answers(subject: Subject) -> None:
    """Eight threads that read at once each get the rows they asked for."""
    refs = [subject.contact(f"Ann{n}") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda ref: subject.adapter.fetch([ref]).records, refs * 4))
    assert [only(list(one)) for one in found] == refs * 4


CLAUSES: Final = (
    parents_come_first,
    the_first_load_brings_every_row,
    a_row_comes_with_the_vendors_own_names,
    only_the_first_load_is_backfill,
    every_change_after_is_brought,
    many_changes_at_one_instant_all_come,
    the_same_cursor_loses_nothing,
    a_new_process_goes_on_from_the_cursor,
    nothing_new_costs_one_request,
    pages_say_up_to_when_they_are_whole,
    what_was_deleted_is_told,
    a_merge_is_told_by_who_lives_on,
    a_record_that_became_another_is_told_by_that_one,
    a_page_that_rests_has_more_to_come,
    a_pull_that_fails_loses_nothing,
    a_strong_read_sees_a_change_at_once,
    every_ref_gets_one_answer,
    many_rows_take_few_requests,
    open_deals_are_counted_on_request,
    threads_get_their_own_answers,
)
