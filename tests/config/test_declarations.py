"""An option is declared once: the example, the schema, the reference page and the template agree with it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema  # type: ignore[import-untyped] # a part of check-jsonschema, without types
import pytest

from connector.adapters import registry
from connector.config.declared import every, options_of
from connector.config.grammar import COMPARISONS, CRITERION_SCHEMA
from connector.config.models import Document
from connector.config.reference import page
from connector.config.schema import DRAFT, NAME, schema, schema_text
from connector.config.template import example, template
from connector.criteria.comparisons import ON_ATTRIBUTES
from connector.criteria.syntax import Op
from connector.decide import Judge
from connector.selftest import run_tests

from tests.config.support import EXAMPLE, EXAMPLES, ROOT, from_text

TEXT = EXAMPLE.read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
UNCOMMENTED = re.compile(r"^# (?=\[|[a-z0-9_.]+ = )")


def _written(text: str) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    """Return the keys of each line of *text* with the section it stands in, active or commented."""
    section: tuple[str, ...] = ()
    lines = []
    for line in text.splitlines():
        active = UNCOMMENTED.sub("", line)
        if active.startswith("["):
            section = tuple(active.partition("]")[0].strip("[").split("."))
        elif not active.startswith("#"):
            lines.append((section, frozenset(re.findall(r"([A-Za-z0-9_]+)(?=\s*=[^=]|\.)", active))))
    heads = ((one[:end], frozenset(one[end : end + 1])) for one, _ in lines for end in range(len(one)))
    return (*lines, *heads)


def _fits(written: tuple[str, ...], declared: tuple[str, ...]) -> bool:
    """Tell whether a section is the one of an option, or one around it; names in capitals stand for any."""
    return len(written) <= len(declared) and all(
        own == name or name.isupper() for own, name in zip(written, declared, strict=False)
    )


def _declared_keys() -> Iterator[str]:
    """Yield the path of every option of the file and of the adapters that exist."""
    for path, place in every(Document):
        if place.declared.says:
            yield ".".join(path)
    for kind in registry.OWN:
        model = options_of(kind)
        if model is not None and not hasattr(registry.module(kind), "PLANNED"):
            for path, _ in every(model):
                yield ".".join(("systems", kind, *path))


DECLARED = tuple(_declared_keys())


WRITTEN = _written(TEXT)
SALESFORCE = _written(template("salesforce"))
PAGE = page()


@pytest.mark.parametrize("option", DECLARED)
def test_every_option_stands_in_the_example(option: str) -> None:
    """Active or commented, in its own section, so that an admin who reads the example has seen everything."""
    *section, key = option.replace("systems.webhook.", "systems.website.").split(".")
    written = SALESFORCE if section[:2] == ["systems", "salesforce"] else WRITTEN
    own = [keys for place, keys in written if _fits(place, tuple(section)) and bool(place) == bool(section)]
    assert own if key.isupper() else any(key in keys for keys in own)


@pytest.mark.parametrize("option", DECLARED)
def test_every_option_stands_in_the_reference(option: str) -> None:
    """In the table of its own section."""
    section, _, key = option.rpartition(".")
    named = next((one for one in registry.OWN if section.startswith(f"systems.{one}")), "")
    kind = f' with `kind = "{named}"`' if named else ""
    names = section.replace(f"systems.{named}", "systems.NAME") if named else section
    heads = ("The file",) if not section else (f"`[{names}]`{kind}", f"`[{names}]`", f"`[[{names}]]`")
    own = [part for part in PAGE.split("\n## ") if part.startswith(tuple(f"{head}\n" for head in heads))]
    assert any(f"\n| `{key}`" in part for part in own)


def test_every_declared_example_is_what_the_option_takes() -> None:
    """An example that does not parse would be printed to admins as the thing to write."""
    for path, place in every(Document):
        if place.declared.example:
            assert place.declared.value() is not None, path


def test_the_files_made_from_the_declarations_are_up_to_date() -> None:
    """`python tools/…` is not needed: the failing comparison shows the new text."""
    assert (ROOT / NAME).read_text(encoding="utf-8") == schema_text()
    assert (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8") == page()


def test_the_packaged_example_is_the_one_beside_the_readme() -> None:
    """What `connector init` writes and the demo runs is what people read."""
    assert example() == TEXT
    assert template("hubspot") == TEXT
    both = ROOT / "examples" / "hubspot-marketing-salesforce-sales" / "config.toml"
    assert template("both").replace("#:schema ./", "#:schema ../../", 1) == both.read_text(encoding="utf-8")


@pytest.mark.parametrize("crm", ["hubspot", "salesforce", "both"])
def test_what_init_writes_is_valid_and_passes_its_own_tests(crm: str, tmp_path: Path) -> None:
    """Without a warning, as soon as its secrets are there, and in the words of the schema that lies beside it."""
    found = from_text(tmp_path, template(crm))
    assert found.problems == ()
    assert found.config is not None
    config = found.config
    assert len(config.tests) >= len(("sql", "mql", "none"))
    judge = Judge(config.agreement, config.playbooks, config.fields, config.timezone)
    assert [one.message for one in run_tests(config, judge) if not one.passed] == []
    checker = jsonschema.Draft202012Validator(schema())
    tables = json.loads(json.dumps(tomllib.loads(template(crm)), default=str))
    assert [error.message for error in checker.iter_errors(tables)] == []
    assert template(crm).startswith(f"#:schema ./{NAME}\n")


def test_the_tests_that_init_writes_for_salesforce_can_fail(tmp_path: Path) -> None:
    """With everybody's points taken away they do."""
    config = from_text(tmp_path, template("salesforce")).config
    assert config is not None
    bare = replace(config, agreement=replace(config.agreement, rules=(), mql=None, sql=None))
    judge = Judge(bare.agreement, bare.playbooks, bare.fields, bare.timezone)
    assert [one.name for one in run_tests(bare, judge) if not one.passed]


@pytest.mark.parametrize(
    ("crm", "says"),
    [("webhook", "no ready configuration"), ("hubspt", 'Did you mean "hubspot"?'), ("zzz", "There are hubspot, ")],
)
def test_there_is_no_template_for_what_does_not_exist(crm: str, says: str) -> None:
    """The sentence tells whether it is a typing mistake, and what there is."""
    with pytest.raises(KeyError, match=re.escape(says)):
        template(crm)


def test_the_example_names_its_schema_first() -> None:
    """Editors read the first line."""
    assert TEXT.startswith(f"#:schema ./{NAME}\n")


@pytest.mark.parametrize("file", [EXAMPLE, *EXAMPLES], ids=lambda file: file.parent.name)
def test_the_examples_fit_the_schema(file: Path) -> None:
    """In the words of the schema's own draft."""
    assert schema()["$schema"] == DRAFT
    checker = jsonschema.Draft202012Validator(schema())
    tables = json.loads(json.dumps(tomllib.loads(file.read_text(encoding="utf-8")), default=str))
    assert [error.message for error in checker.iter_errors(tables)] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("api_share =", "api_shar ="),
        ('language = "en"', 'language = "fr"'),
        ("{ field = ", "{ fild = "),
        ('within = "7 days"', 'wihtin = "7 days"'),
        ("points = 20", 'points = "20"'),
        ('due = "4 business hours"', 'due = "4"'),
        ('kind = "hubspot"', 'kind = "hubspt"'),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(right: str, wrong: str) -> None:
    """A schema that takes everything would complete nothing."""
    tables = tomllib.loads(TEXT.replace(right, wrong, 1))
    checker = jsonschema.Draft202012Validator(schema())
    assert list(checker.iter_errors(json.loads(json.dumps(tables, default=str))))


def test_editors_and_builds_accept_the_schema_and_the_example(tmp_path: Path) -> None:
    """By the tools that the documents name: check-jsonschema and tombi, both offline."""
    check = BIN / "check-jsonschema"
    subprocess.run([check, "--check-metaschema", ROOT / NAME], check=True, capture_output=True)
    subprocess.run([check, "--schemafile", ROOT / NAME, EXAMPLE], check=True, capture_output=True)
    (tmp_path / NAME).write_text(schema_text(), encoding="utf-8")
    file = tmp_path / "config.toml"
    file.write_text(TEXT, encoding="utf-8")
    assert subprocess.run([BIN / "tombi", "lint", "--offline", file], check=False, capture_output=True).returncode == 0
    file.write_text(TEXT.replace("api_share =", "api_shar =", 1), encoding="utf-8")
    assert subprocess.run([BIN / "tombi", "lint", "--offline", file], check=False, capture_output=True).returncode == 1


def test_the_grammar_of_the_schema_is_that_of_the_parser() -> None:
    """Every comparison, on fields and on attributes."""
    assert set(COMPARISONS) == set(Op)
    assert set(CRITERION_SCHEMA["anyOf"][0]["properties"]) == {"field", *Op}
    assert set(schema()["$defs"]["Comparisons"]["properties"]) == {str(op) for op in ON_ATTRIBUTES}
