"""`connector outbox`: what waits, what was refused in whose words, and how to let it go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector.arrivals import KEPT_ASIDE
from connector.assemble import wall_clock
from connector.cli.exits import Exit
from connector.cli.say import counted, data, err, out, settled, told
from connector.cli.tables import one_line
from connector.commands import CreateTask, SetStage, kind_of
from connector.problems import did_you_mean
from connector.store import open_store
from connector.store.base import Delivery, Effect, Post, Quarantined, State, Store

_USUAL: Final = (State.HELD, State.PENDING, State.INFLIGHT, State.UNKNOWN, State.PARKED)


@told
def show(file: Path | None, states: tuple[str, ...], limit: int, *, quarantine: bool, as_json: bool) -> Exit:
    """List writes that are not done, or rows that could not be mapped."""
    config = settled(file, online=False)
    unknown = next((one for one in states if one not in {str(state) for state in State}), "")
    if unknown:
        hint = did_you_mean(unknown, list(State)) or f"There are {', '.join(State)}."
        err(f'--state {unknown}: there is no state "{unknown}". {hint}')
        return Exit.USAGE
    store = open_store(config.store_url, read_only=True)
    with store.reading() as look:
        aside = look.quarantined()
        sent = look.deliveries(states=(Post.ASIDE,), limit=limit)
        effects = look.effects(states=[State(one) for one in states] or _USUAL, limit=limit)
    if quarantine and as_json:
        data([*(_sent_as_json(one) for one in sent), *(_aside_as_json(one) for one in aside[:limit])])
    elif quarantine:
        _print_sent(sent, config.timezone)
        _print_aside(aside[:limit], config.timezone, alone=not sent)
    elif as_json:
        data([_as_json(one) for one in effects])
    else:
        _print(effects, config.timezone)
        if sent:
            several = counted(len(sent), "delivery", "deliveries")
            err(f"beside these, {several} put aside: connector outbox list --quarantine")
        if aside:
            err(f"beside these, {counted(len(aside), 'unreadable record')}: connector outbox list --quarantine")
    return Exit.DONE


def _print(effects: Sequence[Effect], zone: ZoneInfo) -> None:
    """Print each write on a line, and why it waits, in the vendor's own words, below it."""
    for effect in effects:
        ref = effect.command.ref
        state = f"held by {effect.brake}" if effect.brake else str(effect.state)
        out(f"{effect.id:>6}  {state}: {what(effect)}; {ref.system} {ref.object} {ref.id}")
        if effect.reason:
            out(f"        {_why(effect)}")
        if effect.not_before is not None and effect.state in {State.PENDING, State.UNKNOWN}:
            out(f"        not before {effect.not_before.astimezone(zone):%Y-%m-%d %H:%M:%S}")
    if not effects:
        out("nothing waits")


def _print_sent(rows: Sequence[Delivery], zone: ZoneInfo) -> None:
    """Print each delivery that was put aside: its id, since when and until when it is kept, and its problem."""
    for row in rows:
        since = row.settled_at or row.received_at
        until = since + KEPT_ASIDE
        out(f"{row.id:>6}  {row.system}: {one_line(row.problem)}")
        out(f"        since {since.astimezone(zone):%Y-%m-%d %H:%M}, kept until {until.astimezone(zone):%Y-%m-%d}")
    if rows:
        err("mend the mapping, which tries them again by itself; or connector outbox retry --quarantine [ID]")


def _print_aside(rows: Sequence[Quarantined], zone: ZoneInfo, *, alone: bool) -> None:
    """Print each row that could not be mapped: since when, and its problem, which names it."""
    for row in rows:
        out(f"{row.first_at.astimezone(zone):%Y-%m-%d %H:%M}  {one_line(row.problem)}")
    if not rows and alone:
        out("every record could be read")
    elif rows:
        err("mend them in the CRM, or the mapping; the next pass reads what was changed")


@told
def retry(file: Path | None, ids: tuple[int, ...], *, quarantine: bool) -> Exit:
    """Let parked writes go again, or deliveries that were put aside be taken again."""
    store = _there(file)
    if quarantine:
        with store.writing() as tx:
            chosen = ids or tuple(one.id for one in tx.deliveries(states=(Post.ASIDE,), limit=100_000))
            count = tx.replay_deliveries(chosen)
        out(f"{counted(count, 'delivery', 'deliveries')} will be taken again with the next pass")
        return _all_found(ids, count, "put aside")
    with store.writing() as tx:
        chosen = ids or tuple(one.id for one in tx.effects(states=(State.PARKED,), limit=1_000_000))
        count = tx.retry(chosen, wall_clock())
    out(f"{counted(count, 'write')} will go again with the next pass")
    return _all_found(ids, count, "parked")


@told
def drop(file: Path | None, ids: tuple[int, ...], reason: str) -> Exit:
    """Give writes up."""
    store = _there(file)
    with store.writing() as tx:
        count = tx.drop(ids, wall_clock(), reason)
    out(f"{counted(count, 'write')} dropped")
    return _all_found(ids, count, "waiting")


def _there(file: Path | None) -> Store:
    """
    Return the store to write to; one that is not there yet is not made by a glance at its outbox.

    Raises:
        StoreBroken: There is none.
    """
    url = settled(file, online=False).store_url
    open_store(url, read_only=True).close()
    return open_store(url)


def _all_found(ids: tuple[int, ...], count: int, state: str) -> Exit:
    """Say how many of the given ids were none that the command is for."""
    missed = len(set(ids)) - count
    if missed <= 0:
        return Exit.DONE
    err(f"{missed} of the ids {'is' if missed == 1 else 'are'} not {state}; see connector outbox list")
    return Exit.FAILED


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


def _aside_as_json(row: Quarantined) -> dict[str, object]:
    """Return a row that could not be mapped as `outbox list --quarantine --json` prints it."""
    return {
        "ref": f"{row.ref.system}:{row.ref.object}:{row.ref.id}",
        "system": row.ref.system,
        "remote_id": row.ref.id,
        "problem": row.problem,
        "since": row.first_at,
        "last_seen": row.last_at,
    }


def _sent_as_json(row: Delivery) -> dict[str, object]:
    """Return a delivery that was put aside as `outbox list --quarantine --json` prints it."""
    since = row.settled_at or row.received_at
    return {
        "id": row.id,
        "system": row.system,
        "delivery": row.event_id,
        "problem": row.problem,
        "since": since,
        "kept_until": since + KEPT_ASIDE,
        "received_at": row.received_at,
    }


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
