"""Signing as the senders do, for samples that an admin sends to their own daemon; pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote

from connector.signatures.hubspot import decoded
from connector.signatures.recipes import BODY, TIMESTAMP, Recipe
from connector.signatures.shared import QUERY
from connector.signatures.standard import key_of, signature


@dataclass(frozen=True, slots=True)
class Signed:
    """What goes with a body: headers, and what is added to the address."""

    headers: Mapping[str, str]
    query: str = ""


def by_standard(secret: str, body: bytes, id_: str, at: datetime) -> Signed:
    """Return the headers of Standard Webhooks."""
    stamp = str(int(at.timestamp()))
    return Signed(
        MappingProxyType({
            "webhook-id": id_,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(key_of(secret), id_, stamp, body),
        })
    )


def by_recipe(recipe: Recipe, secret: str, body: bytes, at: datetime) -> Signed:
    """Return the headers that a sender of *recipe* makes."""
    stamp = str(int(at.timestamp()))
    before, _, after = recipe.signs.partition(BODY)
    signed = b"".join((
        before.replace(TIMESTAMP, stamp).encode(),
        body,
        after.replace(TIMESTAMP, stamp).encode(),
    ))
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, recipe.algorithm)).digest()
    text = recipe.prefix + (digest.hex() if recipe.encoding == "hex" else base64.b64encode(digest).decode())
    if recipe.part:
        instant = f"{recipe.timestamp}={stamp}," if recipe.timestamp else ""
        return Signed(MappingProxyType({recipe.header: f"{instant}{recipe.part}={text}"}))
    headers = {recipe.header: text, **({recipe.timestamp: stamp} if recipe.timestamp else {})}
    return Signed(MappingProxyType(headers))


def by_sharing(where: str, secret: str) -> Signed:
    """Return the secret where it is looked for."""
    if where.startswith(QUERY):
        return Signed(MappingProxyType({}), f"?{where.removeprefix(QUERY)}={quote(secret, safe='')}")
    return Signed(MappingProxyType({where.lower(): secret}))


def by_hubspot(secret: str, uri: str, body: bytes, at: datetime) -> Signed:
    """Return the headers of HubSpot's version 3 for a call to *uri*."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), b"POST" + decoded(uri).encode() + body + stamp.encode(), hashlib.sha256).digest()
    headers = {
        "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
        "x-hubspot-request-timestamp": stamp,
    }
    return Signed(MappingProxyType(headers))
