"""The refusals of the API, with the vendor's words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Context = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of ``errors``: what is wrong with one property or input."""

    message: str
    code: str = ""
    names: tuple[str, ...] = ()
    about: str = "propertyName"


class Refusal(Exception):  # noqa: N818 -- an answer of the API, not an error of the sandbox
    """
    A request (or one input of a batch) that HubSpot refuses.

    An empty category is left out of the body, as live 404 answers do.
    """

    def __init__(  # noqa: PLR0913 -- an error body has that many fields
        self,
        status: int,
        category: str,
        message: str,
        *,
        sub_category: str = "",
        context: Mapping[str, list[str]] | None = None,
        details: tuple[Detail, ...] = (),
        links: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take the fields of the body and the headers that go with them."""
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.sub_category = sub_category
        self.context: Context = dict(context or {})
        self.details = details
        self.links = dict(links or {})
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def row(self) -> dict[str, object]:
        """Return the object that stands in ``errors`` of a 207 answer."""
        body: dict[str, object] = {"status": "error"}
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        body["message"] = self.message
        if self.context:
            body["context"] = self.context
        return body

    def body(self, correlation_id: str) -> dict[str, object]:
        """Return the body of an answer that refuses the whole request."""
        body: dict[str, object] = {"status": "error", "message": self.message, "correlationId": correlation_id}
        if self.context:
            body["context"] = self.context
        if self.links:
            body["links"] = self.links
        if self.details:
            body["errors"] = [_detail(each) for each in self.details]
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        return body | self.extra


def _detail(each: Detail) -> dict[str, object]:
    """Return one row of ``errors``."""
    row: dict[str, object] = {"message": each.message}
    if each.code:
        row["code"] = each.code
    if each.names:
        row["context"] = {each.about: list(each.names)}
    return row


def invalid(message: str, *, context: Mapping[str, list[str]] | None = None) -> Refusal:
    """Return a 400 with category VALIDATION_ERROR."""
    return Refusal(400, "VALIDATION_ERROR", message, context=context)


def invalid_values(details: list[Detail], portal_id: int) -> Refusal:
    """Return the 400 for property values; the message repeats the rows as JSON, as documented."""
    rows = [
        {
            "isValid": False,
            "message": each.message,
            "error": each.code,
            "name": each.names[0],
            "localizedErrorMessage": each.message,
            "portalId": portal_id,
        }
        for each in details
    ]
    text = json.dumps(rows, separators=(",", ":"), ensure_ascii=False)
    return Refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {text}", details=tuple(details))


def not_found(message: str = "resource not found") -> Refusal:
    """Return the 404 that carries no category."""
    return Refusal(404, "", message)


def missing_rows(shout: str, ids: list[str]) -> Refusal:
    """Return the row of a 207 for records that are not there; one row stands for all of them."""
    message = f"Could not get some {shout} objects, they may be deleted or not exist. Check that ids are valid."
    return Refusal(404, "OBJECT_NOT_FOUND", message, context={"ids": ids})


def unauthorized(*, expired: bool = False) -> Refusal:
    """Return the 401 for a missing or an expired token."""
    if expired:
        return Refusal(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired.")
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refusal(401, "INVALID_AUTHENTICATION", message)


SCOPES_PAGE = "https://developers.hubspot.com/scopes"


def missing_scopes(scopes: tuple[str, ...]) -> Refusal:
    """Return the 403 that names the scopes of which any one would do."""
    needed = Detail("One or more of the following scopes are required.", "", scopes, "requiredGranularScopes")
    return Refusal(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {SCOPES_PAGE}.",
        details=(needed,),
        links={"scopes": SCOPES_PAGE},
    )
