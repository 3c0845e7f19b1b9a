"""
Promises about tasks, each a function of the module that must keep it: run on ours, and on mutants that break them.

Every clause takes the module as it was imported, or as a mutant of its source, and raises AssertionError when broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from itertools import combinations
from types import MappingProxyType, ModuleType
from zoneinfo import ZoneInfo

from typing_extensions import override

from connector.adapters.base import Owner
from connector.agreement import Hours, Owners, Playbook, PriorityBand
from connector.mapping.spec import FieldSpec
from connector.model import SALES_ACTIVITY, Check, CrmRef, Evidence, Person, ScoreLine
from connector.task.body import Block
from connector.task.story import Reader
from connector.words import words

from tests.tasks.people import BERLIN, FIELDS, NOW, did, explained, line

ENGLISH = words("en")
READER = Reader(ENGLISH, BERLIN, date(2026, 11, 20))
OFFICE = Hours(frozenset(range(5)), time(9), time(17), BERLIN, "DE-BY", frozenset({date(2026, 12, 24)}))
TAGS = frozenset({"p", "br", "strong", "ul", "li"})
VALUES: Mapping[str, str] = MappingProxyType({
    "first_name": "Ann",
    "last_name": "Berg",
    "company": "Acme",
    "job_title": "CTO",
    "top_reason": "asked on 2 Nov",
})
TEMPLATES = (
    "Call {first_name} {last_name} ({company}): {top_reason}",
    "{first_name} {last_name}, {job_title} at {company}: {top_reason}",
    "[{company}] {first_name} {last_name} - {top_reason}",
    "{top_reason} | {company} ({first_name} {last_name}, {job_title})",
    "“{company}” / {first_name}: {top_reason} ({job_title}; {last_name})",
    "Write to {first_name} from {company} about {top_reason}",
    "{company}\u2019s {first_name} {last_name} & {job_title}, {top_reason}.",
    "{company} \u2013 {job_title} \u2013 {first_name}",
)
HOLES = (
    "  ",
    "()",
    "[]",
    "“”",
    "( ",
    " )",
    " ,",
    " :",
    " ;",
    ", ,",
    ",:",
    ": :",
    "- -",
    "\u2013 \u2013",
    ":)",
    "(,",
    " .",
)


class Tags(HTMLParser):
    """Collects the tags, attributes and text of a body."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.add(tag)
        self.attributes += attrs

    @override
    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text += data

    @override
    def handle_comment(self, data: str) -> None:
        """Note a comment as a tag that must not be there."""
        self.tags.add(f"<!--{data}")


def parsed(body: str) -> Tags:
    """Return what a browser would find in *body*."""
    tags = Tags()
    tags.feed(body)
    tags.close()
    return tags


def no_hole(line_: str) -> str:
    """Return what in *line_* looks like a hole; "" when nothing does."""
    found = [hole for hole in HOLES if hole in line_]
    loose = line_[:1] in ",;:|-/&" or line_[-1:] in ",;:|-/&(" or line_ != line_.strip()
    dangling = line_.split()[-1:] in (["at"], ["from"], ["about"])
    return f"{line_!r}: {found}" if found or (line_ and loose) or dangling else ""


def empty_placeholders_leave_no_hole(subject: ModuleType) -> None:
    """Whatever is empty, the headline reads as if nothing had been meant to stand there."""
    for template in TEMPLATES:
        for size in range(len(VALUES) + 1):
            for names in combinations(VALUES, size):
                headline = subject.headline(template, {name: VALUES[name] for name in names}, ENGLISH)
                assert no_hole(headline) == "", (template, names)
                assert all(VALUES[name][1:] in headline for name in names if f"{{{name}}}" in template)


def a_headline_is_short_and_on_one_line(subject: ModuleType) -> None:
    """Two hundred characters hold, whatever stands in the fields."""
    wild = dict.fromkeys(VALUES, f"a\r\n\tb\x00\x1b[31m{'long ' * 90}")
    for template in TEMPLATES:
        headline = subject.headline(template * 3, wild, ENGLISH)
        assert 0 < len(headline) <= 200
        assert headline.isprintable()


def only_our_tags(body: ModuleType) -> None:
    """Text from outside is text, whatever it looks like."""
    wild = "<script>alert(1)</script> \"'<b onclick=x>&lt; <!-- ]]> </p><a href='javascript:1'>"
    rendered = body.rendered((Block((wild, "second"), wild), Block((wild,), wild, bullets=True)))
    tags = parsed(rendered.html)
    assert tags.tags <= TAGS
    assert tags.attributes == []
    assert tags.text.count(wild) == 4
    assert rendered.text.count(wild) == 4


def a_body_fits(body: ModuleType) -> None:
    """Optional lines go first, from the end; when nothing optional is left the rest is cut."""
    many = Block(tuple(f'"{at}"' * 100 for at in range(200)), "Many", bullets=True, optional=True)
    rendered = body.rendered((Block(("first",)), many, Block(("last",))))
    assert len(rendered.html) <= 65_000
    assert rendered.text.startswith("first")
    assert rendered.text.endswith("last")
    assert '"0"' * 100 in rendered.text
    assert len(body.rendered((Block(('"' * 70_000,)),)).html) <= 65_000


def newest_first_and_what_counts(story: ModuleType) -> None:
    """Dated evidence of what held, newest first, once each; nothing a rep did, nothing of a knock-out."""
    old, new, rep = did("page_viewed", 9, "/a"), did("form_submitted", 1, "Ask"), did(SALES_ACTIVITY, 0.5, "call")
    bad = did("unsubscribed", 0.2)
    checks = {
        "sql": Check(
            "all",
            "",
            passed=True,
            parts=(Check("a", "", passed=True, evidence=(old, rep)), Check("b", "", passed=False)),
        ),
        "never": Check("gone", "", passed=True, evidence=(bad,)),
        "mql": Check("not met", "", passed=False, evidence=(did("ad_clicked", 2),)),
    }
    told = story.told(explained((line("s", "r", 1, new, old),), new, checks), {}, READER)
    assert told.reason == "filled in the form “Ask” on 19 Nov"
    assert told.lines == ("19 Nov: filled in the form “Ask”", "11 Nov: viewed /a")
    assert told.earlier == 0


def days_are_the_readers(story: ModuleType) -> None:
    """Half an hour before midnight in UTC is already tomorrow in Berlin."""
    late = Evidence(datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "meeting_booked", key="k")
    assert story.told(explained((), late), {}, READER).reason == "booked a meeting on 19 Nov"
    there = replace(READER, zone=ZoneInfo("America/New_York"))
    assert story.told(explained((), late), {}, there).reason == "booked a meeting on 18 Nov"


def at_most_eight_lines(story: ModuleType) -> None:
    """Older evidence is counted, not listed."""
    many = tuple(did("page_viewed", at, f"/{at}", 2) for at in range(12))
    told = story.told(explained((line("s", "r", 1, *many),)), {}, READER)
    assert (len(told.lines), told.earlier) == (8, 8)


def sums_add_up(points: ModuleType) -> None:
    """What is printed adds up to the total printed, negative lines and thirds included."""
    for given in ((1 / 3, 1 / 3, 1 / 3), (20, 25), (17.3205, 0.04, -5), (0.05,) * 7, (-1.26, -1.26)):
        lines = [ScoreLine("fit", f"r{at}", one) for at, one in enumerate(given)]
        (said,) = points.sums(lines, ENGLISH)
        head, _, tail = said.partition(" = ")
        parts = tail.replace(" - ", " + -").split(" + ")
        total = float(head.split()[1])
        assert abs(sum(float(part.split()[0]) for part in parts) - total) < 1e-9, said
        assert abs(total - sum(given)) <= 0.051, said


def a_key_names_one_episode(create: ModuleType) -> None:
    """Each part matters, nothing else does, and no two lists of parts read the same."""
    ref = CrmRef("hubspot", "contact", "1")
    same = create.task_key("24", ref, "new-sql", 1)
    assert same == create.task_key("24", replace(ref, system="renamed"), "new-sql", 1)
    assert len(same) == 26
    assert set(same) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    others = [
        create.task_key("25", ref, "new-sql", 1),
        create.task_key("24", replace(ref, id="2"), "new-sql", 1),
        create.task_key("24", replace(ref, object="lead"), "new-sql", 1),
        create.task_key("24", ref, "old-sql", 1),
        create.task_key("24", ref, "new-sql", 2),
        create.task_key("24", replace(ref, id="1|new-sql"), "", 1),
        create.task_key("24", ref, "new-sql|", 1),
    ]
    assert len({same, *others}) == 8
    assert create.task_key("24", replace(ref, id="1|a"), "b", 1) != create.task_key("24", ref, "a|b", 1)


def the_highest_band_wins(create: ModuleType) -> None:
    """Of the bands that are reached the highest priority counts; without one the fixed priority does."""
    bands = (PriorityBand("fit", 10, "low"), PriorityBand("intent", 40, "high"), PriorityBand("fit", 30, "medium"))
    playbook = Playbook("p", priority="none", bands=bands)
    cases = (({"fit": 9}, "none"), ({"fit": 10}, "low"), ({"fit": 90}, "medium"), ({"fit": 90, "intent": 40}, "high"))
    for scores, expected in cases:
        assert create.priority(playbook, scores) == expected


def text_from_outside_is_one_clean_line(clean: ModuleType) -> None:
    """No control characters, no reversed reading, no lone surrogates; emoji and other scripts stay."""
    assert clean.clean(" a\r\nb\x00\u202ec\ud800 \t d\u2028e ", 80) == "a b c d e"
    assert clean.clean("👩\u200d💻 Größe 李", 80) == "👩\u200d💻 Größe 李"
    assert len(clean.clean("word " * 100, 50)) <= 50
    assert clean.page("https://x.example/a/b?token=1#c") == "/a/b"
    assert clean.page("/pricing?utm_source=x") == "/pricing"
    assert clean.page("https://[broken") == ""
    assert [clean.tidied(one, 20) for one in ("-", " () ", "Acme ()", "- Ann,", "🚀")] == ["", "", "Acme", "Ann", "🚀"]


def a_refused_channel_is_not_offered(contact: ModuleType) -> None:
    """Neither number nor address is shown where the person said no."""
    known = {"email": "a@b.example", "phone": "+49 1"}
    fields: Mapping[str, FieldSpec] = FIELDS
    for name in ("opted_out", "do_not_call"):
        for value, refused in ((True, True), (False, False), (None, False)):
            card = contact.card(Person(1, {**known, name: value}), fields, READER)
            said = " ".join(contact.reached(card, READER))
            shown = "a@b.example" if name == "opted_out" else "+49 1"
            assert (shown not in said) == refused


def business_time_passes_only_while_open(hours: ModuleType) -> None:
    """Nights, weekends, holidays and extra days off do not count; the moment of closing does."""
    rows = (
        ("2026-11-20 10:00", 4, "2026-11-20 14:00"),
        ("2026-11-20 13:00", 4, "2026-11-20 17:00"),
        ("2026-11-20 15:00", 4, "2026-11-23 11:00"),
        ("2026-11-21 12:00", 0, "2026-11-23 09:00"),
        ("2026-11-20 08:00", 4, "2026-11-20 13:00"),
        ("2026-12-23 16:00", 4, "2026-12-28 12:00"),
        ("2026-01-05 16:00", 2, "2026-01-07 10:00"),
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),
        ("2026-11-16 09:00", 24, "2026-11-18 17:00"),
    )
    for start, hours_, expected in rows:
        result = hours.due(at(start), timedelta(hours=hours_), OFFICE, business=True)
        assert result == at(expected), (start, hours_, result)
        assert result.tzinfo is UTC


def a_plain_span_rolls_to_the_next_opening(hours: ModuleType) -> None:
    """Two days from Friday is Sunday, so it is Monday morning; ten o'clock stays ten when the clocks change."""
    rows = (
        ("2026-11-20 10:00", timedelta(days=2), "2026-11-23 09:00"),
        ("2026-11-20 10:00", timedelta(hours=4), "2026-11-20 14:00"),
        ("2026-11-20 16:00", timedelta(hours=4), "2026-11-23 09:00"),
        ("2026-03-27 10:00", timedelta(days=3), "2026-03-30 10:00"),
        ("2026-10-23 10:00", timedelta(days=3), "2026-10-26 10:00"),
    )
    for start, span, expected in rows:
        assert hours.due(at(start), span, OFFICE, business=False) == at(expected), (start, span)


def at(local: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return the instant of a local time."""
    return datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


REPS = tuple(
    Owner(str(number), f"{name}@acme.example", name.title(), active=name != "ina")
    for number, name in enumerate(("ann", "ben", "cem", "ina", "lead"), start=1)
)
POOLS = Owners("lead@acme.example", {"inbound": ("ann@acme.example", "ben@acme.example", "cem@acme.example")})


def the_chain_is_tried_in_order(owners: ModuleType) -> None:
    """Who is inactive, unknown or full is passed over; the reason says so."""
    directory = owners.Directory.of(REPS)
    asked = owners.Asked(
        ("company owner", "record owner", "gone@acme.example", "round robin: inbound", "fallback"), "4", "77"
    )
    choice, load = owners.choose_owner(asked, directory, POOLS, owners.Load(), 2)
    assert (choice.id, choice.step, choice.brake) == ("1", "round robin: inbound", "")
    for said in ("77 is unknown", "ina@acme.example is inactive", "gone@acme.example is unknown"):
        assert said in choice.reason
    assert load.today == {"ann@acme.example": 1}


def the_daily_limit_holds(owners: ModuleType) -> None:
    """Two each, then the next in the chain, then the brake until the next morning; a held task is not counted."""
    directory, load = owners.Directory.of(REPS), owners.Load()
    asked = owners.Asked(("record owner", "round robin: inbound", "fallback"), "1")
    given = []
    for _ in range(10):
        choice, load = owners.choose_owner(asked, directory, POOLS, load, 2)
        given.append((choice.email.split("@")[0], choice.brake != ""))
    free = [("ann", False)] * 2 + [("ben", False), ("cem", False)] * 2 + [("lead", False)] * 2
    assert given == [*free, ("ann", True), ("ann", True)]
    assert sum(load.today.values()) == 8


def absence_is_not_repaid(owners: ModuleType) -> None:
    """Ben is away for thirty tasks and comes back into an equal share; so does Cem, who is new."""
    asked = owners.Asked(("round robin: inbound",))
    away = owners.Directory.of(rep for rep in REPS if rep.email.startswith("ann"))
    load = owners.Load()
    for _ in range(30):
        _, load = owners.choose_owner(asked, away, POOLS, load, 1000)
    given = {"ann": 0, "ben": 0, "cem": 0}
    for _ in range(9):
        choice, load = owners.choose_owner(asked, owners.Directory.of(REPS), POOLS, load, 1000)
        given[choice.email[:3]] += 1
    assert given == {"ann": 3, "ben": 3, "cem": 3}


CLAUSES: Mapping[str, tuple[Callable[[ModuleType], None], ...]] = MappingProxyType({
    "connector.task.subject": (empty_placeholders_leave_no_hole, a_headline_is_short_and_on_one_line),
    "connector.task.body": (only_our_tags, a_body_fits),
    "connector.task.story": (newest_first_and_what_counts, days_are_the_readers, at_most_eight_lines),
    "connector.task.points": (sums_add_up,),
    "connector.task.create": (a_key_names_one_episode, the_highest_band_wins),
    "connector.task.clean": (text_from_outside_is_one_clean_line,),
    "connector.task.contact": (a_refused_channel_is_not_offered,),
    "connector.hours": (business_time_passes_only_while_open, a_plain_span_rolls_to_the_next_opening),
    "connector.owners": (the_chain_is_tried_in_order, the_daily_limit_holds, absence_is_not_repaid),
})
"""Which module must keep which promises."""

__all__ = ["CLAUSES", "HOLES", "NOW", "TAGS", "no_hole", "parsed"]
