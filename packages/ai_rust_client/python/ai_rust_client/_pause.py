"""The pause of a batch: the time in which its rate limit allows no request."""

import asyncio
import copy
import random
import time
from collections.abc import Mapping
from logging import getLogger

from ai_rust_client._deadline import Deadline
from ai_rust_client._errors import AIClientError, APITimeoutError, RateLimitError
from ai_rust_client._rate_limits import retry_delay, seconds_until_allowed

_LONGEST_PAUSE = 600.0
"""Also the time without an answer after which a batch gives up."""
_LONGEST_BACKOFF = 60.0
_MAX_ROUNDS = 12
_MAX_REFUSALS = 3
"""Requests in a row that are refused for longer than the longest pause, after which a batch gives up."""
_LOGGED_PAUSE = 1.0

_log = getLogger("ai_rust_client")


class Pause:
    """Pauses all requests of a batch. Belongs to one event loop."""

    def __init__(self) -> None:
        self._resume_at = 0.0
        self._rounds = 0
        self._refused_since: float | None = None
        self._refusal: RateLimitError | None = None
        self._final: RateLimitError | None = None

    async def wait(self, deadline: Deadline) -> float:
        """Wait until requests are allowed; returns the time.

        Raises RateLimitError if the batch gave up, and that or APITimeoutError if the deadline comes first.
        """
        while self._final is None and (delay := self._resume_at - time.monotonic()) > 0:
            if deadline.remaining <= 0:
                raise self._error()
            await asyncio.sleep(min(delay, deadline.remaining))
        if self._final is not None:
            raise copy.copy(self._final)
        return time.monotonic()

    def _error(self) -> AIClientError:
        if self._refusal is not None:
            return copy.copy(self._refusal)
        return APITimeoutError("the rate limit allowed no request within the timeout of this one", phase="total")

    def answered(self, headers: Mapping[str, str]) -> None:
        """A request was answered; pause if it was the last one allowed."""
        self._rounds = 0
        self._refused_since = self._refusal = self._final = None
        delay = seconds_until_allowed(headers) or 0.0
        if 0 < delay <= _LONGEST_PAUSE:
            self._extend(delay)

    def refused(self, error: RateLimitError, started_at: float, refused_since: float) -> None:
        """Pause after a 429. Raises the error if it makes no sense to ask again.

        The request was sent at `started_at`, and refused for the first time at `refused_since`.
        """
        now = time.monotonic()
        if "insufficient_quota" in error.body:
            raise error
        if started_at >= self._resume_at:  # not one of those that were under way when the pause began
            self._rounds += 1
        if self._refused_since is None:
            self._refused_since = now
        waits = (error.retry_after, retry_delay(error.headers), seconds_until_allowed(error.headers))
        # A delay of the provider may be 0 or in the past, and is then no limit to the number of requests.
        delay = max(next((wait for wait in waits if wait is not None), 0.0), self._backoff())
        is_too_long = delay > _LONGEST_PAUSE
        gives_up = now - self._refused_since > _LONGEST_PAUSE or (is_too_long and self._rounds >= _MAX_REFUSALS)
        if gives_up and self._final is None:
            _log.warning("rate limit: the batch gives up; its remaining requests fail")
            self._final = error
        if self._final is not None or is_too_long or now - refused_since > _LONGEST_PAUSE:
            raise error
        self._refusal = error
        self._extend(delay)

    def _backoff(self) -> float:
        growing = 0.05 * 2.0 ** min(self._rounds, _MAX_ROUNDS)
        jitter = random.uniform(0.75, 1.25)  # noqa: S311
        return float(min(_LONGEST_BACKOFF, growing) * jitter)

    def _extend(self, delay: float) -> None:
        resume_at = time.monotonic() + delay
        if resume_at <= self._resume_at:
            return
        if delay >= _LOGGED_PAUSE and resume_at - self._resume_at >= _LOGGED_PAUSE / 2:
            _log.warning("rate limit: the batch is paused for %.0f s", delay)
        self._resume_at = resume_at
