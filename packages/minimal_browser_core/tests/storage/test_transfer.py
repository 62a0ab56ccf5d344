"""Imports of malformed files report what they cannot read and raise only `StorageError`."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimal_browser_core.errors import StorageError, UnknownFormat
from minimal_browser_core.storage.python.db import owners
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.transfer import json_stream
from minimal_browser_core.storage.transfer.json_stream import read_items

# fmt: off
_NAMES = st.sampled_from([
    "conversations", "mapping", "message", "author", "role", "content", "parts", "text", "id", "parent",
    "children", "chat_messages", "uuid", "sender", "chat", "history", "messages", "parentId", "messageId",
    "conversationId", "isCreatedByUser", "prompt", "query", "response", "model", "timestamp", "create_time",
    "title", "metadata", "tags", "url", "thread_id", "parent_id", "thread_created_at", "attachments", "files",
])
# fmt: on
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["user", "human", "assistant", "system", "a", "b", "", "\ud800", "2024-01-01", "0001-01-01T00:00+23:59"]
    )
    | st.just(10**400)
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES | st.sampled_from("ab"), inner, max_size=6),
    max_leaves=30,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "file"


@settings(max_examples=300, deadline=None)
@given(st.lists(_VALUES, max_size=3), st.integers(0, 400), st.booleans())
def test_no_json_breaks_an_import(source: Path, records: list[Any], cut: int, whole: bool) -> None:
    text = json.dumps(records).encode()
    source.write_bytes(text if whole else text[:cut])
    with PythonConversationStore(":memory:") as store:
        try:
            first = store.import_file(source)
        except UnknownFormat:
            assert len(store) == 0
            return
        assert len(store) == first.taken
        assert store.import_file(source).taken == 0
        assert store.check() == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text('[]{}",:\\ \n1atrue', max_size=80).map(str.encode))
def test_no_bytes_break_an_import(source: Path, content: bytes) -> None:
    source.write_bytes(content)
    with PythonConversationStore(":memory:") as store:
        try:
            assert store.import_file(source).taken == len(store)
        except UnknownFormat:
            assert len(store) == 0
        except StorageError:  # not a database
            assert content.startswith(b"SQLite format 3\0")


_RECORDS = st.lists(st.dictionaries(st.text(max_size=3), st.text('ab"\\[]{},é\n', max_size=9), min_size=1), max_size=6)


@settings(max_examples=200, deadline=None)
@given(_RECORDS, st.sampled_from(["array", "object", "lines", "pretty"]), st.integers(1, 9))
def test_records_are_found_in_any_structure_and_chunking(records: list[Any], form: str, chunk: int) -> None:
    text = {
        "array": json.dumps(records),
        "object": json.dumps({"first": {"x": [1]}, "conversations": records, "last": 1}),
        "pretty": json.dumps(records, indent=1, ensure_ascii=False),
        "lines": "".join(json.dumps(record) + "\n" for record in records),
    }[form]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_CHUNK", chunk)
        found = list(read_items(io.BytesIO(text.encode()), lambda read: None))
    assert [item.value for item in found if not item.is_empty_list] == records


def test_a_long_file_is_read_in_bounded_memory() -> None:
    import tracemalloc

    record = json.dumps({"prompt": "p" * 1000, "response": "r" * 1000}).encode() + b","

    class Endless(io.RawIOBase):
        left = 64 << 20

        def read(self, size: int = -1) -> bytes:
            count = min(size, self.left) // len(record)
            self.left = self.left - count * len(record) if count else 0
            return record * count

    class EndlessArray(Endless):
        has_started = False

        def read(self, size: int = -1) -> bytes:
            if not self.has_started:
                self.has_started = True
                return b"["
            return super().read(size)

    tracemalloc.start()
    try:
        count = sum(item.error == "" for item in read_items(EndlessArray(), lambda read: None))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > 30_000
    assert peak < 16 << 20


def test_a_source_that_another_sqlite_library_has_open_is_refused(tmp_path: Path) -> None:
    logs = tmp_path / "logs.db"
    logs.write_bytes(b"SQLite format 3\0" + bytes(1000))
    key = owners.claim(str(logs), "another SQLite", create=False)
    try:
        with PythonConversationStore(":memory:") as store, pytest.raises(StorageError, match="open database"):
            store.import_file(logs)
    finally:
        owners.release(key)
