"""The log of minimal_browser 0.x: a list in memory, read at the start and rewritten at each append."""

import json
import re
from collections.abc import Iterator

from clock import Clock
from row import Row

from contenders.contender import Contender, Durability, Rates


class Store(Contender):
    """A JSON file."""

    DURABILITIES: tuple[Durability, ...] = ("normal",)

    def build(self, rows: Iterator[Row], *, cjk: bool) -> Rates:
        clock = Clock()
        self.rows = [row._asdict() for row in rows]
        clock.time(self.write)
        return {"one writing of the file": len(self.rows) / clock.seconds}

    def write(self) -> None:
        with (self.folder / "conversations.json").open("w") as file:
            json.dump(self.rows, file, indent=2)

    def open(self, durability: Durability = "normal") -> None:
        self.rows = json.loads((self.folder / "conversations.json").read_text())

    def close(self) -> None:
        self.rows = []

    def search(self, query: str, *, recent: bool = False, exact: bool = False, cjk: bool = False) -> int:
        """Search word by word; rows with the most occurrences first."""
        if cjk:
            parts = [re.escape(query)]
        elif query.startswith('"'):
            parts = [r"\b" + re.escape(query[1:-1]) + r"\b"]
        else:
            parts = [rf"\b{re.escape(word.rstrip('*'))}" + r"\b" * (not word.endswith("*")) for word in query.split()]
        patterns = [re.compile(part) for part in parts]
        found = []
        for n, row in enumerate(reversed(self.rows)):
            text = f"{row['prompt']}\n{row['response']}"
            if all(pattern.search(text) for pattern in patterns):
                found.append((0 if recent else -sum(len(pattern.findall(text)) for pattern in patterns), n))
                if recent and len(found) == 20:
                    break
        return len(sorted(found)[:20])

    def append(self, row: Row) -> None:
        self.rows.append(row._asdict())
        self.write()

    def recent(self) -> int:
        return len(self.rows[-50:])
