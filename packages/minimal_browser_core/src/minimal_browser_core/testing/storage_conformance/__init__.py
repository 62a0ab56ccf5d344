"""The conformance suites of the stores: every implementation passes them. Subclass one and supply its fixtures:

    class TestMyStore(ConversationStoreConformance):
        @pytest.fixture
        def open_store(self):
            return MyStore  # called as open_store(path, **options)

        @pytest.fixture
        def errors(self):
            return my_errors  # a namespace with StorageError and its subclasses

`BookmarkStoreConformance` needs `open_bookmarks` instead of `open_store`. `HistoryStoreConformance` needs
`open_history`, and `open_places` for the bookmarks in the same file. The suite closes every store that it opens.
`ConversationRecovery` is an additional base class for implementations with the capability "salvage".
"""

import pytest

_PARTS = (
    "asyncio_stores",
    "attachments",
    "base",
    "bookmark_files",
    "bookmarks",
    "browser_bookmarks",
    "browser_files",
    "browser_history",
    "browser_profiles",
    "bulk_operations",
    "concurrency",
    "damage",
    "durability",
    "exchanges",
    "files",
    "folding",
    "history",
    "history_files",
    "hostile_files",
    "import_export",
    "maintenance",
    "merge",
    "messages",
    "migration",
    "planted",
    "processes",
    "questions",
    "replaced_files",
    "rows",
    "search",
    "streamed_answers",
    "threads",
    "unfinished_loads",
    "unknown_files",
    "usage",
)
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from .asyncio_stores import AsyncStores  # noqa: E402  pytest rewrites their asserts first
from .attachments import Attachments  # noqa: E402
from .bookmark_files import BookmarkFiles  # noqa: E402
from .bookmarks import Bookmarks  # noqa: E402
from .browser_bookmarks import BrowserBookmarks  # noqa: E402
from .browser_history import BrowserHistory  # noqa: E402
from .browser_profiles import BookmarkProfiles, HistoryProfiles  # noqa: E402
from .bulk_operations import BulkOperations  # noqa: E402
from .concurrency import Concurrency  # noqa: E402
from .damage import ConversationRecovery, Damage  # noqa: E402
from .durability import Durability  # noqa: E402
from .exchanges import Exchanges  # noqa: E402
from .files import Files  # noqa: E402
from .folding import Folding, PlaceFolding  # noqa: E402
from .history import History  # noqa: E402
from .history_files import HistoryFiles  # noqa: E402
from .hostile_files import HostileFiles  # noqa: E402
from .import_export import ImportExport  # noqa: E402
from .maintenance import Maintenance  # noqa: E402
from .merge import Merge  # noqa: E402
from .messages import Messages, WholeExchanges  # noqa: E402
from .migration import BookmarkMigration, ConversationMigration, HistoryMigration  # noqa: E402
from .planted import BookmarkPlanted, ConversationPlanted, HistoryPlanted  # noqa: E402
from .processes import Processes  # noqa: E402
from .questions import Questions  # noqa: E402
from .replaced_files import ReplacedFiles  # noqa: E402
from .rows import Rows  # noqa: E402
from .search import Search  # noqa: E402
from .streamed_answers import StreamedAnswers  # noqa: E402
from .threads import Threads  # noqa: E402
from .unfinished_loads import UnfinishedLoads  # noqa: E402
from .unknown_files import UnknownFiles  # noqa: E402
from .usage import Usage  # noqa: E402

__all__ = [
    "AsyncStoreConformance",
    "BookmarkStoreConformance",
    "ConversationRecovery",
    "ConversationStoreConformance",
    "HistoryStoreConformance",
]


class ConversationStoreConformance(
    Exchanges,
    Messages,
    WholeExchanges,
    Attachments,
    StreamedAnswers,
    Usage,
    BulkOperations,
    Threads,
    UnfinishedLoads,
    Rows,
    Search,
    Questions,
    Folding,
    ImportExport,
    UnknownFiles,
    HostileFiles,
    Merge,
    Concurrency,
    Files,
    ReplacedFiles,
    Damage,
    Processes,
    Durability,
    Maintenance,
    ConversationPlanted,
    ConversationMigration,
):
    """The whole suite. Supply the fixtures `open_store` and `errors`."""


class BookmarkStoreConformance(
    Bookmarks,
    BookmarkFiles,
    BrowserBookmarks,
    BookmarkProfiles,
    Files,
    ReplacedFiles,
    Damage,
    Processes,
    Durability,
    BookmarkPlanted,
    BookmarkMigration,
):
    """The whole suite. Supply the fixtures `open_bookmarks` and `errors`."""


class HistoryStoreConformance(
    History,
    HistoryFiles,
    BrowserHistory,
    HistoryProfiles,
    PlaceFolding,
    Files,
    ReplacedFiles,
    Damage,
    Processes,
    Durability,
    HistoryPlanted,
    HistoryMigration,
):
    """The whole suite. Supply the fixtures `open_history`, `open_places` and `errors`."""


class AsyncStoreConformance(AsyncStores):
    """The whole suite. Supply `open_async`, `open_async_history`, `open_async_bookmarks` and `errors`."""
