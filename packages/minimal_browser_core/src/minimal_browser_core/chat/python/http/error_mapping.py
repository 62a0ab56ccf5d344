"""Map HTTP responses and network failures to the errors of `minimal_browser_core.errors`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from minimal_browser_core import errors
from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.chat.python.protocol.decode import has_error
from minimal_browser_core.chat.python.protocol.error_report import body_report, error_report
from minimal_browser_core.chat.python.protocol.one_line import excerpt, one_line
from minimal_browser_core.errors import AIClientError, APIConnectionError, APIStatusError, APITimeoutError, TimeoutPhase

from .response_headers import request_id
from .retry import TRANSIENT_STATUSES

MAX_ERROR_BODY = 64 << 10
"""How much of the body of an error is kept."""

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
    407: "; check the user and password of the proxy",
}

_TIMEOUTS: dict[TimeoutPhase, str] = {
    "connect": "no connection",
    "idle": "no byte",
    "first_token": "no content",
    "stall": "no further content",
    "total": "no end of the answer",
}


def error_text(config: Config, body: bytes) -> str:
    """Return the body of an error as text, masked and cut. More of it may be passed than is kept."""
    text = config.mask.apply(body.decode("utf-8", "replace"), is_cut=len(body) > MAX_ERROR_BODY)
    return text[:MAX_ERROR_BODY]


def status_error(
    config: Config,
    url: str,
    status: int,
    body: str,
    *,
    headers: Mapping[str, str],
    retry_after: float | None = None,
    should_retry: bool | None = None,
) -> APIStatusError:
    """Return the error for a response with an error status, and a body and headers that are already masked."""
    if 300 <= status < 400 and "location" in headers:
        reason = f"it redirects to {one_line(headers['location'])}; set the base URL to where the API is"
    else:
        reason = (body_report(body).message or "no reason given") + _HINTS.get(status, "")
    cls = errors.InternalServerError if status >= 500 else _CLASSES.get(status, APIStatusError)
    details: dict[str, Any] = {"retry_after": retry_after} if cls is errors.RateLimitError else {}
    server = f"the proxy {_proxy(config)}" if status == 407 and config.proxy else display_url(url)
    return cls(
        f"{server} answered {status}{_phrase(status)}: {reason}",
        body=body,
        headers=headers,
        status=status,
        request_id=request_id(headers),
        retryable=status in TRANSIENT_STATUSES if should_retry is None else should_retry,
        **details,
    )


def timeout_error(config: Config, url: str, phase: TimeoutPhase, request_id: str | None = None) -> APITimeoutError:
    """Return the error for an expired timeout."""
    seconds = getattr(config.timers, phase)
    is_own = phase == "total" and config.has_own_total
    setting = "the option timeout of the call" if is_own else f"{phase}_timeout"
    message = f"{_TIMEOUTS[phase]} within {seconds:g} s from {_server(config, url)}; {setting} sets the limit"
    return APITimeoutError(message, phase=phase, retryable=True, request_id=request_id)


def no_connection_error(config: Config, url: str, reason: object) -> APIConnectionError:
    """Return the error for a failed connection attempt."""
    text = one_line(config.scrub(str(reason)))
    hint = "check the base URL, the network and the proxy settings"
    if config.proxy:
        hint = "check the proxy and its user and password, the base URL and the network"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        hint = "if the server uses a private authority, pass its certificate as ca_bundle"
    return APIConnectionError(f"could not connect to {_server(config, url)}: {text}; {hint}", retryable=True)


def no_response_error(config: Config, url: str, reason: object) -> APIConnectionError:
    """Return the error for a connection that was lost before the response head."""
    reason = one_line(config.scrub(str(reason)))
    text = f"the connection to {_server(config, url)} was closed before the answer: {reason}"
    return APIConnectionError(text, retryable=True)


def broken_body_error(config: Config, url: str, reason: object, request_id: str | None) -> APIConnectionError:
    """Return the error for a connection that was lost within the response body."""
    text = (
        f"the connection to {display_url(url)} broke in the middle of the answer: {one_line(config.scrub(str(reason)))}"
    )
    return APIConnectionError(text, retryable=True, request_id=request_id)


def protocol_error(
    config: Config, url: str, what: str, body: bytes, request_id: str | None, status: int
) -> AIClientError:
    """Return the error for a body that is not a response of this API."""
    if not body.strip():
        problem = "an empty body"
    else:
        text = error_text(config, body)
        problem = f"what is not an answer of this API ({what}): {body_report(text).message or excerpt(one_line(text))}"
    text = f"{display_url(url)} answered {status}{_phrase(status)} with {problem}; check the base URL"
    return errors.ProtocolError(text, request_id=request_id)


def error_in_body(config: Config, url: str, body: Any, text: bytes, headers: Mapping[str, str]) -> AIClientError | None:
    """Return the error that decoded JSON with status 200 reports, None if it reports none.

    Its code counts as the status if it is one. `text` is the JSON itself, `headers` are masked.
    """
    if not reports_error(body):
        return None
    report = error_report(body)
    if report.status is not None:
        return status_error(config, url, report.status, error_text(config, text), headers=headers)
    reason = body_report(error_text(config, text)).message
    message = f"{display_url(url)} answered 200 with an error: {reason}"
    return errors.ProtocolError(message, request_id=request_id(headers))


def reports_error(body: Any) -> bool:
    """Return whether decoded JSON is an error, or has one in it that is not empty."""
    if isinstance(body, list):
        return any(isinstance(item, dict) and reports_error(item) for item in body)
    if not isinstance(body, dict):
        return False
    choices = body.get("choices")
    if isinstance(choices, list) and any(isinstance(choice, dict) and has_error(choice) for choice in choices):
        return True
    return has_error(body) or body.get("object") == "error"


def display_url(url: str) -> str:
    """Return a URL without its query, which may contain a key."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _server(config: Config, url: str) -> str:
    """Return the URL and the proxy on the way, which may be the one that failed."""
    return f"{display_url(url)} through the proxy {_proxy(config)}" if config.proxy else display_url(url)


def _proxy(config: Config) -> str:
    """Return the proxy without its user and password."""
    url = urlsplit(config.proxy or "")
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


def _phrase(status: int) -> str:
    try:
        return f" {HTTPStatus(status).phrase}"
    except ValueError:
        return ""
