"""A not-null check for PyQt, whose stubs say Optional for every C++ pointer, even if Qt never returns null there."""

from typing import TypeVar

T = TypeVar("T")


def not_null(value: T | None) -> T:
    """Return `value`; RuntimeError if it is None."""
    if value is None:
        raise RuntimeError("Qt returned null for an object that it documents as never null")
    return value
