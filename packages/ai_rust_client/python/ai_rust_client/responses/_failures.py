"""Answers that are not responses, and errors that a provider reports in place of one."""

import json
from typing import TYPE_CHECKING, Any

from ai_rust_client._errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    InsufficientCreditsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
)
from ai_rust_client.responses._fields import text_of

if TYPE_CHECKING:
    from ai_rust_client._native import EventStream, Reply

_STATUSES = ("cancelled", "completed", "failed", "in_progress", "incomplete", "queued")
_ERRORS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: PermissionDeniedError,
    404: NotFoundError,
    413: BadRequestError,
    422: BadRequestError,
    429: RateLimitError,
}
RETRYABLE = (408, 409, 429, *range(500, 600))


def is_response(raw: object) -> bool:
    """Whether a JSON value is a response; providers differ in the fields that they send."""
    return isinstance(raw, dict) and (
        raw.get("object") == "response" or isinstance(raw.get("output"), list) or raw.get("status") in _STATUSES
    )


def checked(raw: Any, text: str, source: "Reply | EventStream") -> dict[str, Any]:
    """`raw`, which was read from `text`. Raises an error that it contains, and ProtocolError if it is no response."""
    if isinstance(raw, dict) and (raw.get("status") == "failed" or (raw.get("error") and "output" not in raw)):
        raise failure_of(raw.get("error"), source)
    if is_response(raw):
        response: dict[str, Any] = raw
        return response
    shown = source.line(text)
    raise ProtocolError(
        f"the answer is not a response; does the provider have the Responses API? {shown}", request_id=source.request_id
    )


def failure_of(error: Any, source: "Reply | EventStream") -> APIStatusError:
    """The exception for an error before any content."""
    message, status = reason_of(error)
    kind = _ERRORS.get(status or 0, InternalServerError if status and status >= 500 else APIStatusError)
    return kind(
        f"the provider answered with an error: {source.line(message)}",
        status=status,
        retryable=status in RETRYABLE,
        request_id=source.request_id,
        body=source.mask(json.dumps(error, ensure_ascii=False)),
    )


def reason_of(error: Any) -> tuple[str, int | None]:
    """The message of a provider's error, and the HTTP status that its code corresponds to."""
    if isinstance(error, str):
        return error, None
    if not isinstance(error, dict):
        return "no reason given", None
    code = error.get("code")
    message = text_of(error, "message") or text_of(error, "code") or "no reason given"
    if isinstance(code, int) and 400 <= code < 600:
        return message, code
    if not isinstance(code, str):
        return message, None
    return message, {"rate_limit_exceeded": 429, "server_error": 500, "vector_store_timeout": 500}.get(code, 400)
