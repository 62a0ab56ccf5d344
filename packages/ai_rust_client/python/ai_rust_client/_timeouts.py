"""`Timeouts`: those of a single call."""

from __future__ import annotations

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import EllipsisType


class Timeouts:
    """The timeouts of one call, in seconds: `client.chat(messages, model, timeout=Timeouts(idle=5, total=None))`.

    A timeout that is not given stays the client's; None sets no limit. `AIClient` describes each of them.
    """

    # help() shows the texts.
    __slots__ = {  # noqa: RUF023  in the order of a call
        "connect": "TCP and TLS.",
        "idle": "Without one byte of the response.",
        "first_token": "To the first content.",
        "stall": "Between two contents.",
        "end": "After the last finish reason; then the stream ends well.",
        "total": "The whole call, including retries.",
    }

    def __init__(
        self,
        *,
        connect: float | EllipsisType | None = ...,
        idle: float | EllipsisType | None = ...,
        first_token: float | EllipsisType | None = ...,
        stall: float | EllipsisType | None = ...,
        end: float | EllipsisType | None = ...,
        total: float | EllipsisType | None = ...,
        **unknown: object,
    ) -> None:
        if unknown:
            raise TypeError(f"Timeouts has no timeout {min(unknown)}; it has {', '.join(self.__slots__)}")
        self.connect = connect
        self.idle = idle
        self.first_token = first_token
        self.stall = stall
        self.end = end
        self.total = total

    def _values(self) -> tuple[float | EllipsisType | None, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Compare all timeouts."""
        return self._values() == other._values() if isinstance(other, Timeouts) else NotImplemented

    def __hash__(self) -> int:
        """Hash all timeouts."""
        return hash(self._values())

    def __repr__(self) -> str:
        """Show the timeouts that are given."""
        given = [
            f"{name}={value!r}" for name, value in zip(self.__slots__, self._values(), strict=True) if value is not ...
        ]
        return f"Timeouts({', '.join(given)})"
