"""Files: created, shared, opened read-only, closed."""

import threading
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite


class Files(StoreSuite):
    """A file is created, shared, opened read-only and closed."""

    def test_stored_data_is_there_after_reopening(self, path: Path, opened: Open) -> None:
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

    def test_a_closed_store_raises(self, store: Any, errors: Any) -> None:
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

    def test_an_empty_file_is_not_called_anothers(self, path: Path, opened: Open, errors: Any) -> None:
        path.touch()
        with pytest.raises(errors.StorageError, match="is empty") as caught:
            opened(read_only=True, busy_timeout=0.05)
        assert caught.value.code == "storage"

    def test_read_only_waits_for_a_file_that_is_just_being_made(self, path: Path, opened: Open) -> None:
        path.touch()
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(len(opened(read_only=True, busy_timeout=60))))
        reader.start()
        opened().close()
        reader.join()
        assert seen == [0]

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

    def test_a_folder_is_refused(self, opened: Open, errors: Any, tmp_path: Path) -> None:
        with pytest.raises(errors.StorageError, match="is a folder"):
            opened(tmp_path)

    @pytest.mark.parametrize("durability", ["normal", "full"])
    def test_both_durabilities_store(self, opened: Open, durability: str) -> None:
        store = opened(durability=durability)
        self.fill(store)
        assert len(store) == 3
