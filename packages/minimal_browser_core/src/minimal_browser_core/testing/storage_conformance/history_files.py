"""Import of the history of minimal_browser 0.x."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from .base import StoreSuite

SEEN = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


class HistoryFiles(StoreSuite):
    """Import of history.db of minimal_browser 0.x."""

    @pytest.fixture
    def old_history(self, tmp_path: Path) -> Path:
        file = tmp_path / "history.db"
        with closing(sqlite3.connect(file)) as db:
            db.execute("CREATE TABLE history (id INTEGER PRIMARY KEY, url, title, visit_time, visit_count)")
            db.executemany(
                "INSERT INTO history (url, title, visit_time, visit_count) VALUES (?, ?, ?, ?)",
                [
                    ("https://a.org/", "A page", "2024-02-29T12:00:00", 3),
                    ("https://東京.jp/", "東京", SEEN.timestamp(), None),
                    ("https://often.org/", None, int(SEEN.timestamp() * 1000), 10**12),
                    ("", "no address", "2024-02-29", 1),
                    ("https://b.org/", "never", "never", 1),
                    (b"\xff", 7, b"\xff", "x"),
                ],
            )
            db.commit()
        return file

    def test_the_history_of_minimal_browser_0_is_imported_once(self, store: Any, old_history: Path) -> None:
        before = old_history.read_bytes()
        report = store.import_file(old_history)
        assert (report.taken, report.skipped, report.lost) == (3, 0, 3)
        assert [lost.position for lost in report.reasons] == [4, 5, 6]
        pages = {hit.url: hit for hit in store.search("").hits}
        assert pages["https://a.org/"].title == "A page"
        assert pages["https://a.org/"].visit_count == 3
        assert pages["https://東京.jp/"].visit_count == 1
        assert pages["https://often.org/"].visit_count == 100
        assert {hit.last_visited_at for hit in pages.values()} == {SEEN}
        assert [hit.url for hit in store.complete("東")] == ["https://東京.jp/"]
        again = store.import_file(old_history)
        assert (again.taken, again.skipped) == (0, 3)
        assert store.stats()["visits"] == 104
        assert store.check() == []
        assert old_history.read_bytes() == before

    def test_an_import_does_not_rename_a_known_page(self, store: Any, old_history: Path) -> None:
        store.visit("https://a.org/", "Newer", timestamp=SEEN)
        store.visit("https://東京.jp/", "")
        store.import_file(old_history)
        pages = {hit.url: hit for hit in store.search("").hits}
        assert (pages["https://a.org/"].title, pages["https://a.org/"].visit_count) == ("Newer", 3)
        assert (pages["https://東京.jp/"].title, pages["https://東京.jp/"].visit_count) == ("東京", 2)

    @pytest.mark.parametrize("content", [b"", b"text" * 300, b"SQLite format 3\0" + b"\xff" * 5000])
    def test_a_file_without_history_raises_and_changes_nothing(
        self, store: Any, errors: Any, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "history.db"
        file.write_bytes(content)
        with pytest.raises(errors.StorageError, match=r"history\.db"):
            store.import_file(file)
        with pytest.raises(errors.StorageError, match=r"nothing\.db does not exist"):
            store.import_file(tmp_path / "nothing.db")
        assert len(store) == 0
