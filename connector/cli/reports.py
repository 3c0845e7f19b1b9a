"""`connector report`: the funnel and the MQL→SQL conversion as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from connector import report as figures
from connector import store as stores
from connector.cli.exits import Exit
from connector.cli.say import data, err, out, settled, told
from connector.cli.tables import table
from connector.config.nouns import Config
from connector.problems import did_you_mean
from connector.store.base import Reading


@told
def report(kind: str, file: Path | None, by: str, output: str) -> Exit:
    """Print a report from our own ledger."""
    config = settled(file, online=False)
    store = stores.open_store(config.store_url, read_only=True)
    with store.reading() as look:
        known = figures.paths(look.transitions())
        if kind == "funnel":
            rows = [asdict(row) for row in figures.funnel(known, look.person_counts()["people"])]
        else:
            cohort = _cohort(config, look, by, known)
            if cohort is None:
                return Exit.USAGE
            rows = [asdict(row) for row in figures.conversion(known, cohort)]
    if output == "json":
        data({"rows": rows})
    elif output == "csv":
        out(_csv(rows))
    else:
        names = list(rows[0]) if rows else []
        cells = [[_cell(name, row[name]) for name in names] for row in rows]
        out(
            table([name.replace("_", " ") for name in names], cells, frozenset(range(1, len(names))))
            if rows
            else "(none)"
        )
    return Exit.DONE


def _cohort(
    config: Config, look: Reading, by: str, known: Mapping[int, figures.Path]
) -> Callable[[int, figures.Path], str] | None:
    """Return how people are grouped, or say what *by* may be."""
    if by == "month":
        return figures.month(config.timezone)
    if by == "week":
        return figures.week(config.timezone)
    if by == "agreement":
        return figures.version
    if by not in config.fields:
        names = ("month", "week", "agreement", *config.fields)
        err(f"--by {by}: no such grouping. {did_you_mean(by, names)} There are {', '.join(names)}.")
        return None
    values: dict[int, str] = {}
    for dossier in look.dossiers(list(known), companies=True):
        found = [row.values.get(by) for row in dossier.held if row.values.get(by) is not None]
        values[dossier.standing.person_id] = str(found[0]) if found else "(empty)"
    return lambda person_id, _path: values.get(person_id, "(empty)")


def _csv(rows: list[dict[str, object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _cell(name: str, value: object) -> str:
    """Return one figure for a table: shares as percent, nothing for none."""
    if value is None:
        return "-"
    if name in {"rate", "of_previous"} and isinstance(value, float):
        return f"{value:.1%}"
    return str(value)
