"""All errors of this package.

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
    │   ├── SecondEngine
    │   └── UnknownFormat
    ├── ConfigError
    ├── BackendError
    ├── ToolError
    └── CommandError

A message says what happened, to what, and what to do. `code` is a stable identifier of the kind of error.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal


class MinimalBrowserError(Exception):
    """The base class of all errors of this package. They can be pickled and copied, with their attributes."""

    code: str = "error"

    def __reduce__(self) -> tuple[Any, ...]:
        # The default calls the class with the message alone, but some classes have required keyword arguments.
        return _restore, (type(self), self.args), vars(self)


def _restore(cls: type[MinimalBrowserError], args: tuple[Any, ...]) -> MinimalBrowserError:
    """Make an error without calling its constructor; pickle and copy then set its attributes."""
    return cls.__new__(cls, *args)


# -- chat --------------------------------------------------------------------------------------------------------------


class AIClientError(MinimalBrowserError):
    """A chat request failed.

    `retryable` is true if the same call may succeed later. `status` is the HTTP status and `request_id` the provider's
    identifier of the request, each None if unknown. `attempts` has one line for each failed attempt. If a stream fails,
    `partial_text` is the text that had arrived, and `usage` what the provider had reported, or None.
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
        usage: Any = None,
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
    """The provider could not be reached, or the connection broke before the response began."""

    code = "connection"


TimeoutPhase = Literal["connect", "idle", "first_token", "stall", "total"]


class APITimeoutError(APIConnectionError):
    """A timeout expired; `phase` says which."""

    code = "timeout"

    def __init__(self, message: str, *, phase: TimeoutPhase, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.phase: TimeoutPhase = phase


class APIStatusError(AIClientError):
    """The provider answered with an error status.

    `body` is at most the first 64 KiB of its response, `headers` its headers, with names in lower case.
    """

    code = "status"

    def __init__(
        self, message: str, *, body: str = "", headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(message, **kwargs)
        self.body = body
        self.headers = dict(headers or {})


class BadRequestError(APIStatusError):
    """The provider rejects the request as invalid."""

    code = "bad_request"


class AuthenticationError(APIStatusError):
    """The API key is missing or invalid."""

    code = "authentication"


class InsufficientCreditsError(APIStatusError):
    """The account has too few credits for the request."""

    code = "insufficient_credits"


class PermissionDeniedError(APIStatusError):
    """The API key may not use the model or the endpoint."""

    code = "permission_denied"


class NotFoundError(APIStatusError):
    """The model or the endpoint does not exist."""

    code = "not_found"


class RateLimitError(APIStatusError):
    """There were too many requests; `retry_after` is in seconds, or None if the provider does not say."""

    code = "rate_limit"

    def __init__(self, message: str, *, retry_after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class InternalServerError(APIStatusError):
    """The provider failed."""

    code = "server_error"


class ProtocolError(AIClientError):
    """The response is not an event stream, not JSON, or does not have the structure of the API."""

    code = "protocol"


class StreamInterruptedError(AIClientError):
    """A stream broke, reported an error, or ended without `finish_reason` and without `[DONE]`."""

    code = "stream_interrupted"


class StreamCancelled(AIClientError):  # noqa: N818  a public name
    """The caller cancelled the stream; its attributes still hold what had arrived."""

    code = "cancelled"


# -- storage -----------------------------------------------------------------------------------------------------------


class StorageError(MinimalBrowserError):
    """A store failed; `path` is its file."""

    code = "storage"

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class DatabaseLocked(StorageError):  # noqa: N818  public names, here and below
    """Another process held the lock for longer than the busy timeout."""

    code = "locked"


class DatabaseCorrupt(StorageError):  # noqa: N818
    """The file is damaged; `quarantined` is the path to which it was moved, or None.

    `recovered` is the number of rows that were copied into a new file, `lost` the number of unreadable rows.
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
    """A newer version wrote the file; it was not changed."""

    code = "schema_too_new"


class StorageFull(StorageError):  # noqa: N818
    """The disk is full; the transaction was rolled back."""

    code = "full"


class ReadOnly(StorageError):  # noqa: N818
    """The store was opened read-only, or its file cannot be written."""

    code = "read_only"


class InvalidData(StorageError):  # noqa: N818
    """A value cannot be stored; the message names the field."""

    code = "invalid_data"


class Interrupted(StorageError):  # noqa: N818
    """`interrupt` ended the call."""

    code = "interrupted"


class ForeignDatabase(StorageError):  # noqa: N818
    """The file belongs to another program; it was not changed."""

    code = "foreign"


class SecondEngine(StorageError):  # noqa: N818
    """This process has already opened the file through another SQLite library."""

    code = "second_engine"


class UnknownFormat(StorageError):  # noqa: N818
    """`import_file` recognised nothing in the file, and stored nothing. `tried` lists the formats it looked for."""

    code = "unknown_format"

    def __init__(self, message: str, *, path: str | None = None, tried: Sequence[str] = ()) -> None:
        super().__init__(message, path=path)
        self.tried = tuple(tried)


# -- the rest ----------------------------------------------------------------------------------------------------------


class ConfigError(MinimalBrowserError):
    """A setting is invalid; the message names the file, the key and the allowed values."""

    code = "config"


class BackendError(MinimalBrowserError):
    """A requested backend cannot be used, or an installed one is broken."""

    code = "backend"


class ToolError(MinimalBrowserError):
    """A model called a tool that does not exist, or with arguments that do not fit it."""

    code = "tool"


class CommandError(MinimalBrowserError):
    """A command line cannot be run; the message is shown to the user."""

    code = "command"
