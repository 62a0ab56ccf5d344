"""The stores of a profile: conversations, bookmarks and history, or the reasons why one of them is missing."""

from dataclasses import dataclass, field
from typing import TypeVar

from minimal_browser_core.errors import StorageError
from minimal_browser_core.storage.history import HistoryService
from minimal_browser_core.storage.port import BookmarkStore, ConversationStore, HistoryStore

T = TypeVar("T")


@dataclass(slots=True)
class Stores:
    """A store that could not be opened is None; `problems` are sentences for the user that say why."""

    conversations: ConversationStore | None = None
    bookmarks: BookmarkStore | None = None
    history: HistoryStore | None = None
    problems: list[str] = field(default_factory=list)

    def need_conversations(self) -> ConversationStore:
        return self._need(self.conversations, "conversations")

    def need_bookmarks(self) -> BookmarkStore:
        return self._need(self.bookmarks, "bookmarks")

    def need_history(self) -> HistoryStore:
        """Return the store; StorageError if it could not be opened."""
        return self._need(self.history, "visited pages")

    def history_service(self) -> HistoryService:
        """Return the history as pages and completion use it; StorageError if it could not be opened."""
        return HistoryService(self.need_history())

    def interrupt(self) -> None:
        """Stop the imports in progress, from any thread: an interrupted import stores nothing of its file."""
        for store in (self.conversations, self.history):
            if store is not None:
                store.interrupt()

    def close(self) -> None:
        for store in (self.conversations, self.bookmarks, self.history):
            if store is not None:
                store.close()

    def _need(self, store: T | None, what: str) -> T:
        if store is None:
            raise StorageError(f"{what} cannot be stored in this session: {' '.join(self.problems)}")
        return store
