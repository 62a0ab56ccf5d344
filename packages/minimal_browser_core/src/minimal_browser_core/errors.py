"""The one hierarchy of errors of this package.

    MinimalBrowserError
    ├── AIClientError
    │   ├── APIConnectionError
    │   │   └── APITimeoutError
    │   ├── APIStatusError
    │   │   ├── BadRequestError           400, 413, 422
    │   │   ├── AuthenticationError       401
    │   │   ├── InsufficientCreditsError  402
    │   │   ├── PermissionDeniedError     403
    │   │   ├── NotFoundError             404
    │   │   ├── RateLimitError            429
    │   │   └── InternalServerError       5xx
    │   ├── ProtocolError
    │   ├── StreamInterruptedError
    │   └── StreamCancelled
    ├── StorageError
    │   ├── DatabaseLocked
    │   ├── DatabaseCorrupt
    │   ├── SchemaTooNew
    │   ├── StorageFull
    │   ├── ReadOnly
    │   ├── InvalidData
    │   ├── Interrupted
    │   ├── ForeignDatabase
    │   └── SecondEngine
    ├── ConfigError
    ├── BackendError
    ├── ToolError
    └── CommandError

Every message says what happened, to what, and what to do; `code` is stable and machine-readable.
"""

from collections.abc import Sequence
from typing import Any, Literal


class MinimalBrowserError(Exception):
    """Root of every error that this package raises on purpose."""

    code: str = "error"


# -- chat --------------------------------------------------------------------------------------------------------------


class AIClientError(MinimalBrowserError):
    """A chat request that failed.

    `retryable` says whether the same call may succeed later; `status` is the HTTP status or None; `request_id` is the
    provider's, or None; `attempts` holds one line per try that was made, the last one included.
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
    ) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.retryable = retryable
        self.status = status
        self.request_id = request_id
        self.attempts = tuple(attempts)


class APIConnectionError(AIClientError):
    """The provider could not be reached, or the connection broke before an answer began."""

    code = "connection"


TimeoutPhase = Literal["connect", "idle", "first_token", "stall", "total"]


class APITimeoutError(APIConnectionError):
    """A timer ran out; `phase` says which."""

    code = "timeout"

    def __init__(self, message: str, *, phase: TimeoutPhase, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.phase: TimeoutPhase = phase


class APIStatusError(AIClientError):
    """The provider answered with an error status; `body` holds at most 64 KiB of what it said."""

    code = "status"

    def __init__(self, message: str, *, body: str = "", **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.body = body


class BadRequestError(APIStatusError):
    code = "bad_request"


class AuthenticationError(APIStatusError):
    code = "authentication"


class InsufficientCreditsError(APIStatusError):
    code = "insufficient_credits"


class PermissionDeniedError(APIStatusError):
    code = "permission_denied"


class NotFoundError(APIStatusError):
    """The model or the endpoint does not exist."""

    code = "not_found"


class RateLimitError(APIStatusError):
    """Too many requests; `retry_after` is in seconds, or None where the provider does not say."""

    code = "rate_limit"

    def __init__(self, message: str, *, retry_after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class InternalServerError(APIStatusError):
    code = "server_error"


class ProtocolError(AIClientError):
    """The answer is not SSE, not JSON, or not of the shape that the API promises."""

    code = "protocol"


class StreamInterruptedError(AIClientError):
    """A stream broke, reported an error, or ended without `finish_reason` and without `[DONE]`.

    `partial_text` is what had arrived, `usage` what the provider had counted, if anything.
    """

    code = "stream_interrupted"

    def __init__(self, message: str, *, partial_text: str = "", usage: Any = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.partial_text = partial_text
        self.usage = usage


class StreamCancelled(AIClientError):  # noqa: N818  the name is the contract's
    """The stream was cancelled by its owner; what had arrived stays readable on it."""

    code = "cancelled"


# -- storage -----------------------------------------------------------------------------------------------------------


class StorageError(MinimalBrowserError):
    """A store that could not do what was asked; `path` names the file."""

    code = "storage"

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class DatabaseLocked(StorageError):  # noqa: N818  the names below are the contract's
    """Another process kept the file locked for longer than the busy timeout."""

    code = "locked"


class DatabaseCorrupt(StorageError):  # noqa: N818
    """The file is damaged; `quarantined` says where it now is, or None if it was left in place.

    `recovered` is the number of rows that a new file of the old name holds, `lost` that of rows which were seen and
    could not be read.
    """

    code = "corrupt"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        quarantined: str | None = None,
        recovered: int = 0,
        lost: int = 0,
    ) -> None:
        super().__init__(message, path=path)
        self.quarantined = quarantined
        self.recovered = recovered
        self.lost = lost


class SchemaTooNew(StorageError):  # noqa: N818
    """The file was written by a newer version; it was not changed."""

    code = "schema_too_new"


class StorageFull(StorageError):  # noqa: N818
    """No space is left; the transaction was rolled back."""

    code = "full"


class ReadOnly(StorageError):  # noqa: N818
    code = "read_only"


class InvalidData(StorageError):  # noqa: N818
    """A value that cannot be stored; the message names the field."""

    code = "invalid_data"


class Interrupted(StorageError):  # noqa: N818
    code = "interrupted"


class ForeignDatabase(StorageError):  # noqa: N818
    """A file that is SQLite's but not ours, or not SQLite's at all; it was left as it was."""

    code = "foreign"


class SecondEngine(StorageError):  # noqa: N818
    """This process already has the file open through another SQLite library."""

    code = "second_engine"


# -- the rest ----------------------------------------------------------------------------------------------------------


class ConfigError(MinimalBrowserError):
    """A setting that cannot be used; the message names file, key and the values allowed."""

    code = "config"


class BackendError(MinimalBrowserError):
    """A backend that was asked for cannot be used, or one that is installed is broken."""

    code = "backend"


class ToolError(MinimalBrowserError):
    """A model called a tool that does not exist, or with arguments that do not fit it."""

    code = "tool"


class CommandError(MinimalBrowserError):
    """A command line that cannot be run; the message is shown to the person who typed it."""

    code = "command"
