"""`connector webhook send`: a sample, signed as its sender would sign it, posted to a running daemon."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import requests

from connector.adapters.salesforce.outbound import SECRET_AT
from connector.adapters.webhook.receiving import NONE, SHARED, STANDARD, recipe_of
from connector.assemble import wall_clock
from connector.cli.exits import Exit
from connector.cli.say import data, err, out, settled, told
from connector.cli.webhooks import is_known, sample_of
from connector.config.nouns import Config
from connector.signatures.signing import Signed, by_hubspot, by_recipe, by_sharing, by_standard

_PATIENCE: Final = 10.0
_SALESFORCE: Final = "salesforce"
_ORGANIZATION: Final = re.compile(rb"(<(?:\w+:)?OrganizationId>)[^<]*")
_ACKNOWLEDGED: Final = "acknowledged: stored, known already, or about nobody that is mapped"
"""What 200 means where every answer is an Ack."""
MEANINGS: Final[Mapping[int, str]] = MappingProxyType({
    200: "known already: nothing happens",
    204: "stored, or nothing asks for it: connector webhook test says which",
    401: "not believed: the daemon's configuration has another secret or another way of signing",
    404: "no system of this name takes webhooks there",
    409: "this id was used for another body",
    413: "too large, too deep, or too many keys",
    429: "too many requests from this address; come again later",
    503: "cannot be stored now; come again later",
})
"""What an answer of the daemon means."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the daemon answered, and how long that took."""

    status: int
    seconds: float


@told
def send(  # noqa: PLR0913 - the switches of the command
    file: Path | None, name: str, payload: Path, options: Sequence[str], url: str, id_: str, *, as_json: bool
) -> Exit:
    """Post a sample and say what came of it."""
    config = settled(file, online=False)
    sample = sample_of(payload, options)
    if sample is None or not is_known(config, name):
        return Exit.USAGE
    where = url.rstrip("/") or near(config)
    if not where:
        err("nothing listens: there is no [web] and no system that receives; name the daemon with --url")
        return Exit.FAILED
    headers = {"content-type": sample.content_type, **sample.headers}
    try:
        answer = post(config, name, where, sample.body, headers, id_ or f"msg_{uuid.uuid4().hex}")
    except Unsendable as reason:
        err(str(reason))
        return Exit.FAILED
    except requests.RequestException as error:
        err(f"{where} does not answer ({type(error).__name__}). Is `connector run` at work there?")
        return Exit.UNREACHABLE
    meaning = MEANINGS.get(answer.status, "")
    if answer.status == HTTPStatus.OK and config.systems[name].kind == _SALESFORCE:
        meaning = _ACKNOWLEDGED
    if as_json:
        data({"status": answer.status, "meaning": meaning, "seconds": round(answer.seconds, 4)})
    else:
        out(f"{answer.status}  {meaning}".rstrip() + f" ({answer.seconds * 1000:.0f} ms)")
    return Exit.DONE if answer.status < 300 else Exit.FAILED  # noqa: PLR2004 - HTTP's own line between well and not


class Unsendable(Exception):  # noqa: N818 - the name says what it is
    """A system whose sender we cannot stand in for; the text says why."""


def post(  # noqa: PLR0913 - a request has these parts
    config: Config, name: str, where: str, body: bytes, headers: Mapping[str, str], id_: str
) -> Answer:
    """
    Sign *body* as the system *name* would and post it to the daemon at *where*.

    Raises:
        Unsendable: Nothing says how it is signed.
        requests.RequestException: Nobody answers.
    """
    target = f"/webhooks/{name}"
    signed = _signed(config, name, target, body, id_)
    if config.systems[name].kind == _SALESFORCE:
        body = _from_our_org(config.systems[name].options, body)
    answer = requests.post(
        where + target + signed.query,
        data=body,
        headers={**headers, **signed.headers},
        timeout=_PATIENCE,
        allow_redirects=False,
    )
    return Answer(answer.status_code, answer.elapsed.total_seconds())


def _signed(config: Config, name: str, target: str, body: bytes, id_: str) -> Signed:
    """Return what goes with the body."""
    options: Any = config.systems[name].options
    at = wall_clock()
    if config.systems[name].kind == _SALESFORCE:
        if not options.organization_id:
            raise Unsendable(f"[systems.{name}] has no organization_id: it takes no Outbound Messages.")
        secret = options.webhook_secret
        return by_sharing(SECRET_AT, secret.reveal()) if secret is not None else Signed(MappingProxyType({}))
    if config.systems[name].kind == "hubspot":
        if not options.webhook_secret:
            raise Unsendable(f"[systems.{name}] has no webhook_secret to sign with.")
        return by_hubspot(options.webhook_secret[0].reveal(), config.web.public_url + target, body, at)
    signature = getattr(options, "signature", "")
    if signature == NONE:
        return Signed(MappingProxyType({"webhook-id": id_}))
    if not signature or not options.secret:
        raise Unsendable(f"[systems.{name}] says nothing to sign with.")
    secret = options.secret[0].reveal()
    if signature == STANDARD:
        return by_standard(secret, body, id_, at)
    return (
        by_sharing(options.header, secret) if signature == SHARED else by_recipe(recipe_of(options), secret, body, at)
    )


def _from_our_org(options: Any, body: bytes) -> bytes:  # noqa: ANN401 - the options of the adapter
    """Return a sample with the id of the configured org: that is what stands for a signature there."""
    return _ORGANIZATION.sub(rb"\g<1>" + options.organization_id.encode(), body, count=1)


def near(config: Config) -> str:
    """Return where the daemon of this configuration listens, seen from this machine; empty where it does not."""
    if config.web.listen is None:
        return ""
    host, port = config.web.listen
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what a container listens on
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"
