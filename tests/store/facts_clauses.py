"""Clauses about facts: what vendors hold, what people did, what could not be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import permutations

from connector.model import CrmRef, Engagement, Stage, Standing
from connector.store.base import Held, Quarantined, Settlement, State

from tests.store.made import DAY, EVERY_TYPE, HOUR, MINE, NOW, company, contact, held, person, sent, task, viewed
from tests.store.suite import Clause, Subject


def a_row_comes_back_with_its_types(subject: Subject) -> None:
    """What a row held is read as it was saved: dates, instants, lists, stages, marks and links as such."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        saved = Held(
            CrmRef("hub:spot%", "con:tact%", "1:2%3A"),
            one,
            EVERY_TYPE,
            NOW,
            raw_stage="marketingqualifiedlead",
            stage=Stage.MQL,
            stage_at=NOW - DAY,
            owner_id="4711",
            company=company(),
            email="ann@acme.example",
            marks={"views": ("12", 3)},
            written={"score": "30"},
            digest="abc",
            gone_at=NOW + DAY,
        )
        turn.save_held([saved, held(company())])
        found = turn.held([saved.ref, company(), contact(9)])
        assert found == {saved.ref: saved, company(): held(company())}
        values = found[saved.ref].values
        assert {name: type(value) for name, value in values.items()} == {
            name: type(value) for name, value in EVERY_TYPE.items()
        }
        assert type(found[saved.ref].stage) is Stage


def a_twin_is_remembered_before_it_is_seen(subject: Subject) -> None:
    """Which row named another is known, the last that did counts, and rows that nobody named are left out."""
    with subject.store() as store, store.writing() as turn:
        lead, other = CrmRef("crm", "lead", "1"), CrmRef("crm", "lead", "2")
        assert turn.named_by([lead]) == {}
        turn.save_twins({lead: contact(1)})
        turn.save_twins({lead: contact(2), other: contact(1)})
        assert turn.named_by([lead, other, contact(1)]) == {lead: contact(2), other: contact(1)}
        assert turn.named_by([other]) == {other: contact(1)}


def instants_are_utc_whatever_their_zone(subject: Subject) -> None:
    """An instant of another zone is the same instant after a round trip, and sorts as an instant."""
    berlin = timezone(timedelta(hours=1))
    with subject.store() as store, store.writing() as turn:
        late, early = turn.new_people(["", ""], NOW)
        turn.touch([late], NOW)
        turn.touch([early], datetime(2026, 11, 20, 10, 30, tzinfo=berlin))
        assert turn.due(NOW, 10) == (early, late)
        assert turn.next_due() == NOW - HOUR / 2


def a_row_is_replaced_whole(subject: Subject) -> None:
    """Saving a row again leaves nothing of what it held before."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, email="ann@acme.example")
        turn.save_held([Held(contact(), one, EVERY_TYPE, NOW, raw_stage="lead", stage=Stage.LEAD, digest="old")])
        bare = Held(contact(), one, {"text": "new"}, NOW + DAY)
        turn.save_held([bare])
        assert turn.held([contact()]) == {contact(): bare}


def a_deleted_row_still_tells_whose_it_was(subject: Subject) -> None:
    """A row found deleted (or merged away) names its person, but is none of the person's rows any more."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, 2)
        turn.save_held([held(contact(2), one, gone_at=NOW)])
        assert turn.owners_of(refs=[contact(1), contact(2), contact(3)]) == {contact(1): one, contact(2): one}
        (dossier,) = turn.dossiers([one])
        assert [row.ref for row in dossier.held] == [contact(1)]


def an_address_follows_its_rows(subject: Subject) -> None:
    """A person has an address of one of their living rows; an address that no row has any more leads to nobody."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, email="old@acme.example")
        turn.save_held([held(contact(1), one, email="new@acme.example")])
        assert turn.owners_of(emails=["old@acme.example", "new@acme.example"]) == {"new@acme.example": one}
        turn.save_held([held(contact(1), one)])
        assert turn.owners_of(emails=["new@acme.example"]) == {}


def a_row_may_change_hands(subject: Subject) -> None:
    """A known row saved with another person and company is theirs from then on, its address as well."""
    with subject.store() as store, store.writing() as turn:
        one, other = person(turn, 1, email="ann@acme.example"), person(turn, 2, 3)
        turn.save_held([held(contact(4), one)])
        turn.save_held([held(contact(1), other, email="ann@acme.example", at=company(1))])
        assert turn.owners_of(refs=[contact(1), contact(4)]) == {contact(1): other, contact(4): one}
        assert turn.people_at([company(1)]) == {company(1): (other,)}
        assert turn.owners_of(emails=["ann@acme.example"]) == {"ann@acme.example": other}
        turn.save_held([held(contact(1), other, gone_at=NOW)])
        assert turn.owners_of(emails=["ann@acme.example"]) == {}


def every_row_gives_its_address(subject: Subject) -> None:
    """Somebody with two rows is known by the address of each."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("a@acme.example", NOW)
        turn.save_held([held(contact(1), one, email="a@acme.example"), held(contact(2), one, email="b@acme.example")])
        assert turn.owners_of(emails=["a@acme.example", "b@acme.example"]) == {
            "a@acme.example": one,
            "b@acme.example": one,
        }


def who_lost_every_row_is_known_by_the_last_address(subject: Subject) -> None:
    """When the last row is deleted the address stays, so that the person is known again when they return."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, 1, email="ann@acme.example")
        turn.save_held([held(contact(1), one, gone_at=NOW)])
        assert turn.owners_of(emails=["ann@acme.example"]) == {"ann@acme.example": one}


def a_company_knows_its_people(subject: Subject) -> None:
    """People are listed once under the company of a living row, companies without people not at all."""
    with subject.store() as store, store.writing() as turn:
        one, other = turn.new_people(["", ""], NOW)
        turn.save_held([
            held(contact(1), one, at=company(1)),
            held(contact(2), one, at=company(1)),
            held(contact(3), other, at=company(1)),
            held(contact(4), other, at=company(2), gone_at=NOW),
        ])
        assert turn.people_at([company(1), company(2), company(3)]) == {company(1): (one, other)}


def rows_of_a_stage_are_found(subject: Subject) -> None:
    """The living rows in one system of everybody in the stages asked for."""
    elsewhere = CrmRef("salesforce", "lead", "00Q1")
    with subject.store() as store, store.writing() as turn:
        mql, lead = turn.new_people(["", ""], NOW)
        turn.save_standings([
            Standing(mql, stage=Stage.MQL, stage_at=NOW),
            Standing(lead, stage=Stage.LEAD, stage_at=NOW),
        ])
        turn.save_held([
            held(contact(1), mql),
            held(contact(2), mql, gone_at=NOW),
            held(elsewhere, mql),
            held(contact(3), lead),
        ])
        assert turn.rows_of_people_in([Stage.MQL, Stage.SQL], "hubspot") == (contact(1),)
        assert turn.rows_of_people_in([Stage.MQL], "salesforce") == (elsewhere,)


def engagement_counts_once(subject: Subject) -> None:
    """A key counts once, whoever brings it again; only people who really got something new are named."""
    with subject.store() as store, store.writing() as turn:
        one, other = turn.new_people(["", ""], NOW)
        assert turn.add_all_engagements([(one, viewed("a")), (one, viewed("a")), (other, viewed("b"))], NOW) == {
            one,
            other,
        }
        assert turn.add_all_engagements([(other, viewed("a")), (one, viewed("c"))], NOW) == {one}
        assert turn.add_engagements(other, [viewed("a"), viewed("d")], NOW) == 1
        assert [[row.key for row in dossier.engagements] for dossier in turn.dossiers([one, other])] == [
            ["a", "c"],
            ["b", "d"],
        ]


def what_was_taken_back_never_returns(subject: Subject) -> None:
    """A withdrawn key counts no more and never again, also when the withdrawal came first."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        turn.add_engagements(one, [viewed("booked"), viewed("kept")], NOW)
        assert turn.withdraw(["booked", "not yet seen"]) == {one}
        assert turn.add_engagements(one, [viewed("booked"), viewed("not yet seen")], NOW) == 0
        assert [row.key for row in turn.dossiers([one])[0].engagements] == ["kept"]


def a_happening_told_again_is_the_later_telling(subject: Subject) -> None:
    """In whatever order two tellings of one key come the later stands; what was taken back stays so."""
    tellings = ((NOW - DAY, "b"), (NOW, "a"), (NOW, "c"))
    with subject.store() as store, store.writing() as turn:
        one, other = turn.new_people(["", ""], NOW)
        for order in permutations(tellings):
            key = repr(order)
            told = [Engagement(key, "meeting_booked", at, attributes={"room": room}) for at, room in order]
            last = max(told, key=lambda row: (row.at, str(row.attributes["room"])))
            for row in told:
                turn.renew_engagements([(one, row)], NOW)
                assert turn.renew_engagements([(one, row)], NOW) == frozenset()
            assert turn.dossiers([one])[0].engagements == (last,)
            assert turn.renew_engagements([(other, row) for row in told], NOW) == frozenset()
            assert turn.withdraw([key]) == {one}
            assert turn.renew_engagements([(other, last)], NOW) == frozenset()
            # In one go it is the same.
            assert turn.renew_engagements([(one, replace(row, key=f"{key} at once")) for row in told], NOW) == {one}
            assert turn.dossiers([one])[0].engagements == (replace(last, key=f"{key} at once"),)
            turn.withdraw([f"{key} at once"])
        assert turn.renew_engagements([(one, viewed("moves"))], NOW) == {one}
        later = replace(viewed("moves"), at=NOW + DAY)
        assert turn.renew_engagements([(other, later)], NOW) == {one, other}


def engagement_comes_back_with_its_types(subject: Subject) -> None:
    """Engagement is read as it was added, oldest first."""
    with subject.store() as store, store.writing() as turn:
        one = turn.new_person("", NOW)
        new = Engagement("z", "form_submitted", NOW, 3, EVERY_TYPE, "website")
        old = Engagement("y", "meeting_booked", NOW - DAY, attributes={"on": date(2026, 11, 30)})
        turn.add_engagements(one, [new, old], NOW)
        (dossier,) = turn.dossiers([one])
        assert dossier.engagements == (old, new)
        assert [type(value) for value in dossier.engagements[1].attributes.values()] == [
            type(value) for value in EVERY_TYPE.values()
        ]


def a_dossier_has_everything(subject: Subject) -> None:
    """Rows and then their companies, in the order asked; nobody who is not there; companies only when wanted."""
    with subject.store() as store, store.writing() as turn:
        one, other, merged = turn.new_people(["", "", ""], NOW)
        rows = [held(contact(1), one, at=company(1)), held(contact(2), one, at=company(1)), held(company(1))]
        gone = [held(contact(3), other, at=company(2)), held(company(2), gone_at=NOW)]
        turn.save_held([*rows, *gone])
        turn.merge_people(one, merged, NOW)
        dossiers = turn.dossiers([other, merged, 99, one])
        assert [dossier.standing.person_id for dossier in dossiers] == [other, one]
        assert [[row.ref for row in dossier.held] for dossier in dossiers] == [
            [contact(3)],
            [contact(1), contact(2), company(1)],
        ]
        (bare,) = turn.dossiers([one], companies=False)
        assert [row.ref for row in bare.held] == [contact(1), contact(2)]
        assert turn.dossiers([]) == ()


def a_task_is_open_until_it_is_known_to_be_over(subject: Subject) -> None:
    """Tasks that wait, are under way or made are open; parked, dropped and closed ones are not."""
    with subject.store() as store, store.writing() as turn:
        one = person(turn, *range(1, 8))
        turn.enqueue([task(one, "held", 1, state=State.HELD), task(one, "dropped", 3), task(one, "closed", 4)])
        turn.drop([2], NOW, "a human said so")
        made, parked, _ = sent(turn, task(one, "made", 5), task(one, "parked", 6), task(one, "flying", 7))
        turn.settle([Settlement(made, MINE, State.DONE), Settlement(parked, MINE, State.PARKED)], NOW)
        turn.close_tasks(["closed", "never ours"], NOW, "completed")
        assert turn.dossiers([one])[0].open_tasks == ("held", "made", "flying")


def a_refused_row_is_noted_once(subject: Subject) -> None:
    """A row that cannot be mapped is kept with its last problem and digest and its first instant, newest first."""
    with subject.store() as store, store.writing() as turn:
        first = Quarantined(contact(1), "employees: \ud800\0", "d1", NOW - DAY, NOW - DAY)
        turn.quarantine([first, Quarantined(contact(2), "no id", "x", NOW - HOUR, NOW - HOUR)])
        turn.quarantine([Quarantined(contact(1), "employees: no number", "d2", NOW, NOW)])
        again = Quarantined(contact(1), "employees: no number", "d2", NOW - DAY, NOW)
        assert turn.quarantined()[0] == again
        assert [row.ref for row in turn.quarantined()] == [contact(1), contact(2)]
        assert len(turn.quarantined(limit=1)) == 1
        turn.quarantine([
            Quarantined(contact(number), "no id", "x", NOW - DAY, NOW - DAY) for number in range(10, 1015)
        ])
        assert turn.quarantined_count() == 1007
        turn.release_quarantine([contact(number) for number in range(10, 1015)])
        turn.release_quarantine([contact(1), contact(3)])
        assert [row.ref for row in turn.quarantined()] == [contact(2)]


CLAUSES: tuple[Clause, ...] = (
    a_row_comes_back_with_its_types,
    a_twin_is_remembered_before_it_is_seen,
    instants_are_utc_whatever_their_zone,
    a_row_is_replaced_whole,
    a_deleted_row_still_tells_whose_it_was,
    an_address_follows_its_rows,
    a_row_may_change_hands,
    every_row_gives_its_address,
    who_lost_every_row_is_known_by_the_last_address,
    a_company_knows_its_people,
    rows_of_a_stage_are_found,
    engagement_counts_once,
    what_was_taken_back_never_returns,
    a_happening_told_again_is_the_later_telling,
    engagement_comes_back_with_its_types,
    a_dossier_has_everything,
    a_task_is_open_until_it_is_known_to_be_over,
    a_refused_row_is_noted_once,
)
