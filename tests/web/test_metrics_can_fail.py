"""The figures of /metrics, broken line by line: each break is noticed by a fact."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

F: Final = "tests/web/test_metrics.py::test_"
MUTANTS: Final = (
    Mutant(
        "connector.web.metrics",
        "Counted(self.asked) + Counted({name: one.asked",
        "Counted({name: one.asked",
        f"{F}requests_never_go_back_when_the_configuration_is_read_again",
    ),
    Mutant(
        "connector.web.metrics",
        "asked + left.asked",
        "left.asked",
        f"{F}requests_never_go_back_when_the_configuration_is_read_again",
    ),
    Mutant("connector.web.metrics", "inc(event.rows)", "inc()", f"{F}each_figure_moves_with_what_it_is_about"),
    Mutant("connector.web.metrics", "inc(event.people)", "inc()", f"{F}each_figure_moves_with_what_it_is_about"),
    Mutant(
        "connector.web.metrics",
        "self._passes.observe(seconds)",
        "pass",
        f"{F}each_figure_moves_with_what_it_is_about",
    ),
    Mutant(
        "connector.web.metrics",
        '{"state": str(post)}, count)',
        '{"state": str(post)}, 1 + count)',
        f"{F}what_was_put_aside_and_what_waits_is_shown",
    ),
)


def test_every_broken_line_is_noticed() -> None:
    """By the fact that it breaks."""
    assert surviving(MUTANTS) == []
