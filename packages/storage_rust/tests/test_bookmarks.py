from types import ModuleType

import pytest

import storage_rust
from minimal_browser_core.storage.port import BookmarkStore
from minimal_browser_core.testing.storage_conformance import BookmarkStoreConformance


class TestRustBookmarkStore(BookmarkStoreConformance):
    @pytest.fixture
    def open_bookmarks(self) -> type[storage_rust.BookmarkStore]:
        return storage_rust.BookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return storage_rust

    @pytest.fixture
    def capabilities(self) -> frozenset[str]:
        return storage_rust.CAPABILITIES


def test_the_wheel_has_the_shape_of_the_port() -> None:
    with storage_rust.BookmarkStore(":memory:") as store:
        port: BookmarkStore = store
        assert port.search() == []
