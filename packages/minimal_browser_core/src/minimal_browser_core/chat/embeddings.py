"""The vectors of texts, as a sequence and as one array."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from .values import Usage

if TYPE_CHECKING:
    from array import array


class Embeddings(Sequence[Sequence[float]]):
    """One vector for each text, in order; immutable.

    The vectors are views of one array of single-precision floats with the shape (texts, dimensions), which numpy and
    others read without a copy: by `__array_interface__`, from Python 3.12 on also by the buffer protocol.
    """

    __slots__ = ("_values", "dimensions", "model", "usage")

    def __init__(self, values: "array[float]", dimensions: int, model: str, usage: Usage | None) -> None:
        """Take the values of all vectors, one after the other; the array must not be changed later."""
        self._values = values
        self.dimensions = dimensions
        self.model = model
        self.usage = usage

    def __len__(self) -> int:
        return len(self._values) // self.dimensions

    @overload
    def __getitem__(self, index: int) -> Sequence[float]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[float]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[float] | Sequence[Sequence[float]]:
        rows = range(len(self))[index]
        if isinstance(rows, range):
            return [self._row(row) for row in rows]
        return self._row(rows)

    def _row(self, row: int) -> Sequence[float]:
        start = row * self.dimensions
        return memoryview(self._values).toreadonly()[start : start + self.dimensions]

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return {
            "version": 3,
            "typestr": "<f4" if sys.byteorder == "little" else ">f4",
            "shape": (len(self), self.dimensions),
            "data": (self._values.buffer_info()[0], True),
        }

    def __buffer__(self, flags: int) -> "memoryview[Any]":
        return memoryview(self._values).toreadonly().cast("B").cast("f", (len(self), self.dimensions))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._values, self.dimensions, self.model, self.usage)

    def __repr__(self) -> str:
        return f"Embeddings({len(self)} texts, {self.dimensions} dimensions, model={self.model!r})"
