from types import ModuleType

import pytest

import storage_rust
from minimal_browser_core.testing.storage_conformance import AsyncStoreConformance


class TestRustAsyncStores(AsyncStoreConformance):
    @pytest.fixture
    def open_async(self) -> type[storage_rust.AsyncConversationStore]:
        return storage_rust.AsyncConversationStore

    @pytest.fixture
    def open_async_history(self) -> type[storage_rust.AsyncHistoryStore]:
        return storage_rust.AsyncHistoryStore

    @pytest.fixture
    def open_async_bookmarks(self) -> type[storage_rust.AsyncBookmarkStore]:
        return storage_rust.AsyncBookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return storage_rust


@pytest.mark.parametrize("name", ["ConversationStore", "HistoryStore", "BookmarkStore"])
def test_every_method_can_be_awaited(name: str) -> None:
    store, asynchronous = getattr(storage_rust, name), getattr(storage_rust, f"Async{name}")
    assert {method for method in dir(store) if not method.startswith("_")} <= set(dir(asynchronous))
