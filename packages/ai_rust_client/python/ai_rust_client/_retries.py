"""How long to wait before a failed request is sent again."""

import random

from ai_rust_client._errors import AIClientError, APIStatusError
from ai_rust_client._rate_limits import retry_delay

_LONGEST_WAIT = 60.0


def delay_before_retry(error: AIClientError, retries: int) -> float:
    """The `Retry-After` of up to a minute, otherwise a growing delay; in seconds. `retries` counts from 1.

    A `Retry-After` of 0 or in the past is ignored.
    """
    asked = retry_delay(error.headers) if isinstance(error, APIStatusError) else None
    if asked is not None and 0 < asked <= _LONGEST_WAIT:
        return asked
    backoff: float = min(8.0, 0.25 * 2**retries)
    return backoff * random.uniform(0.5, 1.0)  # noqa: S311
