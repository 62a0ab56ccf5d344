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
    ├── StreamCancelled
    └── InvalidStructureError

Each message says what happened, to what, and what to do. `code` is stable and machine-readable.
"""

from __future__ import annotations

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ai_rust_client._native import ChatResponse, ResponseStream, Usage

    _Phase = Literal["connect", "idle", "first_token", "stall", "total"]


class AIClientError(Exception):
    """A failed call.

    `retryable` says whether the same call may succeed later. `status` is the HTTP status or None, `request_id` the
    provider's id or None. `attempts` has one line for each model that was skipped and for each attempt. If a stream
    fails, `partial_text` is the text that had arrived, and `usage` the number of tokens, if the provider reported it.
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
    """The provider could not be reached, or the connection broke before the answer."""

    code = "connection"


class APITimeoutError(APIConnectionError):
    """A timeout expired; `phase` names it."""

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

    `body` is at most 64 KiB of the response, `headers` its headers, with names in lower case. Both are empty if the
    error was reported in a response with status 200.
    """

    code = "status"

    def __init__(self, message: str, *, body: str = "", headers: Mapping[str, str] | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.body = body
        self.headers = dict(headers or {})


class BadRequestError(APIStatusError):
    """400, 413 or 422: the provider rejects the request."""

    code = "bad_request"


class AuthenticationError(APIStatusError):
    """401: the key is missing or wrong."""

    code = "authentication"


class InsufficientCreditsError(APIStatusError):
    """402: the account has no credits left for this model."""

    code = "insufficient_credits"


class PermissionDeniedError(APIStatusError):
    """403: the key has no permission for this."""

    code = "permission_denied"


class NotFoundError(APIStatusError):
    """404: the model or the endpoint does not exist."""

    code = "not_found"


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` is the delay in seconds that the provider asks for, or None."""

    code = "rate_limit"

    def __init__(self, message: str, *, retry_after: float | None = None, **rest: Any) -> None:
        super().__init__(message, **rest)
        self.retry_after = retry_after


class InternalServerError(APIStatusError):
    """5xx: the provider failed, or the one behind it."""

    code = "server_error"


class ProtocolError(AIClientError):
    """The answer is not SSE, not JSON, or does not follow the API."""

    code = "protocol"


class StreamInterruptedError(AIClientError):
    """A stream broke, reported an error, or ended with neither `finish_reason` nor `[DONE]`."""

    code = "stream_interrupted"


class StreamCancelled(AIClientError):  # noqa: N818  public since the first release
    """The stream was cancelled by its owner. What had arrived can still be read."""

    code = "cancelled"


class InvalidStructureError(AIClientError):
    """An answer does not fit the type that was asked for: it is not JSON, has other values, or was cut.

    `text` is the answer, `problems` has one line for each problem with its path, `response` is the whole response.
    """

    code = "invalid_structure"

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        problems: Sequence[str] = (),
        response: ChatResponse | ResponseStream | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(message, **rest)
        self.text = text
        self.problems = tuple(problems)
        self.response = response
