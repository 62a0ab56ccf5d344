"""Merging the file of another store."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from .base import T0, ConversationSuite, Open

_MERGER = """
import importlib, sys
module, name, target, source = sys.argv[1:]
with getattr(importlib.import_module(module), name)(target) as store:
    print("ready", flush=True)
    store.merge(source)
"""


def contents(store: Any) -> list[tuple[Any, ...]]:
    """Return all exchanges without their ids, with the texts of their parents and the titles of their threads."""
    titles = {thread.id: thread.title for thread in store.threads(limit=10_000)}
    prompts = {found.id: found.prompt for found in store}
    return sorted(
        (
            found.prompt,
            found.response,
            found.model,
            found.timestamp,
            found.url,
            found.tags,
            str(found.metadata),
            prompts.get(found.parent_id),
            titles[found.thread_id],
        )
        for found in store
    )


class Merge(ConversationSuite):
    """Merging the file of another store."""

    @pytest.fixture
    def other_path(self, tmp_path: Path) -> Path:
        return tmp_path / "other.db"

    @pytest.fixture
    def other(self, opened: Open, other_path: Path) -> Any:
        return opened(other_path)

    def add_tree(self, store: Any, name: str) -> list[int]:
        """Add a thread with two branches, and return the ids of its exchanges."""
        thread = store.start_thread(f"thread {name}")
        root = store.add_conversation(f"{name} root", "r", "m", thread_id=thread, timestamp=T0, tags=["t", "言葉"])
        left = store.add_conversation(
            f"{name} left", "r", "m", parent_id=root, timestamp=T0 + timedelta(1), url="https://a.example/"
        )
        right = store.add_conversation(
            f"{name} right", "r", "m", parent_id=root, timestamp=T0 + timedelta(2), metadata={"k": [1]}
        )
        return [root, left, right]

    def test_threads_and_branches_are_taken_once(self, store: Any, other: Any, other_path: Path) -> None:
        self.add_tree(store, "mine")
        self.add_tree(other, "theirs")
        before = contents(other)
        report = store.merge(other_path)
        assert (report.taken, report.skipped, report.lost, report.deleted) == (3, 0, 0, 0)
        assert (report.source, report.format) == (str(other_path), "storage")
        merged = contents(store)
        assert len(merged) == 6
        assert set(before) <= set(merged)
        assert contents(other) == before
        assert [hit.prompt for hit in store.search("theirs left", match="all").hits] == ["theirs left"]
        again = store.merge(other_path)
        assert (again.taken, again.skipped, again.deleted) == (0, 3, 0)
        assert contents(store) == merged
        assert store.check() == []

    def test_two_stores_that_merge_each_other_are_equal(
        self, store: Any, other: Any, path: Path, other_path: Path
    ) -> None:
        self.add_tree(store, "mine")
        self.add_tree(other, "theirs")
        store.merge(other_path)
        report = other.merge(path)
        assert (report.taken, report.skipped) == (3, 3)
        assert contents(store) == contents(other)

    def test_copies_that_diverged_become_one(self, store: Any, path: Path, opened: Open, other_path: Path) -> None:
        root, left, right = self.add_tree(store, "shared")
        store.backup(other_path)
        copy = opened(other_path)
        copy.add_conversation("added to the copy", "r", "m", parent_id=right)
        store.add_conversation("added here", "r", "m", parent_id=left)
        assert (store.merge(other_path).taken, len(store)) == (1, 5)
        (thread,) = store.threads()
        tree = {found.prompt: found.parent_id for found in store.thread(thread.id)}
        assert (tree["added to the copy"], tree["added here"], tree["shared left"]) == (right, left, root)

    def test_what_was_deleted_here_does_not_come_back(self, store: Any, other: Any, other_path: Path) -> None:
        self.add_tree(other, "theirs")
        store.merge(other_path)
        store.delete([found.id for found in store if "left" in found.prompt])
        report = store.merge(other_path)
        assert (report.taken, report.skipped) == (0, 3)
        assert [found.prompt for found in store] == ["theirs root", "theirs right"]

    @pytest.mark.parametrize("is_copy", [True, False])
    def test_what_was_deleted_there_is_deleted_here(
        self, store: Any, path: Path, opened: Open, other_path: Path, is_copy: bool
    ) -> None:
        self.add_tree(store, "shared")
        if is_copy:
            store.backup(other_path)
        other = opened(other_path)
        if not is_copy:
            other.merge(path)
        other.delete([found.id for found in other if "root" in found.prompt])
        report = store.merge(other_path)
        assert (report.taken, report.deleted) == (0, 1)
        assert contents(store) == contents(other)
        assert store.merge(other_path).deleted == 0
        third = opened(other_path.with_name("third.db"))
        self.add_tree(third, "shared")
        assert third.merge(path).deleted == 1

    def test_what_was_deleted_and_stored_again_stays(self, store: Any, other: Any, other_path: Path) -> None:
        for each in (store, other):
            each.add_conversation("p", "r", "m", timestamp=T0)
        other.delete(1)
        other.add_conversation("p", "r", "m", timestamp=T0)
        report = store.merge(other_path)
        assert (report.skipped, report.deleted, len(store)) == (1, 0, 1)

    def test_only_an_equal_exchange_is_the_same(self, store: Any, other: Any, other_path: Path) -> None:
        store.add_conversation("p", "r", "m", timestamp=T0)
        for prompt, response, model, later in (
            ("p", "r", "m", 0), ("p2", "r", "m", 0), ("p", "r2", "m", 0), ("p", "r", "m2", 0), ("p", "r", "m", 1),
            ("pr", "", "m", 0),
        ):  # fmt: skip
            other.add_conversation(prompt, response, model, timestamp=T0 + timedelta(milliseconds=later))
        report = store.merge(other_path)
        assert (report.taken, report.skipped) == (5, 1)

    def test_an_empty_store_becomes_a_copy(self, store: Any, other: Any, other_path: Path) -> None:
        self.add_tree(other, "theirs")
        other.delete(1)
        store.merge(other_path)
        assert list(store) == list(other)

    def test_a_title_is_taken_if_there_is_none(self, store: Any, opened: Open, other_path: Path) -> None:
        id = store.add_conversation("p", "r", "m")
        store.backup(other_path)
        other = opened(other_path)
        other.rename_thread(store.get(id).thread_id, "theirs")
        store.merge(other_path)
        assert [thread.title for thread in store.threads()] == ["theirs"]
        store.rename_thread(store.get(id).thread_id, "mine")
        store.merge(other_path)
        assert [thread.title for thread in store.threads()] == ["mine"]

    def test_what_cannot_be_merged_changes_nothing(
        self, store: Any, other: Any, path: Path, other_path: Path, tmp_path: Path, errors: Any
    ) -> None:
        self.add_tree(other, "theirs")
        with pytest.raises(errors.InvalidData, match="itself"):
            store.merge(path)
        with pytest.raises(errors.StorageError, match="does not exist"):
            store.merge(tmp_path / "nothing.db")
        (tmp_path / "text").write_text("no database " * 100)
        with pytest.raises(errors.StorageError):
            store.merge(tmp_path / "text")

        def fail(done: int, total: int) -> None:
            raise RuntimeError("enough")

        with pytest.raises(RuntimeError, match="enough"):
            store.merge(other_path, progress=fail)
        with pytest.raises(errors.Interrupted):
            store.merge(other_path, progress=lambda done, total: store.interrupt())
        assert len(store) == 0
        seen: list[tuple[int, int]] = []
        store.merge(other_path, progress=lambda done, total: seen.append((done, total)))
        assert seen == [(3, 3)]

    def test_a_store_that_is_imported_is_merged(self, store: Any, opened: Open, other_path: Path) -> None:
        with opened(other_path) as other:
            self.add_tree(other, "theirs")
        recovered = other_path.rename(other_path.with_name("other.db.recovered"))
        assert (store.import_file(recovered).taken, store.import_file(recovered).skipped) == (3, 3)

    def test_others_write_while_the_file_is_read(self, store: Any, opened: Open, other_path: Path) -> None:
        with opened(other_path) as other:
            other.add_many({"prompt": f"theirs {n}", "response": "r", "model": "m"} for n in range(1000))
            exported = other_path.with_name("all.jsonl")
            other.export_file(exported, format="jsonl")
        neighbour = opened(busy_timeout=0.05)

        def write(done: int, total: int) -> None:
            assert 0 < done <= total
            neighbour.add_conversation("neighbour", "r", "m")
            counts.append(len(neighbour))

        for bring_in in (store.merge, store.import_file):
            counts: list[int] = []
            before = len(store)
            report = bring_in(other_path if bring_in == store.merge else exported, progress=write)
            assert (report.taken, report.lost) == (1000, 0)
            assert counts == list(range(before + 1, before + len(counts) + 1))
            assert len(store) == before + len(counts) + 1000
        assert store.check() == []

    def test_a_killed_merge_loses_nothing(self, open_store: Any, opened: Open, path: Path, other_path: Path) -> None:
        with opened(other_path) as other:
            other.add_many({"prompt": f"theirs {n}", "response": "r " * 50, "model": "m"} for n in range(3000))
        with opened() as store:
            self.add_tree(store, "mine")
        for delay in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3):
            arguments = [open_store.__module__, open_store.__qualname__, str(path), str(other_path)]
            command = [sys.executable, "-c", _MERGER, *arguments]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  our own script
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(delay)
                process.send_signal(signal.SIGKILL)
            with opened() as store:
                assert len(store) in (3, 3003)
                assert store.check() == []
        with opened() as store:
            store.merge(other_path)
            assert len(store) == 3003
