"""Options of `[systems.NAME]` with `kind = "webhook"` that concern what comes from there, and the scheme they make."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator

from connector.options import Table, option, wrong
from connector.problems import did_you_mean
from connector.secrets import Secret, Secrets
from connector.signatures.recipes import (
    ALGORITHMS,
    BODY,
    ENCODINGS,
    KNOWN,
    PLACEHOLDERS,
    TIMESTAMP,
    Hmac,
    Recipe,
)
from connector.signatures.scheme import Scheme
from connector.signatures.shared import Shared, Unsigned
from connector.signatures.standard import NoKey, Standard, key_of

STANDARD: Final = "standard"
HMAC: Final = "hmac"
SHARED: Final = "shared"
NONE: Final = "none"
NAMES: Final = (STANDARD, *KNOWN, HMAC, SHARED, NONE)
"""Values of `signature`."""
SHORTEST: Final = 24
"""Bytes of a secret below which somebody might guess it (Standard Webhooks 1.0)."""
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


def _known(given: str) -> str:
    """Return the name of a scheme; an unknown one is refused."""
    name = given.strip().lower()
    if name not in NAMES:
        hint = did_you_mean(name, NAMES) or f"There are {', '.join(NAMES)}."
        raise wrong(f'no way of signing is called "{given}".', hint)
    return name


def _signs(given: str) -> str:
    """Return what is signed; it has the body in it, once, and nothing in braces that we could not fill in."""
    for one in _PLACEHOLDER.findall(given):
        if one not in PLACEHOLDERS:
            hint = did_you_mean(one, PLACEHOLDERS) or f"There are {' and '.join(PLACEHOLDERS)}."
            raise wrong(f'"{given}" holds {one}, which stands for nothing.', hint)
    if given.count(BODY) != 1:
        raise wrong(f'"{given}" does not say where the body stands.', f'Write "{TIMESTAMP}.{BODY}", or "{BODY}" alone.')
    return given


def _header(given: str) -> str:
    """Return a header's name in lower case."""
    return given.strip().lower()


class HmacTable(Table):
    """How a sender signs that `signature` knows no name for."""

    header: Annotated[str, AfterValidator(_header)] = option(
        "x-signature", example='"X-Signature"', says="Header with the signature."
    )
    prefix: str = option("", example='"sha256="', says="What stands before the signature there.", shown="nothing")
    part: str = option(
        "", example='"v1"', says='Name of the signature in a header of parts, "t=…,v1=…".', shown="the whole header"
    )
    timestamp: Annotated[str, AfterValidator(str.strip)] = option(
        "",
        example='"X-Timestamp"',
        says="Header, or part, with the instant in seconds or milliseconds; it may be five minutes off.",
        shown="none is signed",
    )
    signs: Annotated[str, AfterValidator(_signs)] = option(
        BODY, example=f'"{TIMESTAMP}.{BODY}"', says="What is signed."
    )
    algorithm: Literal["sha256", "sha1", "sha512"] = option(ALGORITHMS[0], example='"sha256"', says="Hash beneath it.")
    encoding: Literal["hex", "base64"] = option(ENCODINGS[0], example='"hex"', says="How it is written.")


class ReceivingOptions(Table):
    """What the webhook adapter can be told about receiving."""

    secret: Secrets = option(
        [],
        example='{ file = "/run/secrets/website" }',
        says="Shared secret that signs what comes in and goes out; of several any may have signed what comes in.",
        shown="nothing is signed",
        kind="secret, or a list of them",
    )
    signature: Annotated[str, AfterValidator(_known)] = option(
        STANDARD,
        example='"calendly"',
        says=f"How what comes in is signed: {', '.join(NAMES)}.",
    )
    hmac: HmacTable | None = option(
        None,
        example='{ header = "X-Signature", prefix = "sha256=" }',
        says='The way of signing of `signature = "hmac"`.',
        kind="table",
        shown="none",
    )
    header: str = option(
        "Authorization",
        example='"X-Token"',
        says='Where the secret stands with `signature = "shared"`: a header, or "?name" in the address.',
    )
    unknown_people: Literal["create", "wait"] = option(
        "create",
        example='"wait"',
        says='Whether somebody new is taken in ("create"), or what is said of them waits, a month at most, until a CRM '
        'knows them ("wait").',
    )


def scheme_of(options: Any) -> Scheme | None:  # noqa: ANN401 - the options of both directions
    """Return how what comes in is verified; None where no secret says whom to believe."""
    if options.signature == NONE:
        return Unsigned()
    secrets = [one.reveal() for one in options.secret]
    if not secrets:
        return None
    if options.signature == STANDARD:
        return Standard(secrets)
    if options.signature == SHARED:
        return Shared(options.header, secrets)
    return Hmac(recipe_of(options), secrets)


def recipe_of(options: Any) -> Recipe:  # noqa: ANN401 - as `scheme_of`
    """Return the recipe that is named, or written out."""
    if options.signature in KNOWN:
        return KNOWN[options.signature]
    table: HmacTable = options.hmac or HmacTable()
    # Names of headers are the same in either case, names of parts are not: "T=" is none of "t=".
    timestamp = table.timestamp if table.part else table.timestamp.lower()
    return Recipe(table.header, table.prefix, table.part, timestamp, table.signs, table.algorithm, table.encoding)


def doubts(options: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401 - as `scheme_of`
    """Return what is probably not meant: key, sentence, hint."""
    found: list[tuple[str, str, str]] = []
    if options.signature == NONE:
        words = "whoever finds the address can make people MQL and SQL: nothing that comes in is verified."
        found.append(("signature", words, "Let the sender sign, or at least send a shared secret."))
    elif any(0 < _bytes(one, options.signature) < SHORTEST for one in options.secret):
        words = f"a secret is shorter than {SHORTEST} bytes and might be guessed."
        found.append(("secret", words, "Make one by: openssl rand -hex 32"))
    if options.hmac is not None and options.signature != HMAC:
        words = f'it says nothing beside signature = "{options.signature}".'
        found.append(("hmac", words, f'Leave it out, or write signature = "{HMAC}".'))
    return tuple(found)


def faults(options: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401 - as `scheme_of`
    """Return what cannot work: key, sentence, hint."""
    return (*_keyless(options), *_unfinished(options))


def _keyless(options: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401 - as `scheme_of`
    """Return the secrets that Standard Webhooks, of what comes in or goes out, can make no key of."""
    signing = options.secret if options.signature == STANDARD else options.secret[: bool(_sends(options))]
    found: list[tuple[str, str, str]] = []
    for place, one in enumerate(signing, 1):
        try:
            key_of(one.reveal())
        except NoKey as reason:
            which = f"secret {place} of {len(options.secret)}" if len(options.secret) > 1 else "the secret"
            hint = "Copy it whole, as the sender shows it, or make one by: openssl rand -hex 32"
            found.append(("secret", f"{which} cannot sign: {reason}.", hint))
    return tuple(found)


def _sends(options: Any) -> bool:  # noqa: ANN401 - as `scheme_of`
    """Tell whether the first secret also signs what goes out."""
    return getattr(options, "send_to", None) is not None


def _unfinished(options: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401 - as `scheme_of`
    """Return what is missing to `signature = "hmac"`."""
    if options.signature != HMAC:
        return ()
    table: HmacTable | None = options.hmac
    if table is None:
        return (("hmac", "nothing says how it is signed.", 'Add hmac = { header = "X-Signature" }, for example.'),)
    if table.timestamp and TIMESTAMP not in table.signs:
        words = f'signs = "{table.signs}" leaves the instant of timestamp = "{table.timestamp}" out: it proves nothing.'
        return (("hmac", words, f'Write what is signed, such as signs = "{TIMESTAMP}.{BODY}", or no timestamp.'),)
    if TIMESTAMP in table.signs and not table.timestamp:
        words = f'signs = "{table.signs}" has an instant in it, and nothing says where that stands.'
        return (("hmac", words, 'Name its header, or its part: timestamp = "X-Timestamp", for example.'),)
    return ()


def _bytes(secret: Secret, signature: str) -> int:
    """Return how long a secret is as the scheme uses it; 0 for one that is none."""
    try:
        return len(key_of(secret.reveal()) if signature == STANDARD else secret.reveal().encode())
    except NoKey:
        return 0
