"""The short sections: time zone and hours, store, first sync, brakes."""

from __future__ import annotations

import re
from datetime import time
from typing import Final
from urllib.parse import quote
from zoneinfo import available_timezones

from connector.agreement import Brakes, FirstSync, Hours
from connector.config.draft import Draft, zone
from connector.hours import UnknownHolidays, calendar, never_open
from connector.problems import did_you_mean
from connector.secrets import Secret

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SQLITE: Final = "sqlite:///"
_SCHEME: Final = re.compile(r"([a-z0-9+]+)://")
_POSTGRES: Final = re.compile(r"postgres(ql)?://[^/?#]*/[^/?#]+(\?[^#]*)?$")
_MIDNIGHT: Final = time()


def build_timezone(draft: Draft) -> None:
    """Read `timezone`; without one, days are meant in UTC for the rest of the pass."""
    name = draft.document.timezone
    if name is None:
        return
    found = zone(name)
    if found is None:
        near = did_you_mean(name, available_timezones())
        hint = f'{near} Zones are named by a large city of the country, such as "Europe/Berlin".'.strip()
        draft.wrong(("timezone",), f'there is no time zone "{name}".', hint)
    else:
        draft.timezone = found


def hours_of(draft: Draft) -> Hours:
    """Return `[hours]`; closing at 00:00 means the end of the day."""
    table = draft.document.hours
    backwards = table.end <= table.start and table.end != _MIDNIGHT
    if backwards:
        draft.wrong(("hours", "to"), f"the day ends at {table.end:%H:%M}, not after it begins.", "Write a later time.")
    holidays = table.holidays
    try:
        calendar(holidays)
    except UnknownHolidays as error:
        draft.wrong(("hours", "holidays"), str(error))
        holidays = ""
    days = frozenset(_DAYS.index(day) for day in table.days)
    hours = Hours(days, table.start, table.end, draft.timezone, holidays, frozenset(table.closed))
    if not backwards and never_open(hours, draft.now.date()):
        draft.wrong(("hours",), "there is no open day in more than a year.", "Leave out some of closed.")
    return hours


def store_url_of(draft: Draft) -> str:
    """Return the store's address, with the password where one is given."""
    url, password = draft.document.store.url, draft.document.store.password
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].startswith("postgres"):
        if not _POSTGRES.match(url):
            hint = 'Write "postgresql://connector@db.example/connector".'
            draft.wrong(("store", "url"), f'"{url}" is no address of a PostgreSQL database.', hint)
        elif password is not None:
            return _opened_by(draft, url, password)
    elif not url.startswith(_SQLITE) or not url.removeprefix(_SQLITE).strip("/ "):
        hint = 'Write "sqlite:///connector.db", or with four slashes for a path from the root.'
        draft.wrong(("store", "url"), f'"{url}" is no address of a database.', hint)
    elif password is not None:
        hint = "Take it out, or name a PostgreSQL database in url."
        draft.wrong(("store", "password"), "SQLite asks for no password.", hint)
    return url


def _opened_by(draft: Draft, url: str, password: Secret) -> str:
    """Return PostgreSQL's address with the password in its place."""
    beginning, slashes, rest = url.partition("//")
    who, at, where = rest.partition("@")
    if not at or "/" in who:
        hint = 'Write "postgresql://connector@db.example/connector".'
        draft.wrong(("store", "url"), "there is a password, and nobody whose it is.", hint)
        return url
    if ":" in who:
        hint = "Take one of the two out."
        draft.wrong(("store", "password"), "the address of the database has a password already.", hint)
        return url
    return f"{beginning}{slashes}{who}:{quote(password.reveal(), safe='')}@{where}"


def first_sync_of(draft: Draft) -> FirstSync:
    """Return `[first_sync]`."""
    table = draft.document.first_sync
    return FirstSync(table.stage_changes, table.tasks)


def brakes_of(draft: Draft) -> Brakes:
    """Return `[brakes]`."""
    table = draft.document.brakes
    return Brakes(table.stage_changes_per_run, table.tasks_per_owner_per_day)
