from types import ModuleType

import pytest

from minimal_browser_core import errors as core_errors
from minimal_browser_core.storage.async_stores import AsyncBookmarkStore, AsyncConversationStore, AsyncHistoryStore
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore
from minimal_browser_core.testing.storage_conformance import AsyncStoreConformance
from minimal_browser_core.testing.storage_conformance.base import Open


class TestPythonAsyncStores(AsyncStoreConformance):
    @pytest.fixture
    def open_async(self) -> Open:
        return lambda path: AsyncConversationStore(lambda: PythonConversationStore(path))

    @pytest.fixture
    def open_async_history(self) -> Open:
        return lambda path: AsyncHistoryStore(lambda: PythonHistoryStore(path))

    @pytest.fixture
    def open_async_bookmarks(self) -> Open:
        return lambda path: AsyncBookmarkStore(lambda: PythonBookmarkStore(path))

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors
