"""What really happened: a journal of every applied write, and a log of every exchange."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from connector.sandbox.exchange import Request, Response

Actor = Literal["api", "rep", "system"]
Action = Literal[
    "create", "update", "archive", "associate", "dissociate", "merge", "erase", "define", "join", "leave", "convert"
]

TOKENS = "/oauth2/token"
"""Where a path ends whose bodies are nothing but credentials."""
HIDDEN = "..."
NO_CHANGES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One applied write.

    *changes* are the values as stored (empty = cleared; a backward stage that was ignored is not in it);
    *linked* are (object type, id) the record was tied to by this write.
    """

    at: datetime
    actor: Actor
    action: Action
    object_type: str
    object_id: str
    changes: Mapping[str, str] = field(default_factory=lambda: NO_CHANGES)
    linked: tuple[tuple[str, str], ...] = ()
    method: str = ""
    path: str = ""


@dataclass(slots=True)
class Journal:
    """
    All entries in the order they were applied; only ever appended to.

    Attributes:
        entries: The entries, oldest first.
        tasks: What the vendor calls the object type of tasks.
        people: What the vendor calls the object types of people.
        stage_field: Where the vendor keeps a person's stage, unless a caller names another field.
    """

    entries: list[Entry] = field(default_factory=list)
    tasks: str = "tasks"
    people: tuple[str, ...] = ("contacts",)
    stage_field: str = "lifecyclestage"

    def add(self, entry: Entry) -> None:
        """Append one entry."""
        self.entries.append(entry)

    def __iter__(self) -> Iterator[Entry]:
        """Return the entries, oldest first."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many writes were applied."""
        return len(self.entries)

    def of(self, object_type: str, action: Action, actor: Actor | None = None) -> list[Entry]:
        """Return the entries of one type and action, of one actor if given."""
        return [
            e
            for e in self.entries
            if e.object_type == object_type and e.action == action and (actor is None or e.actor == actor)
        ]

    def tasks_by_contact(self, actor: Actor = "api") -> dict[str, list[str]]:
        """
        Return the ids of the tasks that *actor* created, by the contact (or lead) they were tied to.

        A task tied by a later association counts too; one that is tied to nobody stands under the empty id.
        """
        tasks: dict[str, list[str]] = defaultdict(list)
        created = {e.object_id: e for e in self.of(self.tasks, "create", actor)}
        loose = dict.fromkeys(created)
        for entry in self.entries:
            if entry.object_type != self.tasks or entry.object_id not in created:
                continue
            for kind, contact in entry.linked:
                if kind in self.people and entry.object_id not in tasks[contact]:
                    tasks[contact].append(entry.object_id)
                    loose.pop(entry.object_id, None)
        if loose:
            tasks[""] = list(loose)
        return {contact: ids for contact, ids in tasks.items() if ids}

    def stages_set(self, field_name: str = "") -> dict[str, list[tuple[Actor, str]]]:
        """Return the stages written to each contact (or lead), in order, with who wrote them."""
        name = field_name or self.stage_field
        stages: dict[str, list[tuple[Actor, str]]] = defaultdict(list)
        for entry in self.entries:
            if entry.object_type in self.people and name in entry.changes:
                stages[entry.object_id].append((entry.actor, entry.changes[name]))
        return dict(stages)


class ExchangeLog:
    """A file of exchanges, one JSON line each, flushed as it is written; credentials are replaced by dots."""

    def __init__(self, path: str | Path) -> None:
        """Open *path* for append."""
        self._file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115 -- open as long as the sandbox serves
        self._lock = Lock()

    def write(self, request: Request, response: Response) -> None:
        """Append one exchange; the bodies must not be compressed yet."""
        headers = {k: ("Bearer ..." if k == "authorization" else v) for k, v in request.headers.items()}
        line = {
            "method": request.method,
            "path": request.path,
            "query": {k: v[0] if len(v) == 1 else list(v) for k, v in request.query.items()},
            "request_headers": headers,
            "request_body": HIDDEN if request.path.endswith(TOKENS) else _decoded(request.body),
            "status": response.status,
            "response_headers": dict(response.headers),
            "response_body": HIDDEN if request.path.endswith(TOKENS) else _decoded(response.body),
        }
        text = json.dumps(line, ensure_ascii=True)
        with self._lock:
            self._file.write(text + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _decoded(body: bytes) -> object:
    """Return a JSON body decoded, other text as text, nothing as None."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
