"""The attachments of exchanges."""

import dataclasses
import hashlib
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite

_LIMIT = 100 << 20


class Attachments(ConversationSuite):
    """Files belong to exchanges, and each content is stored once."""

    def contents(self, path: Path) -> int:
        """Return how many there are in the file of a closed store."""
        with closing(sqlite3.connect(path)) as db:
            (count,) = db.execute("SELECT count(*) FROM attachments").fetchone()
        return int(count)

    def test_a_content_is_stored_once_and_goes_with_its_last_exchange(self, store: Any, path: Path) -> None:
        ids = [store.add_conversation("p", "r", "m") for _ in range(3)]
        data = b"\0content" * 1000
        hashes = {store.attach(id, name, data, mime="a/b") for id in ids[:2] for name in ("one", "two")}
        assert hashes == {hashlib.sha256(data).hexdigest()}
        (sha256,) = hashes
        assert store.attachments(ids[2]) == []
        store.delete(ids[0])
        assert store.attachment(sha256) == data
        store.delete(ids[1])
        assert store.attachment(sha256) is None
        store.attach(ids[2], "one", data, mime="a/b")
        store.attach(ids[2], "two", data, mime="a/b")
        store.close()
        assert self.contents(path) == 1

    def test_a_file_of_the_same_name_is_replaced(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        old = store.attach(id, "b", b"old", mime="a/b")
        store.attach(id, "a", b"a", mime="a/b")
        new = store.attach(id, "b", b"newer", mime="c/d")
        assert store.attach(id, "b", b"newer", mime="c/d") == new
        assert store.attachment(old) is None
        files = store.attachments(id)
        assert [(each.name, each.mime, each.size) for each in files] == [("a", "a/b", 1), ("b", "c/d", 5)]
        assert files[1].sha256 == new
        assert store.check() == []

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_any_buffer_is_taken(self, store: Any, kind: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        assert store.attachment(store.attach(id, "name", kind(b"\0\xff"), mime="a/b")) == b"\0\xff"
        strided = memoryview(b"abcdef")[::2]
        found = store.attachment(store.attach(id, "name", strided, mime="a/b"))
        assert found == b"ace"
        assert type(found) is bytes

    def test_an_attachment_that_is_not_valid_is_refused(self, store: Any, errors: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        for name in ("", "x" * 1001, "a\nb", "a\0b", 3, None):
            with pytest.raises(errors.InvalidData, match="name"):
                store.attach(id, name, b"", mime="a/b")
        for mime in ("", "a\n/b", "x" * 1001, 3):
            with pytest.raises(errors.InvalidData, match="mime"):
                store.attach(id, "name", b"", mime=mime)
        for data in ("text", 3, None):
            with pytest.raises(errors.InvalidData, match="data"):
                store.attach(id, "name", data, mime="a/b")
        with pytest.raises(errors.InvalidData, match="no such"):
            store.attach(id + 1, "name", b"", mime="a/b")
        for sha256 in ("", "x" * 64, "ab", "+1" * 32, "é" * 64):
            with pytest.raises(errors.InvalidData, match="sha256"):
                store.attachment(sha256)
        assert store.attachment("0" * 64) is None
        assert store.attachments(id) == store.attachments(id + 1) == []

    def test_a_content_that_is_too_large_is_refused(self, store: Any, errors: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        with pytest.raises(errors.InvalidData, match=str(_LIMIT)):
            store.attach(id, "name", bytes(_LIMIT + 1), mime="a/b")
        assert store.attachments(id) == []

    def test_they_are_rows(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        store.attach(id, "name", b"x", mime="a/b")
        (row,) = store.attachments(id)
        assert pickle.loads(pickle.dumps(row)) == row  # noqa: S301
        assert dataclasses.replace(row, size=2) != row
        assert list(dataclasses.asdict(row)) == ["name", "mime", "size", "sha256"]
