"""Rows by the local day that they happened on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    @property
    def when(self) -> datetime:
        """In the local time zone."""


Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class DayGroup(Generic[Row]):
    day: date
    rows: tuple[Row, ...]


def by_day(rows: Sequence[Row]) -> tuple[DayGroup[Row], ...]:
    """In the order they stand in."""
    return tuple(DayGroup(day, tuple(found)) for day, found in groupby(rows, lambda row: row.when.date()))
