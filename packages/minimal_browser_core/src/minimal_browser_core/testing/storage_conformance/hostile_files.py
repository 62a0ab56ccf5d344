"""Imports of SQLite files that were made to do harm."""

import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite

ENDLESS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
COLUMNS = "id TEXT, model TEXT, prompt TEXT, response TEXT"
GOOD = "INSERT INTO responses (id, model, prompt, response) VALUES ('r1', 'm', 'good question', 'good answer')"
MAX_SECONDS = 10
MAX_MEMORY = 200 << 20

Statements = list[str]


def forged(kind: str, name: str, root: str, sql: str) -> str:
    """Return a statement that adds an entry to the schema, whatever it says."""
    return f"INSERT INTO sqlite_master VALUES ('{kind}', '{name}', '{name}', {root}, '{sql}')"  # noqa: S608


ENDLESS_VIEW = f"CREATE VIEW responses AS {ENDLESS} SELECT x AS id, ''m'' AS model, x AS prompt, x AS response FROM n"  # noqa: S608
FULL_TEXT = "CREATE VIRTUAL TABLE responses USING fts5 (id, model, prompt, response)"
ANY_ROOT = "(SELECT rootpage FROM sqlite_master WHERE name = 'other')"

UNKNOWN: dict[str, Statements] = {
    "an endless view": [ENDLESS_VIEW.replace("''", "'")],
    "a view that fills the memory": [
        "CREATE VIEW responses AS SELECT 'i' AS id, 'm' AS model, 'p' AS prompt, hex(zeroblob(400000000)) AS response"
    ],
    "a view in the place of a table": ["CREATE TABLE other (x)", forged("table", "responses", ANY_ROOT, ENDLESS_VIEW)],
    "a table that the schema names otherwise": [
        "CREATE TABLE other (x)",
        forged("view", "another", "0", ENDLESS_VIEW),
        forged("table", "responses", ANY_ROOT, "CREATE TABLE harmless (id, model, prompt, response)"),
    ],
    "a full-text table": [FULL_TEXT, GOOD],
    "a full-text table in the place of a table": [
        "CREATE TABLE other (x)",
        forged(
            "table", "responses", ANY_ROOT, "CREATE VIRTUAL TABLE responses USING fts5 (id, model, prompt, response)"
        ),
    ],
    "a full-text table without its content": [
        "CREATE VIRTUAL TABLE responses USING fts5 (id, model, prompt, response, content = 'nothing')"
    ],
    "a generated column": [
        "CREATE TABLE responses (id TEXT, model TEXT, prompt TEXT, "
        "response TEXT AS (hex(zeroblob(400000000))) VIRTUAL)",
        "INSERT INTO responses (id, model, prompt) VALUES ('i', 'm', 'p')",
    ],
    "a view of turns": [
        "CREATE VIEW turns AS " + ENDLESS + " SELECT x AS id, x AS thread_id, x AS parent_message_hash, "  # noqa: S608
        "x AS tip_message_hash, x AS model FROM n"
    ],
}

IMPORTED: dict[str, Statements] = {
    "an endless view for titles": [
        f"CREATE TABLE responses ({COLUMNS}, conversation_id TEXT)",
        f"CREATE VIEW conversations AS {ENDLESS} SELECT x AS id, x AS name FROM n",  # noqa: S608
        GOOD,
    ],
    "an unused generated column": [
        f"CREATE TABLE responses ({COLUMNS}, waste TEXT AS (hex(zeroblob(400000000))) VIRTUAL)",
        GOOD,
    ],
    "an optional column that is generated": [
        f"CREATE TABLE responses ({COLUMNS}, system TEXT AS (hex(zeroblob(400000000))) VIRTUAL)",
        GOOD,
    ],
    "triggers": [
        f"CREATE TABLE responses ({COLUMNS})",
        GOOD,
        "CREATE TRIGGER evil AFTER INSERT ON responses BEGIN DELETE FROM responses; END",
    ],
    "an index on an expression": [
        f"CREATE TABLE responses ({COLUMNS})",
        GOOD,
        "CREATE INDEX evil ON responses (upper(prompt))",
    ],
    "circular foreign keys": [
        f"CREATE TABLE responses ({COLUMNS}, conversation_id TEXT REFERENCES conversations (id))",
        "CREATE TABLE conversations (id TEXT PRIMARY KEY REFERENCES responses (id), name REFERENCES conversations)",
        GOOD,
    ],
    "a schema of many tables": [
        *(f"CREATE TABLE t{n} (a, b, c)" for n in range(1000)),
        f"CREATE TABLE responses ({COLUMNS})",
        GOOD,
    ],
    "messages in a circle": [
        "CREATE TABLE threads (id TEXT, name TEXT)",
        "CREATE TABLE turns (id, thread_id, parent_message_hash, tip_message_hash, model)",
        "CREATE TABLE messages (hash, parent_hash, role)",
        "CREATE TABLE parts (message_hash, position, type, tool_name, text, payload)",
        "INSERT INTO messages VALUES ('a', 'b', 'user'), ('b', 'a', 'user'), ('c', 'd', 'assistant'), "
        "('d', 'c', 'assistant')",
        "INSERT INTO parts VALUES ('a', 0, 'text', NULL, 'good question', NULL), "
        "('c', 0, 'text', NULL, 'good answer', NULL)",
        "INSERT INTO turns VALUES ('r1', 't', 'a', 'c', 'm')",
    ],
}


def written(path: Path, statements: Statements) -> Path:
    """Write a SQLite file with any entries in its schema."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN")
        for statement in statements:
            db.execute(statement)
        db.execute("COMMIT")
    return path


def llm_rows(path: Path, count: int, size: int = 3000) -> bytearray:
    """Write a logs.db with rows, and return its content."""
    answer = "x" * size
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"CREATE TABLE responses ({COLUMNS})")
        rows = [(f"r{n}", "m", f"question {n}", answer) for n in range(count)]
        db.execute("BEGIN")
        db.executemany("INSERT INTO responses VALUES (?, ?, ?, ?)", rows)
        db.execute("COMMIT")
    return bytearray(path.read_bytes())


class HostileFiles(ConversationSuite):
    """Nothing in a file of another program runs, and its sizes are limited."""

    @pytest.fixture
    def bounded(self) -> Iterator[None]:
        """Fail if the test takes long, or much memory in Python."""
        tracemalloc.start()
        started = time.monotonic()
        yield
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.monotonic() - started < MAX_SECONDS
        assert peak < MAX_MEMORY

    @pytest.mark.parametrize("kind", UNKNOWN)
    @pytest.mark.usefixtures("bounded")
    def test_only_tables_are_read(self, store: Any, errors: Any, tmp_path: Path, kind: str) -> None:
        source = written(tmp_path / "logs.db", UNKNOWN[kind])
        before = source.read_bytes()
        with pytest.raises(errors.StorageError):
            store.import_file(source)
        assert len(store) == 0
        assert source.read_bytes() == before

    @pytest.mark.parametrize("kind", IMPORTED)
    @pytest.mark.usefixtures("bounded")
    def test_what_is_not_read_does_no_harm(self, store: Any, tmp_path: Path, kind: str) -> None:
        source = written(tmp_path / "logs.db", IMPORTED[kind])
        before = source.read_bytes()
        assert store.import_file(source).taken == 1
        (found,) = store
        assert (found.prompt, found.response) == ("good question", "good answer")
        assert source.read_bytes() == before

    @pytest.mark.usefixtures("bounded")
    def test_a_row_that_claims_more_than_the_file_has_ends_the_import(
        self, store: Any, errors: Any, tmp_path: Path
    ) -> None:
        source = tmp_path / "logs.db"
        content = llm_rows(source, 3, 30_000)
        serial = 30_000 * 2 + 13  # what the header of a record says of a text of 30,000 bytes
        varint = bytes([0x80 | serial >> 14, 0x80 | serial >> 7 & 0x7F, serial & 0x7F])
        assert varint in content
        content = content.replace(varint, b"\xff\xff\x7f", 1)
        source.write_bytes(content)
        with suppress(errors.StorageError):
            report = store.import_file(source)
            assert report.taken + report.lost >= 1

    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.usefixtures("bounded")
    def test_damaged_pages_end_the_import_without_harm(
        self, store: Any, errors: Any, tmp_path: Path, seed: int
    ) -> None:
        source = tmp_path / "logs.db"
        content = llm_rows(source, 60)
        for position in range(4096 + seed * 37, len(content), 977 + seed * 101):
            content[position] ^= 0x55 << seed % 3 & 0xFF
        source.write_bytes(content)
        with suppress(errors.StorageError):
            report = store.import_file(source)
            assert report.taken == len(store)
        assert store.check() == []

    @pytest.mark.usefixtures("bounded")
    def test_pages_that_refer_to_each_other_end_the_import(self, store: Any, errors: Any, tmp_path: Path) -> None:
        """Each interior page has the same child many times, so that a scan would meet each row millions of times."""
        source = tmp_path / "logs.db"
        content = llm_rows(source, 4000, 300)
        for start in range(4096, len(content), 4096):
            if content[start] == 5:  # an interior page of a table: let all its children be the first one
                count = int.from_bytes(content[start + 3 : start + 5], "big")
                cells = [int.from_bytes(content[start + 12 + 2 * n : start + 14 + 2 * n], "big") for n in range(count)]
                first = bytes(content[start + cells[0] : start + cells[0] + 4])
                for cell in cells:
                    content[start + cell : start + cell + 4] = first
        source.write_bytes(content)
        with suppress(errors.StorageError):
            store.import_file(source)
        assert len(store) <= 4000

    @pytest.mark.usefixtures("bounded")
    def test_interrupt_and_exceptions_reach_an_import_that_reads_a_database(
        self, store: Any, errors: Any, tmp_path: Path
    ) -> None:
        source = tmp_path / "logs.db"
        llm_rows(source, 20_000, 100)
        timer = threading.Timer(0.01, lambda: _repeat(store.interrupt))
        timer.start()
        with pytest.raises(errors.Interrupted):
            store.import_file(source, progress=lambda done, total: time.sleep(0.01))
        timer.join()
        assert len(store) == 0

    @pytest.mark.usefixtures("bounded")
    def test_fragments_are_not_repeated_without_end(self, store: Any, tmp_path: Path) -> None:
        statements = [
            f"CREATE TABLE responses ({COLUMNS})",
            "CREATE TABLE fragments (id INTEGER, hash TEXT, content TEXT, source TEXT)",
            'CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER)',
            f"INSERT INTO fragments VALUES (1, 'h', '{'long ' * 100_000}', 'file.txt')",  # noqa: S608
            GOOD,
            "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 2000) "
            "INSERT INTO prompt_fragments SELECT 'r1', 1, x FROM n",
        ]
        source = written(tmp_path / "logs.db", statements)
        assert store.import_file(source).taken == 1
        (found,) = store
        assert found.prompt.startswith("long long ")
        assert len(found.prompt) < 5_000_000
        assert found.prompt.endswith("[file.txt]\ngood question")


def _repeat(call: Callable[[], object]) -> None:
    for _ in range(20):
        call()
        time.sleep(0.005)
