from types import ModuleType

import pytest

import storage_rust
from minimal_browser_core.storage.port import HistoryStore
from minimal_browser_core.testing.storage_conformance import HistoryStoreConformance


class TestRustHistoryStore(HistoryStoreConformance):
    @pytest.fixture
    def open_history(self) -> type[storage_rust.HistoryStore]:
        return storage_rust.HistoryStore

    @pytest.fixture
    def open_places(self) -> type[storage_rust.BookmarkStore]:
        return storage_rust.BookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return storage_rust

    @pytest.fixture
    def capabilities(self) -> frozenset[str]:
        return storage_rust.CAPABILITIES


def test_the_wheel_has_the_shape_of_the_port() -> None:
    with storage_rust.HistoryStore(":memory:") as store:
        port: HistoryStore = store
        assert port.complete("a") == []
