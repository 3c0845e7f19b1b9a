"""People one recognises, each with what is known of them and why they qualified; the golden texts are about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from connector.agreement import Hours, Playbook
from connector.commands import CreateTask
from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Check, CrmRef, Decision, Engagement, Evidence, Explanation, Person, ScoreLine, Stage, Value
from connector.owners import OwnerChoice
from connector.task import create_task

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
CONTACT = CrmRef("hubspot", "contact", "4711")
HOURS = Hours(frozenset(range(5)), time(9), time(17, 30), BERLIN, "DE-BY")
ANN = OwnerChoice("88", "ann@acme.example")

FIELDS: Mapping[str, FieldSpec] = MappingProxyType({
    "email": FieldSpec("email", FieldType.EMAIL),
    "first_name": FieldSpec("first_name", FieldType.TEXT),
    "last_name": FieldSpec("last_name", FieldType.TEXT),
    "phone": FieldSpec("phone", FieldType.TEXT),
    "mobile_phone": FieldSpec("mobile_phone", FieldType.TEXT),
    "job_title": FieldSpec("job_title", FieldType.TEXT),
    "company": FieldSpec("company", FieldType.TEXT),
    "country": FieldSpec("country", FieldType.TEXT),
    "employees": FieldSpec("employees", FieldType.INTEGER),
    "industry": FieldSpec("industry", FieldType.TEXT),
    "opted_out": FieldSpec("opted_out", FieldType.BOOLEAN),
    "do_not_call": FieldSpec("do_not_call", FieldType.BOOLEAN),
    "sales_ready": FieldSpec("sales_ready", FieldType.BOOLEAN),
})
NEW_SQL = Playbook(
    name="new-sql",
    on_stage=Stage.SQL,
    subject="Call {first_name} {last_name} ({company}): {top_reason}",
    owner=("record owner", "fallback"),
)


def did(kind: str, days_ago: float, detail: str = "", count: int = 1) -> Evidence:
    """Return evidence of something that happened *days_ago*."""
    at = NOW - timedelta(days=days_ago)
    return Evidence(at, kind, detail, count, key=f"{kind}/{at.isoformat()}/{detail}")


def fact(name: str, detail: str = "") -> Evidence:
    """Return evidence that is a field."""
    return Evidence(None, name, detail)


def line(score: str, rule: str, points: float, *evidence: Evidence, say: str = "") -> ScoreLine:
    """Return a score line."""
    return ScoreLine(score, rule, points, say, evidence)


def explained(
    lines: tuple[ScoreLine, ...] = (),
    top: Evidence | None = None,
    checks: Mapping[str, Check] | None = None,
    missing: tuple[str, ...] = (),
) -> Explanation:
    """Return the explanation of somebody who became SQL on *lines*."""
    scores: dict[str, float] = {}
    for one in lines:
        scores[one.score] = scores.get(one.score, 0) + one.points
    decision = Decision(
        Stage.SQL,
        mql=True,
        sql=True,
        blocked=False,
        scores={**scores, "total": sum(scores.values())},
        triggers={},
        recheck_at=None,
    )
    return Explanation(decision, lines, checks or {}, missing, (), "", top)


@dataclass(frozen=True)
class Case:
    """One golden text."""

    fields: Mapping[str, Value]
    explanation: Explanation
    playbook: Playbook = NEW_SQL
    language: str = "en"
    stage: Stage = Stage.SQL
    owner: OwnerChoice = ANN
    marker: bool = False
    engagements: Mapping[str, Engagement] = field(default_factory=dict)

    def task(self) -> CreateTask:
        """Return the task about this person."""
        return create_task(
            playbook=self.playbook,
            person=Person(1, self.fields, self.stage, NOW, (CONTACT,)),
            explanation=self.explanation,
            ref=CONTACT,
            company=CrmRef("hubspot", "company", "9"),
            portal="24",
            episode=1,
            owner=self.owner,
            fields=FIELDS,
            hours=HOURS,
            language=self.language,
            timezone=BERLIN,
            version="2026-11",
            now=NOW,
            marker=self.marker,
            engagements=self.engagements,
        )


_DEMO = did("meeting_booked", 0.1, "Product demo")
_CTO_LINES = (
    line("fit", "Right size", 20, fact("employees")),
    line("fit", "Decides on technology", 25, fact("job_title")),
    line(
        "engagement", "Keeps coming back", 17.3205, did("page_viewed", 0.2, "/pricing", 3), did("page_viewed", 4, "", 6)
    ),
    line("intent", "Booked a meeting", 40, _DEMO, say="Prepare the demo: ask beforehand what they want to see."),
)
CTO = Case(
    {
        "first_name": "Carla",
        "last_name": "Moretti",
        "email": "carla.moretti@brixen-tools.example",
        "phone": "+39 0472 555 010",
        "job_title": "CTO",
        "company": "Brixen Tools",
        "employees": 240,
    },
    explained(_CTO_LINES, _DEMO),
)
_QUESTION = did("form_submitted", 1, "Product question")
ASKED = Case(
    {
        "first_name": "Jonas",
        "last_name": "Lind",
        "email": "jonas@lind.example",
        "phone": "+46 8 555 123",
        "company": "Lind Logistik AB",
        "employees": 80,
    },
    explained(
        (
            line("fit", "Right size", 20, fact("employees")),
            line(
                "intent",
                "Asked about the product",
                40,
                _QUESTION,
                say="Answer the question from the form before anything else.",
            ),
        ),
        _QUESTION,
        missing=("industry", "job_title"),
    ),
    marker=True,
)
_BACK = did("email_clicked", 0.9, "November newsletter")
RETURNED = Case(
    {"first_name": "Ines", "email": "ines@mar.example", "company": "Mar Azul", "phone": "+351 21 555 019"},
    explained(
        (
            line(
                "engagement",
                "Back after a long silence",
                35,
                _BACK,
                did("page_viewed", 0.9, "https://www.seller.example/product/api?utm_source=nl&token=s3cret"),
                did("newsletter_subscribed", 410, "Monthly"),
                say="It has been more than a year: say briefly what is new since then.",
            ),
        ),
        _BACK,
        missing=("employees",),
    ),
)
_PAPER = did("document_downloaded", 2, "Buyer's guide")
NO_PHONE = Case(
    {"first_name": "Tom", "last_name": "Reed", "email": "tom.reed@reed.example", "company": "Reed & Co"},
    explained((line("engagement", "Reads our papers", 30, _PAPER),), _PAPER),
    replace(NEW_SQL, type="email", subject="Write to {first_name} {last_name} at {company}: {top_reason}"),
)
OPTED_OUT = Case(
    {**CTO.fields, "opted_out": True, "mobile_phone": "+39 333 555 0199"},
    explained(_CTO_LINES, _DEMO),
)
UNREACHABLE = Case(
    {
        "first_name": "Noor",
        "email": "noor@haddad.example",
        "phone": "+31 20 555 0101",
        "opted_out": True,
        "do_not_call": True,
    },
    explained((line("intent", "Booked a meeting", 40, _DEMO),), _DEMO),
)
NO_COMPANY = Case(
    {"first_name": "Sam", "last_name": "Okoro", "email": "sam.okoro@mail.example", "phone": "+44 20 5550 0199"},
    explained((line("intent", "Asked about the product", 40, _QUESTION),), _QUESTION, missing=("company", "employees")),
)
_WEBINAR = did("webinar_attended", 3, "Lieferketten im Griff")
GERMAN = Case(
    {
        "first_name": "Jürgen",
        "last_name": "Groß",
        "email": "j.gross@gross-maschinen.example",
        "phone": "+49 821 555 0170",
        "job_title": "Leiter Einkauf",
        "company": "Groß Maschinen GmbH & Co. KG",
        "employees": 410,
    },
    explained(
        (
            line("Passung", "Mittelstand", 20, fact("employees")),
            line("Interesse", "Webinar besucht", 22.5, _WEBINAR, say="Auf die Fragen aus dem Webinar eingehen."),
            line("Interesse", "Liest regelmäßig", 12.25, did("page_viewed", 5, "", 4), did("email_opened", 330, "")),
            line("Interesse", "Freemail-Adresse", -5, fact("email")),
        ),
        _WEBINAR,
        missing=("industry",),
    ),
    replace(NEW_SQL, subject="{first_name} {last_name} ({company}) anrufen: {top_reason}"),
    language="de",
    marker=True,
)
_SCRIPT = did("form_submitted", 0.5, '<img src=x onerror="alert(1)"> & co')
SCRIPT = Case(
    {
        "first_name": "<b>Eva</b>",
        "last_name": "O'Hara",
        "email": "eva@mueller.example",
        "phone": "+49 89 <555>",
        "company": 'Müller & Söhne <script>alert("x")</script>',
        "job_title": "javascript:alert(1)",
    },
    explained(
        (line("intent", "Asked <something>", 40, _SCRIPT, did("page_viewed", 1, "javascript:alert(document.cookie)")),),
        _SCRIPT,
    ),
)
_TRIAL = did("trial_extended", 0.3)
EMOJI = Case(
    {
        "first_name": "Zoë 🚀",
        "last_name": "李",
        "email": "zoe@li.example",
        "company": "👩‍💻 Studio\u202e gnp",
        "phone": "+1 415 555 0100",
    },
    explained((line("usage", "Wants more time", 30, _TRIAL, did("seat_added", 0.4, "", 3)),), _TRIAL),
)
_LONG_FORM = did(
    "form_submitted", 0.2, "Request for an individual offer including implementation, training and more " * 3
)
LONG = Case(
    {
        "first_name": "Maximiliane-Alexandra Theodora Friederike",
        "last_name": "von und zu Hohenstein-Wallersdorf-Lichtenau",
        "email": "m" * 60 + "@hohenstein.example",
        "phone": "+49 911 555 0142",
        "job_title": "Executive Vice President Global Supply Chain Transformation and Digital Operations Excellence",
        "company": "Vereinigte Oberfränkische Präzisionswerkzeug- und Maschinenbaugesellschaft mbH & Co. KGaA",
        "employees": 12_400,
    },
    explained(
        (
            *(
                line(
                    "engagement",
                    f"Rule number {at}",
                    3.3,
                    did("page_viewed", at, f"/docs/{at}", at + 1),
                    say=f"Say {at}.",
                )
                for at in range(14)
            ),
            line("intent", "Wants an offer", 40, _LONG_FORM),
        ),
        _LONG_FORM,
    ),
)
_READY = fact("sales_ready", "yes")
READY = Case(
    {"email": "pat@quiet.example", "sales_ready": True, "phone": "+353 1 555 0123"},
    explained((), _READY, {"sql": Check("sales_ready is true", "true", passed=True, evidence=(_READY,))}),
    replace(NEW_SQL, say="A colleague at the fair asked you to call.", reject="No? Set “Sales ready” to no."),
)
_REPLY = did("email_replied", 0.05)
CUSTOMER = Case(
    {
        "first_name": "Liv",
        "last_name": "Berg",
        "email": "liv@berg.example",
        "phone": "+47 22 55 50 10",
        "company": "Berg AS",
    },
    explained((), _REPLY, {"hand-raiser": Check("replied", "1", passed=True, evidence=(_REPLY,))}),
    replace(NEW_SQL, name="hand-raiser", on_stage=None, subject="{company}: {top_reason} [{stage}]"),
    stage=Stage.CUSTOMER,
    owner=OwnerChoice("89", "ben@acme.example", "America/New_York"),
)

PEOPLE: Mapping[str, Case] = MappingProxyType({
    "cto_who_booked_a_demo": CTO,
    "product_question": ASKED,
    "newsletter_reader_returned": RETURNED,
    "no_phone": NO_PHONE,
    "opted_out_of_email": OPTED_OUT,
    "no_permitted_channel": UNREACHABLE,
    "no_company": NO_COMPANY,
    "german": GERMAN,
    "script_in_every_field": SCRIPT,
    "emoji_and_unknown_types": EMOJI,
    "long_everything": LONG,
    "field_says_so": READY,
    "customer_raises_hand": CUSTOMER,
})


def golden(task: CreateTask) -> str:
    """Return *task* as it stands in a golden file."""
    due = task.due_at.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")
    return (
        f"SUBJECT {task.subject}\nDUE {due} PRIORITY {task.priority} TYPE {task.type} OWNER {task.owner}\n"
        f"TEXT\n{task.body_text}\nHTML\n{task.body}\n"
    )
