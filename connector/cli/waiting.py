"""`connector outbox`: what waits, what was refused in whose words, and how to let it go on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from connector.assemble import wall_clock
from connector.cli.exits import Exit
from connector.cli.say import data, err, out, settled, told
from connector.cli.tables import table
from connector.commands import CreateTask, SetStage, kind_of
from connector.store import open_store
from connector.store.base import Effect, State

_USUAL: Final = (State.HELD, State.PENDING, State.INFLIGHT, State.UNKNOWN, State.PARKED)


@told
def show(file: Path | None, states: tuple[str, ...], limit: int, *, quarantine: bool, as_json: bool) -> Exit:
    """List writes that are not done, or rows that could not be mapped."""
    config = settled(file)
    unknown = [one for one in states if one not in {str(state) for state in State}]
    if unknown:
        err(f'no state "{unknown[0]}"; there are {", ".join(State)}')
        return Exit.USAGE
    store = open_store(config.store_url, read_only=True)
    with store.reading() as look:
        if quarantine:
            rows = look.quarantined(limit)
            effects: tuple[Effect, ...] = ()
        else:
            rows = ()
            effects = look.effects(states=[State(one) for one in states] or _USUAL, limit=limit)
    if as_json:
        data(
            [
                {
                    "ref": f"{one.ref.system}:{one.ref.object}:{one.ref.id}",
                    "problem": one.problem,
                    "since": one.first_at,
                }
                for one in rows
            ]
            if quarantine
            else [_as_json(one) for one in effects]
        )
    elif quarantine:
        out(
            table(
                ("record", "since", "problem"),
                [
                    (f"{one.ref.system} {one.ref.object} {one.ref.id}", f"{one.first_at:%Y-%m-%d %H:%M}", one.problem)
                    for one in rows
                ],
            )
        )
    else:
        out(
            table(
                ("id", "state", "system", "record", "write", "reason"),
                [
                    (
                        str(one.id),
                        one.brake or str(one.state),
                        one.command.ref.system,
                        one.command.ref.id,
                        what(one),
                        _why(one),
                    )
                    for one in effects
                ],
            )
        )
    return Exit.DONE


@told
def retry(file: Path | None, ids: tuple[int, ...]) -> Exit:
    """Let parked writes go again."""
    config = settled(file)
    store = open_store(config.store_url)
    with store.writing() as tx:
        chosen = ids or tuple(one.id for one in tx.effects(states=(State.PARKED,), limit=1_000_000))
        count = tx.retry(chosen, wall_clock())
    out(f"{count} will go again with the next pass")
    return Exit.DONE


@told
def drop(file: Path | None, ids: tuple[int, ...], reason: str) -> Exit:
    """Give writes up."""
    config = settled(file)
    store = open_store(config.store_url)
    with store.writing() as tx:
        count = tx.drop(ids, wall_clock(), reason)
    out(f"{count} dropped")
    return Exit.DONE


def what(effect: Effect) -> str:
    """Return the write in a few words."""
    command = effect.command
    if isinstance(command, CreateTask):
        return f"task: {command.subject}"
    if isinstance(command, SetStage):
        return f"stage: {command.seen or '(none)'} -> {command.value}"
    return "fields: " + ", ".join(sorted(command.values))


def _why(effect: Effect) -> str:
    """Return why it waits, with the vendor's request id."""
    return f"{effect.reason} (request {effect.request_id})" if effect.request_id else effect.reason


def _as_json(effect: Effect) -> dict[str, object]:
    """Return an effect as `outbox list --json` prints it."""
    return {
        "id": effect.id,
        "state": effect.state,
        "kind": kind_of(effect.command),
        "system": effect.command.ref.system,
        "remote_id": effect.command.ref.id,
        "write": what(effect),
        "brake": effect.brake,
        "reason": effect.reason,
        "request_id": effect.request_id,
        "attempts": effect.attempts,
        "not_before": effect.not_before,
        "created_at": effect.created_at,
        "why": list(effect.why),
    }
