from types import ModuleType

import pytest

import storage_rust
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.testing.storage_conformance import ConversationRecovery, ConversationStoreConformance


class TestRustConversationStore(ConversationStoreConformance, ConversationRecovery):
    @pytest.fixture
    def open_store(self) -> type[storage_rust.ConversationStore]:
        return storage_rust.ConversationStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return storage_rust

    @pytest.fixture
    def capabilities(self) -> frozenset[str]:
        return storage_rust.CAPABILITIES


def test_the_wheel_has_the_shape_of_the_port() -> None:
    with storage_rust.ConversationStore(":memory:") as store:
        port: ConversationStore = store
        assert len(port) == 0
