"""Timing and headers of one HTTP response."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from minimal_browser_core.secrets import MASK


@dataclass(slots=True)
class ResponseMetadata:
    """Times are in seconds since the attempt began, including its connection; None until they are known."""

    started: float = 0.0
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    first_byte: float | None = None
    last_byte: float | None = None

    @classmethod
    def from_headers(
        cls, started: float, headers: Mapping[str, str], scrub: Callable[[str], str]
    ) -> "ResponseMetadata":
        """Record that the headers of an attempt that began at `started` (monotonic clock) have arrived.

        `scrub` masks the secrets in the value of a header.
        """
        values = {name.lower(): MASK if name.lower() == "set-cookie" else scrub(headers[name]) for name in headers}
        limits = {name: value for name, value in values.items() if "ratelimit" in name or name == "retry-after"}
        return cls(started, limits, values, time.monotonic() - started)

    def complete(self) -> None:
        """Record the arrival of the last byte; later calls change nothing."""
        if self.first_byte is not None and self.last_byte is None:
            self.last_byte = time.monotonic() - self.started
