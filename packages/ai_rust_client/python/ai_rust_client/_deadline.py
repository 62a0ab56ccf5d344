"""The time limit of a call that is made of several requests."""

import math
import time
from typing import Any

from ai_rust_client._timeouts import Timeouts

_SHORTEST = 0.001


class Deadline:
    """The end of a call, from its `timeout`: seconds, or a `Timeouts` with a `total`; anything else sets no limit."""

    def __init__(self, timeout: Any) -> None:
        total = getattr(timeout, "total", timeout)
        is_limit = isinstance(total, int | float) and not isinstance(total, bool) and 0 < total < math.inf
        self._timeout = timeout
        self._ends_at = time.monotonic() + total if is_limit else math.inf

    @property
    def remaining(self) -> float:
        """The seconds that are left, or infinity."""
        return self._ends_at - time.monotonic()

    def timeout(self) -> Any:
        """The `timeout` of the next request, whose total is what is left."""
        if self._ends_at == math.inf:
            return self._timeout
        return with_total(self._timeout, max(_SHORTEST, self.remaining))


def with_total(timeout: Any, total: float) -> Any:
    """A `timeout` with another total."""
    if not hasattr(timeout, "total"):
        return total
    others = {name: getattr(timeout, name, ...) for name in Timeouts.__slots__ if name != "total"}
    return Timeouts(**others, total=total)
