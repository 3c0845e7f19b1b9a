"""`connector outbox`: what waits, what was refused in whose words, and how to let it go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from connector.arrivals import KEPT_ASIDE
from connector.assemble import wall_clock
from connector.cli.choosing import Asked, agreed, chosen, refuse_mistakes
from connector.cli.exits import Exit
from connector.cli.say import counted, data, err, out, settled, told
from connector.cli.tables import one_line
from connector.commands import CreateTask, SetStage, kind_of
from connector.config.nouns import Config
from connector.store import open_store
from connector.store.base import Delivery, Effect, Post, Quarantined, State, Store, Writing

_USUAL: Final = (State.HELD, State.PENDING, State.INFLIGHT, State.UNKNOWN, State.PARKED)
_PARKED: Final = (State.PARKED,)
_DROPPABLE: Final = (State.HELD, State.PENDING, State.UNKNOWN, State.PARKED)
_SHOWN: Final = 10
"""Writes that are shown before they are changed; the others are counted."""
_ASIDE: Final = "connector outbox list --quarantine"


@told
def show(file: Path | None, asked: Asked, limit: int, *, quarantine: bool, as_json: bool) -> Exit:
    """List writes that are not done, or what could not be mapped."""
    config = settled(file, online=False)
    refuse_mistakes(config, asked, wall_clock())
    store = open_store(config.store_url, read_only=True)
    with store.reading() as look:
        choice = chosen(config, look, asked, _USUAL, wall_clock())
        several, records = look.deliveries_waiting().get(Post.ASIDE, 0), look.quarantined_count()
        aside = choice.records(look, limit) if quarantine else ()
        sent = choice.deliveries(look, limit) if quarantine else ()
        effects = () if quarantine else choice.effects(look, limit)
    if quarantine and as_json:
        data([*(_sent_as_json(one) for one in sent), *(_aside_as_json(one) for one in aside)])
    elif quarantine:
        _print_sent(sent, config.timezone)
        _print_aside(aside, config.timezone, alone=not sent, narrowed=asked.narrowed)
    elif as_json:
        data([_as_json(one) for one in effects])
    else:
        _print(effects, config.timezone)
        if several:
            err(f"beside these, {counted(several, 'delivery', 'deliveries')} put aside: {_ASIDE}")
        if records:
            err(f"beside these, {counted(records, 'unreadable record')}: {_ASIDE}")
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


def _print_aside(rows: Sequence[Quarantined], zone: ZoneInfo, *, alone: bool, narrowed: bool) -> None:
    """Print each row that could not be mapped: since when, and its problem, which names it."""
    for row in rows:
        out(f"{row.first_at.astimezone(zone):%Y-%m-%d %H:%M}  {one_line(row.problem)}")
    if not rows and alone:
        out("nothing put aside is meant" if narrowed else "every record could be read")
    elif rows:
        err("mend them in the CRM, or the mapping; the next pass reads what was changed")


@told
def retry(file: Path | None, asked: Asked, *, quarantine: bool, yes: bool) -> Exit:
    """Let parked writes go again, or deliveries that were put aside be taken again."""
    again = "again with the next pass"
    if quarantine:
        return _changed(
            file, asked, f"be taken {again}", yes=yes, quarantine=True, change=lambda tx, ids: tx.replay_deliveries(ids)
        )
    return _changed(
        file, asked, f"go {again}", yes=yes, states=_PARKED, change=lambda tx, ids: tx.retry(ids, wall_clock())
    )


@told
def drop(file: Path | None, asked: Asked, note: str, *, quarantine: bool, yes: bool) -> Exit:
    """Give writes up, or deliveries that were put aside."""
    if not asked.narrowed:
        err(
            "outbox drop: name ids or a filter; what is dropped is never written. --state parked means all parked ones."
        )
        return Exit.USAGE
    if quarantine:
        return _changed(
            file,
            asked,
            "be forgotten unread",
            yes=yes,
            quarantine=True,
            change=lambda tx, ids: tx.settle_deliveries(ids, wall_clock()),
        )
    return _changed(
        file,
        asked,
        "be dropped for good",
        yes=yes,
        states=_DROPPABLE,
        change=lambda tx, ids: tx.drop(ids, wall_clock(), note),
    )


def _changed(  # noqa: PLR0913 - what to look for, what to do with it, and whether to ask
    file: Path | None,
    asked: Asked,
    will: str,
    *,
    yes: bool,
    change: Callable[[Writing, Sequence[int]], int],
    states: Sequence[State] = (),
    quarantine: bool = False,
) -> Exit:
    """Show what the filters name, ask, then change it; what moved on while somebody thought it over is left alone."""
    config = settled(file, online=False)
    refuse_mistakes(config, asked, wall_clock())
    store = _there(config)
    with store.reading() as look:
        choice = chosen(config, look, asked, states, wall_clock())
        sent = choice.deliveries(look) if quarantine else ()
        effects = () if quarantine else tuple(one for one in choice.effects(look) if one.state in states)
    ids = [one.id for one in sent] + [one.id for one in effects]
    noun, several = ("delivery", "deliveries") if quarantine else ("write", "writes")
    if not ids:
        out(f"no {noun} is meant; nothing to do")
        return _all_found(asked.ids, 0, "put aside" if quarantine else "one of those")
    _print_sent(sent[:_SHOWN], config.timezone)
    if effects:
        _print(effects[:_SHOWN], config.timezone)
    if len(ids) > _SHOWN:
        out(f"        and {len(ids) - _SHOWN:,} more")
    word = agreed(len(ids), noun, several, will, yes=yes)
    if not word:
        return Exit.USAGE if word is None else Exit.DONE
    with store.writing() as tx:
        count = change(tx, ids)
    out(f"{counted(count, noun, several)} will {will}")
    return _all_found(asked.ids, count, "put aside" if quarantine else "one of those")


def _there(config: Config) -> Store:
    """
    Return the store to write to; one that is not there yet is not made by a glance at its outbox.

    Raises:
        StoreBroken: There is none.
    """
    open_store(config.store_url, read_only=True).close()
    return open_store(config.store_url)


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
