"""Map HTTP responses and network failures to the errors of `minimal_browser_core.errors`."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from minimal_browser_core import errors
from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.chat.python.protocol.decode import (
    ErrorReport,
    MalformedError,
    error_report,
    has_error,
    parse_object,
)
from minimal_browser_core.errors import AIClientError, APIConnectionError, APIStatusError, APITimeoutError, TimeoutPhase

from .retry import TRANSIENT_STATUSES

_CLASSES: dict[int, type[APIStatusError]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.InsufficientCreditsError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    413: errors.BadRequestError,
    422: errors.BadRequestError,
    429: errors.RateLimitError,
}

_HINTS = {
    401: "; check the API key",
    402: "; add credits at the provider, or choose a free model",
    404: "; check the model's name and the base URL",
}

_TIMEOUTS: dict[TimeoutPhase, str] = {
    "connect": "no connection",
    "idle": "no byte",
    "first_token": "no content",
    "stall": "no further content",
    "total": "no end of the answer",
}


def status_error(
    config: Config,
    url: str,
    status: int,
    body: str,
    *,
    request_id: str | None = None,
    location: str | None = None,
    retry_after: float | None = None,
    should_retry: bool | None = None,
) -> APIStatusError:
    """Return the error for a response with an error status and its `body`."""
    body = config.scrub(body)
    if location is not None and 300 <= status < 400:
        reason = f"it redirects to {config.scrub(location)}; set the base URL to where the API is"
    else:
        reason = (_report(body).message or "no reason given") + _HINTS.get(status, "")
    cls = errors.InternalServerError if status >= 500 else _CLASSES.get(status, APIStatusError)
    details: dict[str, Any] = {"retry_after": retry_after} if cls is errors.RateLimitError else {}
    return cls(
        f"{display_url(url)} answered {status}{_phrase(status)}: {reason}",
        body=body,
        status=status,
        request_id=request_id,
        retryable=status in TRANSIENT_STATUSES if should_retry is None else should_retry,
        **details,
    )


def timeout_error(config: Config, url: str, phase: TimeoutPhase, request_id: str | None = None) -> APITimeoutError:
    """Return the error for an expired timeout."""
    seconds = getattr(config.timeouts, phase)
    message = f"{_TIMEOUTS[phase]} within {seconds:g} s from {display_url(url)}; {phase}_timeout sets the limit"
    return APITimeoutError(message, phase=phase, retryable=True, request_id=request_id)


def no_connection_error(config: Config, url: str, reason: object) -> APIConnectionError:
    """Return the error for a failed connection attempt."""
    text = config.scrub(str(reason))
    hint = "check the base URL, the network and the proxy settings"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        hint = "if the server uses a private authority, pass its certificate as ca_bundle"
    return APIConnectionError(f"could not connect to {display_url(url)}: {text}; {hint}", retryable=True)


def no_response_error(config: Config, url: str, reason: object) -> APIConnectionError:
    """Return the error for a connection that was lost before the response head."""
    text = f"{display_url(url)} closed the connection before it answered: {config.scrub(str(reason))}"
    return APIConnectionError(text, retryable=True)


def broken_body_error(config: Config, url: str, reason: object, request_id: str | None) -> APIConnectionError:
    """Return the error for a connection that was lost within the response body."""
    text = f"the connection to {display_url(url)} broke in the middle of the answer: {config.scrub(str(reason))}"
    return APIConnectionError(text, retryable=True, request_id=request_id)


def protocol_error(config: Config, url: str, what: str, body: str, request_id: str | None) -> AIClientError:
    """Return the error for a body that is not a response of this API."""
    text = f"{display_url(url)} sent what is not an answer of this API ({what}): {excerpt(config.scrub(body))}"
    return errors.ProtocolError(f"{text}; check the base URL", request_id=request_id)


def is_error_body(body: Mapping[str, Any]) -> bool:
    """Return whether a JSON body reports an error."""
    return has_error(body) or body.get("object") == "error"


def error_in_body(
    config: Config, url: str, body: Mapping[str, Any], text: str, request_id: str | None
) -> AIClientError:
    """Return the error that a body with status 200 reports; its code counts as the status if it is one."""
    report = error_report(body)
    if report.status is not None:
        return status_error(config, url, report.status, text, request_id=request_id)
    message = config.scrub(report.message)
    return errors.ProtocolError(f"{display_url(url)} answered 200 with an error: {message}", request_id=request_id)


def display_url(url: str) -> str:
    """Return a URL without its query, which may contain a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def excerpt(body: str) -> str:
    """Return the beginning of a body that is not JSON, on one line; of an HTML page, its text."""
    if re.match(r"\s*<(!doctype|html|h1|head|body)", body, re.IGNORECASE):
        body = re.sub(r"(?is)<(script|style).*?</\1>|<[^>]*>", " ", body)
        line = " ".join(body.split())
        body = f"an HTML page: {line}"
    line = " ".join(body.split())
    return f"{line[:200]}…" if len(line) > 200 else line or "nothing"


def _report(body: str) -> ErrorReport:
    try:
        return error_report(parse_object(body))
    except MalformedError:
        return ErrorReport(excerpt(body) if body.strip() else "")


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
