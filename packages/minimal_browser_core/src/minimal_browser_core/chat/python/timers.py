"""The time limits of a client or a call, checked."""

import math
import numbers
from dataclasses import dataclass, fields, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Timers:
    """Time limits in seconds; None for no limit."""

    connect: float | None
    idle: float | None
    first_token: float | None
    stall: float | None
    end: float | None
    total: float | None

    def for_call(self, timeout: Any) -> Self:
        """Return these limits with those of the option `timeout`: a total, or an object like `Timeouts`.

        Raises `TypeError` or `ValueError` that names what is wrong.
        """
        if _is_number(timeout):
            return replace(self, total=check_seconds("timeout", timeout))
        if not all(hasattr(timeout, name) for name in NAMES):
            raise TypeError(f"timeout must be a number of seconds or Timeouts, not {type(timeout).__name__}")
        limits = {name: getattr(timeout, name) for name in NAMES}
        given = {name: seconds for name, seconds in limits.items() if seconds is not ...}
        return replace(
            self,
            **{
                name: None if seconds is None else check_seconds(f"timeout: {name}", seconds)
                for name, seconds in given.items()
            },
        )


NAMES = tuple(field.name for field in fields(Timers))


def make_timers(**limits: Any) -> Timers:
    """Check the settings of a client, named like the fields. Raises `TypeError` or `ValueError` that names the setting.

    Every limit but the one for connecting may be None.
    """
    if limits["connect"] is None:
        raise TypeError("connect_timeout must be a number of seconds, not NoneType")
    return Timers(
        **{
            name: None if seconds is None else check_seconds(f"{name}_timeout", seconds)
            for name, seconds in limits.items()
        }
    )


def check_seconds(name: str, seconds: Any) -> float:
    """Return a limit as a float. Raises `TypeError` if it is not a number, and `ValueError` if not above 0."""
    if not _is_number(seconds):
        raise TypeError(f"{name} must be a number of seconds, not {type(seconds).__name__}")
    try:
        value = float(seconds)
    except OverflowError:
        value = math.inf
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be a number of seconds above 0, not {repr(seconds)[:40]}")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
