"""How an answer came over the wire, in the try that brought it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Transfer:
    """Times are in seconds from the beginning of the try, its connection included; None until then."""

    sent: float = 0.0
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    first_byte: float | None = None
    last_byte: float | None = None

    @classmethod
    def begin(cls, sent: float, headers: Mapping[str, str]) -> "Transfer":
        """The head has arrived, of a try that began at `sent` (monotonic)."""
        names = {name.lower(): value for name, value in headers.items()}
        limits = {name: value for name, value in names.items() if "ratelimit" in name or name == "retry-after"}
        return cls(sent, limits, time.monotonic() - sent)

    def end(self) -> None:
        if self.first_byte is not None and self.last_byte is None:
            self.last_byte = time.monotonic() - self.sent
