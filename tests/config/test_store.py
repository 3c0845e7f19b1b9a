"""The password of the database is part of its address when it is opened, and of nothing that is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from connector.config.load import load
from connector.config.redaction import without_password

from tests.config.golden_cases import environ_of

CASE: Final = Path(__file__).with_name("golden") / "postgres_with_password.toml"
WORDS: Final = "s3cr/t@home"


def test_the_password_reaches_the_driver_as_it_is() -> None:
    """Whatever letters it has: an @ or a / of the password is not taken for one of the address."""
    loaded = load(CASE, environ_of(CASE))
    assert loaded.config is not None
    url = make_url(loaded.config.store_url)
    assert (url.username, url.password, url.host, url.database) == ("connector", WORDS, "db.example", "connector")


def test_the_password_is_shown_nowhere() -> None:
    """Not in the facts and lines that are printed of the file (the first sets it), not in the address of a log."""
    loaded = load(CASE, environ_of(CASE))
    assert loaded.config is not None
    shown = loaded.facts + "".join(loaded.lines[1:]) + without_password(loaded.config.store_url)
    assert WORDS not in shown
    assert "s3cr" not in shown
