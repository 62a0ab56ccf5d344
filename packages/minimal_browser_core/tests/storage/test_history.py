from types import ModuleType

import pytest

from minimal_browser_core import errors as core_errors
from minimal_browser_core.storage.port import HistoryStore
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore
from minimal_browser_core.testing.storage_conformance import HistoryStoreConformance


class TestPythonHistoryStore(HistoryStoreConformance):
    @pytest.fixture
    def open_history(self) -> type[PythonHistoryStore]:
        return PythonHistoryStore

    @pytest.fixture
    def open_places(self) -> type[PythonBookmarkStore]:
        return PythonBookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors


def test_the_python_store_implements_the_port() -> None:
    with PythonHistoryStore(":memory:") as store:
        port: HistoryStore = store
        assert port.complete("a") == []
