"""Renaming, deleting or replacing the file of an open store."""

import sys
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be renamed")
class ReplacedFiles(StoreSuite):
    """Renaming, deleting or replacing the file of an open store."""

    @pytest.fixture
    def moved(self, path: Path) -> Path:
        return path.with_name("moved.db")

    @pytest.mark.parametrize("is_deleted", [True, False])
    def test_a_file_that_is_gone_is_noticed_and_not_created_again(
        self, path: Path, moved: Path, opened: Open, errors: Any, is_deleted: bool
    ) -> None:
        store = opened()
        self.fill(store)
        if is_deleted:
            path.unlink()
        else:
            path.rename(moved)
        for call in (self.fill, self.read_all, len):
            with pytest.raises(errors.StorageError, match="renamed, deleted or replaced") as caught:
                call(store)
            assert caught.value.path == str(path)
        store.close()
        assert not path.exists()
        if not is_deleted:
            assert len(opened(moved, read_only=True)) == 3

    def test_a_file_that_was_replaced_is_left_alone(self, path: Path, moved: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store)
        path.rename(moved)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").rename(f"{moved}{suffix}")
        newcomer = opened()
        self.fill(newcomer, 5)
        log = Path(f"{path}-wal").stat()
        for call in (self.fill, self.read_all, len):
            with pytest.raises(errors.StorageError, match="renamed, deleted or replaced"):
                call(store)
        store.close()
        assert (Path(f"{path}-wal").stat().st_ino, len(newcomer)) == (log.st_ino, 5)
        assert newcomer.check() == []
        newcomer.close()
        assert len(opened(moved)) == 3

    def test_a_file_that_was_moved_back_can_be_used(self, path: Path, moved: Path, opened: Open, errors: Any) -> None:
        store = opened()
        self.fill(store)
        path.rename(moved)
        with pytest.raises(errors.StorageError):
            self.fill(store)
        moved.rename(path)
        self.fill(store, 4)
        assert store.check() == []
