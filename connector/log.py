"""
The daemon's log: one way for what we say and what the packages say, redacted last, as JSON or for a terminal.

It is begun once, by `connector run`; before that, and in every other command, nothing is logged and nothing imported.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from typing_extensions import override

from connector.adapters.base import Clock
from connector.config.nouns import Config, Log
from connector.redaction import Redactor

NAME: Final = "connector"
_FIRST: Final = ("at", "level", "event", "run", "person", "system")
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
_OTHERS: Final = logging.WARNING
"""Level from which packages are heard; below it they tell of each request."""


class Level(StrEnum):
    """How much an event matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Redacting:
    """The last step of every line, and the only one that writes it: what is not redacted is not rendered."""

    def __init__(self, redactor: Redactor, render: Processor) -> None:
        """Redact by *redactor*, then hand the facts to *render*."""
        self._redactor = redactor
        self._render = render

    def __call__(self, logger: WrappedLogger, name: str, facts: EventDict) -> str:
        """Return the line."""
        redacted = self._redactor.facts(facts)
        ordered: EventDict = {key: redacted.pop(key) for key in _FIRST if key in redacted}
        return str(self._render(logger, name, {**ordered, **redacted}))


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be written is dropped, and its raw arguments are never shown instead."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Say only that a line was lost."""
        self.stream.write('{"level": "error", "event": "line_lost"}\n')


def begin(config: Config, stream: TextIO | None = None) -> None:
    """Log to *stream*, standard error when left out, as *config* says; a second time replaces the first."""
    stream = stream if stream is not None else sys.stderr
    form = config.log
    redactor = Redactor(keep_personal=form.personal_data == "keep", fields=personal_fields(config))
    shared: tuple[Processor, ...] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _at,
        structlog.processors.format_exc_info,
    )
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                Redacting(redactor, _renderer(form, stream)),
            ],
            foreign_pre_chain=[*shared, _foreign],
            use_get_message=True,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(form.level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    level = logging.getLevelNamesMapping()[form.level.upper()]
    root.setLevel(level if level == logging.DEBUG else max(level, _OTHERS))
    logging.getLogger(NAME).setLevel(level)
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_crashed


def say(event: str, /, level: Level = Level.INFO, **facts: object) -> None:
    """Log one event with its facts."""
    logger = structlog.get_logger(NAME)
    getattr(logger, level)(event, **facts)


def crashed(failure: BaseException) -> None:
    """Log what nobody expected, with its traceback in words: no local variables, and redacted as every text is."""
    say("crashed", Level.ERROR, exc_info=failure)


def bind(**facts: object) -> None:
    """Let every line of this thread have *facts* from now on."""
    structlog.contextvars.bind_contextvars(**facts)


def unbind(*names: str) -> None:
    """Leave facts out again."""
    structlog.contextvars.unbind_contextvars(*names)


def personal_fields(config: Config) -> Iterable[str]:
    """Return the names that a person's values have in our file and at the vendors."""
    yield from config.fields
    for mapping in config.mappings.values():
        for thing in mapping.objects:
            yield from (column.path.rsplit(".", 1)[-1] for column in thing.columns)


@dataclass(slots=True)
class Sparing:
    """
    Lets one line of a kind through at once and then one a minute, with how many there were in between.

    What strangers can cause must not fill a disk.

    Attributes:
        clock: The only source of time.
        say: Takes what goes through.
    """

    clock: Clock
    say: Callable[[str, Mapping[str, object]], None]
    pause: timedelta = timedelta(minutes=1)
    most: int = 1_000
    _seen: dict[tuple[str, str, str], tuple[datetime, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event: str, facts: Mapping[str, object]) -> None:
        """Take one event; those of one name, system and reason are of a kind."""
        kind = (event, str(facts.get("system", "")), str(facts.get("reason", "")))
        now = self.clock()
        with self._lock:
            if kind not in self._seen and len(self._seen) >= self.most:
                self._seen.clear()
            last, unsaid = self._seen.get(kind, (None, 0))
            if last is not None and now - last < self.pause:
                self._seen[kind] = (last, unsaid + 1)
                return
            self._seen[kind] = (now, 0)
        self.say(event, {**facts, "times": unsaid + 1})


def _renderer(form: Log, stream: TextIO) -> Processor:
    """Return what makes a line of facts."""
    if form.format == "json" or (form.format == "auto" and not stream.isatty()):
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    console = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), timestamp_key="at", exception_formatter=structlog.dev.plain_traceback
    )

    def render(logger: WrappedLogger, name: str, facts: EventDict) -> str:
        """Return the line for a terminal, without what would steer it."""
        return str(console(logger, name, {key: _tame(value) for key, value in facts.items()}))

    return render


def _tame(value: object) -> object:
    """Return a text whose control characters can be read."""
    return value.translate(_CONTROLS) if isinstance(value, str) else value


def _at(_logger: WrappedLogger, _name: str, facts: EventDict) -> EventDict:
    """Add the instant."""
    facts["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return facts


def _foreign(_logger: WrappedLogger, _name: str, facts: EventDict) -> EventDict:
    """Name the package that a line comes from, and put its sentence beside the event."""
    record: logging.LogRecord = facts["_record"]
    facts["logger"], facts["message"], facts["event"] = record.name, facts["event"], "package"
    return facts


def _thread_crashed(args: threading.ExceptHookArgs) -> None:
    """Log what ended a thread."""
    if args.exc_value is not None:
        crashed(args.exc_value)
