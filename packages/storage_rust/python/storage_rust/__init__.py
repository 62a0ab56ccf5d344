"""An embedded, searchable, durable store for conversations, history and bookmarks, with its own SQLite.

from storage_rust import ConversationStore

with ConversationStore("conversations.db") as store:
    store.add_conversation("What is WAL?", "A write-ahead log.", "some-model")
    for hit in store.search("write*").hits:
        print(hit.prompt, hit.snippet)
"""

from ._errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    ForeignDatabase,
    Interrupted,
    InvalidData,
    ReadOnly,
    SchemaTooNew,
    SecondEngine,
    StorageError,
    StorageFull,
    UnknownFormat,
)
from ._native import (
    API_VERSION,
    CAPABILITIES,
    SCHEMA_VERSION,
    Attachment,
    Bookmark,
    BookmarkStore,
    Conversation,
    ConversationStore,
    HistoryHit,
    HistoryPage,
    HistoryStore,
    Page,
    SearchHit,
    SearchPage,
    Thread,
    __version__,
)
from ._rows import add_row_methods

add_row_methods()
del add_row_methods

# Known to type checkers. Importing these, or typing, would take longer than the rest of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._async.stores import AsyncBookmarkStore, AsyncConversationStore, AsyncHistoryStore
    from ._transfer.report import ImportReport
else:
    _MODULES = {
        "AsyncBookmarkStore": "_async.stores",
        "AsyncConversationStore": "_async.stores",
        "AsyncHistoryStore": "_async.stores",
        "ImportReport": "_transfer.report",
    }

    def __getattr__(name):
        """Import a class when it is first used."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = __import__(f"{__name__}.{_MODULES[name]}", fromlist=[name])
        globals()[name] = value = getattr(module, name)
        return value


__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "SCHEMA_VERSION",
    "AsyncBookmarkStore",
    "AsyncConversationStore",
    "AsyncHistoryStore",
    "Attachment",
    "Bookmark",
    "BookmarkStore",
    "Conversation",
    "ConversationStore",
    "DatabaseCorrupt",
    "DatabaseLocked",
    "ForeignDatabase",
    "HistoryHit",
    "HistoryPage",
    "HistoryStore",
    "ImportReport",
    "Interrupted",
    "InvalidData",
    "Page",
    "ReadOnly",
    "SchemaTooNew",
    "SearchHit",
    "SearchPage",
    "SecondEngine",
    "StorageError",
    "StorageFull",
    "Thread",
    "UnknownFormat",
    "__version__",
]
