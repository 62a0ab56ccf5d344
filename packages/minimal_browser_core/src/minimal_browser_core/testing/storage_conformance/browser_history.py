"""Imports of the history of other browsers."""

import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from .base import StoreSuite
from .browser_files import (
    CHROMIUM_SCHEMA,
    FIREFOX_SCHEMA,
    HISTORIES,
    QUTEBROWSER_SCHEMA,
    SAFARI_SCHEMA,
    SECOND,
    SEEN,
    database,
    prtime,
    webkit,
)
from .hostile_files import ENDLESS, MAX_MEMORY, MAX_SECONDS, written

WHOLE = SEEN.replace(microsecond=0)
# For each file: the visits of each page, with the time since the first one and whether the address was typed, and how
# many records are lost.
VISITS = {
    "places.sqlite": (
        {
            "https://a.org/": ("A page", [(SEEN, 1), (SEEN + 60 * SECOND, 0)]),
            "https://target.org/": ("東京", [(SEEN + SECOND, 1)]),
            "https://via.org/": ("Redirects sometimes", [(SEEN + 5 * SECOND, 0)]),
        },
        2,
    ),
    "History": (
        {
            "https://a.org/": ("A page", [(SEEN, 1), (SEEN + 60 * SECOND, 0)]),
            "https://target.org/": ("東京", [(SEEN + SECOND, 1), (SEEN + 6 * SECOND, 0)]),
        },
        2,
    ),
    "History.db": (
        {
            "https://a.org/": ("A page", [(SEEN, 0), (SEEN + 60 * SECOND, 0)]),
            "https://target.org/": ("東京", [(SEEN + SECOND, 0)]),
        },
        2,
    ),
    "history.sqlite": (
        {
            "https://a.org/": ("A page", [(WHOLE, 0), (WHOLE + 60 * SECOND, 0)]),
            "https://target.org/": ("東京", [(WHOLE + SECOND, 0)]),
        },
        2,
    ),
}
ENDLESS_TABLES = {
    "places.sqlite": ("moz_historyvisits", "x AS id, 0 AS from_visit, 1 AS place_id, x AS visit_date, 1 AS visit_type"),
    "History": ("visits", "x AS id, 1 AS url, x AS visit_time, 1 AS transition"),
    "History.db": ("history_visits", "x AS id, 1 AS history_item, x AS visit_time"),
    "history.sqlite": ("History", "x AS url, x AS title, x AS atime, 0 AS redirect"),
}
SCHEMAS = {
    "places.sqlite": FIREFOX_SCHEMA,
    "History": CHROMIUM_SCHEMA,
    "History.db": SAFARI_SCHEMA,
    "history.sqlite": QUTEBROWSER_SCHEMA,
}


def many_visits(path: Path, count: int) -> Path:
    """Write a `places.sqlite` with a page for every five visits."""
    at = prtime()
    return database(
        path,
        FIREFOX_SCHEMA,
        {
            "moz_places (id, url, title)": [
                (n, f"https://site{n % 97}.example.org/article/{n}", f"An article about subject {n}")
                for n in range(count // 5)
            ],
            "moz_historyvisits (place_id, visit_date, visit_type)": [
                (n % (count // 5), at + n * 1_000_000, 1 + n % 2) for n in range(count)
            ],
        },
    )


class BrowserHistory(StoreSuite):
    """Import of the databases of Firefox, Chromium, Safari and qutebrowser."""

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

    def visits(self, path: Path) -> dict[str, list[tuple[int, int]]]:
        with closing(sqlite3.connect(path)) as db:
            rows = db.execute(
                "SELECT url, visited_at, typed FROM visits JOIN pages ON pages.id = page_id ORDER BY visited_at"
            )
            found: dict[str, list[tuple[int, int]]] = {}
            for url, visited_at, typed in rows:
                found.setdefault(url, []).append((visited_at, typed))
            return found

    @pytest.mark.parametrize("name", VISITS)
    def test_the_visits_of_the_user_are_imported(self, store: Any, path: Path, tmp_path: Path, name: str) -> None:
        source = HISTORIES[name](tmp_path / name)
        before = source.read_bytes()
        expected, lost = VISITS[name]
        report = store.import_file(source)
        assert (report.taken, report.skipped, report.lost) == (len(expected), 0, lost), report.reasons
        pages = {hit.url: hit for hit in store.search("").hits}
        assert {url: hit.title for url, hit in pages.items()} == {url: title for url, (title, _) in expected.items()}
        for url, (_, visits) in expected.items():
            assert pages[url].visit_count == len(visits)
            assert pages[url].last_visited_at == visits[-1][0]
        assert [hit.url for hit in store.complete("東")] == ["https://target.org/"]
        assert [hit.url for hit in store.search("page").hits] == ["https://a.org/"]
        assert store.check() == []
        assert source.read_bytes() == before
        assert sorted(entry.name for entry in tmp_path.iterdir() if entry.name.startswith(name)) == [name]
        store.close()
        assert self.visits(path) == {
            url: [(round(moment.timestamp() * 1000), typed) for moment, typed in visits]
            for url, (_, visits) in expected.items()
        }

    @pytest.mark.parametrize("name", VISITS)
    def test_a_second_import_adds_only_new_visits(self, store: Any, tmp_path: Path, name: str) -> None:
        source = HISTORIES[name](tmp_path / name)
        first = store.import_file(source)
        visits = store.stats()["visits"]
        again = store.import_file(source)
        assert (again.taken, again.skipped) == (0, first.taken)
        assert store.stats()["visits"] == visits
        store.visit("https://a.org/", "Newer", timestamp=SEEN + 900 * SECOND)
        assert store.import_file(source).taken == 0
        assert {hit.url: hit.title for hit in store.search("").hits}["https://a.org/"] == "Newer"

    def test_a_file_can_be_read_while_its_browser_holds_it_locked(self, store: Any, tmp_path: Path) -> None:
        source = HISTORIES["places.sqlite"](tmp_path / "places.sqlite")
        with closing(sqlite3.connect(source, isolation_level=None)) as browser:
            browser.execute("PRAGMA journal_mode = WAL")
            browser.execute("PRAGMA locking_mode = EXCLUSIVE")
            browser.execute("PRAGMA wal_autocheckpoint = 0")
            browser.execute("INSERT INTO moz_places (id, url, title) VALUES (50, 'https://in-the-log.org/', 'Log')")
            browser.execute(
                "INSERT INTO moz_historyvisits (place_id, visit_date, visit_type) VALUES (50, ?, 1)", [prtime()]
            )
            before = {entry.name: entry.read_bytes() for entry in tmp_path.glob("places.sqlite*")}
            assert before["places.sqlite-wal"]
            store.import_file(source)
            assert {entry.name: entry.read_bytes() for entry in tmp_path.glob("places.sqlite*")} == before
            assert [hit.url for hit in store.complete("in-the-log")] == ["https://in-the-log.org/"]
            browser.execute("INSERT INTO moz_places (url) VALUES ('https://later.org/')")

    def test_a_transaction_in_progress_is_not_read(self, store: Any, tmp_path: Path) -> None:
        source = HISTORIES["History"](tmp_path / "History")
        with closing(sqlite3.connect(source, isolation_level=None)) as browser:
            browser.execute("PRAGMA locking_mode = EXCLUSIVE")
            browser.execute("BEGIN EXCLUSIVE")
            browser.execute("DELETE FROM visits")
            assert store.import_file(source).taken == 2
            browser.execute("ROLLBACK")

    def test_a_named_format_must_be_that_of_the_file(self, store: Any, errors: Any, tmp_path: Path) -> None:
        source = HISTORIES["History"](tmp_path / "History")
        with pytest.raises(errors.UnknownFormat, match="not in the format firefox") as caught:
            store.import_file(source, format="firefox")
        assert caught.value.tried == ("firefox",)
        with pytest.raises(errors.InvalidData, match="format must be one of auto, firefox"):
            store.import_file(source, format="netscape")
        report = store.import_file(source, format="chromium")
        assert (report.taken, report.format, report.source) == (2, "chromium", str(source))

    @pytest.mark.parametrize("content", [b"", b"text" * 300, b"[]"])
    def test_a_file_that_is_not_recognised_raises(
        self, store: Any, errors: Any, tmp_path: Path, content: bytes
    ) -> None:
        source = tmp_path / "source"
        source.write_bytes(content)
        with pytest.raises(errors.UnknownFormat, match=r"Looked for: places\.sqlite of Firefox") as caught:
            store.import_file(source)
        assert caught.value.tried
        database(tmp_path / "other.db", "CREATE TABLE urls (id, url); CREATE TABLE history (x)", {})
        with pytest.raises(errors.UnknownFormat, match="it has no history"):
            store.import_file(tmp_path / "other.db")
        assert len(store) == 0

    def test_progress_is_reported_and_can_end_the_import(self, store: Any, errors: Any, tmp_path: Path) -> None:
        source = many_visits(tmp_path / "places.sqlite", 20_000)
        seen: list[tuple[int, int]] = []
        store.import_file(source, progress=lambda done, total: seen.append((done, total)))
        assert seen == sorted(seen)
        assert seen[-1] == (4000, 4000)
        assert len(seen) > 5
        assert store.stats()["visits"] == 20_000
        store.delete(domain="example.org")

        def fail(done: int, total: int) -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.import_file(source, progress=fail)
        with pytest.raises(errors.Interrupted):
            store.import_file(source, progress=lambda done, total: store.interrupt())
        assert len(store) == 0
        assert store.import_file(source).taken == 4000
        assert store.check() == []

    def test_many_visits_are_imported_fast(self, store: Any, tmp_path: Path) -> None:
        source = many_visits(tmp_path / "places.sqlite", 50_000)
        started = time.monotonic()
        assert store.import_file(source).taken == 10_000
        assert time.monotonic() - started < MAX_SECONDS
        assert store.check() == []

    @pytest.mark.parametrize("name", ENDLESS_TABLES)
    @pytest.mark.usefixtures("bounded")
    def test_a_view_in_the_place_of_a_table_is_not_read(
        self, store: Any, errors: Any, tmp_path: Path, name: str
    ) -> None:
        source = HISTORIES[name](tmp_path / name)
        table, columns = ENDLESS_TABLES[name]
        written(source, [f"DROP TABLE {table}", f"CREATE VIEW {table} AS {ENDLESS} SELECT {columns} FROM n"])  # noqa: S608
        with pytest.raises(errors.UnknownFormat):
            store.import_file(source)
        assert len(store) == 0

    @pytest.mark.parametrize("name", ENDLESS_TABLES)
    @pytest.mark.usefixtures("bounded")
    def test_triggers_generated_columns_and_wrong_types_do_no_harm(self, store: Any, tmp_path: Path, name: str) -> None:
        source = HISTORIES[name](tmp_path / name)
        table, _ = ENDLESS_TABLES[name]
        before = store.import_file(source).taken
        written(
            source,
            [
                f"ALTER TABLE {table} ADD COLUMN waste TEXT AS (hex(zeroblob(400000000))) VIRTUAL",
                f"CREATE TRIGGER evil AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END",  # noqa: S608
            ],
        )
        assert store.import_file(source).skipped == before
        assert store.check() == []

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.usefixtures("bounded")
    def test_damaged_pages_end_the_import_without_harm(
        self, store: Any, errors: Any, tmp_path: Path, seed: int
    ) -> None:
        source = many_visits(tmp_path / "places.sqlite", 5000)
        content = bytearray(source.read_bytes())
        for position in range(4096 * 12 + seed * 37, len(content), 9770 + seed * 101):
            content[position] ^= 0x55 << seed % 3 & 0xFF
        source.write_bytes(content)
        with suppress(errors.StorageError):
            report = store.import_file(source)
            assert report.taken == len(store)
        assert store.check() == []

    @pytest.mark.usefixtures("bounded")
    def test_values_of_any_type_and_size_are_only_read(self, store: Any, tmp_path: Path) -> None:
        values = [None, "", "x", b"\xff\0", 2**62, -(2**63), 1.5, float("inf"), "9" * 400, "\ud83d"]
        source = tmp_path / "History"
        at = webkit()
        database(source, "CREATE TABLE urls (id, url, title); CREATE TABLE visits (url, visit_time, transition)", {})
        with closing(sqlite3.connect(source)) as db:
            db.execute("INSERT INTO urls VALUES (1, 'https://ok.org/', ?)", [b"blob"])
            db.execute("INSERT INTO urls VALUES (2, ?, 'x')", ["https://long.org/" + "x" * 1_000_000])
            db.executemany("INSERT INTO urls VALUES (?, ?, ?)", [(n, v, v) for n, v in enumerate(values[:9], 3)])
            db.executemany("INSERT INTO visits VALUES (?, ?, 0)", [(n, at) for n in range(14)])
            db.executemany("INSERT INTO visits VALUES (1, ?, ?)", [(v, v) for v in values[:9]])
            db.commit()
        report = store.import_file(source)
        assert report.taken == len(store)
        assert {hit.title for hit in store.search("ok.org").hits} == {""}
        assert all(len(hit.url) < 70_000 for hit in store.search("").hits)
        assert store.check() == []

    def test_an_open_store_is_not_read(self, store: Any, path: Path, errors: Any) -> None:
        with pytest.raises(errors.StorageError, match="is an open database"):
            store.import_file(path)
