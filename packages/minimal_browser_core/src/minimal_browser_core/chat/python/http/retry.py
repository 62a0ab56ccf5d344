"""When a failed try is made again, and when.

Tried again: no connection, a connection lost before the answer was there, 408, 409, 429, 5xx; never once a byte of an
answer was handed over, and never against the server's `x-should-retry: false`. The wait doubles from half a second to
at most eight, with full jitter; a wait that the server names is kept to when it is at most a minute, and ends the call
when it is longer. A model that is refused or unavailable gives way to the next at once.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from minimal_browser_core.errors import AIClientError, APIConnectionError, APIStatusError, APITimeoutError

PASSING = frozenset({408, 409, 429, *range(500, 600)})
REFUSING_MODEL = frozenset({402, 403, 404})

_FIRST = 0.5
_LONGEST = 8.0
_LONGEST_NAMED = 60.0


@dataclass(frozen=True, slots=True)
class Failure:
    """How a try failed; `delivered` says whether the reader has something of the answer already."""

    error: AIClientError
    retry_after: float | None = None
    should_retry: bool | None = None
    delivered: bool = False


class FailedTryError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


def delay(failure: Failure, tries: int, max_retries: int, jitter: float) -> float | None:
    """Seconds until the same model is tried again, or None if it is not. `tries` failed so far; `jitter` is in 0..1."""
    if not _is_passing(failure) or failure.delivered or tries > max_retries:
        return None
    if failure.retry_after is not None:
        return failure.retry_after if failure.retry_after <= _LONGEST_NAMED else None
    return min(_LONGEST, _FIRST * (1 << min(tries - 1, 10))) * jitter


def _is_passing(failure: Failure) -> bool:
    error = failure.error
    if isinstance(error, APITimeoutError):
        return error.phase == "connect"
    if isinstance(error, APIStatusError):
        return error.status in PASSING if failure.should_retry is None else failure.should_retry
    return isinstance(error, APIConnectionError)


def next_model(failure: Failure) -> bool:
    """Whether another model may do better where this one failed."""
    error = failure.error
    if failure.delivered:
        return False
    if isinstance(error, APITimeoutError):
        return error.phase in ("idle", "first_token")
    if isinstance(error, APIStatusError) and error.status in (400, 422):
        # A bad request is bad for every model, unless it is the model that is wrong with it.
        return "model" in error.body.lower()
    return error.status in PASSING | REFUSING_MODEL


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The wait that an answer's headers name, in seconds: `retry-after-ms`, or `Retry-After` as seconds or a date."""
    if (milliseconds := _seconds(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    named = headers.get("retry-after")
    if named is None or (seconds := _seconds(named)) is not None:
        return None if named is None else seconds
    try:
        return max(0.0, parsedate_to_datetime(named).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return seconds if 0 <= seconds < math.inf else None
