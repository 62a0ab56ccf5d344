"""Files that are newer, foreign or damaged."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite


class Damage(StoreSuite):
    def test_a_file_of_a_newer_version_is_left_as_it_was(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store)
        store.close()
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
        before = path.read_bytes()
        with pytest.raises(errors.SchemaTooNew, match="newer version") as caught:
            opened()
        assert path.read_bytes() == before
        assert caught.value.path == str(path)
        assert caught.value.code == "schema_too_new"

    def test_a_foreign_database_is_left_as_it_was(self, path: Path, opened: Open, errors: Any) -> None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE theirs (x)")
            db.commit()
        before = path.read_bytes()
        with pytest.raises(errors.ForeignDatabase, match="left as it is"):
            opened()
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]

    @pytest.mark.parametrize("content", [b"just text, but a lot of it" * 100, b"x", b"\0" * 8192, b"SQLite format 3\0"])
    def test_a_file_that_is_no_database_is_left_as_it_was(
        self, path: Path, opened: Open, errors: Any, content: bytes
    ) -> None:
        path.write_bytes(content)
        with pytest.raises(errors.ForeignDatabase):
            opened()
        assert path.read_bytes() == content

    def test_an_empty_file_becomes_a_store(self, path: Path, opened: Open) -> None:
        path.touch()
        self.fill(opened())

    @pytest.mark.parametrize(
        ("start", "length"),
        [(0, 60), (100, 3000), (28, 4)],
        ids=["its header", "its list of tables", "its size"],
    )
    def test_a_damaged_file_is_moved_aside_and_named(
        self, path: Path, opened: Open, errors: Any, start: int, length: int
    ) -> None:
        store = opened()
        self.fill(store)
        store.close()
        content = bytearray(path.read_bytes())
        content[start : start + length] = b"\x7f" * length
        path.write_bytes(content)
        with pytest.raises(errors.DatabaseCorrupt, match="damaged") as caught:
            opened()
        moved = Path(caught.value.quarantined)
        assert moved.name.startswith("store.db.damaged-")
        assert moved.name in str(caught.value)
        assert moved.read_bytes() == bytes(content)
        assert not path.exists()
        fresh = opened()
        assert len(fresh) == 0
        self.fill(fresh)

    def test_a_truncated_file_is_moved_aside(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store, self.size_with_text())
        store.close()
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened()
        assert Path(caught.value.quarantined).exists()

    def test_the_log_of_a_damaged_file_is_not_replayed_into_the_next(
        self, path: Path, opened: Open, errors: Any
    ) -> None:
        store = opened()
        self.fill(store)
        store.close()
        path.write_bytes(b"\x7f" * 64 + path.read_bytes()[64:])
        log = path.with_name(path.name + "-wal")
        log.write_bytes(b"left over" * 1000)
        with pytest.raises(errors.DatabaseCorrupt):
            opened()
        assert not log.exists()
        assert len(opened()) == 0

    def test_damage_deep_inside_is_found_by_a_check(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store, self.size_with_text())
        assert store.check() == []
        store.close()
        size = path.stat().st_size
        with path.open("r+b") as file:
            for page in range(40, size // 4096, 7):
                file.seek(page * 4096)
                file.write(b"\x7f" * 2048)
        damaged = opened()
        problems = damaged.check()
        assert problems
        assert all(isinstance(problem, str) for problem in problems)
        damaged.close()
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened(check_on_open=True)
        assert Path(caught.value.quarantined).exists()

    @pytest.mark.parametrize("seed", range(25))
    def test_flipped_bits_raise_nothing_but_storage_errors(
        self, path: Path, opened: Open, errors: Any, seed: int
    ) -> None:
        store = opened()
        self.fill(store, 60)
        store.close()
        chance = random.Random(seed)  # noqa: S311  damage, not secrets
        content = bytearray(path.read_bytes())
        for _ in range(40):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            store = opened()
        except errors.StorageError:
            return
        for use in (
            store.check,
            lambda: self.fill(store),
            lambda: store.search("number some*"),
            lambda: self.read_all(store),
        ):
            with suppress(errors.StorageError):
                use()
