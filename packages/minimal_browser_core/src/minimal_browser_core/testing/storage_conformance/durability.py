"""Killed writers, concurrent writers, unwritable files, and unusual texts.

Each writer is a separate process, so the fixture that opens a store must be a class that can be imported.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .base import NAUGHTY, Open, StoreSuite

AT_ONCE = 4

_WRITER = """
import os, sys, importlib
module, name, path, writer, count = sys.argv[1:]
store = getattr(importlib.import_module(module), name)(path, busy_timeout=60)
acknowledged = open(f"{path}.{writer}", "ab", buffering=0)
write = getattr(store, "add_conversation", None)
n = 0
while n < int(count) or not int(count):
    text = f"{writer} wrote {n} " + "and more " * (n % 50)
    if write is not None:
        write(text, text, "m", tags=[writer])
    elif hasattr(store, "visit"):
        store.visit(f"https://{writer}.test/{n}", text)
        store.set_text(f"https://{writer}.test/{n}", text)
    else:
        store.add(f"https://{writer}.test/{n}", text, note=text)
    os.write(acknowledged.fileno(), b"%d\\n" % n)
    n += 1
store.close()
"""


class Durability(StoreSuite):
    """No committed data is lost by killed or concurrent writers."""

    kills = 200

    @pytest.fixture
    def store_class(self, opener: Any) -> type[Any]:
        assert isinstance(opener, type)
        return opener

    def start(self, store_class: type[Any], path: Path, writer: str, count: int = 0) -> "subprocess.Popen[bytes]":
        """Start a process that writes, and records each completed write in a file beside the store."""
        arguments = [store_class.__module__, store_class.__name__, str(path), writer, str(count)]
        return subprocess.Popen([sys.executable, "-c", _WRITER, *arguments], stderr=subprocess.PIPE)  # noqa: S603  a constant program

    def acknowledged(self, path: Path, writer: str) -> int:
        try:
            noted = path.with_name(f"{path.name}.{writer}").read_bytes()
        except FileNotFoundError:
            return 0
        return noted.count(b"\n")

    def stored(self, store: Any, writer: str) -> int:
        """Return how many writes are stored, counted from the first one without a gap."""
        texts = self.texts(store, writer)
        for n in range(len(texts)):
            assert any(text.startswith(f"{writer} wrote {n} ") for text in texts), f"{writer} has lost {n}"
        return len(texts)

    def texts(self, store: Any, writer: str) -> set[str]:
        if hasattr(store, "add_conversation"):
            return {found.prompt for found in store.search("", tag=writer, limit=10_000).hits}
        if hasattr(store, "visit"):
            hits = store.search(f"url:{writer}", limit=10_000).hits
        else:
            hits = store.search(f"url:{writer}", limit=10_000)
        return {found.title for found in hits}

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system kills otherwise")
    def test_what_a_killed_writer_has_committed_is_stored(
        self, path: Path, opened: Open, store_class: type[Any]
    ) -> None:
        chance = random.Random(1)  # noqa: S311  moments, not secrets
        opened().close()
        killed = 0
        while killed < self.kills:
            writers = {f"w{killed + n}": self.start(store_class, path, f"w{killed + n}") for n in range(AT_ONCE)}
            for name, process in writers.items():
                while self.acknowledged(path, name) == 0 and process.poll() is None:
                    time.sleep(0.002)
            for process in writers.values():
                time.sleep(chance.uniform(0, 0.02))
                process.kill()
            for name, process in writers.items():
                assert process.communicate()[1] == b""
                assert process.returncode < 0, name
            killed += len(writers)
            if killed % 40 == 0:
                store = opened()
                assert store.check() == []
                for name in [f"w{n}" for n in range(killed - 40, killed)]:
                    acknowledged = self.acknowledged(path, name)
                    assert acknowledged >= 1
                    assert acknowledged <= self.stored(store, name) <= acknowledged + 1
                store.close()
        assert len(opened()) >= self.kills

    @pytest.mark.parametrize("writers", [2, 8])
    def test_processes_that_write_at_once_lose_nothing(
        self, path: Path, opened: Open, store_class: type[Any], writers: int
    ) -> None:
        each = 120 // writers
        processes = [self.start(store_class, path, f"w{n}", each) for n in range(writers)]
        for process in processes:
            assert process.communicate()[1] == b""
            assert process.returncode == 0
        store = opened()
        assert [self.stored(store, f"w{n}") for n in range(writers)] == [each] * writers
        assert len(store) == each * writers
        assert store.check() == []

    @pytest.mark.parametrize("seed", range(10))
    def test_random_bytes_in_the_file_do_not_crash_the_process(
        self, path: Path, opened: Open, store_class: type[Any], errors: Any, seed: int
    ) -> None:
        store = opened()
        self.fill(store, 60)
        store.close()
        chance = random.Random(seed)  # noqa: S311  damage, not secrets
        content = bytearray(path.read_bytes())
        for _ in range(20):
            at = chance.randrange(len(content))
            length = chance.choice([1, 1, 1, 16, 200])
            content[at : at + length] = chance.randbytes(min(length, len(content) - at))
        path.write_bytes(content)
        arguments = [store_class.__module__, store_class.__name__, str(path), errors.__name__]
        used = subprocess.run([sys.executable, "-c", _USE, *arguments], capture_output=True, check=False)  # noqa: S603
        assert (used.returncode, used.stdout) == (0, b"survived\n"), used.stderr.decode(errors="replace")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a disk")
    def test_a_store_on_read_only_media_is_read_and_not_written(
        self, opened: Open, errors: Any, tmp_path: Path
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount, unmount = shutil.which("mount"), shutil.which("umount")
        if mount is None or unmount is None:
            pytest.skip("this machine has no mount")
        if subprocess.run([mount, "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True, check=False).returncode:  # noqa: S603
            pytest.skip("this machine mounts no disk")
        try:
            store = opened(disk / "store.db")
            self.fill(store)
            store.close()
            subprocess.run([mount, "-o", "remount,ro", str(disk)], check=True)  # noqa: S603  a constant command
            with pytest.raises(errors.ReadOnly):
                opened(disk / "store.db")
            reader = opened(disk / "store.db", read_only=True)
            assert len(reader) == 3
            self.read_all(reader)
            assert reader.check() == []
            with pytest.raises(errors.ReadOnly):
                self.fill(reader)
            reader.close()
        finally:
            subprocess.run([unmount, "-l", str(disk)], check=True)  # noqa: S603  a constant command

    def test_ten_megabytes_and_naughty_strings_come_back(self, path: Path, opened: Open) -> None:
        store = opened()
        long = "long wörds 東京 \0 " * (10_000_000 // 16)
        for n, text in enumerate([*NAUGHTY, long]):
            if hasattr(store, "add_conversation"):
                store.add_conversation(text, text, "m")
            elif hasattr(store, "visit"):
                store.visit(f"https://a.org/{n}", "title")
                store.set_text(f"https://a.org/{n}", text)
            else:
                store.add(f"https://a.org/{n}", "title", note=text)
        store.close()
        store = opened()
        for n, text in enumerate([*NAUGHTY, long]):
            if hasattr(store, "add_conversation"):
                found = store.get(n + 1)
                assert (found.prompt, found.response) == (text, text)
            elif hasattr(store, "visit"):
                assert store.text(f"https://a.org/{n}") == text
        if hasattr(store, "remove"):
            assert [found.note for found in store.search()][::-1] == [*NAUGHTY, long]
        with suppress(AttributeError):
            store.search("wörds")
        assert store.check() == []


_USE = """
import importlib, sys
from contextlib import suppress
module, name, path, errors = sys.argv[1:]
Store = getattr(importlib.import_module(module), name)
root = importlib.import_module(errors).StorageError
with suppress(root):
    store = Store(path)
    for use in (
        store.check,
        lambda: store.search("number some* t*"),
        lambda: store.complete("t"),
        lambda: store.visit("https://example.org/1", "again"),
        lambda: store.delete(1) if hasattr(store, "add_conversation") else store.delete(domain="example.org"),
        lambda: store.add("https://example.org/1", "again"),
        lambda: store.add_conversation("p", "r", "m"),
        lambda: store.remove(1),
        store.stats,
        store.close,
    ):
        with suppress(root, AttributeError):
            use()
print("survived")
"""
