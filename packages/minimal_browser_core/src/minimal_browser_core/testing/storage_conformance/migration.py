"""Migration of the older files in `testing/frozen`."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.resources import resource

from .base import Open, StoreSuite


class Migration(StoreSuite):
    """`frozen` names the kind of file; `read_frozen` checks the contents of every frozen file of that kind."""

    frozen: str
    newest: int
    obstacles: Mapping[int, str]
    """Statements with which the migration from a version fails."""

    def read_frozen(self, store: Any) -> None:
        raise NotImplementedError

    @pytest.fixture(params=[1, 2])
    def version(self, request: pytest.FixtureRequest) -> int:
        return int(request.param)

    @pytest.fixture
    def old_file(self, path: Path, version: int) -> Path:
        return Path(shutil.copy(resource("frozen", f"{self.frozen}-{version}.db"), path))

    def test_an_old_file_is_brought_up_to_date_with_all_that_it_holds(
        self, old_file: Path, opened: Open, tmp_path: Path
    ) -> None:
        store = opened()
        self.read_frozen(store)
        assert store.check() == []
        assert store.stats()["schema_version"] == self.newest
        store.close()
        fresh = opened(tmp_path / "fresh.db")
        fresh.close()
        assert _shape(old_file) == _shape(tmp_path / "fresh.db")
        self.read_frozen(opened())

    def test_an_old_file_is_not_changed_for_a_reader(self, old_file: Path, opened: Open, errors: Any) -> None:
        before = old_file.read_bytes()
        with pytest.raises(errors.ReadOnly, match="older version"):
            opened(read_only=True)
        assert old_file.read_bytes() == before

    def test_a_migration_that_fails_changes_nothing(
        self, old_file: Path, version: int, opened: Open, errors: Any
    ) -> None:
        with closing(sqlite3.connect(old_file)) as db:
            db.executescript(self.obstacles[version])
            before = list(db.iterdump())
        with pytest.raises(errors.StorageError, match=r"duplicate column|UNIQUE constraint"):
            opened()
        with closing(sqlite3.connect(old_file)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (version,)
            assert list(db.iterdump()) == before


def _shape(path: Path) -> list[Any]:
    """Return the entries of `sqlite_master`, with tables as columns: altered tables have different SQL text."""
    with closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()
        found = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        columns = {
            name: db.execute(f"PRAGMA table_xinfo({name})").fetchall()
            for kind, name, sql in found
            if kind == "table" and not sql.startswith("CREATE VIRTUAL")
        }
        return [version, columns, [row for row in found if row[1] not in columns]]


class ConversationMigration(Migration):
    """Migration of a conversations file."""

    frozen = "conversations"
    newest = 3
    obstacles: Mapping[int, str] = {
        1: "ALTER TABLE conversations ADD COLUMN url_grams TEXT",
        2: "ALTER TABLE conversations ADD COLUMN duration TEXT",
    }

    def read_frozen(self, store: Any) -> None:
        rows = list(store)
        assert [row.prompt for row in rows] == [
            "What is C++?",
            "And C#?",
            "And D?",
            "東京の天気は?",
            "nul \0 and 👍🏽",
            "older question",
        ]
        assert [row.id for row in rows] == [1, 2, 3, 5, 6, 7]
        assert [row.parent_id for row in rows[:3]] == [None, 1, 1]
        assert rows[0].tags == ("言語学", "c++")
        assert rows[1].metadata == {"n": [1, None]}
        assert rows[4].response.endswith("the end")
        assert {thread.title for thread in store.threads()} == {"", "天気", "empty"}
        for query, ids in [
            ("model:京モ", [1]),
            ("tag:言語", [1]),
            ("tag:予報", [5]),
            ("url:京都", [5]),
            ("tag:c++", [1]),
            ("天気", [5]),
            ("third", [3]),
            ("the end", [6]),
        ]:
            assert [hit.id for hit in store.search(query).hits] == ids, query


class PlacesMigration(Migration):
    """Migration of a places file."""

    frozen = "places"
    newest = 3
    obstacles: Mapping[int, str] = {
        1: "ALTER TABLE pages ADD COLUMN url_grams TEXT",
        2: "INSERT INTO pages (url, host, last_visit_at, title_grams) VALUES ('a:1', '', 0, '1'), ('a:2', '', 0, '2');"
        "CREATE UNIQUE INDEX unique_grams ON pages (title_grams)",
    }


class BookmarkMigration(PlacesMigration):
    """A migrated places file has its bookmarks."""

    def read_frozen(self, store: Any) -> None:
        assert [found.id for found in store.search()] == [3, 2, 1]
        for query, ids in [
            ("title:地図", [1]),
            ("note:地図", []),
            ("note:覚え", [1]),
            ("tag:地理", [1]),
            ("url:京都", [1]),
            ("地理", [1]),
            ("tag:c++", [2]),
            ("snippet", [3]),
        ]:
            assert [found.id for found in store.search(query)] == ids, query


class HistoryMigration(PlacesMigration):
    """A migrated places file has its history."""

    def read_frozen(self, store: Any) -> None:
        assert len(store) == 2
        assert store.text("https://example.org/") == "A page about wombats and 動物園"
        for query, ids in [("title:地図", [1]), ("url:地図", []), ("url:京都", [1]), ("動物", [2]), ("wombats", [2])]:
            assert [hit.id for hit in store.search(query).hits] == ids, query
        assert [hit.id for hit in store.complete("東")] == [1]
        assert [hit.visit_count for hit in store.complete("example")] == [2]
