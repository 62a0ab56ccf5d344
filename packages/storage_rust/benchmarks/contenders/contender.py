"""What a contender can do. What one cannot do stays as it is here, and is left out of its column."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from row import Row

Durability = Literal["normal", "full"]
Rates = dict[str, float]  # rows a second, by the way of loading

BATCH = 50_000


class Contender(ABC):
    DURABILITIES: tuple[Durability, ...] = ("normal", "full")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        """Load all rows in the quickest way that leaves them searchable; the store is closed before and after."""

    @abstractmethod
    def open(self, durability: Durability = "normal") -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        """The number of the hits: the best 20, with snippets, each as an object or row that holds its texts."""

    @abstractmethod
    def append(self, row: Row) -> None:
        """One conversation, in a thread of its own, committed and searchable."""

    @abstractmethod
    def recent(self) -> int:
        """The number of rows in the first page of 50, the newest first."""

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch
