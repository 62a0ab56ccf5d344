"""Locks, forks, full disks and backups."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite


class Processes(StoreSuite):
    """Locks, forks, full disks and backups."""

    def test_a_lock_of_another_process_raises_after_the_timeout(self, path: Path, opened: Open, errors: Any) -> None:
        store = opened(busy_timeout=0.05)
        self.fill(store)
        holder = subprocess.Popen(  # noqa: S603  a constant program
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
        holder = subprocess.Popen(  # noqa: S603  a constant program
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
            # The signal is handled during the wait, not after it failed.
            assert not isinstance(caught.value.__context__, errors.StorageError)
            holder.communicate("release\n")
        self.fill(store, 4)
        assert store.check() == []

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk")
    def test_a_full_disk_raises_and_nothing_is_half_written(self, opened: Open, errors: Any, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount, unmount = shutil.which("mount"), shutil.which("umount")
        if mount is None or unmount is None:
            pytest.skip("this machine has no mount")
        options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
        if subprocess.run([mount, *options], capture_output=True, check=False).returncode:  # noqa: S603  a constant command
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
            subprocess.run([unmount, "-l", str(disk)], check=True)  # noqa: S603  a constant command

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
            assert db.execute("PRAGMA user_version").fetchone() == (3,)
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


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
    """Exit with 0 if `call` is refused because of the fork, else with 1."""
    try:
        call()
    except errors.StorageError as error:
        return int("fork" not in str(error))
    except BaseException:  # noqa: BLE001  a child must not run the parent's tests
        return 1
    return 1
