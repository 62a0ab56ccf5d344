"""Files that somebody else wrote: bookmarks, sessions, databases, archives. None breaks an import."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minimal_browser_core.errors import StorageError
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore
from minimal_browser_core.storage.transfer.folder import import_session

TAGS = ["<DL>", "</DL>", "<p>", "<DT>", "<H3>", "</H3>", "<A HREF=", '"', "'", ">", "</A>", "<DD>", "<!--", "-->", "<"]
MARKUP = st.lists(st.sampled_from([*TAGS, "https://a.org/", "TAGS=", "ADD_DATE=", "&#0;", "&amp", "é\0"]), max_size=40)
CELLS = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8) | st.binary(max_size=8)
NAMES = ["id", "url", "title", "content", "tags", "created_at", "bookmark_type", "metadata", "tabs", "name"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "a", "\ud800", "2024-01-01"])
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "file"


@settings(max_examples=200, deadline=None)
@given(MARKUP.map("".join) | JSON.map(json.dumps) | st.text(max_size=60))
def test_no_file_of_bookmarks_breaks_an_import(source: Path, text: str) -> None:
    source.write_text(text, encoding="utf-8", errors="surrogatepass")
    with PythonBookmarkStore(":memory:") as store:
        _taken_once(store, source)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({"tabs": JSON}, optional={"name": JSON, "created_at": JSON}))
def test_no_session_breaks_an_import(source: Path, session: dict[str, Any]) -> None:
    source.write_text(json.dumps(session))
    with PythonBookmarkStore(":memory:") as store:
        try:
            taken = import_session(store, source).taken
        except StorageError:
            return
        assert taken == len(store)
        assert import_session(store, source).taken == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), max_size=5))
def test_no_history_breaks_an_import(source: Path, rows: list[tuple[Any, ...]]) -> None:
    _database(source, "history", "url, title, visit_time, visit_count", rows)
    with PythonHistoryStore(":memory:") as store:
        _taken_once(store, source)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS, CELLS, CELLS), max_size=5))
def test_no_log_of_llm_breaks_an_import(source: Path, rows: list[tuple[Any, ...]]) -> None:
    _database(source, "responses", "id, model, prompt, response, conversation_id, datetime_utc", rows)
    with PythonConversationStore(":memory:") as store:
        _taken_once(store, source)


@example(b"", [(175, 8), (198, 128)])  # a name marked as UTF-8 that is not
@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4))
def test_no_archive_breaks_an_import(source: Path, inside: bytes, damage: list[tuple[int, int]]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", b'[{"prompt": "p", "response": "r"},' + inside)
    content = bytearray(packed.getvalue())
    for at, byte in damage:
        content[at % len(content)] = byte
    source.write_bytes(content)
    with PythonConversationStore(":memory:") as store:
        _taken_once(store, source)


def _taken_once(store: Any, source: Path) -> None:
    try:
        first = store.import_file(source)
    except StorageError:  # it is nothing of the kind, as a whole
        assert len(store) == 0
        return
    assert store.import_file(source).taken == 0
    assert first.taken >= len(store)
    assert store.check() == []


def _database(source: Path, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    source.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as db:
        db.execute(f"CREATE TABLE {table} ({columns})")
        marks = ", ".join("?" * (columns.count(",") + 1))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        db.commit()
