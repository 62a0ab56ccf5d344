"""What the implementations in Rust and in Python have in common: their API."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from clock import Clock, now
from row import Row

from contenders.contender import Contender, Durability, Rates, batches


class OurStore(Contender):
    """A store of the class `CLASS`."""

    CLASS: Any

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        clock, readable, count = Clock(), 0.0, 0
        store = self.CLASS(self.folder / "store.db")
        with ThreadPoolExecutor(1) as executor:
            for batch in batches(rows):
                mappings = [as_mapping(row) for row in batch]
                count += len(mappings)
                started = now()
                readable_at = executor.submit(when_readable, store, count)
                clock.time(lambda mappings=mappings: store.add_many(mappings))
                readable += readable_at.result() - started
        clock.time(lambda: until_indexed(store))
        clock.time(store.close)
        return {"rows readable": count / readable, "with the index": count / clock.seconds}

    def open(self, durability: Durability = "normal") -> None:
        self.store = self.CLASS(self.folder / "store.db", durability=durability)

    def close(self) -> None:
        self.store.close()

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        order = "recent" if recent else "relevance"
        return len(self.store.search(query, order=order, exact=exact).hits)

    def append(self, row: Row) -> None:
        self.store.add_conversation(row.prompt, row.response, row.model)

    def recent(self) -> int:
        return len(self.store.recent(limit=50).conversations)


def as_mapping(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "timestamp": datetime.fromtimestamp(row.timestamp / 1000, UTC)}


def when_readable(store: Any, id: int) -> float:
    """The time at which a row can be read; ids count from 1 in a new store."""
    while store.get(id) is None:
        time.sleep(0.005)
    return now()


def until_indexed(store: Any) -> None:
    while store.stats()["not_indexed"]:
        time.sleep(0.02)
