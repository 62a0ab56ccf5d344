"""The time limits of one call."""

from dataclasses import dataclass, fields
from types import EllipsisType
from typing import Self

Limit = float | EllipsisType | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Replaces time limits of a client for one call, in seconds; None sets no limit, `...` keeps the client's.

    Clients read only these attributes, so this class and `ai_rust_client.Timeouts` work with either client.
    """

    connect: Limit = ...
    """TCP and TLS."""
    idle: Limit = ...
    """Between two bytes of the response."""
    first_token: Limit = ...
    """Until the first content; of a response that is not streamed, until its first byte."""
    stall: Limit = ...
    """Between two contents of a stream."""
    end: Limit = ...
    """Between chunks once every choice has its finish reason; then the stream ends well."""
    total: Limit = ...
    """The whole call with its retries."""

    def __new__(cls, **limits: object) -> Self:
        """Raise `TypeError` that names the known limits for an unknown one."""
        known = [field.name for field in fields(cls)]
        if unknown := sorted(limits.keys() - known):
            raise TypeError(f"Timeouts has no timeout {unknown[0]}; it has {', '.join(known)}")
        return object.__new__(cls)
