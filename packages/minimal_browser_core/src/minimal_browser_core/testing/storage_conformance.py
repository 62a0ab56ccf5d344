"""The behaviour that every implementation of the stores has. Subclass a suite and supply its fixtures:

    class TestMyStore(ConversationStoreConformance):
        @pytest.fixture
        def open_store(self): return MyStore          # called as open_store(path, **options)
        @pytest.fixture
        def errors(self): return my_errors            # a module or namespace with StorageError and its family

`BookmarkStoreConformance` takes `open_bookmarks` in place of `open_store`. What the suite opens, it closes.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

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


class _StoreConformance:
    """What the two kinds of store have in common: files, locks, damage. `_open` and `_fill` tell them apart."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "store.db"

    @pytest.fixture
    def opened(self, path: Path, opener: Open) -> Iterator[Open]:
        """Opens stores, on `path` unless told otherwise, and closes them at the end."""
        stores: list[Any] = []

        def open_one(where: str | os.PathLike[str] = path, **options: Any) -> Any:
            stores.append(opener(where, **options))
            return stores[-1]

        yield open_one
        for store in stores:
            store.close()

    @pytest.fixture
    def store(self, opened: Open) -> Any:
        return opened()

    @pytest.fixture
    def search_vectors(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        """`conformance/vectors/search.json` of the repository that the test stands in."""
        for folder in request.path.parents:
            file = folder / "conformance" / "vectors" / "search.json"
            if file.exists():
                vectors: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
                return vectors
        pytest.skip("conformance/vectors/search.json is in the repository, and this test is not")

    def fill(self, store: Any, count: int = 3) -> None:
        raise NotImplementedError

    def read_all(self, store: Any) -> None:
        raise NotImplementedError

    def size_with_text(self) -> int:
        """How many rows make a file of several hundred pages."""
        return 400

    def test_what_was_stored_is_there_after_reopening(self, path: Path, opened: Open) -> None:
        first = opened()
        self.fill(first)
        first.close()
        assert len(opened()) == 3

    def test_an_empty_store_is_true(self, store: Any) -> None:
        assert len(store) == 0
        assert store

    def test_a_store_in_memory_needs_no_file(
        self, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        store = opened(":memory:")
        self.fill(store)
        assert len(store) == 3
        assert list(tmp_path.iterdir()) == []

    def test_the_file_is_for_its_owner_alone(self, path: Path, store: Any) -> None:
        assert path.stat().st_mode & 0o077 == 0

    def test_two_stores_of_one_process_share_a_file(self, opened: Open) -> None:
        first, second = opened(), opened()
        self.fill(first)
        assert len(second) == 3
        first.close()
        self.fill(second, 5)
        assert len(second) > 3
        assert second.check() == []

    def test_a_closed_store_says_so(self, store: Any, errors: Any) -> None:
        store.close()
        store.close()
        with pytest.raises(errors.StorageError, match="closed"):
            self.fill(store)
        with pytest.raises(errors.StorageError, match="closed"):
            len(store)

    def test_leaving_the_context_closes(self, path: Path, opener: Open, errors: Any) -> None:
        with opener(path) as store:
            self.fill(store)
        with pytest.raises(errors.StorageError, match="closed"):
            len(store)

    def test_read_only_reads_and_does_not_write(self, opened: Open, errors: Any) -> None:
        self.fill(opened())
        reader = opened(read_only=True)
        assert len(reader) == 3
        assert reader.check() == []
        with pytest.raises(errors.ReadOnly, match="read_only"):
            self.fill(reader)

    def test_read_only_creates_nothing(self, path: Path, opened: Open, errors: Any) -> None:
        with pytest.raises(errors.StorageError, match="does not exist"):
            opened(read_only=True)
        assert not path.exists()

    def test_read_only_reads_a_file_that_was_closed(self, path: Path, opened: Open) -> None:
        store = opened()
        self.fill(store)
        store.close()
        before = path.read_bytes()
        reader = opened(read_only=True)
        assert len(reader) == 3
        reader.close()
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        ("options", "word"),
        [
            ({"durability": "sometimes"}, "durability"),
            ({"busy_timeout": -1}, "busy_timeout"),
            ({"busy_timeout": "long"}, "busy_timeout"),
        ],
    )
    def test_a_senseless_option_is_named(self, opened: Open, errors: Any, options: dict[str, Any], word: str) -> None:
        with pytest.raises(errors.InvalidData, match=word):
            opened(**options)

    @pytest.mark.parametrize("name", ["", "a\0b", "\ud800"])
    def test_a_path_that_names_no_file_is_refused(self, opened: Open, errors: Any, name: str) -> None:
        with pytest.raises(errors.InvalidData, match="db_path"):
            opened(name)

    def test_a_missing_folder_is_named(self, opened: Open, errors: Any, tmp_path: Path) -> None:
        with pytest.raises(errors.StorageError, match=r"nowhere.*create it") as caught:
            opened(tmp_path / "nowhere" / "store.db")
        assert caught.value.code == "storage"

    def test_a_folder_is_no_store(self, opened: Open, errors: Any, tmp_path: Path) -> None:
        with pytest.raises(errors.StorageError, match="is a folder"):
            opened(tmp_path)

    @pytest.mark.parametrize("durability", ["normal", "full"])
    def test_both_durabilities_store(self, opened: Open, durability: str) -> None:
        store = opened(durability=durability)
        self.fill(store)
        assert len(store) == 3

    # -- other people's files, newer files, damaged files

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

    # -- processes and threads

    def test_a_lock_held_elsewhere_is_reported_after_the_timeout(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened(busy_timeout=0.05)
        self.fill(store)
        holder = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-c", _HOLD_LOCK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "locked\n"
            with pytest.raises(errors.DatabaseLocked, match="another process") as caught:
                self.fill(store)
            assert caught.value.code == "locked"
            assert len(store) == 3
            holder.communicate("release\n")
        self.fill(store, 4)

    @pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer signals")
    def test_a_wait_for_a_lock_can_be_broken_off(self, path: Path, opened: Open, errors: Any) -> None:
        class Alarm(Exception):  # noqa: N818
            pass

        def ring(*_: object) -> None:
            raise Alarm

        store = opened(busy_timeout=60)
        self.fill(store)
        holder = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-c", _HOLD_LOCK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "locked\n"
            before = signal.signal(signal.SIGUSR1, ring)
            alarm = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
            alarm.start()
            try:
                with pytest.raises(Alarm) as caught:
                    self.fill(store)
            finally:
                alarm.join()
                signal.signal(signal.SIGUSR1, before)
            # Noticed while it waited, not after the wait had failed.
            assert not isinstance(caught.value.__context__, errors.StorageError)
            holder.communicate("release\n")
        self.fill(store, 4)
        assert store.check() == []

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk")
    def test_a_full_disk_is_said_and_nothing_is_half_written(self, opened: Open, errors: Any, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount, unmount = shutil.which("mount"), shutil.which("umount")
        if mount is None or unmount is None:
            pytest.skip("this machine has no mount")
        options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
        if subprocess.run([mount, *options], capture_output=True, check=False).returncode:  # noqa: S603  our own
            pytest.skip("this machine mounts no small disk")
        try:
            store = opened(disk / "store.db")
            self.fill(store)
            with pytest.raises(errors.StorageFull, match="No space") as caught:
                self.fill(store, 5000)
            assert caught.value.code == "full"
            there = len(store)
            assert there > 3
            assert store.check() == []
            store.close()
            assert len(opened(disk / "store.db", read_only=True)) == there
        finally:
            for file in disk.iterdir():
                file.unlink()
            subprocess.run([unmount, "-l", str(disk)], check=True)  # noqa: S603  our own

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
    def test_a_forked_child_is_refused_and_harms_nothing(
        self, path: Path, opened: Open, opener: Open, errors: Any
    ) -> None:
        store = opened()
        self.fill(store)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os._exit(_refused(lambda: len(store), errors) + 2 * _refused(lambda: opener(path), errors))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        self.fill(store, 4)
        assert store.check() == []

    def test_a_backup_is_a_store_of_that_moment(self, store: Any, opened: Open, tmp_path: Path) -> None:
        self.fill(store)
        copy = tmp_path / "copy.db"
        store.backup(copy)
        self.fill(store, 5)
        assert len(opened(copy)) == 3
        assert opened(copy).check() == []
        assert sorted(entry.name for entry in tmp_path.iterdir() if "partial" in entry.name) == []

    def test_a_backup_replaces_the_last_one(self, store: Any, opened: Open, tmp_path: Path) -> None:
        self.fill(store)
        copy = tmp_path / "copy.db"
        store.backup(copy)
        self.fill(store, 5)
        store.backup(copy)
        assert len(opened(copy)) == len(store)

    def test_a_backup_onto_an_open_store_is_refused(self, path: Path, store: Any, errors: Any) -> None:
        with pytest.raises(errors.StorageError, match="open database"):
            store.backup(path)
        with pytest.raises(errors.StorageError, match="nowhere"):
            store.backup(path.parent / "nowhere" / "copy.db")

    def test_the_file_reads_in_stock_sqlite(self, path: Path, opened: Open) -> None:
        store = opened()
        self.fill(store)
        store.close()
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA application_id").fetchone() != (0,)
            assert db.execute("PRAGMA user_version").fetchone() == (1,)
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


class ConversationStoreConformance(_StoreConformance):
    @pytest.fixture
    def opener(self, open_store: Open) -> Open:
        return open_store

    def fill(self, store: Any, count: int = 3) -> None:
        for n in range(count):
            store.add_conversation(f"question {n}", f"answer {n} of some length, " * 20, "model", tags=["tag"])

    def read_all(self, store: Any) -> None:
        for found in store:
            str((found.timestamp, found.tags, found.metadata, found.response))

    # -- what goes in comes out

    def test_an_exchange_comes_back_whole(self, store: Any) -> None:
        thread = store.start_thread("A title")
        id = store.add_conversation(
            "What?",
            "That.",
            "gpt",
            timestamp=T0,
            thread_id=thread,
            url="https://example.org/",
            tags=["one", "zwei drei", "one", "四"],
            metadata={"n": 1, "nested": {"list": [1.5, None, True, "ü\0"]}},
        )
        found = store.get(id)
        assert (found.id, found.thread_id, found.parent_id) == (id, thread, None)
        assert (found.prompt, found.response, found.model, found.url) == (
            "What?",
            "That.",
            "gpt",
            "https://example.org/",
        )
        assert found.tags == ("one", "zwei drei", "四")
        assert found.metadata == {"n": 1, "nested": {"list": [1.5, None, True, "ü\0"]}}
        assert found.timestamp == T0
        assert found.timestamp.utcoffset() == timedelta(0)

    def test_what_was_left_out_is_empty(self, store: Any) -> None:
        before = datetime.now(UTC) - timedelta(milliseconds=1)
        found = store.get(store.add_conversation("", "", ""))
        assert (found.prompt, found.response, found.model, found.url) == ("", "", "", None)
        assert found.tags == ()
        assert found.metadata == {}
        assert before <= found.timestamp <= datetime.now(UTC)

    @pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
    def test_text_comes_back_unchanged(self, store: Any, text: str) -> None:
        found = store.get(store.add_conversation(text, text + "!", text, url=text, metadata={text: text}))
        assert (found.prompt, found.response, found.model, found.url) == (text, text + "!", text, text)
        assert found.metadata == {text: text}
        assert store.check() == []

    def test_a_time_in_another_zone_is_the_same_moment(self, store: Any) -> None:
        local = datetime(1969, 7, 20, 22, 17, 40, 1_999, tzinfo=timezone(-4 * HOUR))
        found = store.get(store.add_conversation("p", "r", "m", timestamp=local))
        assert found.timestamp == local - timedelta(microseconds=999)

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"prompt": "\ud800"}, "prompt"),
            ({"response": "ok \udfff"}, "response"),
            ({"model": None}, "model"),
            ({"prompt": b"bytes"}, "prompt"),
            ({"response": 7}, "response"),
            ({"url": 7}, "url"),
            ({"url": "\ud800"}, "url"),
            ({"tags": "text"}, "tags"),
            ({"tags": 7}, "tags"),
            ({"tags": [7]}, "tags"),
            ({"tags": [""]}, "tags"),
            ({"tags": [" "]}, "tags"),
            ({"tags": ["two\nlines"]}, "tags"),
            ({"tags": ["\udc00"]}, "tags"),
            ({"metadata": ["list"]}, "metadata"),
            ({"metadata": {1: "x"}}, "metadata"),
            ({"metadata": {"x": object()}}, "metadata"),
            ({"metadata": {"x": float("nan")}}, "metadata"),
            ({"metadata": {"x": "\ud800"}}, "metadata"),
            ({"timestamp": "today"}, "timestamp"),
            ({"timestamp": datetime(2024, 1, 1)}, "timestamp"),
            ({"thread_id": "1"}, "thread_id"),
            ({"thread_id": True}, "thread_id"),
            ({"parent_id": 1.5}, "parent_id"),
            ({"thread_id": 4711}, "thread_id"),
            ({"parent_id": 4711}, "parent_id"),
            ({"parent_id": 2**70}, "parent_id"),
        ],
    )
    def test_what_cannot_be_stored_is_refused_by_name(
        self, store: Any, errors: Any, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(errors.InvalidData, match=field) as caught:
            store.add_conversation(**({"prompt": "p", "response": "r", "model": "m"} | arguments))
        assert caught.value.code == "invalid_data"
        assert len(store) == 0
        assert store.stats()["threads"] == 0

    def test_an_unknown_id_is_none(self, store: Any) -> None:
        for id in (0, -1, 4711, 2**63 - 1, 2**63, -(2**80)):
            assert store.get(id) is None

    # -- threads

    def test_exchanges_without_a_thread_begin_one_each(self, store: Any) -> None:
        first, second = (store.get(store.add_conversation("p", "r", "m")) for _ in range(2))
        assert first.thread_id != second.thread_id
        assert first.parent_id is None

    def test_an_exchange_continues_the_newest_of_its_thread(self, store: Any) -> None:
        thread = store.start_thread()
        ids = [store.add_conversation(f"p{n}", "r", "m", thread_id=thread) for n in range(3)]
        assert [store.get(id).parent_id for id in ids] == [None, ids[0], ids[1]]

    def test_two_children_of_one_parent_are_branches(self, store: Any) -> None:
        root = store.add_conversation("root", "r", "m")
        left = store.add_conversation("left", "r", "m", parent_id=root)
        right = store.add_conversation("right", "r", "m", parent_id=root)
        leaf = store.add_conversation("leaf", "r", "m", parent_id=left)
        tree = store.thread(store.get(root).thread_id)
        assert {found.id: found.parent_id for found in tree} == {root: None, left: root, right: root, leaf: left}
        seen: set[int | None] = {None}
        for found in tree:
            assert found.parent_id in seen
            seen.add(found.id)

    def test_a_parent_of_another_thread_is_refused(self, store: Any, errors: Any) -> None:
        elsewhere = store.add_conversation("p", "r", "m")
        with pytest.raises(errors.InvalidData, match="parent_id"):
            store.add_conversation("p", "r", "m", thread_id=store.start_thread(), parent_id=elsewhere)

    def test_an_unknown_thread_is_empty(self, store: Any) -> None:
        assert list(store.thread(4711)) == []

    def test_threads_come_last_used_first_and_in_pages(self, store: Any) -> None:
        ids = [store.start_thread(f"thread {n}") for n in range(5)]
        future = datetime.now(UTC) + HOUR
        for n in (3, 0, 4):
            future += HOUR
            store.add_conversation("p", "r", "m", thread_id=ids[n], timestamp=future)
        threads = store.threads()
        assert [thread.id for thread in threads][:3] == [ids[4], ids[0], ids[3]]
        assert threads[0].title == "thread 4"
        assert (threads[0].count, threads[4].count) == (1, 0)
        assert abs(threads[0].updated_at - future) < timedelta(milliseconds=1)
        assert threads[0].created_at <= datetime.now(UTC)
        paged, cursor = [], None
        while page := store.threads(limit=2, cursor=cursor):
            paged += [thread.id for thread in page]
            cursor = page[-1].cursor
        assert paged == [thread.id for thread in threads]

    # -- listing

    def test_recent_is_newest_first_by_time(self, store: Any) -> None:
        ids = [store.add_conversation("p", "r", "m", timestamp=T0 + n * HOUR) for n in (1, 3, 0, 2)]
        assert [found.id for found in store.recent().conversations] == [ids[1], ids[3], ids[0], ids[2]]

    def test_pages_of_recent_hold_each_row_once_while_rows_are_added(self, store: Any) -> None:
        ids = [store.add_conversation("p", "r", "m", timestamp=T0) for _ in range(7)]
        seen, cursor = [], None
        while True:
            page = store.recent(limit=3, cursor=cursor)
            seen += [found.id for found in page.conversations]
            store.add_conversation("later", "r", "m")
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ids[::-1]

    def test_recent_of_one_thread(self, store: Any) -> None:
        thread = store.start_thread()
        mine = [store.add_conversation("p", "r", "m", thread_id=thread) for _ in range(3)]
        store.add_conversation("p", "r", "m")
        page = store.recent(thread_id=thread, limit=2)
        assert [found.id for found in page.conversations] == mine[:0:-1]
        rest = store.recent(thread_id=thread, limit=2, cursor=page.next_cursor)
        assert [found.id for found in rest.conversations] == mine[:1]
        assert rest.next_cursor is None

    def test_iteration_gives_all_in_order_of_arrival(self, store: Any) -> None:
        self.fill(store, 450)
        assert [found.prompt for found in store] == [f"question {n}" for n in range(450)]
        assert len(store) == 450

    def test_a_store_may_be_written_while_it_is_iterated(self, store: Any) -> None:
        self.fill(store, 5)
        for found in store:
            if found.prompt != "more":
                store.delete(found.id)
                if found.prompt == "question 0":
                    store.add_conversation("more", "r", "m")
        assert [found.prompt for found in store] == ["more"]

    @pytest.mark.parametrize("limit", [0, -1, 10_001, 2**70, "3", None, 1.5, True])
    def test_a_senseless_limit_is_refused(self, store: Any, errors: Any, limit: Any) -> None:
        for listing in (store.recent, store.threads, lambda limit: store.search("x", limit=limit)):
            with pytest.raises(errors.InvalidData, match="limit"):
                listing(limit=limit)

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "recent", "recent:1", "recent:a:b", "search:1:2:3", "ranked:1:1:zz", "recent:1:" + "9" * 40, 7],
    )
    def test_a_cursor_from_elsewhere_is_refused(self, store: Any, errors: Any, cursor: Any) -> None:
        for listing in (store.recent, store.threads, lambda cursor: store.search("x", cursor=cursor)):
            with pytest.raises(errors.InvalidData, match="cursor"):
                listing(cursor=cursor)

    # -- changing

    def test_update_replaces_what_is_given(self, store: Any) -> None:
        id = store.add_conversation("p", "old words", "m", tags=["a"], metadata={"k": 1})
        assert store.update(id, response="new 言葉")
        assert store.update(id, tags=["b"])
        found = store.get(id)
        assert (found.response, found.tags, found.metadata) == ("new 言葉", ("b",), {"k": 1})
        assert store.update(id, metadata={})
        assert store.get(id).metadata == {}
        assert [len(store.search(query).hits) for query in ("old", "new", "言葉", "tag:a", "tag:b")] == [0, 1, 1, 0, 1]
        assert len(store.search("", tag="a").hits) == 0
        assert store.check() == []

    def test_update_of_nothing_is_false(self, store: Any, errors: Any) -> None:
        assert store.update(4711, response="x") is False
        with pytest.raises(errors.InvalidData, match="response"):
            store.update(1, response=7)

    def test_delete_counts_what_was_there(self, store: Any) -> None:
        self.fill(store, 4)
        ids = [found.id for found in store]
        assert store.delete(ids[0]) == 1
        assert store.delete(ids[0]) == 0
        assert store.delete(iter([*ids, 4711, 2**70])) == 3
        assert store.delete([]) == 0
        assert len(store) == 0
        assert store.search("question").hits == []
        assert store.check() == []

    @pytest.mark.parametrize("ids", ["12", [1, "2"], None, [None], 1.5])
    def test_delete_takes_ids_only(self, store: Any, errors: Any, ids: Any) -> None:
        self.fill(store)
        with pytest.raises(errors.InvalidData, match="ids"):
            store.delete(ids)
        assert len(store) == 3

    def test_what_continued_a_deleted_exchange_continues_the_one_before(self, store: Any) -> None:
        thread = store.start_thread()
        first, second, third = (store.add_conversation(f"p{n}", "r", "m", thread_id=thread) for n in range(3))
        store.delete(second)
        assert store.get(third).parent_id == first
        store.delete(first)
        assert store.get(third).parent_id is None
        assert store.check() == []

    def test_a_thread_goes_with_its_last_exchange(self, store: Any) -> None:
        kept = store.start_thread("kept: it has not been used yet")
        id = store.add_conversation("p", "r", "m")
        store.delete(id)
        assert [thread.id for thread in store.threads()] == [kept]

    def test_an_id_is_never_given_twice(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        store.delete(id)
        assert store.add_conversation("p", "r", "m") > id

    # -- searching

    def test_the_shared_queries_find_what_they_should(self, store: Any, search_vectors: dict[str, Any]) -> None:
        ids = [store.add_conversation(**row) for row in search_vectors["corpus"]]
        for order in ("relevance", "recent"):
            wrong = []
            for case in search_vectors["queries"]:
                found = sorted(ids.index(hit.id) for hit in store.search(case["query"], limit=100, order=order).hits)
                if found != case["matches"]:
                    wrong.append((case["query"], case["why"], case["matches"], found))
            assert wrong == []

    def test_no_text_is_an_invalid_query(self, store: Any, search_vectors: dict[str, Any]) -> None:
        for row in search_vectors["corpus"]:
            store.add_conversation(**row)
        for query in [*search_vectors["never_raise"], *NAUGHTY, "\ud800", "a\udfff*"]:
            store.search(query)
            store.search(query, order="recent")
            store.search_conversations(query)

    def test_highlights_fall_on_what_was_found(self, store: Any) -> None:
        filler = "Nothing of note stands in this sentence. " * 30
        store.add_conversation("irrelevant", f"{filler}Then 👍🏽 the ZÜRICH lake,\nnear Zürich; 東京都.\n{filler}", "m")
        (hit,) = store.search("zurich lak* 京都").hits
        marked = [hit.snippet[start:end] for start, end in hit.highlights]
        assert marked == ["ZÜRICH", "lake", "Zürich", "京都"]
        assert len(hit.snippet) <= 202
        assert hit.snippet.startswith("…")
        assert hit.snippet.endswith("…")
        assert "\n" not in hit.snippet

    def test_the_snippet_comes_from_where_the_match_is(self, store: Any) -> None:
        store.add_conversation("a needle in the prompt", "an answer of straw", "m")
        (hit,) = store.search("needle").hits
        assert hit.snippet == "a needle in the prompt"
        (hit,) = store.search("needle -nothing model:m").hits
        assert [hit.snippet[start:end] for start, end in hit.highlights] == ["needle"]
        (hit,) = store.search("model:m").hits
        assert (hit.snippet, hit.highlights) == ("an answer of straw", ())

    def test_better_matches_come_first(self, store: Any) -> None:
        for n in range(20):
            store.add_conversation(f"something else {n}", "filler text without the word", "m")
        weak = store.add_conversation("q", "one wombat in " + "a long text " * 50, "m")
        strong = store.add_conversation("wombat wombat", "wombat", "m")
        hits = store.search("wombat").hits
        assert [hit.id for hit in hits] == [strong, weak]
        assert hits[0].score > hits[1].score
        assert [hit.id for hit in store.search("wombat", order="recent").hits] == [strong, weak]
        assert store.search_conversations("wombat", 1) == [(strong, "wombat wombat", "wombat")]

    def test_filters_narrow_a_search(self, store: Any) -> None:
        thread = store.start_thread()
        first = store.add_conversation("word", "r", "m/1", timestamp=T0, url="https://a.org/x%_y", tags=["T", "🦀"])
        second = store.add_conversation("word", "r", "m/2", timestamp=T0 + HOUR, url="https://a.org/", thread_id=thread)
        third = store.add_conversation("word", "r", "m/1", timestamp=T0 + 2 * HOUR, tags=["t"])
        cases: list[tuple[dict[str, Any], list[int]]] = [
            ({"model": "m/1"}, [first, third]),
            ({"model": "m"}, []),
            ({"tag": "T"}, [first]),
            ({"tag": "🦀"}, [first]),
            ({"thread_id": thread}, [second]),
            ({"url_prefix": "https://a.org/"}, [first, second]),
            ({"url_prefix": "https://a.org/x%_"}, [first]),
            ({"url_prefix": "https://a.org/%"}, []),
            ({"since": T0 + HOUR}, [second, third]),
            ({"until": T0 + HOUR}, [first]),
            ({"since": T0, "until": T0 + 2 * HOUR, "model": "m/1"}, [first]),
        ]
        for query in ("word", "", "-nothing"):
            for order in ("relevance", "recent"):
                for filters, expected in cases:
                    page = store.search(query, order=order, **filters)
                    assert sorted(hit.id for hit in page.hits) == expected, (query, order, filters)

    @pytest.mark.parametrize(("query", "order"), [("word", "relevance"), ("word", "recent"), ("", "relevance")])
    def test_pages_of_a_search_hold_each_hit_once_while_rows_are_added(
        self, store: Any, query: str, order: str
    ) -> None:
        ids = {store.add_conversation("word " * (n % 4 + 1), "filler " * (n % 3), "m") for n in range(25)}
        seen, cursor = [], None
        while True:
            page = store.search(query, order=order, limit=4, cursor=cursor)
            seen += [hit.id for hit in page.hits]
            store.add_conversation("word word", "a later one", "m")
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen))
        assert set(seen) == ids

    def test_a_common_word_is_ranked_over_its_newest_matches_and_says_so(self, path: Path, opened: Open) -> None:
        opened().close()
        with closing(sqlite3.connect(path)) as db, db:
            db.executescript(_MANY_ROWS)
        store, oldest = opened(), 1
        bounded = store.search("common", limit=1)
        assert not bounded.complete
        assert bounded.hits[0].id != oldest
        exact = store.search("common", limit=1, exact=True)
        assert exact.complete
        assert exact.hits[0].id == oldest

    def test_a_rare_word_is_ranked_completely(self, store: Any) -> None:
        self.fill(store)
        assert store.search("question").complete
        assert store.search("nowhere").complete

    @pytest.mark.parametrize(
        "arguments",
        [{"order": "best"}, {"model": 7}, {"tag": b"x"}, {"since": "now"}, {"thread_id": "x"}, {"url_prefix": 1}],
    )
    def test_a_senseless_filter_is_named(self, store: Any, errors: Any, arguments: dict[str, Any]) -> None:
        with pytest.raises(errors.InvalidData, match=next(iter(arguments))):
            store.search("x", **arguments)
        with pytest.raises(errors.InvalidData, match="query"):
            store.search(b"x")

    # -- threads of the program

    def test_many_threads_write_and_read_at_once(self, store: Any) -> None:
        failures: list[BaseException] = []

        def work(n: int) -> None:
            try:
                for k in range(40):
                    id = store.add_conversation(f"worker {n} step {k}", "r", "m")
                    assert store.get(id).prompt == f"worker {n} step {k}"
                    store.search(f"worker step {k}")
            except BaseException as error:  # noqa: BLE001  reported below
                failures.append(error)

        workers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        assert len(store) == 320
        assert store.check() == []

    def test_interrupt_ends_the_searches_under_way_and_no_later_one(self, store: Any, errors: Any) -> None:
        self.fill(store, 1500)
        outcome: list[BaseException] = []

        def search_on() -> None:
            try:
                while True:
                    store.search("answer", limit=100)
            except BaseException as error:  # noqa: BLE001  looked at below
                outcome.append(error)

        worker = threading.Thread(target=search_on)
        worker.start()
        while worker.is_alive():
            store.interrupt()
            worker.join(0.002)
        assert isinstance(outcome[0], errors.Interrupted)
        store.interrupt()
        assert len(store.search("answer").hits) == 20

    def test_close_waits_for_readers(self, store: Any, errors: Any) -> None:
        self.fill(store, 300)
        outcome: list[BaseException] = []

        def read_on() -> None:
            try:
                while True:
                    store.search("answer", limit=50)
            except BaseException as error:  # noqa: BLE001  looked at below
                outcome.append(error)

        workers = [threading.Thread(target=read_on) for _ in range(6)]
        for worker in workers:
            worker.start()
        store.close()
        for worker in workers:
            worker.join()
        assert [type(error) for error in outcome] == [errors.StorageError] * 6

    def test_stats_tell_sizes_and_versions(self, store: Any, path: Path) -> None:
        self.fill(store)
        stats = store.stats()
        assert (stats["conversations"], stats["threads"], stats["not_indexed"]) == (3, 3, 0)
        assert stats["schema_version"] == 1
        assert stats["path"] == str(path)
        assert stats["database_bytes"] > 4096
        assert stats["sqlite_version"].count(".") == 2


class BookmarkStoreConformance(_StoreConformance):
    @pytest.fixture
    def opener(self, open_bookmarks: Open) -> Open:
        return open_bookmarks

    def fill(self, store: Any, count: int = 3) -> None:
        for n in range(count):
            store.add(f"https://example.org/{n}", f"title {n}", note="a note of some length " * 40, tags=["tag"])

    def read_all(self, store: Any) -> None:
        for found in store.search(limit=1000):
            str((found.created_at, found.tags, found.note))

    def test_a_bookmark_comes_back_whole(self, store: Any) -> None:
        id = store.add("https://a.org/", "A title", tags=["x", "y z"], note="note\0", keyword="a")
        (found,) = store.search()
        assert (found.id, found.url, found.title, found.note, found.keyword) == (
            id,
            "https://a.org/",
            "A title",
            "note\0",
            "a",
        )
        assert found.tags == ("x", "y z")
        assert abs(found.created_at - datetime.now(UTC)) < HOUR

    def test_a_url_is_kept_once(self, store: Any) -> None:
        first = store.add("https://a.org/", "old title", tags=["x"], keyword="k")
        assert store.add("https://a.org/", "new title", note="n", keyword="k") == first
        (found,) = store.search()
        assert (found.title, found.tags, found.note, found.keyword) == ("new title", (), "n", "k")
        assert store.search("old") == []
        assert store.check() == []

    def test_snippets_without_a_url_are_kept_apart(self, store: Any) -> None:
        assert store.add("", "one") != store.add("", "two")
        assert len(store) == 2

    def test_the_last_added_comes_first(self, store: Any) -> None:
        self.fill(store, 5)
        assert [found.title for found in store.search(limit=2)] == ["title 4", "title 3"]

    def test_words_are_found_in_every_field(self, store: Any) -> None:
        id = store.add(
            "https://docs.example/guide", "Élan 東京 C++", tags=["reading list"], note="ทองคำ 👍", keyword="gd"
        )
        store.add("https://other.test/", "Other")
        found = "elan 東京 京 C++ reading ทอง 👍 gd guide gui* url:docs title:elan tag:list note:ทอง keyword:gd -other"
        for query in found.split():
            assert [bookmark.id for bookmark in store.search(query)] == [id], query
        for query in ("title:guide", "url:elan", "C#", "東都", "tag:gd", "!!!"):
            assert store.search(query) == [], query

    def test_a_tag_narrows(self, store: Any) -> None:
        id = store.add("https://a.org/", "a", tags=["T", "🦀"])
        store.add("https://b.org/", "a", tags=["t"])
        for query in ("", "a", "-b"):
            assert [found.id for found in store.search(query, tag="🦀")] == [id]
            assert [found.id for found in store.search(query, tag="T")] == [id]

    def test_a_keyword_belongs_to_one(self, store: Any, errors: Any) -> None:
        first = store.add("https://a.org/", "The first", keyword="k")
        with pytest.raises(errors.InvalidData, match="The first"):
            store.add("https://b.org/", "b", keyword="k")
        assert store.remove(first)
        store.add("https://b.org/", "b", keyword="k")

    def test_remove_tells_whether_it_was_there(self, store: Any) -> None:
        id = store.add("https://a.org/", "a")
        assert store.remove(id) is True
        assert store.remove(id) is False
        assert store.search("a") == []
        assert store.check() == []

    def test_no_text_is_an_invalid_query(self, store: Any, search_vectors: dict[str, Any]) -> None:
        self.fill(store)
        for query in [*search_vectors["never_raise"], *NAUGHTY, "\ud800"]:
            store.search(query)

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"url": None}, "url"),
            ({"title": "\ud800"}, "title"),
            ({"tags": "x"}, "tags"),
            ({"note": 7}, "note"),
            ({"keyword": "two words"}, "keyword"),
            ({"keyword": ""}, "keyword"),
        ],
    )
    def test_what_cannot_be_stored_is_refused_by_name(
        self, store: Any, errors: Any, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(errors.InvalidData, match=field):
            store.add(**({"url": "https://a.org/", "title": "a"} | arguments))
        assert len(store) == 0

    def test_stats_tell_sizes_and_versions(self, store: Any) -> None:
        self.fill(store)
        assert store.stats()["bookmarks"] == 3
        assert store.stats()["schema_version"] == 1


_MANY_ROWS = """
INSERT INTO threads (id, title, created_at, updated_at) VALUES (1, '', 0, 0);
INSERT INTO conversations (thread_id, timestamp, prompt, response, model)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20002)
SELECT 1, i, CASE i WHEN 1 THEN 'common common common' ELSE 'common' END, 'word', 'm' FROM n;
"""

_HOLD_LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
db.close()
"""


def _refused(call: Callable[[], object], errors: Any) -> int:
    """0 where `call` is refused because of the fork, else 1."""
    try:
        call()
    except errors.StorageError as error:
        return int("fork" not in str(error))
    except BaseException:  # noqa: BLE001  a child must not run the parent's tests
        return 1
    return 1
