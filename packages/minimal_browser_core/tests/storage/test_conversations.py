from types import ModuleType

import pytest

from minimal_browser_core import errors as core_errors
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.storage_conformance import ConversationStoreConformance


class TestPythonConversationStore(ConversationStoreConformance):
    @pytest.fixture
    def open_store(self) -> type[PythonConversationStore]:
        return PythonConversationStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors


def test_the_python_store_implements_the_port() -> None:
    with PythonConversationStore(":memory:") as store:
        port: ConversationStore = store
        assert len(port) == 0
