"""Timing and headers of one HTTP response."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class ResponseMetadata:
    """Times are in seconds since the attempt began, including its connection; None until they are known."""

    started: float = 0.0
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    first_byte: float | None = None
    last_byte: float | None = None

    @classmethod
    def from_headers(cls, started: float, headers: Mapping[str, str]) -> "ResponseMetadata":
        """Record that the headers of an attempt that began at `started` (monotonic clock) have arrived.

        Their names are in lower case, and their values masked.
        """
        limits = {name: value for name, value in headers.items() if "ratelimit" in name or name == "retry-after"}
        return cls(started, limits, headers, time.monotonic() - started)

    def complete(self) -> None:
        """Record the arrival of the last byte; later calls change nothing."""
        if self.first_byte is not None and self.last_byte is None:
            self.last_byte = time.monotonic() - self.started
