"""What a query is refused with: Salesforce's codes and texts."""

from __future__ import annotations

from typing import Final

BEFORE: Final = 40
AFTER: Final = 40
UNSUPPORTED: Final = "SIMULATOR_UNSUPPORTED"
"""The one code that is ours: Salesforce would answer, this sandbox cannot."""


class SoqlError(Exception):
    """A query that is refused, with the *code* and *message* of the answer's body."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both for the answer."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def malformed(message: str) -> SoqlError:
    """Return the refusal of a text that is not SOQL."""
    return SoqlError("MALFORMED_QUERY", message)


def unexpected(token: str) -> SoqlError:
    """Return the refusal at a token that nothing expects there; the end is ``<EOF>``."""
    return malformed(f"unexpected token: '{token}'")


def unsupported(what: str) -> SoqlError:
    """Return the refusal of SOQL that is right but more than this sandbox understands."""
    return SoqlError(UNSUPPORTED, f"the sandbox cannot run this part of SOQL: {what}")


def located(text: str, at: int, code: str, message: str) -> SoqlError:
    """Return a refusal that shows the place: the piece of the query, a caret below, row and column."""
    start = text.rfind("\n", 0, at) + 1
    row, column = text.count("\n", 0, at) + 1, at - start + 1
    left = max(start, at - BEFORE)
    end = text.find("\n", at)
    right = min(len(text) if end < 0 else end, at + AFTER)
    caret = " " * (at - left) + "^"
    return SoqlError(code, f"\n{text[left:right]}\n{caret}\nERROR at Row:{row}:Column:{column}\n{message}")


HINT: Final = (
    "If you are attempting to use a custom {what}, be sure to append the '{suffix}' after the {name}. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


def no_column(text: str, at: int, name: str, sobject: str) -> SoqlError:
    """Return the refusal of a field that is not there, or that the user may not see: Salesforce says the same."""
    hint = HINT.format(what="field", suffix="__c", name="custom field name")
    return located(text, at, "INVALID_FIELD", f"No such column '{name}' on entity '{sobject}'. {hint}")


def no_relationship(text: str, at: int, name: str) -> SoqlError:
    """Return the refusal of a parent that is not there."""
    hint = HINT.format(what="relationship", suffix="__r", name="custom relationship name")
    return located(text, at, "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path. {hint}")


def no_children(text: str, at: int, name: str) -> SoqlError:
    """Return the refusal of a child relationship that is not there."""
    hint = HINT.format(what="relationship", suffix="__r", name="custom relationship name")
    message = f"Didn't understand relationship '{name}' in FROM part of query call. {hint}"
    return located(text, at, "INVALID_TYPE", message)


def no_type(text: str, at: int, name: str) -> SoqlError:
    """Return the refusal of an object that is not there."""
    hint = HINT.format(what="object", suffix="__c", name="entity name")
    return located(text, at, "INVALID_TYPE", f"sObject type '{name}' is not supported. {hint}")


def wrong_value(text: str, at: int, field: str, kind: str) -> SoqlError:
    """Return the refusal of a literal whose type is not the field's."""
    quotes = "should be enclosed in quotes" if kind in {"string", "id"} else "should not be enclosed in quotes"
    message = f"value of filter criterion for field '{field}' must be of type {kind} and {quotes}"
    return located(text, at, "INVALID_FIELD", message)


def not_in_call(text: str, at: int, field: str, deed: str) -> SoqlError:
    """Return the refusal of a long text where it cannot be filtered, sorted or grouped."""
    return located(text, at, "INVALID_FIELD", f"field '{field}' can not be {deed} in a query call")
