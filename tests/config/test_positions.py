"""Where keys and values stand, in every way that TOML lets one write them."""

from __future__ import annotations

import pytest

from connector.config.positions import Positions
from connector.config.render import as_json, render
from connector.problems import Path, Problem

TEXT = """\
first = 1
[a.b]
"quoted key" = [ 1, { x = 2, y.z = 3 }, # a remark
  "third",
]
'ä ö' = "Größe"
[[list]]
n = 1
[[list]]
deep = { when = { field = "x" } }
[list.below]
k = 2
[[list.inner]]
z = 1
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("first",), (1, 1, 9)),
        (("a",), (2, 2, 3)),
        (("a", "b"), (2, 2, 3)),
        (("a", "b", "quoted key"), (3, 1, 50)),
        (("a", "b", "quoted key", 0), (3, 18, 1)),
        (("a", "b", "quoted key", 1, "y", "z"), (3, 30, 7)),
        (("a", "b", "quoted key", 2), (4, 3, 7)),
        (("a", "b", "ä ö"), (6, 1, 15)),
        (("list",), (7, 3, 4)),
        (("list", 1), (9, 3, 4)),
        (("list", 1, "deep", "when", "field"), (10, 19, 11)),
        (("list", 1, "below", "k"), (12, 1, 5)),
        (("list", 1, "inner", 0, "z"), (14, 1, 5)),
        (("list", 0, "missing"), (7, 3, 4)),
        (("a", "b", "missing", "deeper"), (2, 2, 3)),
    ],
)
def test_a_path_is_found_where_it_is_written(path: Path, place: tuple[int, int, int]) -> None:
    """Line, column in characters, length; what is missing stands at the table that lacks it."""
    span = Positions(TEXT).find(path)
    assert span is not None
    assert (span.line, span.column, span.length) == place


def test_what_is_nowhere_has_no_place() -> None:
    """Nor does the whole file."""
    assert Positions(TEXT).find(("nothing",)) is None
    assert Positions(TEXT).find(()) is None


def test_a_problem_prints_as_place_words_and_carets() -> None:
    """The form that editors make clickable."""
    problem = Problem(
        ("agreement", "rule", 1, "when", "field"),
        'no field "employes" is declared.',
        'Did you mean "employees"?',
        file="config.toml",
        line=5,
        column=10,
    )
    text = '[agreement]\n[[agreement.rule]]\n[[agreement.rule]]\nname = "x"\nwhen = { field = "employes" }'
    assert render(problem, text.split("\n")) == (
        'config.toml:5:10: agreement.rule[2].when.field: no field "employes" is declared. Did you mean "employees"?\n'
        "  |\n"
        '5 | when = { field = "employes" }\n'
        "  |          ^^^^^^^^^^^^^^^^^^"
    )


def test_a_problem_becomes_json_for_scripts() -> None:
    """With nothing where there is no line."""
    assert as_json(Problem((), "no option has this name.", "Unset it.", file="environment variable X")) == {
        "severity": "error",
        "file": "environment variable X",
        "line": None,
        "column": None,
        "path": "",
        "message": "no option has this name.",
        "hint": "Unset it.",
    }
