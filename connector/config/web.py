"""`[web]`: where the daemon listens, and where the world reaches it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from connector.config.draft import Draft
from connector.config.nouns import Web

_LISTEN: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>\d{1,5})")
_MOST: Final = 65_535
_RECEIVES: Final = "webhook"
_DEFAULT: Final = ("127.0.0.1", 8080)


def web_of(draft: Draft) -> Web:
    """Return `[web]`; without it the daemon listens where a system of kind webhook is configured, and only then."""
    table = draft.document.web
    if table is None:
        receives = any(one.kind == _RECEIVES for one in draft.document.systems.values())
        return Web(_DEFAULT if receives else None)
    return Web(
        _listen(draft, table.listen),
        _public(draft, table.public_url),
        table.token,
        table.largest,
        table.waiting,
        table.per_second,
    )


def _listen(draft: Draft, written: str) -> tuple[str, int]:
    """Return host and port."""
    match = _LISTEN.fullmatch(written.strip())
    if match is None or int(match["port"]) > _MOST:
        hint = 'Write "127.0.0.1:8080", or "0.0.0.0:8080" inside a container.'
        draft.wrong(("web", "listen"), f'"{written}" is no address with a port.', hint)
        return _DEFAULT
    return match["six"] or match["host"], int(match["port"])


def _public(draft: Draft, written: str) -> str:
    """Return the address without a slash at its end."""
    if not written:
        return ""
    url = written.rstrip("/")
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"https", "http"} and bool(parts.hostname) and not parts.path and not parts.query
    except ValueError:
        sound = False
    if not sound:
        hint = 'Write "https://hooks.acme.example": where senders reach it, without /webhooks.'
        draft.wrong(("web", "public_url"), f'"{written}" is no address without a path.', hint)
    return url
