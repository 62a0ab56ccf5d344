"""The adapters for `storage_rust`. Skipped without the wheel, unless REQUIRE_NATIVE=1."""

import importlib
import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from minimal_browser_core import errors as core_errors
from minimal_browser_core.errors import SecondEngine, StorageError
from minimal_browser_core.native_proxy import translate
from minimal_browser_core.storage.native import RustBookmarkStore, RustConversationStore, RustHistoryStore
from minimal_browser_core.storage.port import BookmarkStore, ConversationStore, HistoryStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.storage_conformance import (
    BookmarkStoreConformance,
    ConversationRecovery,
    ConversationStoreConformance,
    HistoryStoreConformance,
)

if importlib.util.find_spec("storage_rust") is None and os.environ.get("REQUIRE_NATIVE") != "1":
    pytest.skip("storage_rust is not installed", allow_module_level=True)


@pytest.fixture
def storage_rust() -> Any:
    return importlib.import_module("storage_rust")


class TestRustConversationStore(ConversationStoreConformance, ConversationRecovery):
    kills = 40  # the wheel has tests of its own

    @pytest.fixture
    def open_store(self) -> type[RustConversationStore]:
        return RustConversationStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors

    @pytest.fixture
    def capabilities(self, storage_rust: Any) -> frozenset[str]:
        capabilities: frozenset[str] = storage_rust.CAPABILITIES
        return capabilities


class TestRustBookmarkStore(BookmarkStoreConformance):
    @pytest.fixture
    def open_bookmarks(self) -> type[RustBookmarkStore]:
        return RustBookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors

    @pytest.fixture
    def capabilities(self, storage_rust: Any) -> frozenset[str]:
        capabilities: frozenset[str] = storage_rust.CAPABILITIES
        return capabilities


class TestRustHistoryStore(HistoryStoreConformance):
    @pytest.fixture
    def open_history(self) -> type[RustHistoryStore]:
        return RustHistoryStore

    @pytest.fixture
    def open_places(self) -> type[RustBookmarkStore]:
        return RustBookmarkStore

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors

    @pytest.fixture
    def capabilities(self, storage_rust: Any) -> frozenset[str]:
        capabilities: frozenset[str] = storage_rust.CAPABILITIES
        return capabilities


def test_the_adapters_implement_the_ports() -> None:
    with RustConversationStore(":memory:") as conversations, RustBookmarkStore(":memory:") as bookmarks:
        store: ConversationStore = conversations
        places: BookmarkStore = bookmarks
        assert len(store) == 0
        assert places.search() == []
    with RustHistoryStore(":memory:") as visited:
        history: HistoryStore = visited
        assert history.complete("a") == []


def test_every_error_of_the_wheel_has_its_counterpart_in_core(storage_rust: Any) -> None:
    family = [getattr(storage_rust, name) for name in storage_rust.__all__]
    family = [found for found in family if isinstance(found, type) and issubclass(found, storage_rust.StorageError)]
    assert len(family) == 11
    for foreign in family:
        ours = translate(foreign("what happened", path="/somewhere"))
        assert type(ours).__name__ == foreign.__name__
        assert isinstance(ours, StorageError)
        assert (ours.code, ours.path, str(ours)) == (foreign.code, "/somewhere", "what happened")


@pytest.mark.parametrize(
    ("first", "second"),
    [(PythonConversationStore, RustConversationStore), (RustConversationStore, PythonConversationStore)],
    ids=["native second", "fallback second"],
)
def test_a_second_sqlite_on_one_file_is_refused(tmp_path: Path, first: Any, second: Any) -> None:
    path = tmp_path / "store.db"
    with first(path) as store:
        with pytest.raises(SecondEngine, match="open in this process through") as caught:
            second(path)
        assert caught.value.path == str(path)
        link = tmp_path / "another name.db"
        link.symlink_to(path)
        with pytest.raises(SecondEngine):
            second(link)
        store.add_conversation("p", "r", "m")
    with second(path) as store:
        assert len(store) == 1


def test_a_file_of_a_store_that_was_not_closed_can_be_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for implementation in (PythonConversationStore, RustConversationStore, PythonConversationStore):
        store: Any = implementation(path)
        store.add_conversation("p", "r", "m")
        del store
    with RustConversationStore(path) as last:
        assert len(last) == 3
