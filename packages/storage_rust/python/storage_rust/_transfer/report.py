"""The result of an import."""

from dataclasses import dataclass
from typing import Final

MAX_LISTED: Final = 1000


@dataclass(frozen=True, slots=True)
class LostRecord:
    """`position` counts the records of the file from 1: array elements, lines, or database rows."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`taken` and `skipped` count exchanges, `lost_count` counts records of the file that could not be imported.

    `skipped` ones were stored already, or were deleted after an earlier import. `lost` lists the first 1,000 lost ones.
    `attachments` counts files and pictures, which are not imported.
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


class LossLog:
    """Collects the records that could not be imported."""

    def __init__(self) -> None:
        self.count = 0
        self.attachments = 0
        self._listed: list[LostRecord] = []

    def add(self, position: int, reason: str) -> None:
        """Log a lost record."""
        self.count += 1
        if len(self._listed) < MAX_LISTED:
            self._listed.append(LostRecord(position, reason))

    def report(self, taken: int, skipped: int) -> ImportReport:
        """The report of the whole import."""
        return ImportReport(taken, skipped, self.count, tuple(self._listed), self.attachments)
