"""What an import has done."""

from dataclasses import dataclass
from typing import Final

NAMED: Final = 1000  # records that a report names one by one; beyond them it counts


@dataclass(frozen=True, slots=True)
class LostRecord:
    """`position` counts the records of the file from 1: array elements, lines, or database rows."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`taken` and `skipped` count exchanges, `lost_count` the records of the file that could not be read.

    `skipped` were there already, or had been imported and deleted since. `lost` names the first 1,000 of the lost.
    `attachments` counts files and pictures, which are not taken.
    """

    taken: int
    skipped: int
    lost_count: int
    lost: tuple[LostRecord, ...]
    attachments: int

    def __str__(self) -> str:
        parts = [f"{self.taken} taken", f"{self.skipped} skipped", f"{self.lost_count} lost"]
        if self.attachments:
            parts.append(f"{self.attachments} attachments left out")
        return ", ".join(parts)


class Losses:
    """Collects what becomes the report."""

    def __init__(self) -> None:
        self.count = 0
        self.attachments = 0
        self._named: list[LostRecord] = []

    def lose(self, position: int, reason: str) -> None:
        self.count += 1
        if len(self._named) < NAMED:
            self._named.append(LostRecord(position, reason))

    def report(self, taken: int, skipped: int) -> ImportReport:
        return ImportReport(taken, skipped, self.count, tuple(self._named), self.attachments)
