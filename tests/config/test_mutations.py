"""Whatever somebody does to the file: it loads, or every problem has a place; nothing is ever raised."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.config.load import as_json, render

from tests.config.golden_cases import FOLDER
from tests.config.support import from_text

SMALL = (FOLDER / "valid.toml").read_text(encoding="utf-8")
LINES = SMALL.splitlines()
VALUES = (
    "0",
    "-1",
    "1e400",
    "nan",
    "true",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "{ a = {} }",
    "2026-11-01",
    "09:00:00",
    "2026-11-01T10:00:00Z",
    '"30 days"',
    '"9 months"',
    '{ env = "HUBSPOT_TOKEN" }',
    "{ any = [ { not = { stage = 5 } } ] }",
    '{ field = "email", equals = [1, "a"] }',
    '{ engagement = ["any", 3], at_least = "x" }',
    "{ score = {}, at_least = [] }",
    '"\\ud7ff\\U0010ffff"',
    '[ "a", 5, { b = "c" } ]',
    "99999999999999999999",
)
KEYS = (
    "x",
    '"a b"',
    "kind",
    "env",
    "when",
    "stage",
    "from",
    "list",
    "__class__",
    "model_config",
    '""',
    "on.stage",
    "self",
)
HEADERS = (
    "[agreement.mql.all]",
    "[[agreement]]",
    "[task]",
    "[[systems]]",
    "[systems.website]",
    "[mapping]",
    "[[mapping.hubspot]]",
    "[[mapping.hubspot.contact]]",
    "[owners.pool]",
    "[[agreement.rule.when]]",
    "[hours]",
    "[first_sync.tasks]",
    "[fields]",
    "[mapping.hubspot.contact.write]",
    "[agreement.caps]",
    "[[tests]]",
    "[tests.person]",
    "[systems.hubspot.token]",
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Return the small configuration after one to four changes."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, _, value = lines[at].partition(" = ")
        change = draw(st.sampled_from(("drop", "double", "value", "key", "header", "insert", "cut", "noise")))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "value" and value:
            lines[at] = f"{key} = {draw(st.sampled_from(VALUES))}"
        elif change == "key" and value:
            lines[at] = f"{draw(st.sampled_from(KEYS))} = {value}"
        elif change == "header":
            lines.insert(at, draw(st.sampled_from(HEADERS)))
        elif change == "insert":
            lines.insert(at, f"{draw(st.sampled_from(KEYS))} = {draw(st.sampled_from(VALUES))}")
        elif change == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        elif change == "noise":
            lines[at] += draw(st.text(max_size=6))
    return "\n".join(lines)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_a_changed_file_loads_or_says_where_it_is_wrong(text: str) -> None:
    """Every problem has a line of the file, words that end in a sentence, and can be printed and turned into JSON."""
    with TemporaryDirectory() as folder:
        found = from_text(Path(folder), text.encode(errors="replace"))
    wrong = [one for one in found.problems if not one.warning]
    assert (found.config is None) == bool(wrong)
    for one in found.problems:
        assert one.file == "config.toml"
        assert 1 <= one.line <= text.count("\n") + 1
        assert one.column >= 1
        assert one.message.endswith((".", "!", "?"))
        assert render(one, found.lines).startswith(f"config.toml:{one.line}:{one.column}: ")
        assert as_json(one)["message"] == one.message
