"""The operations of a contender."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from row import Row

Durability = Literal["normal", "full"]
Rates = dict[str, float]  # rows per second, by method of loading

BATCH = 50_000


class Contender(ABC):
    """A store in a folder. `DURABILITIES` are those that it supports."""

    DURABILITIES: tuple[Durability, ...] = ("normal", "full")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        """Load all rows by the fastest method that makes them searchable. The store is closed before and after."""

    @abstractmethod
    def open(self, durability: Durability = "normal") -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        """Find the best 20 rows with their texts and snippets, and return how many there are."""

    @abstractmethod
    def append(self, row: Row) -> None:
        """Store one conversation in a new thread, committed and searchable."""

    @abstractmethod
    def recent(self) -> int:
        """Read the newest 50 rows, and return how many there are."""

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch
