"""What an admin sees of deliveries: what a payload would become, and what was put aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.cli import waiting, webhooks
from connector.cli.choosing import Asked
from connector.cli.exits import Exit

from tests.webhooks.hooked import Hooked
from tests.webhooks.made import BOOKING, HEAD, TAIL
from tests.webhooks.test_payloads import BOOKED


def written(folder: Path, body: object, mapping: str = BOOKING) -> tuple[Path, Path]:
    """Return a configuration and a payload as files."""
    config, payload = folder / "config.toml", folder / "payload.json"
    config.write_text(HEAD + mapping + TAIL, encoding="utf-8")
    payload.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
    return config, payload


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was printed as data."""
    return capsys.readouterr().out


def test_a_payload_is_shown_as_what_it_would_become(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Engagement with date and attributes, whom it is about, what is told of them; nothing is stored."""
    config, payload = written(tmp_path, [BOOKED, {"event": "cancelled", "uid": "b-1"}, {"event": "opened"}])
    assert webhooks.test(config, "website", payload, (), as_json=False) == Exit.DONE
    text = shown(capsys)
    for line in (
        "  engagement  meeting_booked at 2026-11-20T09:00:00+00:00: topic = Pricing",
        "    person    email ann@buyer.example",
        "    fields    company = (empty), email = ann@buyer.example, first_name = Ann",
        "  takes back  meeting_booked",
        '    engagement 1 ("meeting_booked"): "event" is "opened"; asked for: booked or moved',
    ):
        assert line in text.splitlines()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["config.toml", "payload.json"]
    assert webhooks.test(config, "website", payload, (), as_json=True) == Exit.DONE
    facts = json.loads(shown(capsys))
    assert [len(one["says"]) for one in facts["events"]] == [2, 1, 0]
    assert (facts["asked_for"], facts["problems"]) == (True, [])


@pytest.mark.parametrize("body", [b"no JSON", {**BOOKED, "at": "yesterday"}])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_payload_that_would_be_put_aside_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes | Mapping[str, object], *, as_json: bool
) -> None:
    """With the exit code for what was rejected."""
    config, payload = written(tmp_path, body)
    assert webhooks.test(config, "website", payload, (), as_json=as_json) == Exit.REJECTED
    text = shown(capsys)
    assert "is not an instant" in text or "the body is no JSON" in text


def test_wrong_use_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A system that is not there, a file that is not there, a header that is none."""
    config, payload = written(tmp_path, BOOKED)
    for name, file, headers, sentence in (
        ("webside", payload, (), 'Did you mean "website"?'),
        ("website", tmp_path / "none.json", (), "No such file"),
        ("website", payload, ("ce-id",), "write a name, a colon and a value"),
    ):
        assert webhooks.test(config, name, file, headers, as_json=False) == Exit.USAGE
        assert sentence in capsys.readouterr().err


def test_what_was_put_aside_is_listed_and_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its id, its problem, since when and until when; by id or all at once."""
    world = Hooked(tmp_path)
    for number in range(3):
        world.accept(b"{", f"d{number}")
    world.take()
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("sqlite:///unused.db", f"sqlite:///{tmp_path}/world.db"),
        encoding="utf-8",
    )
    assert waiting.show(config, Asked(), 10, quarantine=True, as_json=True) == Exit.DONE
    rows = json.loads(shown(capsys))
    assert [(one["delivery"], one["system"]) for one in rows] == [(f"d{n}", "website") for n in range(3)]
    assert rows[0]["kept_until"] > rows[0]["since"]
    assert waiting.show(config, Asked(), 10, quarantine=True, as_json=False) == Exit.DONE
    assert "the body is no JSON" in shown(capsys)
    waiting.show(config, Asked(), 10, quarantine=False, as_json=False)
    assert "3 deliveries put aside" in capsys.readouterr().err
    assert waiting.retry(config, Asked(ids=(rows[0]["id"],)), quarantine=True, yes=True) == Exit.DONE
    assert "1 delivery will be taken again" in shown(capsys)
    assert waiting.retry(config, Asked(ids=(rows[0]["id"],)), quarantine=True, yes=True) == Exit.FAILED
    assert waiting.retry(config, Asked(), quarantine=True, yes=True) == Exit.DONE
    assert "2 deliveries will" in shown(capsys)
    assert world.aside() == ()
