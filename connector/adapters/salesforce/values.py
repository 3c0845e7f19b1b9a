"""Values as Salesforce takes and shows them: converted by what describe says, compared as it gives them back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from connector.adapters.salesforce.describing import FieldInfo
from connector.problems import did_you_mean

_NUMBERS: Final = frozenset({"double", "currency", "percent", "int", "long"})
_WHOLE: Final = frozenset({"int", "long"})
_TEXTS: Final = frozenset({"string", "textarea", "encryptedstring"})
"""Types whose texts may be cut; half a picklist value or half an address would be another one."""
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no", ""})


@dataclass(frozen=True, slots=True)
class Row:
    """
    Values for one row.

    Attributes:
        values: By Salesforce's field names, as JSON takes them.
        wrong: Why they cannot be written, one sentence for each field in its way.
    """

    values: Mapping[str, object]
    wrong: tuple[str, ...] = ()


class _Wrong(Exception):  # noqa: N818 - says what a value is, never leaves this module
    """The value cannot stand in the field."""


def row_of(sobject: str, wanted: Mapping[str, str], known: Mapping[str, FieldInfo], *, creating: bool = False) -> Row:
    """Return *wanted* converted for *sobject*; "" clears."""
    values: dict[str, object] = {}
    wrong: list[str] = []
    for name, text in wanted.items():
        refused = unwritable(sobject, name, known, creating=creating)
        if refused:
            wrong.append(refused)
            continue
        try:
            values[name] = converted(text, known[name])
        except _Wrong as error:
            near = did_you_mean(text, [each.value for each in known[name].options])
            said = f'{sobject}.{name} {error}, but "{text}" was to be written: map a value that fits'
            wrong.append(f"{said}. {near}" if near else said)
    return Row(values, tuple(wrong))


def unwritable(sobject: str, name: str, known: Mapping[str, FieldInfo], *, creating: bool = False) -> str:
    """Return why *name* cannot be written and what an admin can do; empty when it can."""
    if not known:
        return (
            f"the object {sobject} is not visible to the connector's user in Salesforce: "
            f"give its permission set Read, Create and Edit on {sobject}"
        )
    if name not in known:
        near = did_you_mean(name, known)
        return (
            f'{sobject} has no field "{name}" that the connector\'s user can see: correct its API name in the mapping, '
            f"or give the user's permission set Edit on {sobject}.{name} (field-level security)"
            + (f". {near}" if near else "")
        )
    info = known[name]
    if not (info.createable if creating else info.updateable):
        return (
            f"the connector's user may read {sobject}.{name} but not write it: give its permission set Edit on that "
            "field, or map another one (formulas and system fields can never be written)"
        )
    return ""


def converted(text: str, info: FieldInfo) -> object:
    """
    Return *text* as JSON takes it for a field.

    Raises:
        _Wrong: It can never stand there.
    """
    if info.type == "boolean":
        return _boolean(text)
    if not text:
        return None
    if info.type in _NUMBERS:
        return _number(text, info)
    if info.type == "date":
        return _instant(text).date().isoformat()
    if info.type == "datetime":
        return instant_text(_instant(text))
    if info.type == "picklist" and info.options and text not in {each.value for each in info.options}:
        # Salesforce stores it all the same unless the picklist is restricted, and no report would count it.
        raise _Wrong("is a picklist without that value")
    return cut(text, info.length) if info.type in _TEXTS else text


def cut(text: str, length: int) -> str:
    """Return *text* in at most *length* characters as Salesforce counts them (UTF-16); 0 for no end."""
    coded = text.encode("utf-16-le", "surrogatepass")
    if not length or len(coded) <= 2 * length:
        return text
    return coded[: 2 * (length - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def instant_text(at: datetime) -> str:
    """Return *at* as Salesforce takes instants: UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same(held: object, written: object) -> bool:
    """Say whether a field shows *held* for *written*: instants lose their fraction, texts their outer blanks."""
    if isinstance(written, bool) or isinstance(held, bool):
        return bool(held) == bool(written)
    if held in {None, ""} or written in {None, ""}:
        return held in {None, ""} and written in {None, ""}
    if isinstance(written, int | float):
        return isinstance(held, int | float) and math.isclose(held, written, rel_tol=1e-9, abs_tol=1e-9)
    left, right = str(held), str(written)
    if _lines(left) == _lines(right):
        return True
    return "T" in left and "T" in right and _second(left) == _second(right) is not None


def _second(text: str) -> datetime | None:
    """Return the instant in *text* to the second, as Salesforce keeps it; None when it is none."""
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return None


def _lines(text: str) -> str:
    """Return *text* as it comes back: Salesforce ends lines as it likes and strips blanks around the whole."""
    return "\n".join(text.splitlines()).strip()


def _boolean(text: str) -> bool:
    """Read a truth value; a checkbox is never empty."""
    word = text.strip().casefold()
    if word not in _TRUE | _FALSE:
        raise _Wrong("is a checkbox")
    return word in _TRUE


def _number(text: str, info: FieldInfo) -> int | float:
    """Read a number; a whole one goes without a fraction, because an integer field takes no other."""
    try:
        number = float(text)
    except ValueError:
        raise _Wrong("holds numbers") from None
    if not math.isfinite(number):
        raise _Wrong("holds numbers")
    return round(number) if info.type in _WHOLE or number.is_integer() else number


def _instant(text: str) -> datetime:
    """Read an instant or a day; one without a zone is UTC, as everything of ours is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong("holds dates") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
