"""Fixtures and constants for all store suites."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.resources import resource

Open = Callable[..., Any]

NAUGHTY = [
    "a\0b",
    "\0",
    "\u202eright to left\u202c",
    "e\u0301\u0301\u0301 combining",
    "𐍈 😀 \U0010ffff four bytes",
    "\ufeffbyte order mark",
    "line\r\nline\u2028line",
    "'; DROP TABLE conversations; --",
    "%s %n {0} {{x}} <script>alert(1)</script>",
    "Ω" * 100_000,
]
HOUR = timedelta(hours=1)
T0 = datetime(2024, 2, 29, 12, 0, 0, 123_000, tzinfo=UTC)


class StoreSuite:
    """Fixtures for all stores; `opener`, `fill` and `read_all` depend on the kind of store."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "store.db"

    @pytest.fixture
    def opened(self, path: Path, opener: Open) -> Iterator[Open]:
        """Open stores, by default on `path`, and close them at the end."""
        stores: list[Any] = []

        def open_one(where: str | os.PathLike[str] = path, **options: Any) -> Any:
            stores.append(opener(where, **options))
            return stores[-1]

        yield open_one
        for store in stores:
            store.close()

    @pytest.fixture
    def capabilities(self) -> frozenset[str]:
        """What the implementation can do beyond the port: "salvage" recovers the rows of a damaged file."""
        return frozenset()

    @pytest.fixture
    def can_salvage(self, capabilities: frozenset[str]) -> bool:
        return "salvage" in capabilities

    @pytest.fixture
    def store(self, opened: Open) -> Any:
        return opened()

    @pytest.fixture
    def search_vectors(self) -> dict[str, Any]:
        """Return the vectors of searches."""
        vectors: dict[str, Any] = json.loads(resource("vectors", "search.json").read_text(encoding="utf-8"))
        return vectors

    def fill(self, store: Any, count: int = 3) -> None:
        raise NotImplementedError

    def read_all(self, store: Any) -> None:
        raise NotImplementedError

    def size_with_text(self) -> int:
        """Return how many rows make a file of several hundred pages."""
        return 400


class ConversationSuite(StoreSuite):
    """Fixtures for the conversation store."""

    @pytest.fixture
    def opener(self, open_store: Open) -> Open:
        return open_store

    def fill(self, store: Any, count: int = 3) -> None:
        for n in range(count):
            store.add_conversation(f"question {n}", f"answer {n} of some length, " * 20, "model", tags=["tag"])

    def read_all(self, store: Any) -> None:
        for found in store:
            str((found.timestamp, found.tags, found.metadata, found.response))
