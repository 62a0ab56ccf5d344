"""The conformance suites over the Python implementations, for a wheel without a checkout.

`install_from_index.py` copies this module into an empty environment and runs it there with pytest.
"""

import contextlib
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import given, settings

from minimal_browser_core import errors as core_errors
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore
from minimal_browser_core.testing.chat_conformance import ChatClientConformance
from minimal_browser_core.testing.search_oracle import Case, agree, cases
from minimal_browser_core.testing.storage_conformance import (
    BookmarkStoreConformance,
    ConversationStoreConformance,
    HistoryStoreConformance,
)


class CoreErrors:
    """The fixture with the exception classes."""

    @pytest.fixture
    def errors(self) -> ModuleType:
        return core_errors


class TestChatClient(CoreErrors, ChatClientConformance):
    """The Python chat client."""

    @pytest.fixture
    def make_client(self) -> Iterator[Callable[..., PythonAIClient]]:
        with contextlib.ExitStack() as clients:
            yield lambda **settings: clients.enter_context(contextlib.closing(PythonAIClient(**settings)))


class TestConversationStore(CoreErrors, ConversationStoreConformance):
    """The Python conversation store."""

    kills = 5

    @pytest.fixture
    def open_store(self) -> type[PythonConversationStore]:
        return PythonConversationStore


class TestBookmarkStore(CoreErrors, BookmarkStoreConformance):
    """The Python bookmark store."""

    kills = 5

    @pytest.fixture
    def open_bookmarks(self) -> type[PythonBookmarkStore]:
        return PythonBookmarkStore


class TestHistoryStore(CoreErrors, HistoryStoreConformance):
    """The Python history store."""

    kills = 5

    @pytest.fixture
    def open_history(self) -> type[PythonHistoryStore]:
        return PythonHistoryStore

    @pytest.fixture
    def open_places(self) -> type[PythonBookmarkStore]:
        return PythonBookmarkStore


@settings(deadline=None, max_examples=25)
@given(cases())
def test_search_agrees_with_the_oracle(case: Case) -> None:
    """A search finds what the reference implementation finds."""
    agree(case, PythonConversationStore(":memory:"))
