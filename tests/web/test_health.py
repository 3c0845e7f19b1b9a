"""What the daemon says of itself: alive, ready, and figures for whoever may read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.web.office import Settings, State
from connector.web.server import CannotListen, Server

from tests.web.house import House, opened


def test_health_and_readiness_answer_everybody(tmp_path: Path) -> None:
    """200 while all is well, 503 with what is not."""
    with opened(tmp_path) as house:
        assert house.ask("/healthz")[0] == 200
        house.states["ready"] = State(well=False, facts={"heart": "is still"})
        status, body, headers = house.ask("/readyz")
        assert (status, headers["content-type"]) == (503, "application/json")
        assert json.loads(body) == {"well": False, "heart": "is still"}
        assert house.ask("/healthz")[0] == 200


def test_figures_are_for_who_has_the_token(tmp_path: Path) -> None:
    """Without it, with another one, or with another scheme: 401."""
    with opened(tmp_path) as house:
        for said in ({}, {"authorization": "Bearer guess"}, {"authorization": "figures"}, {"authorization": "Bearer "}):
            assert house.ask("/metrics", headers=said)[0] == 401
        status, body, _ = house.ask("/metrics", headers={"authorization": "Bearer figures"})
        assert (status, body) == (200, b"requests 0\n")


def test_without_a_token_only_this_machine_reads_the_figures(tmp_path: Path) -> None:
    """The address of the connection decides, which nobody can make up."""
    with opened(tmp_path, token=None) as house:
        assert house.ask("/metrics")[0] == 200


@pytest.mark.parametrize("path", ["/", "/docs", "/health", "/metrics/", "/../metrics"])
def test_nothing_else_is_there(tmp_path: Path, path: str) -> None:
    """No index, no documentation, no version."""
    with opened(tmp_path) as house:
        status, body, headers = house.ask(path)
        assert (status, body) == (404, b"not found")
        assert "server" not in headers


def test_health_is_only_read(tmp_path: Path) -> None:
    """Nothing can be posted to it."""
    with opened(tmp_path) as house:
        assert house.ask("/healthz", b"{}")[0] == 405


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    """The admin reads which one, and what the system said."""
    with opened(tmp_path) as house:
        host, port = house.address
        with pytest.raises(CannotListen, match=f"{host}:{port} cannot be listened on: Address already in use"):
            Server(Settings(host=host, port=port), House(house.store).office())
