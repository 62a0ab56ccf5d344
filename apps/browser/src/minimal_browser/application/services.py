"""What the browser has beside its window: stores and copilot, or why it has them not."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.errors import BackendError, StorageError
from minimal_browser_core.features.file_import import Importable
from minimal_browser_core.storage.history import HistoryService
from minimal_browser_core.storage.port import BookmarkStore, ConversationStore, HistoryStore, ImportReport

if TYPE_CHECKING:
    from minimal_browser_core.copilot.session import CopilotSession


@dataclass(slots=True)
class Stores:
    """`problems` are sentences for the person: what was damaged or is missing. A store that is None says why there."""

    conversations: ConversationStore | None = None
    bookmarks: BookmarkStore | None = None
    history: HistoryStore | None = None
    problems: list[str] = field(default_factory=list)

    def need_conversations(self) -> ConversationStore:
        if self.conversations is None:
            raise StorageError(f"conversations cannot be stored in this session: {' '.join(self.problems)}")
        return self.conversations

    def need_bookmarks(self) -> BookmarkStore:
        if self.bookmarks is None:
            raise StorageError(f"bookmarks cannot be stored in this session: {' '.join(self.problems)}")
        return self.bookmarks

    def need_history(self) -> HistoryService:
        return HistoryService(self._need_history())

    def _need_history(self) -> HistoryStore:
        if self.history is None:
            raise StorageError(f"visited pages cannot be stored in this session: {' '.join(self.problems)}")
        return self.history

    def import_file(self, kind: Importable, path: Path) -> ImportReport:
        """Blocks, for minutes where the file is large, until it is taken or `interrupt` ends it. StorageErrors."""
        match kind:
            case "bookmarks":
                return self.need_bookmarks().import_file(path)
            case "conversations":
                return self.need_conversations().import_file(path)
            case "history":
                return self._need_history().import_file(path)

    def interrupt(self) -> None:
        """End the imports under way, from any thread: nothing of their files is taken."""
        for store in (self.conversations, self.history):
            if store is not None:
                store.interrupt()

    def close(self) -> None:
        """Blocks on the disk."""
        for store in (self.conversations, self.bookmarks, self.history):
            if store is not None:
                store.close()


@dataclass(slots=True)
class CopilotService:
    """A session and the client under it; where there is none, `problem` says why. `reason` says why this one."""

    label: str
    reason: str = ""
    session: "CopilotSession | None" = None
    client: ChatClient | None = None
    problem: str = ""

    def need_session(self) -> "CopilotSession":
        if self.session is None:
            raise BackendError(f"The copilot cannot answer: {self.problem}")
        return self.session

    def close(self) -> None:
        """What is under way is cancelled."""
        if self.session is not None:
            self.session.close()
        if self.client is not None:
            self.client.close()
