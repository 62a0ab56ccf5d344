"""The results by size, subject and contender, and how to print them."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

OURS = "storage_rust"


class Key(NamedTuple):
    """What was measured."""

    size: int  # conversations in the store; 0 if it does not matter
    what: str
    contender: str = OURS


class Results:
    """Times are in milliseconds, memory in MiB, rates in rows per second, shares in percent."""

    def __init__(self) -> None:
        self.samples: dict[Key, list[float]] = {}
        self.values: dict[Key, float] = {}

    def add(self, key: Key, samples: Iterable[float]) -> None:
        self.samples.setdefault(key, []).extend(samples)

    def p50(self, key: Key) -> float | None:
        return percentile(self.samples.get(key), 50)

    def p99(self, key: Key) -> float | None:
        return percentile(self.samples.get(key), 99)

    def save(self, file: Path, version: str) -> None:
        kept = [[[*key, found] for key, found in part.items()] for part in (self.samples, self.values)]
        file.write_text(json.dumps([version, *kept]))

    def complete_from(self, file: Path, version: str) -> bool:
        """What earlier runs with the same `version` measured, and this one did not; whether there was any."""
        before = json.loads(file.read_text()) if file.is_file() else [None]
        if before[0] != version:
            return False
        for kept, part in zip(before[1:], (self.samples, self.values), strict=True):
            for size, what, contender, found in kept:
                part.setdefault(Key(size, what, contender), found)
        return True

    def sizes(self) -> list[int]:
        return sorted({key.size for key in (*self.samples, *self.values)} - {0})


def percentile(samples: Sequence[float] | None, part: int) -> float | None:
    """The nearest rank: of fewer than a hundred samples the 99th is the largest."""
    if not samples:
        return None
    return sorted(samples)[math.ceil(len(samples) * part / 100) - 1]


def shown(value: float | None) -> str:
    """Three significant digits, thousands set apart."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def table(corner: str, columns: Sequence[str], rows: Iterable[tuple[str, Callable[[str], str]]]) -> str:
    """A Markdown table; columns and rows that nobody has a value for are left out."""
    cells = [(name, [cell(column) for column in columns]) for name, cell in rows]
    cells = [(name, values) for name, values in cells if any(values)]
    used = [n for n in range(len(columns)) if any(values[n] for _, values in cells)]
    lines = [[corner, *(columns[n] for n in used)], ["---", *("--:" for _ in used)]]
    lines += [[name, *(values[n] for n in used)] for name, values in cells]
    return "\n".join("|" + "|".join(f" {text} " if text else " " for text in line) + "|" for line in lines)
