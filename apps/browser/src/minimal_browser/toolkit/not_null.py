"""PyQt's stubs say Optional wherever C++ has a pointer; this is for those that Qt never returns as null."""

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    if value is None:
        raise RuntimeError("Qt returned nothing where it promises an object")
    return value
