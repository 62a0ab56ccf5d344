"""Groups stored rows by local day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    """Something that happened at a moment."""

    @property
    def when(self) -> datetime:
        """In the local time zone."""


Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True, slots=True)
class DayGroup(Generic[Row]):
    """The rows of one day."""

    day: date
    rows: tuple[Row, ...]


def group_by_day(rows: Sequence[Row]) -> tuple[DayGroup[Row], ...]:
    """Rows of the same day that follow each other become one group; their order stays."""
    return tuple(DayGroup(day, tuple(group)) for day, group in groupby(rows, lambda row: row.when.date()))
