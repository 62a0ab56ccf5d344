"""Retry policy: which failed attempts are repeated, and after what delay.

Retried: connection failures, connections lost before the response arrived, and status 408, 409, 429 and 5xx. Never
retried: a call that has delivered part of its response, and one to which the server sent `x-should-retry: false`.
The delay doubles from 0.5 s to at most 8 s, with full jitter. A `Retry-After` of up to 60 s replaces it; a longer one
ends the call, and one of zero is ignored, since all clients would come back at once. If the caller gave several models,
a refused or unavailable one is replaced by the next without a delay.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from minimal_browser_core.errors import AIClientError, APIConnectionError, APIStatusError, APITimeoutError

TRANSIENT_STATUSES = frozenset({408, 409, 429, *range(500, 600)})
MODEL_REFUSED_STATUSES = frozenset({402, 403, 404})

_INITIAL_DELAY = 0.5
_MAX_DELAY = 8.0
_MAX_RETRY_AFTER = 60.0


@dataclass(slots=True)
class AttemptFailure:
    """Why an attempt failed; `delivered` is true if the reader has received part of the response."""

    error: AIClientError
    retry_after: float | None = None
    should_retry: bool | None = None
    delivered: bool = False


class AttemptFailedError(Exception):
    """Raised by an attempt that failed."""

    def __init__(self, failure: AttemptFailure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


def delay(failure: AttemptFailure, failed_attempts: int, max_retries: int, jitter: float) -> float | None:
    """Return the seconds before the next attempt with the same model, None for no retry.

    `failed_attempts` have failed so far; `jitter` is between 0 and 1.
    """
    if not _is_transient(failure) or failure.delivered or failed_attempts > max_retries:
        return None
    if failure.retry_after:
        return failure.retry_after if failure.retry_after <= _MAX_RETRY_AFTER else None
    return min(_MAX_DELAY, _INITIAL_DELAY * (1 << min(failed_attempts - 1, 10))) * jitter


def _is_transient(failure: AttemptFailure) -> bool:
    error = failure.error
    if isinstance(error, APITimeoutError):
        return error.phase == "connect"
    if isinstance(error, APIStatusError):
        return error.status in TRANSIENT_STATUSES if failure.should_retry is None else failure.should_retry
    return isinstance(error, APIConnectionError)


def next_model(failure: AttemptFailure) -> bool:
    """Return whether another model may succeed after this failure."""
    error = failure.error
    if failure.delivered:
        return False
    if isinstance(error, APITimeoutError):
        return error.phase in ("idle", "first_token")
    if isinstance(error, APIStatusError) and error.status in (400, 422):
        # A bad request is bad for every model, unless the model itself is the problem.
        return "model" in error.body.lower()
    return error.status in TRANSIENT_STATUSES | MODEL_REFUSED_STATUSES


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the delay in seconds that the headers ask for: `retry-after-ms`, or `Retry-After` as seconds or a date."""
    if (milliseconds := _seconds(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None or (seconds := _seconds(value)) is not None:
        return None if value is None else seconds
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None
