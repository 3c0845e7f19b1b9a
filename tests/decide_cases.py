"""
What deciding means, case by case; each takes a build of the core, so that a broken one can be shown to fail.

`test_decide.py` runs them on the product, `test_mutants.py` on copies that were broken on purpose.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import ModuleType

from connector.agreement import Agreement
from connector.criteria.syntax import Did
from connector.model import Stage

from tests.criteria.given import FIELDS, ZONE, rule
from tests.deciding import NOW, TICK, Looked, days, happened, someone

MANY_PAGES = '[[rule]]\nwhen = { engagement = "page_viewed" }\npoints = 10\neach = true\n'


def unknown_stays_unknown_under_not(core: ModuleType) -> None:
    """Not unknown is unknown, in the silent verdict and in the explained one."""
    looked = Looked(core, '[mql]\nnot = { field = "employees", at_least = 50 }')
    assert looked.decide().mql is None
    assert looked.explain().checks["mql"].passed is None
    assert looked.decide(employees=10).mql is True
    assert looked.decide(employees=50).mql is False


def one_no_outweighs_unknown_in_all(core: ModuleType) -> None:
    """All of no and unknown is no; all of yes and unknown is unknown."""
    looked = Looked(core, '[mql]\nall = [{ field = "employees", at_least = 50 }, { field = "checked", equals = true }]')
    assert looked.decide(checked=False).mql is False
    assert looked.decide(checked=True).mql is None
    assert looked.explain(checked=False).checks["mql"].passed is False
    assert looked.explain(checked=True).checks["mql"].passed is None


def one_yes_outweighs_unknown_in_any(core: ModuleType) -> None:
    """Any of yes and unknown is yes; any of no and unknown is unknown."""
    looked = Looked(core, '[mql]\nany = [{ field = "employees", at_least = 50 }, { field = "checked", equals = true }]')
    assert looked.decide(checked=True).mql is True
    assert looked.decide(checked=False).mql is None
    assert looked.explain(checked=False).checks["mql"].passed is None


def a_threshold_is_met_by_exactly_its_points(core: ModuleType) -> None:
    """At least 30 is met by 30 and not by 29; at most 30 is met by 30 and not by 31."""
    least = Looked(core, MANY_PAGES + '[mql]\nscore = "engagement"\nat_least = 30')
    assert least.decide(happened("page_viewed", count=3)).mql is True
    assert least.decide(happened("page_viewed", count=2)).mql is False
    assert least.explain(happened("page_viewed", count=3)).checks["mql"].passed is True
    most = Looked(core, MANY_PAGES + '[mql]\nscore = "engagement"\nat_most = 30')
    assert most.decide(happened("page_viewed", count=3)).mql is True
    assert most.decide(happened("page_viewed", count=4)).mql is False


def a_field_bound_includes_its_value(core: ModuleType) -> None:
    """At least 50 people is met by 50."""
    looked = Looked(core, '[mql]\nfield = "employees"\nat_least = 50\nat_most = 60')
    assert looked.decide(employees=50).mql is True
    assert looked.decide(employees=60).mql is True
    assert looked.decide(employees=49).mql is False
    assert looked.decide(employees=61).mql is False


def the_end_of_a_window_belongs_to_it(core: ModuleType) -> None:
    """What happened exactly 14 days ago is within 14 days; a tick earlier is not."""
    looked = Looked(core, '[mql]\nengagement = "meeting_booked"\nwithin = "14 days"')
    assert looked.decide(happened("meeting_booked", days(14))).mql is True
    assert looked.explain(happened("meeting_booked", days(14))).checks["mql"].passed is True
    assert looked.decide(happened("meeting_booked", days(14) + TICK)).mql is False


def the_next_look_is_when_the_window_ends(core: ModuleType) -> None:
    """Who qualifies by what is in a window is looked at again one tick after it has left."""
    looked = Looked(core, '[mql]\nengagement = "meeting_booked"\nwithin = "14 days"')
    assert looked.decide(happened("meeting_booked", days(10))).recheck_at == NOW + days(4) + TICK
    assert looked.decide().recheck_at is None


def the_next_look_waits_for_the_deciding_happening(core: ModuleType) -> None:
    """With more in the window than asked, it is the happening that leaves too few behind that counts."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\nat_least = 2\nwithin = "14 days"')
    seen = [happened("page_viewed", days(ago)) for ago in (12, 8, 1)]
    assert looked.decide(*seen).recheck_at == NOW + days(6) + TICK


def silence_is_looked_for_when_it_begins(core: ModuleType) -> None:
    """Who was here lately is looked at again when they will have been silent for long enough."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\nnot_within = "30 days"')
    decision = looked.decide(*(happened("page_viewed", days(ago)) for ago in (40, 10, 20)))
    assert decision.mql is False
    assert decision.recheck_at == NOW + days(20) + TICK
    assert looked.decide(happened("page_viewed", days(31))).mql is True


def points_halve_with_the_age_of_the_happening(core: ModuleType) -> None:
    """After one half-life half the points are left, after two a quarter; each happening by its own age."""
    looked = Looked(core, MANY_PAGES + 'half_life = "14 days"\n')
    assert looked.decide(happened("page_viewed", days(14))).scores["engagement"] == 5
    assert looked.decide(happened("page_viewed", days(28))).scores["engagement"] == 2.5
    both = (happened("page_viewed", days(14)), happened("page_viewed", days(28), count=2))
    assert looked.decide(*both).scores["engagement"] == 10
    assert looked.explain(*both).lines[0].points == 10


def points_given_once_fade_by_the_newest(core: ModuleType) -> None:
    """A rule that gives its points once loses them by the age of the newest happening."""
    text = '[[rule]]\nwhen = { engagement = "page_viewed", at_least = 2 }\npoints = 20\nhalf_life = "10 days"\n'
    looked = Looked(core, text)
    assert looked.decide(happened("page_viewed", days(30)), happened("page_viewed", days(10))).scores["total"] == 10


def the_next_look_is_before_faded_points_cross(core: ModuleType) -> None:
    """Forty points that halve every 10 days are looked at again just before they are thirty."""
    looked = Looked(core, MANY_PAGES + 'half_life = "10 days"\n[mql]\nscore = "engagement"\nat_least = 30')
    seen = happened("page_viewed", count=4)
    again = looked.decide(seen).recheck_at
    assert again is not None
    assert looked.decide(seen, now=again - timedelta(seconds=1)).mql is True
    assert looked.decide(seen, now=again + timedelta(seconds=2)).mql is False


def the_cap_comes_before_the_rounding(core: ModuleType) -> None:
    """A cap of a third gives a line of 0.333333, in the silent score and in the printed line."""
    looked = Looked(core, MANY_PAGES + "max_points = 0.3333333333\n")
    assert looked.decide(happened("page_viewed")).scores["engagement"] == 0.333333
    assert looked.explain(happened("page_viewed")).lines[0].points == 0.333333


def a_rule_gives_no_more_than_its_cap(core: ModuleType) -> None:
    """Ten visits of ten points give forty where forty is the most; negative points stop at their least."""
    looked = Looked(core, MANY_PAGES + "max_points = 40\n")
    assert looked.decide(happened("page_viewed", count=10)).scores["engagement"] == 40
    minus = Looked(core, MANY_PAGES.replace("10", "-10") + "max_points = -40\n")
    assert minus.decide(happened("page_viewed", count=10)).scores["engagement"] == -40


def a_score_gives_no_more_than_its_cap(core: ModuleType) -> None:
    """The score stops at its cap, whatever the order of its lines, and the lines still add up."""
    loss = '[[rule]]\nwhen = { engagement = "email_opened" }\npoints = -5\n'
    for text in (MANY_PAGES + loss, loss + MANY_PAGES):
        looked = Looked(core, text + "[caps]\nengagement = 25\n")
        seen = happened("page_viewed", count=4), happened("email_opened")
        assert looked.decide(*seen).scores == {"engagement": 25, "total": 25}
        assert sum(line.points for line in looked.explain(*seen).lines) == 25


def each_happening_counts_as_often_as_it_says(core: ModuleType) -> None:
    """A counter that grew by five is five happenings."""
    looked = Looked(core, MANY_PAGES + '[mql]\nengagement = "page_viewed"\nat_least = 5')
    decision = looked.decide(happened("page_viewed", count=5))
    assert decision.scores["engagement"] == 50
    assert decision.mql is True


def days_are_those_of_the_configured_zone(core: ModuleType) -> None:
    """23:30 and 22:30 UTC of one November day are two days in Berlin, and 01:00 and 22:00 are one."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\nat_least = 2\ndistinct = "day"')

    def at(hour: int, minute: int) -> timedelta:
        return NOW - datetime(2026, 11, 18, hour, minute, tzinfo=UTC)

    assert looked.decide(happened("page_viewed", at(23, 30)), happened("page_viewed", at(22, 30))).mql is True
    assert looked.decide(happened("page_viewed", at(1, 0)), happened("page_viewed", at(22, 0))).mql is False


def different_values_are_counted_once_each(core: ModuleType) -> None:
    """Two pages seen three times are two different pages; a happening without the attribute is none."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\nat_least = 3\ndistinct = "url"')
    seen = [happened("page_viewed", days(ago), url=url) for ago, url in ((1, "/a"), (2, "/b"), (3, "/a"), (4, None))]
    assert looked.decide(*seen).mql is False
    assert looked.decide(*seen, happened("page_viewed", url="/c")).mql is True


def two_sources_of_one_happening_count_once(core: ModuleType) -> None:
    """Within the span two forms are one, beyond it two; the attributes of both are known."""
    looked = Looked(core, MANY_PAGES.replace("page_viewed", "form_submitted") + "[once_per]\nform_submitted = 3600\n")
    first = happened("form_submitted", timedelta(minutes=60), form="Demo")
    assert looked.decide(first, happened("form_submitted")).scores["total"] == 10
    later = happened("form_submitted", -TICK)
    assert looked.decide(first, later).scores["total"] == 20


def a_second_report_of_something_old_is_not_new(core: ModuleType) -> None:
    """What is merged into a happening from before the baseline does not count after it."""
    looked = Looked(core, MANY_PAGES + "[once_per]\npage_viewed = 3600\n")
    old, again = happened("page_viewed", timedelta(minutes=30)), happened("page_viewed", timedelta(minutes=10))
    assert looked.decide(old, again, since=NOW - timedelta(minutes=20)).scores["total"] == 0


def only_what_is_later_than_the_baseline_counts(core: ModuleType) -> None:
    """A happening at the very instant of the baseline is before it."""
    looked = Looked(core, MANY_PAGES)
    seen = happened("page_viewed", days(3)), happened("page_viewed", days(2))
    assert looked.decide(*seen, since=NOW - days(3)).scores["total"] == 10


def what_sales_did_gives_no_points(core: ModuleType) -> None:
    """A rule over any of several types takes nothing from what a rep did, even if it was built without the parser."""
    made = rule('score = "fit"\nname = "a"\nwhen = { engagement = "page_viewed" }\npoints = 5\neach = true')
    made = replace(made, when=Did(("page_viewed", "sales_activity")))
    judge = core.Judge(Agreement("1", NOW, (made,), None, None), (), FIELDS, ZONE)
    seen = (happened("sales_activity"), happened("page_viewed"))
    assert judge.decide(someone({}), seen, NOW).scores["fit"] == 5
    assert judge.explain(someone({}), seen, NOW).lines[0].points == 5


def a_knock_out_blocks_only_when_it_is_true(core: ModuleType) -> None:
    """A competitor is blocked; somebody whose address is not known is not."""
    looked = Looked(core, '[never]\nfield = "email"\ndomain_in = ["rival.com"]\n[mql]\nengagement = "page_viewed"')
    seen = happened("page_viewed")
    assert looked.decide(seen, email="a@rival.com").blocked is True
    assert looked.decide(seen, email="a@rival.com").stage is None
    assert looked.decide(seen).blocked is False
    assert looked.decide(seen).stage is Stage.MQL


def consent_that_cannot_be_seen_blocks(core: ModuleType) -> None:
    """What is required must be true; unknown blocks as no does."""
    looked = Looked(core, '[require]\nfield = "checked"\nequals = true\n[mql]\nengagement = "page_viewed"')
    seen = happened("page_viewed")
    assert looked.decide(seen).blocked is True
    assert looked.decide(seen, checked=False).blocked is True
    assert looked.decide(seen, checked=True).stage is Stage.MQL


def sql_goes_before_mql(core: ModuleType) -> None:
    """Who meets both is SQL; who meets the SQL criteria alone is SQL too."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\n[sql]\nengagement = "meeting_booked"')
    assert looked.decide(happened("meeting_booked"), happened("page_viewed")).stage is Stage.SQL
    assert looked.decide(happened("meeting_booked")).stage is Stage.SQL
    assert looked.decide(happened("page_viewed")).stage is Stage.MQL


def a_clock_that_runs_ahead_loses_nothing(core: ModuleType) -> None:
    """What is dated after now counts as now: in its window, with all its points and no more."""
    looked = Looked(core, MANY_PAGES + 'half_life = "1 hour"\n[mql]\nengagement = "page_viewed"\nwithin = "1 day"')
    decision = looked.decide(happened("page_viewed", -timedelta(hours=5)))
    assert decision.scores["engagement"] == 10
    assert decision.mql is True
    assert looked.explain(happened("page_viewed", -timedelta(hours=5))).lines[0].points == 10


def points_taken_away_come_back_in_time(core: ModuleType) -> None:
    """Who is held down by a negative line is looked at again when that line expires."""
    loss = '[[rule]]\nwhen = { engagement = "email_opened", within = "10 days" }\npoints = -10\n'
    looked = Looked(core, MANY_PAGES + loss + '[mql]\nscore = "engagement"\nat_least = 10')
    seen = happened("page_viewed"), happened("email_opened", days(3))
    decision = looked.decide(*seen)
    assert decision.mql is False
    assert decision.recheck_at == NOW + days(7) + TICK
    assert looked.decide(*seen, now=NOW + days(7) + TICK).mql is True


def shrinking_points_are_looked_at(core: ModuleType) -> None:
    """Points for each in a window are looked at again when so many have left that the threshold is missed."""
    text = MANY_PAGES.replace('"page_viewed"', '"page_viewed", within = "10 days"')
    looked = Looked(core, text + '[mql]\nscore = "engagement"\nat_least = 20')
    seen = happened("page_viewed", days(6)), happened("page_viewed", days(2))
    again = looked.decide(*seen).recheck_at
    assert again == NOW + days(4) + TICK


def nobody_is_looked_at_within_a_minute(core: ModuleType) -> None:
    """A verdict about to turn in seconds is looked at again after a minute, not sooner."""
    looked = Looked(core, '[mql]\nengagement = "page_viewed"\nwithin = "1 day"')
    assert looked.decide(happened("page_viewed", days(1) - timedelta(seconds=5))).recheck_at == NOW + timedelta(
        minutes=1
    )


def dates_turn_at_local_midnight(core: ModuleType) -> None:
    """A renewal 91 days ahead is within 90 days from the next midnight in Berlin on."""
    looked = Looked(core, '[mql]\nfield = "renews_on"\nin_next = "90 days"')
    renewal = date(2026, 11, 20) + days(91)
    decision = looked.decide(renews_on=renewal)
    assert decision.mql is False
    assert decision.recheck_at == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert looked.decide(renews_on=renewal, now=datetime(2026, 11, 20, 23, tzinfo=UTC)).mql is True
    assert looked.decide(renews_on=date(2026, 11, 20)).mql is True
    assert looked.decide(renews_on=date(2026, 11, 19)).mql is False


def older_than_is_strict(core: ModuleType) -> None:
    """An instant exactly 30 days ago is not yet longer ago than 30 days; a tick later it is."""
    looked = Looked(core, '[mql]\nfield = "trial_ends_at"\nolder_than = "30 days"')
    decision = looked.decide(trial_ends_at=NOW - days(30))
    assert decision.mql is False
    assert looked.decide(trial_ends_at=NOW - days(30) - TICK).mql is True
    assert looked.decide(trial_ends_at=NOW - days(20)).recheck_at == NOW + days(10) + TICK


def time_in_a_stage_counts_from_its_beginning(core: ModuleType) -> None:
    """For at least three days holds after exactly three days, and is looked at then."""
    looked = Looked(core, '[sql]\nstage = "mql"\nfor_at_least = "3 days"')
    assert looked.decide(stage=Stage.MQL, in_stage=days(3)).sql is True
    waiting = looked.decide(stage=Stage.MQL, in_stage=days(2))
    assert waiting.sql is False
    assert waiting.recheck_at == NOW + days(1)
    assert looked.decide(stage=Stage.LEAD, in_stage=days(9)).sql is False
    assert looked.decide().sql is False


def points_come_from_a_number(core: ModuleType) -> None:
    """A field's number times the factor; an empty field gives nothing and is named."""
    text = (
        '[[rule]]\nscore = "fit"\nwhen = { engagement = "page_viewed" }\npoints = { field = "revenue", times = 0.5 }\n'
    )
    looked = Looked(core, text + '[mql]\nscore = "fit"\nat_least = 5')
    assert looked.decide(happened("page_viewed"), revenue=30.0).scores["fit"] == 15
    assert looked.decide(happened("page_viewed")).scores["fit"] == 0
    explanation = looked.explain(happened("page_viewed"))
    assert explanation.missing == ("revenue",)
    assert explanation.checks["mql"].missing == ("revenue",)


def points_come_from_a_summed_attribute(core: ModuleType) -> None:
    """The numbers of the matching happenings are summed; texts that are numbers count, others do not."""
    looked = Looked(
        core, '[[rule]]\nwhen = { engagement = "trial_used" }\npoints = { attribute = "seats", times = 2 }\n'
    )
    seen = [
        happened("trial_used", days(ago), seats=seats) for ago, seats in ((1, 3), (2, "4.5"), (3, "many"), (4, None))
    ]
    assert looked.decide(*seen).scores["total"] == 15
    assert looked.explain(*seen).lines[0].points == 15


def a_sum_is_compared_as_a_sum(core: ModuleType) -> None:
    """Ninety minutes of webinars in sum are ninety minutes, however many webinars."""
    looked = Looked(core, '[mql]\nengagement = "webinar_attended"\nsum = "minutes"\nat_least = 90')
    assert looked.decide(
        happened("webinar_attended", minutes=60), happened("webinar_attended", days(1), minutes=30)
    ).mql
    assert looked.decide(happened("webinar_attended", minutes=89)).mql is False


def the_total_is_the_sum_of_all_scores(core: ModuleType) -> None:
    """A criterion over the total adds up fit and engagement."""
    fit = '[[rule]]\nscore = "fit"\nwhen = { field = "employees", at_least = 50 }\npoints = 20\n'
    looked = Looked(core, MANY_PAGES + fit + '[mql]\nscore = "total"\nat_least = 30')
    decision = looked.decide(happened("page_viewed"), employees=50)
    assert decision.scores == {"engagement": 10, "fit": 20, "total": 30}
    assert decision.mql is True
    assert looked.decide(happened("page_viewed"), employees=49).mql is False


def decimal_points_add_up_exactly(core: ModuleType) -> None:
    """Three times a tenth is three tenths, and meets a threshold of three tenths."""
    tenth = '[[rule]]\nname = "{0}"\nwhen = {{ engagement = "page_viewed" }}\npoints = 0.1\n'
    text = "".join(tenth.format(name) for name in "abc")
    looked = Looked(core, text + '[mql]\nscore = "engagement"\nat_least = 0.3')
    assert looked.decide(happened("page_viewed")).scores["engagement"] == 0.3
    assert looked.decide(happened("page_viewed")).mql is True


def a_value_left_by_another_type_is_empty(core: ModuleType) -> None:
    """A text in a number field, as a changed type leaves it behind, is unknown and stops nobody else."""
    looked = Looked(core, '[mql]\nfield = "employees"\nat_least = 50')
    for wrong in ("200", True, float("nan")):
        assert looked.decide(employees=wrong).mql is None
        assert looked.explain(employees=wrong).checks["mql"].passed is None


CASES = {
    name: case
    for name, case in list(globals().items())
    if callable(case) and getattr(case, "__module__", "") == __name__ and not name.startswith("_")
}
