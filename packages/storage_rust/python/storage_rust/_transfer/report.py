"""The result of an import."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

MAX_LISTED: Final = 1000


class LostRecord(NamedTuple):
    """`position` counts the records of the file from 1: array elements, lines, or database rows."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`taken` and `skipped` count what is stored: exchanges, pages or bookmarks. `lost` counts records of the file.

    `skipped` ones were stored already, or were deleted after an earlier import. `reasons` lists the first 1,000 lost
    records with their positions. `attachments` counts files and pictures, which are not imported, and `deleted` the
    exchanges that a merge deleted because they were deleted in the other store. `format` is the name of the format, as
    far as one was named, and `source` the path of the file.
    """

    taken: int
    skipped: int
    lost: int
    reasons: list[LostRecord] = field(default_factory=list)
    attachments: int = 0
    deleted: int = 0
    format: str = ""
    source: str = ""

    def __str__(self) -> str:
        parts = [f"{self.taken} taken", f"{self.skipped} skipped", f"{self.lost} lost"]
        if self.attachments:
            parts.append(f"{self.attachments} attachments left out")
        if self.deleted:
            parts.append(f"{self.deleted} deleted")
        return ", ".join(parts)


class LossLog:
    """Collects the records that could not be imported from a file."""

    def __init__(self, source: object, format: str = "") -> None:
        self.count = 0
        self.attachments = 0
        self.format = format
        self.part = ""  # which of several sources the next records are from
        self._source = str(source)
        self._listed: list[LostRecord] = []

    def add(self, position: int, reason: str) -> None:
        """Log a lost record."""
        self.count += 1
        if len(self._listed) < MAX_LISTED:
            self._listed.append(LostRecord(position, f"{self.part}: {reason}" if self.part else reason))

    def report(self, taken: int, skipped: int, deleted: int = 0) -> ImportReport:
        """The report of the whole import."""
        return ImportReport(
            taken, skipped, self.count, [*self._listed], self.attachments, deleted, self.format, self._source
        )
