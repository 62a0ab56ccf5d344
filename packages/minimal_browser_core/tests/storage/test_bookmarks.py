from pathlib import Path
from types import ModuleType

import pytest

from minimal_browser_core import errors as core_errors
from minimal_browser_core.errors import ForeignDatabase
from minimal_browser_core.storage.port import BookmarkStore
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.storage_conformance import BookmarkStoreConformance


class TestPythonBookmarkStore(BookmarkStoreConformance):
    @pytest.fixture
    def open_bookmarks(self) -> type[PythonBookmarkStore]:
        return PythonBookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors


def test_the_python_store_implements_the_port() -> None:
    with PythonBookmarkStore(":memory:") as store:
        port: BookmarkStore = store
        assert port.search() == []


def test_conversations_and_bookmarks_do_not_open_each_other(tmp_path: Path) -> None:
    PythonConversationStore(tmp_path / "a.db").close()
    PythonBookmarkStore(tmp_path / "b.db").close()
    with pytest.raises(ForeignDatabase, match="not a database of places"):
        PythonBookmarkStore(tmp_path / "a.db")
    with pytest.raises(ForeignDatabase, match="not a database of conversations"):
        PythonConversationStore(tmp_path / "b.db")
