"""The agreement as one text: the same whenever the agreement is the same, another whenever it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.agreement import Agreement
from connector.config.canonical import SCHEMA, canonical, digest

from tests.config.golden_cases import FOLDER
from tests.config.support import from_text

SMALL = (FOLDER / "valid.toml").read_text(encoding="utf-8")


def agreement(folder: Path, text: str) -> Agreement:
    """Return the agreement of a configuration."""
    config = from_text(folder, text).config
    assert config is not None
    assert config.agreement is not None
    return config.agreement


def test_the_hash_is_that_of_the_text_and_the_text_is_json_with_its_schema_number(tmp_path: Path) -> None:
    """So that it can be read back years later."""
    found = agreement(tmp_path, SMALL)
    assert found.hash == digest(found.canonical) == digest(canonical(found))
    assert json.loads(found.canonical)["schema"] == SCHEMA
    assert json.loads(found.canonical)["agreement"]["version"] == "1"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('within = "30 days"', 'within = "720 hours"'),
        ("points = 20", "points = 20.0"),
        ('score = "fit"\nat_least = 20', 'at_least = 20\nscore = "fit"'),
        ("[owners]", "# a remark\n[owners]"),
        ("sales-lead@acme.example", "boss@acme.example"),
    ],
)
def test_how_it_is_written_plays_no_part(tmp_path: Path, before: str, after: str) -> None:
    """Order, spacing, units, remarks and other sections leave the hash as it is."""
    changed = SMALL.replace(before, after, 1)
    assert changed != SMALL
    assert agreement(tmp_path, SMALL).hash == agreement(tmp_path, changed).hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('version = "1"', 'version = "2"'),
        ("points = 20", 'points = 20\nsay = "Large."'),
        ("points = 20", "points = 20\nmax_points = 20"),
        ("at_least = 50", "at_least = 51"),
        ('name = "Right size"', 'name = "Large enough"'),
        ('within = "30 days"', 'within = "31 days"'),
        ("effective = 2026-11-01", "effective = 2026-11-02"),
        ("effective = 2026-11-01", 'effective = 2026-11-01\nhold = "10 days"'),
        ("effective = 2026-11-01", "effective = 2026-11-01\ncaps = { fit = 100 }"),
        ("[agreement.mql]", '[agreement.never]\nfield = "email"\ndomain_in = "free-mail"\n\n[agreement.mql]'),
    ],
)
def test_what_changes_a_verdict_changes_the_hash(tmp_path: Path, before: str, after: str) -> None:
    """Every part of the agreement is in it."""
    changed = SMALL.replace(before, after, 1)
    assert changed != SMALL
    assert agreement(tmp_path, SMALL).hash != agreement(tmp_path, changed).hash


def test_the_entries_of_a_list_file_are_part_of_the_agreement(tmp_path: Path) -> None:
    """Whoever adds a competitor changes the agreement; the order of the file plays no part."""
    text = SMALL.replace(
        "[agreement.mql]", '[agreement.never]\nfield = "email"\ndomain_in = { file = "rivals.txt" }\n\n[agreement.mql]'
    )
    rivals = tmp_path / "rivals.txt"
    hashes = []
    for entries in ("a.example\nb.example\n", "# theirs\nb.example\na.example\n", "a.example\n"):
        rivals.write_text(entries, encoding="utf-8")
        hashes.append(agreement(tmp_path, text).hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_built_in_list_stands_by_its_name(tmp_path: Path) -> None:
    """An upgrade that knows more free-mail domains must not turn every agreement into another one."""
    text = SMALL.replace(
        "[agreement.mql]", '[agreement.never]\nfield = "email"\ndomain_in = "free-mail"\n\n[agreement.mql]'
    )
    found = agreement(tmp_path, text).canonical
    assert '{"built-in":"free-mail"}' in found
    assert "gmail.com" not in found
