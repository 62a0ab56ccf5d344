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
)
from ._native import (
    API_VERSION,
    CAPABILITIES,
    SCHEMA_VERSION,
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

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "SCHEMA_VERSION",
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
    "__version__",
]
