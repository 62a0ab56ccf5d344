"""What went wrong on the wire, as errors of `minimal_browser_core.errors`."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from minimal_browser_core import errors
from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.chat.python.decode import MalformedError, Reported, parse_object, reported_error
from minimal_browser_core.errors import AIClientError, APIConnectionError, APIStatusError, APITimeoutError, TimeoutPhase

from .retry import PASSING

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
    """An answer with an error status; `body` is what the provider said of it."""
    body = config.scrub(body)
    if location is not None and 300 <= status < 400:
        said = f"it redirects to {config.scrub(location)}; set the base URL to where the API is"
    else:
        said = (_reported(body).message or "no reason given") + _HINTS.get(status, "")
    cls = errors.InternalServerError if status >= 500 else _CLASSES.get(status, APIStatusError)
    details: dict[str, Any] = {"retry_after": retry_after} if cls is errors.RateLimitError else {}
    return cls(
        f"{shown(url)} answered {status}{_phrase(status)}: {said}",
        body=body,
        status=status,
        request_id=request_id,
        retryable=status in PASSING if should_retry is None else should_retry,
        **details,
    )


def timeout_error(config: Config, url: str, phase: TimeoutPhase, request_id: str | None = None) -> APITimeoutError:
    seconds = getattr(config.timeouts, phase)
    message = f"{_TIMEOUTS[phase]} within {seconds:g} s from {shown(url)}; {phase}_timeout sets the limit"
    return APITimeoutError(message, phase=phase, retryable=True, request_id=request_id)


def no_connection_error(config: Config, url: str, reason: object) -> APIConnectionError:
    text = config.scrub(str(reason))
    hint = "check the base URL, the network and the proxy settings"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        hint = "if the server uses a private authority, pass its certificate as ca_bundle"
    return APIConnectionError(f"could not connect to {shown(url)}: {text}; {hint}", retryable=True)


def no_answer_error(config: Config, url: str, reason: object) -> APIConnectionError:
    text = f"{shown(url)} closed the connection before it answered: {config.scrub(str(reason))}"
    return APIConnectionError(text, retryable=True)


def broken_error(config: Config, url: str, reason: object, request_id: str | None) -> APIConnectionError:
    text = f"the connection to {shown(url)} broke in the middle of the answer: {config.scrub(str(reason))}"
    return APIConnectionError(text, retryable=True, request_id=request_id)


def protocol_error(config: Config, url: str, what: str, body: str, request_id: str | None) -> AIClientError:
    said = excerpt(config.scrub(body))
    text = f"{shown(url)} sent what is not an answer of this API ({what}): {said}; check the base URL"
    return errors.ProtocolError(text, request_id=request_id)


def is_error_body(body: Mapping[str, Any]) -> bool:
    return bool(body.get("error")) or body.get("object") == "error"


def reported_in_body(
    config: Config, url: str, body: Mapping[str, Any], text: str, request_id: str | None
) -> AIClientError:
    """An error that came under status 200: its code counts as the status where it is one."""
    reported = reported_error(body)
    if reported.status is not None:
        return status_error(config, url, reported.status, text, request_id=request_id)
    message = config.scrub(reported.message)
    return errors.ProtocolError(f"{shown(url)} answered 200 with an error: {message}", request_id=request_id)


def shown(url: str) -> str:
    """A URL as it may be shown: without its query, which may hold a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def excerpt(body: str) -> str:
    """The beginning of what is not JSON, on one line; of HTML its text."""
    if re.match(r"\s*<(!doctype|html|h1|head|body)", body, re.IGNORECASE):
        body = re.sub(r"(?is)<(script|style).*?</\1>|<[^>]*>", " ", body)
        line = " ".join(body.split())
        body = f"an HTML page: {line}"
    line = " ".join(body.split())
    return f"{line[:200]}…" if len(line) > 200 else line or "nothing"


def _reported(body: str) -> Reported:
    try:
        return reported_error(parse_object(body))
    except MalformedError:
        return Reported(excerpt(body) if body.strip() else "")


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
