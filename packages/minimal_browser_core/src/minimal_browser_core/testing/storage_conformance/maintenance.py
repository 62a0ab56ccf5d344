"""Deferred work: rows that wait to be indexed, index segments that wait to be merged."""

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from .base import ConversationSuite, Open

LOAD = 1500  # rows: more than are indexed in the transaction that stores them

_LOADER = """
import sys, importlib
module, name, path, rows = sys.argv[1:]
store = getattr(importlib.import_module(module), name)(path, busy_timeout=60)
while True:
    store.add_many([{"prompt": f"needle {n}", "response": "r " * 50, "model": "m"} for n in range(int(rows))])
    print(flush=True)
"""
_BACKLOG = """
INSERT INTO index_backlog (first_id, last_id) VALUES (1, 2000);
INSERT INTO threads (id, created_at, updated_at) VALUES (1, 0, 0);
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000)
INSERT INTO conversations (thread_id, timestamp, prompt, response, model) SELECT 1, n, 'needle', 'r', 'm' FROM n;
DELETE FROM conversations WHERE id % 3 = 0;
UPDATE conversations SET response = 'haystack' WHERE id % 1000 = 1;
"""
_APPEND = "INSERT INTO conversations (thread_id, timestamp, prompt, response, model) VALUES (1, 0, 'needle', 'r', 'm')"

_WRITER = """
import sys, importlib, time
module, name, path = sys.argv[1:]
store = getattr(importlib.import_module(module), name)(path, busy_timeout=60)
end = time.monotonic() + 6
while time.monotonic() < end:
    store.add_conversation("question", "answer " * 4000, "m")
    store.search("question", limit=1)
"""
_LOG_LIMIT = 64 << 20


class Maintenance(ConversationSuite):
    """Rows wait to be indexed and index segments to be merged."""

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait; a test that waits too long ends with pytest's timeout."""
        while not is_so():
            time.sleep(0.01)

    def found(self, store: Any, query: str) -> int:
        return len(store.search(query, limit=10_000, exact=True).hits)

    def segments(self, path: Path) -> int:
        """Return the value from the file of a closed store."""
        with closing(sqlite3.connect(path)) as db:
            return len(self.pages(db))

    def pages(self, db: sqlite3.Connection) -> dict[int, int]:
        """Of each segment, but for those that begin with the word before."""
        return dict(db.execute("SELECT segid, count(*) FROM conversations_fts_idx GROUP BY segid"))

    def test_a_bulk_load_is_found_when_it_returns(self, store: Any) -> None:
        store.add_many([{"prompt": f"needle {n}", "response": "r", "model": "m"} for n in range(LOAD)])
        assert store.stats()["not_indexed"] == 0
        assert self.found(store, "needle") == LOAD
        assert store.search("needle", exact=True).complete
        assert store.check() == []

    def test_rows_that_somebody_left_without_an_index_are_found_in_the_end(self, path: Path, opened: Open) -> None:
        opened().close()
        with closing(sqlite3.connect(path)) as db:
            db.executescript(_BACKLOG)
        store = opened()
        assert len(store.recent(limit=100).conversations) == 100
        self.until(lambda: store.search("needle", exact=True).complete)
        assert store.stats()["not_indexed"] == 0
        assert self.found(store, "needle") == 1334
        assert self.found(store, "haystack") == 2
        assert store.check() == []

    def test_until_then_searches_are_incomplete_and_a_check_waits(self, path: Path, opened: Open) -> None:
        opened().close()
        with closing(sqlite3.connect(path)) as db:
            db.executescript(_BACKLOG)
        reader = opened(read_only=True)
        assert not reader.search("needle").complete
        assert not reader.search("needle", order="recent").complete
        assert reader.stats()["not_indexed"] > 0
        reader.close()
        store = opened()
        assert store.check() == []
        assert store.stats()["not_indexed"] == 0

    def test_segments_that_somebody_left_are_merged(self, path: Path, opened: Open) -> None:
        store = opened()
        store.start_thread()
        store.close()
        with closing(sqlite3.connect(path)) as db:
            for _ in range(100):
                db.execute(_APPEND)
                db.commit()
        assert self.segments(path) >= 100

        def are_merged() -> bool:
            with opened() as store:
                store.start_thread()
                time.sleep(0.1)
            return self.segments(path) < 16

        self.until(are_merged)
        store = opened()
        assert self.found(store, "needle") == 100
        assert store.check() == []

    def test_a_write_after_a_bulk_load_does_not_merge_the_load(self, path: Path, opened: Open) -> None:
        """Not even if there are so many segments that SQLite merges them at once."""
        words = random.Random(4)  # noqa: S311  words, not secrets
        store = opened()
        store.add_many(
            [{"prompt": "needle", "response": f"{words.getrandbits(256):x}", "model": "m"} for _ in range(LOAD)]
        )
        store.close()
        with closing(sqlite3.connect(path)) as db:
            loaded = self.pages(db)
            db.execute("INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('crisismerge', 16)")
            for _ in range(20):
                db.execute(_APPEND)
                db.commit()
            after = self.pages(db)
            assert loaded.items() <= after.items()
            assert len(after) < len(loaded) + 16
        store = opened()
        assert self.found(store, "needle") == LOAD + 20
        assert store.check() == []

    def test_a_killed_bulk_load_is_stored_completely_or_not_at_all(
        self, path: Path, opened: Open, store_class: type[Any]
    ) -> None:
        chance = random.Random(3)  # noqa: S311  moments, not secrets
        reported = 0
        for _ in range(20):
            arguments = [store_class.__module__, store_class.__name__, str(path), str(LOAD)]
            loader = subprocess.Popen([sys.executable, "-c", _LOADER, *arguments], stdout=subprocess.PIPE)  # noqa: S603  a constant program
            assert loader.stdout
            time.sleep(chance.uniform(0.05, 0.6))
            loader.kill()
            reported += loader.communicate()[0].count(b"\n")
            store = opened()
            loads, rest = divmod(len(store), LOAD)
            assert rest == 0
            assert loads >= reported
            store.close()
        store = opened()
        self.until(lambda: store.stats()["not_indexed"] == 0)
        assert self.found(store, '"needle 7"') == len(store) // LOAD
        assert store.check() == []

    def test_the_log_stays_small_while_many_processes_write(self, path: Path, store_class: type[Any]) -> None:
        arguments = [store_class.__module__, store_class.__name__, str(path)]
        command = [sys.executable, "-c", _WRITER, *arguments]
        writers = [subprocess.Popen(command) for _ in range(4)]  # noqa: S603  a constant program
        largest, log = 0, Path(f"{path}-wal")
        while any(writer.poll() is None for writer in writers):
            if log.exists():
                largest = max(largest, log.stat().st_size)
            time.sleep(0.01)
        assert [writer.returncode for writer in writers] == [0] * len(writers)  # without `close`, too
        assert largest <= _LOG_LIMIT

    def test_a_bulk_load_does_not_slow_down_later_writes(self, opened: Open) -> None:
        """FTS5's table of words never becomes smaller, and each commit of its connection reads it as a whole."""
        words = random.Random(5)  # noqa: S311  words, not secrets
        store = opened()

        def identifiers(count: int) -> str:
            return " ".join(f"{words.getrandbits(48):x}" for _ in range(count))

        def fastest_write() -> float:
            times = []
            for _ in range(100):
                started = time.perf_counter()
                store.add_conversation(identifiers(2), identifiers(2), "m")
                times.append(time.perf_counter() - started)
            return sorted(times)[10]

        before = fastest_write()
        store.add_many([{"prompt": "p", "response": identifiers(60), "model": "m"} for _ in range(6000)])
        self.until(lambda: store.stats()["not_indexed"] == 0)
        fastest_write()
        assert fastest_write() < 3 * before
        store.add_conversation("large", identifiers(200_000), "m")
        assert fastest_write() < 3 * before
