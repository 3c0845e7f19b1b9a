"""`[web]` in the file: where the daemon listens, and what is no address."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config.load import Loaded, load
from connector.config.nouns import Web
from connector.secrets import Secret

from tests.world import AGREEMENT

SENDER = '[systems.website]\nkind = "webhook"\nsecret = { env = "WEBSITE_SECRET" }\n'


def loaded(folder: Path, more: str = "") -> Loaded:
    """Return the smallest agreement with *more* in it, read."""
    path = folder / "config.toml"
    path.write_text(AGREEMENT.replace("[home]", f"{more}\n[home]"), encoding="utf-8")
    return load(path, {"HUBSPOT_TOKEN": "t", "WEBSITE_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})


def web(folder: Path, more: str = "") -> Web:
    """Return what *more* comes to."""
    found = loaded(folder, more)
    assert found.config is not None, [one.message for one in found.problems]
    return found.config.web


def test_nothing_listens_where_nothing_can_come(tmp_path: Path) -> None:
    """Without [web] only a system that sends webhooks opens the door, and only on this machine."""
    assert web(tmp_path).listen is None
    assert web(tmp_path, SENDER).listen == ("127.0.0.1", 8080)
    assert web(tmp_path, "[web]").listen == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("0.0.0.0:80", ("0.0.0.0", 80)), ("[::1]:8080", ("::1", 8080)), ("hooks.internal:0", ("hooks.internal", 0))],  # noqa: S104 - what a container listens on
)
def test_addresses_are_read(tmp_path: Path, written: str, meant: tuple[str, int]) -> None:
    """Host and port, IPv6 in brackets."""
    assert web(tmp_path, f'[web]\nlisten = "{written}"').listen == meant


@pytest.mark.parametrize("written", ["8080", "localhost", ":8080", "127.0.0.1:99999", "http://a:80", "::1:8080", ""])
def test_what_is_no_address_is_refused_at_its_place(tmp_path: Path, written: str) -> None:
    """The admin reads what to write instead."""
    (problem,) = loaded(tmp_path, f'[web]\nlisten = "{written}"').problems
    assert problem.path == ("web", "listen")
    assert "no address with a port" in problem.message
    assert problem.line > 0


@pytest.mark.parametrize(
    "written", ["hooks.acme.example", "https://", "ftp://a.example", "https://a.example/webhooks", "https://[a"]
)
def test_the_public_address_has_no_path(tmp_path: Path, written: str) -> None:
    """Signatures cover the whole address: a path that we add ourselves would make every one of them wrong."""
    (problem,) = loaded(tmp_path, f'[web]\npublic_url = "{written}"').problems
    assert problem.path == ("web", "public_url")


def test_a_slash_at_the_end_does_not_matter(tmp_path: Path) -> None:
    """People copy addresses with it."""
    assert web(tmp_path, '[web]\npublic_url = "https://a.example/"').public_url == "https://a.example"


def test_the_token_comes_from_the_environment_or_a_file_beside_ours(tmp_path: Path) -> None:
    """As every secret does; a relative path starts at the folder of the file."""
    (tmp_path / "figures").write_text("of-a-file\n", encoding="utf-8")
    assert web(tmp_path, '[web]\ntoken = { file = "figures" }').token == Secret("of-a-file")
    found = web(tmp_path, '[web]\ntoken = { env = "WEBSITE_SECRET" }').token
    assert found is not None
    assert found.reveal().startswith("whsec_")
