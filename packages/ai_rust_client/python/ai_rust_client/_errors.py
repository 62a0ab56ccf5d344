"""The exceptions of `ai_rust_client`.

    AIClientError
    ├── APIConnectionError
    │   └── APITimeoutError
    ├── APIStatusError
    │   ├── BadRequestError           400, 413, 422
    │   ├── AuthenticationError       401
    │   ├── InsufficientCreditsError  402
    │   ├── PermissionDeniedError     403
    │   ├── NotFoundError             404
    │   ├── RateLimitError            429
    │   └── InternalServerError       5xx
    ├── ProtocolError
    ├── StreamInterruptedError
    └── StreamCancelled

Every message says what happened, to what, and what to do; `code` is stable and machine-readable.
"""

from __future__ import annotations

# Known to type checkers. Importing typing would double the time that importing this package takes.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ai_rust_client._native import Usage

    _Phase = Literal["connect", "idle", "first_token", "stall", "total"]


class AIClientError(Exception):
    """A call that failed.

    `retryable` says whether the same call may succeed later; `status` is the HTTP status or None; `request_id` is the
    provider's, or None; `attempts` holds one line per try, the last one included, after one for each model of a list
    that was passed over. A stream that failed leaves what had arrived of it in `partial_text`, and in `usage` what the
    provider had counted, if anything.
    """

    code = "ai_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool = False,
        status: int | None = None,
        request_id: str | None = None,
        attempts: Sequence[str] = (),
        partial_text: str = "",
        usage: Usage | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.retryable = retryable
        self.status = status
        self.request_id = request_id
        self.attempts = tuple(attempts)
        self.partial_text = partial_text
        self.usage = usage


class APIConnectionError(AIClientError):
    """The provider could not be reached, or the connection broke before the answer was there."""

    code = "connection"


class APITimeoutError(APIConnectionError):
    """A timer ran out; `phase` says which."""

    code = "timeout"

    def __init__(
        self,
        message: str,
        *,
        phase: _Phase = "total",
        **rest: Any,
    ) -> None:
        super().__init__(message, **rest)
        self.phase: _Phase = phase


class APIStatusError(AIClientError):
    """The provider answered with an error.

    `body` holds at most 64 KiB of what it said, `headers` its headers, their names in lower case; both are empty where
    the error came inside an answer with status 200.
    """

    code = "status"

    def __init__(self, message: str, *, body: str = "", headers: Mapping[str, str] | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.body = body
        self.headers = dict(headers or {})


class BadRequestError(APIStatusError):
    """400, 413 or 422: the provider does not take this request."""

    code = "bad_request"


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""

    code = "authentication"


class InsufficientCreditsError(APIStatusError):
    """402: the account has no credits left for this model."""

    code = "insufficient_credits"


class PermissionDeniedError(APIStatusError):
    """403: the key may not do this."""

    code = "permission_denied"


class NotFoundError(APIStatusError):
    """404: the model or the endpoint does not exist."""

    code = "not_found"


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` is in seconds, or None where the provider does not say."""

    code = "rate_limit"

    def __init__(self, message: str, *, retry_after: float | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.retry_after = retry_after


class InternalServerError(APIStatusError):
    """5xx: the provider, or the one behind it, failed."""

    code = "server_error"


class ProtocolError(AIClientError):
    """The answer is not SSE, not JSON, or not of the shape that the API promises."""

    code = "protocol"


class StreamInterruptedError(AIClientError):
    """A stream broke, reported an error, or ended without `finish_reason` and without `[DONE]`."""

    code = "stream_interrupted"


class StreamCancelled(AIClientError):  # noqa: N818  the name is the contract's
    """The stream was cancelled by its owner; what had arrived stays readable on it."""

    code = "cancelled"
