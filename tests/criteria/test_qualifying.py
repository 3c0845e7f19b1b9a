"""The ways in which marketing teams really qualify, each from TOML to a decision."""

from __future__ import annotations

from datetime import timedelta

from connector import decide
from connector.model import Stage

from tests.deciding import Looked, days, happened


def mql(criterion: str) -> Looked:
    """Return an agreement whose MQL criterion is *criterion*."""
    return Looked(decide, f"[mql]\n{criterion}")


def test_a_contact_form_filled() -> None:
    """Who sends the contact form within 30 days is MQL; another form or an old one is not enough."""
    looked = mql('engagement = "form_submitted"\nwhere = { form = "Contact" }\nwithin = "30 days"')
    assert looked.decide(happened("form_submitted", days(3), form="Contact")).stage is Stage.MQL
    assert looked.decide(happened("form_submitted", days(3), form="Careers")).stage is None
    assert looked.decide(happened("form_submitted", days(31), form="Contact")).stage is None


def test_a_white_paper_or_e_book_downloaded() -> None:
    """Two different documents qualify, the same one twice does not."""
    looked = mql('engagement = "document_downloaded"\nat_least = 2\ndistinct = "document"')
    guide, book = (happened("document_downloaded", days(2), document=name) for name in ("Guide", "E-book"))
    assert looked.decide(guide, book).stage is Stage.MQL
    assert looked.decide(guide, happened("document_downloaded", days(1), document="Guide")).stage is None


def test_a_newsletter_subscribed() -> None:
    """Subscribing is engagement like any other."""
    looked = mql('engagement = "newsletter_subscribed"')
    assert looked.decide(happened("newsletter_subscribed", days(300))).stage is Stage.MQL
    assert looked.decide().stage is None


def test_an_e_mail_read_or_clicked() -> None:
    """Three mails read or clicked, in any mixture, within 14 days."""
    looked = mql('engagement = ["email_opened", "email_clicked"]\nat_least = 3\nwithin = "14 days"')
    seen = [happened("email_opened", days(1)), happened("email_opened", days(5)), happened("email_clicked", days(5))]
    assert looked.decide(*seen).stage is Stage.MQL
    assert looked.decide(*seen[1:]).stage is None


def test_a_webinar_attended() -> None:
    """Who stayed for at least half an hour of a webinar on pricing."""
    asked = 'where = { minutes = { at_least = 30 }, title = { has_word = "pricing" } }'
    looked = mql(f'engagement = "webinar_attended"\n{asked}')
    assert looked.decide(happened("webinar_attended", days(1), title="On pricing", minutes=45)).stage is Stage.MQL
    assert looked.decide(happened("webinar_attended", days(1), title="On pricing", minutes=5)).stage is None


def test_a_number_of_visited_pages() -> None:
    """Ten pages, read from a growing counter as three and seven."""
    looked = mql('engagement = "page_viewed"\nat_least = 10\nwithin = "30 days"')
    assert looked.decide(happened("page_viewed", days(2), 3), happened("page_viewed", days(1), 7)).stage is Stage.MQL
    assert looked.decide(happened("page_viewed", days(2), 3), happened("page_viewed", days(31), 7)).stage is None


def test_repeated_visits() -> None:
    """Visits on three different days, not many pages of one day."""
    looked = mql('engagement = "page_viewed"\nat_least = 3\ndistinct = "day"\nwithin = "14 days"')
    assert looked.decide(*(happened("page_viewed", days(ago)) for ago in (1, 2, 3))).stage is Stage.MQL
    assert looked.decide(*(happened("page_viewed", timedelta(minutes=ago)) for ago in (1, 2, 3))).stage is None


def test_a_demo_or_meeting_booked() -> None:
    """A booked demo makes an SQL at once."""
    looked = Looked(
        decide, '[mql]\nengagement = "page_viewed"\n[sql]\nengagement = "meeting_booked"\nwithin = "30 days"'
    )
    assert looked.decide(happened("meeting_booked", days(1), title="Demo")).stage is Stage.SQL


def test_a_specific_product_question_asked() -> None:
    """A form whose name or answer speaks of a question."""
    looked = mql(
        'any = [{ engagement = "form_submitted", where = { form = { has_word = "question" } } },'
        ' { engagement = "form_submitted", where = { answer = { contains = ["price", "integration"] } } }]'
    )
    assert looked.decide(happened("form_submitted", form="Product question")).stage is Stage.MQL
    assert looked.decide(happened("form_submitted", form="Contact", answer="Which integrations?")).stage is Stage.MQL
    assert looked.decide(happened("form_submitted", form="Contact", answer="Hello")).stage is None


def test_demographic_and_company_fit() -> None:
    """Title, country and size fit; an unknown size is unknown, not no."""
    looked = mql(
        'all = [{ field = "job_title", matches = "^(cto|head)" }, { field = "country", in = ["de", "at"] },'
        ' { field = "employees", at_least = 50, at_most = 5000 }]'
    )
    assert looked.decide(job_title="Head of IT", country="AT", employees=400).stage is Stage.MQL
    assert looked.decide(job_title="Head of IT", country="AT", employees=9000).mql is False
    assert looked.decide(job_title="Head of IT", country="AT").mql is None


def test_a_grade_of_another_system() -> None:
    """A grade of at least B- by the declared order, and a score taken over as it is."""
    looked = Looked(
        decide,
        '[[rule]]\nscore = "fit"\nwhen = { field = "grade", at_least = "B-" }\npoints = { field = "revenue" }\n'
        '[mql]\nscore = "fit"\nat_least = 60',
    )
    assert looked.decide(grade="B", revenue=61.5).stage is Stage.MQL
    assert looked.decide(grade="C", revenue=61.5).stage is None


def test_no_sales_contact_yet() -> None:
    """Who was called last week is left alone until sales has been silent for 30 days."""
    looked = mql('all = [{ engagement = "page_viewed" }, { engagement = "sales_activity", not_within = "30 days" }]')
    assert looked.decide(happened("page_viewed")).stage is Stage.MQL
    called = looked.decide(happened("page_viewed"), happened("sales_activity", days(7)))
    assert called.stage is None
    assert called.recheck_at is not None
    assert looked.decide(happened("page_viewed"), happened("sales_activity", days(31))).stage is Stage.MQL


def test_a_persons_own_check_recorded_in_a_field() -> None:
    """A tick that somebody in marketing sets by hand."""
    looked = mql('field = "checked"\nequals = true')
    assert looked.decide(checked=True).stage is Stage.MQL
    assert looked.decide(checked=False).stage is None
    assert looked.decide().mql is None


def test_a_score_threshold() -> None:
    """Fit and engagement each over its bound."""
    looked = Looked(
        decide,
        '[[rule]]\nscore = "fit"\nwhen = { field = "employees", at_least = 50 }\npoints = 20\n'
        '[[rule]]\nwhen = { engagement = "page_viewed" }\npoints = 5\neach = true\nmax_points = 40\n'
        '[mql]\nall = [{ score = "fit", at_least = 20 }, { score = "engagement", at_least = 30 }]',
    )
    assert looked.decide(happened("page_viewed", count=6), employees=50).stage is Stage.MQL
    assert looked.decide(happened("page_viewed", count=5), employees=50).stage is None
    assert looked.decide(happened("page_viewed", count=6), employees=49).stage is None


def test_waiting_too_long_as_mql() -> None:
    """Who has been MQL for three days and still comes back."""
    looked = Looked(
        decide,
        '[sql]\nall = [{ stage = "mql", for_at_least = "3 days" }, { engagement = "page_viewed" }]',
    )
    assert looked.decide(happened("page_viewed"), stage=Stage.MQL, in_stage=days(4)).stage is Stage.SQL
    assert looked.decide(happened("page_viewed"), stage=Stage.MQL, in_stage=days(2)).stage is None
