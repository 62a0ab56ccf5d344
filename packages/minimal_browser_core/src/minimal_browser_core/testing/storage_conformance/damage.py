"""Newer, foreign and damaged files."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite, Open, StoreSuite


class Damage(StoreSuite):
    """Newer, foreign and damaged files."""

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

    @pytest.mark.parametrize("read_only", [False, True])
    @pytest.mark.parametrize("content", [b"just text, but a lot of it" * 100, b"x", b"\0" * 8192, b"SQLite format 3\0"])
    def test_a_file_that_is_not_a_database_is_not_changed(
        self, path: Path, opened: Open, errors: Any, content: bytes, read_only: bool
    ) -> None:
        path.write_bytes(content)
        with pytest.raises(errors.ForeignDatabase):
            opened(read_only=read_only)
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
        self, path: Path, opened: Open, errors: Any, can_salvage: bool, start: int, length: int
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
        assert caught.value.lost == 0
        fresh = opened()
        assert fresh.check() == []
        if can_salvage:
            assert "what could be read is in a new" in str(caught.value)
            assert caught.value.recovered >= 3
            assert len(fresh) == 3
        else:
            assert f"python -m storage_rust {moved} salvage" in str(caught.value)
            assert caught.value.recovered == 0
            assert len(fresh) == 0
        self.fill(fresh)

    def test_a_file_that_another_process_recovers_is_left_to_it(
        self, path: Path, opened: Open, errors: Any, can_salvage: bool
    ) -> None:
        fcntl = pytest.importorskip("fcntl")
        store = opened()
        self.fill(store)
        store.close()
        content = b"\x7f" * 64 + path.read_bytes()[64:]
        path.write_bytes(content)
        with path.open("rb") as another:
            fcntl.flock(another, fcntl.LOCK_EX)
            with pytest.raises(errors.DatabaseLocked, match="another process is at work on it"):
                opened()
        assert path.read_bytes() == content
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        with pytest.raises(errors.DatabaseCorrupt):
            opened()
        assert len(opened()) == (3 if can_salvage else 0)

    def test_a_truncated_file_is_moved_aside(self, path: Path, opened: Open, errors: Any, can_salvage: bool) -> None:
        store = opened()
        self.fill(store, self.size_with_text())
        store.close()
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened()
        assert Path(caught.value.quarantined).exists()
        fresh = opened()
        assert len(fresh) < self.size_with_text()
        assert bool(len(fresh)) == can_salvage
        assert fresh.check() == []

    def test_nothing_of_a_file_without_rows_is_recovered(self, path: Path, opened: Open, errors: Any) -> None:
        opened().close()
        path.write_bytes(b"\x7f" * 64 + path.read_bytes()[64:])
        with pytest.raises(errors.DatabaseCorrupt, match="starts an empty one") as caught:
            opened()
        assert caught.value.recovered == 0
        assert not path.exists()
        assert len(opened()) == 0

    def test_the_log_of_a_damaged_file_is_not_replayed_into_the_next(
        self, path: Path, opened: Open, errors: Any, can_salvage: bool
    ) -> None:
        store = opened()
        self.fill(store)
        store.close()
        path.write_bytes(b"\x7f" * 64 + path.read_bytes()[64:])
        log = path.with_name(path.name + "-wal")
        log.write_bytes(b"left over" * 1000)
        with pytest.raises(errors.DatabaseCorrupt):
            opened()
        assert len(opened()) == (3 if can_salvage else 0)

    def test_damage_deep_inside_is_found_by_a_check(
        self, path: Path, opened: Open, errors: Any, can_salvage: bool
    ) -> None:
        store = opened()
        self.fill(store, self.size_with_text())
        assert store.check() == []
        store.close()
        sound = path.read_bytes()
        damaged = None
        first = 40  # if opening reads a damaged page, the damage starts a page later
        while damaged is None:
            content = bytearray(sound)
            for page in range(first, len(sound) // 4096, 7):
                content[page * 4096 : page * 4096 + 2048] = b"\x7f" * 2048
            path.write_bytes(content)
            with suppress(errors.DatabaseCorrupt):
                damaged = opened()
            first += 1
        problems = damaged.check()
        assert problems
        assert all(isinstance(problem, str) for problem in problems)
        damaged.close()
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened(check_on_open=True)
        assert Path(caught.value.quarantined).exists()
        fresh = opened(check_on_open=True)
        if can_salvage:
            assert self.size_with_text() // 2 < len(fresh) <= self.size_with_text()
        assert fresh.check() == []

    @pytest.mark.parametrize("seed", range(12))
    def test_a_store_is_sound_after_any_damage(self, path: Path, opened: Open, errors: Any, seed: int) -> None:
        store = opened()
        self.fill(store, 60)
        store.close()
        chance = random.Random(seed)  # noqa: S311  damage, not secrets
        content = bytearray(path.read_bytes())
        for _ in range(chance.choice([1, 10, 100])):
            at = chance.randrange(len(content)) & ~4095
            match chance.randrange(3):
                case 0:
                    content[at : at + 4096] = bytes(4096)
                case 1:
                    content[at + chance.randrange(12)] = chance.randrange(256)
                case _:
                    content[at + chance.randrange(4096)] ^= 1 << chance.randrange(8)
        path.write_bytes(content[: len(content) - chance.choice([0, 0, 5000])])
        try:
            opened(check_on_open=True)
        except errors.DatabaseCorrupt:
            fresh = opened(check_on_open=True)
            assert fresh.check() == []
            self.read_all(fresh)
            self.fill(fresh)
        except errors.ForeignDatabase:
            assert content[:16] != b"SQLite format 3\0" or content[68:72] == bytes(4)

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


class ConversationRecovery(ConversationSuite):
    """An implementation with the capability "salvage" recovers the rows of a damaged file."""

    def test_recovered_rows_are_the_stored_ones(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store)
        first = store.add_conversation(
            "東京 \0 👍🏽", "long " * 5000, "m", url="https://a.org/", tags=["x", "天気予報"]
        )
        store.add_conversation("branch", "b", "m", parent_id=first, metadata={"n": [1, None]})
        deleted = store.add_conversation("deleted for good", "g " * 3000, "m")
        store.delete(deleted)
        report = path.parent / "older.json"
        report.write_text('[{"timestamp": "2024-01-01T00:00:00", "query": "older", "response": "answer"}]')
        store.import_file(report)
        store.start_thread("an empty thread")
        before = (list(store), {(t.id, t.title, t.updated_at) for t in store.threads()})
        store.close()
        path.write_bytes(path.read_bytes()[:100] + b"\x7f" * 3996 + path.read_bytes()[4096:])  # the list of tables
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened()
        assert caught.value.lost == 0
        recovered = opened()
        assert list(recovered) == before[0]
        assert {(t.id, t.title, t.updated_at) for t in recovered.threads()} == before[1]
        assert [hit.id for hit in recovered.search("tag:予報").hits] == [first]
        assert recovered.search("deleted for good").hits == []
        assert recovered.import_file(report).skipped == 1
        assert recovered.add_conversation("next", "n", "m") > deleted
        assert recovered.check() == []

    def test_a_text_is_recovered_as_far_as_it_can_be_read(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened()
        damaged = store.add_conversation("half of it", "".join(f"word{n} " for n in range(3000)), "m", tags=["x"])
        store.add_conversation("whole", "answer", "m")
        store.close()
        content = bytearray(path.read_bytes())
        page = content.index(b"word2000 ") & ~4095
        content[page : page + 4096] = bytes(4096)
        content[:16] = bytes(16)
        path.write_bytes(content)
        with pytest.raises(errors.DatabaseCorrupt, match="1 of these only in part") as caught:
            opened()
        assert caught.value.lost == 0
        half, whole = list(opened())
        assert half.id == damaged
        assert half.response.startswith("word0 word1 ")
        assert 0 < half.response.count("word") < 3000
        assert half.tags == ()
        assert whole.response == "answer"

    def test_the_log_of_a_damaged_file_is_read_as_far_as_it_is_sound(
        self, path: Path, opened: Open, errors: Any, tmp_path: Path
    ) -> None:
        store = opened()
        self.fill(store, 40)
        store.close()
        writer = opened()
        writer.add_conversation("in the log", "answer", "m")
        other = tmp_path / "other.db"
        content = path.read_bytes()
        other.write_bytes(content[:4096] + b"\x7f" * (len(content) - 4096))
        log = path.with_name(path.name + "-wal").read_bytes()
        other.with_name(other.name + "-wal").write_bytes(log + b"what was being written when the power went" * 200)
        with pytest.raises(errors.DatabaseCorrupt) as caught:
            opened(other, check_on_open=True)
        assert caught.value.recovered > 0
        assert "in the log" in [row.prompt for row in opened(other)]
