"""The behaviour that every implementation of the stores has. Subclass a suite and supply its fixtures:

    class TestMyStore(ConversationStoreConformance):
        @pytest.fixture
        def open_store(self):
            return MyStore  # called as open_store(path, **options)

        @pytest.fixture
        def errors(self):
            return my_errors  # what holds StorageError and its family

`BookmarkStoreConformance` takes `open_bookmarks` in place of `open_store`, `HistoryStoreConformance` takes
`open_history`, and `open_places` for the bookmarks in the same file. What the suite opens, it closes.
"""

import pytest

_PARTS = (
    "base",
    "bookmark_files",
    "bookmarks",
    "bulk",
    "concurrency",
    "damage",
    "durability",
    "files",
    "history",
    "history_files",
    "migration",
    "processes",
    "rows",
    "searching",
    "threads",
    "transfer",
    "upkeep",
)
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from .bookmark_files import BookmarkFiles  # noqa: E402  their asserts are rewritten first
from .bookmarks import Bookmarks  # noqa: E402
from .bulk import Bulk  # noqa: E402
from .concurrency import Concurrency  # noqa: E402
from .damage import ConversationDamage, Damage  # noqa: E402
from .durability import Durability  # noqa: E402
from .files import Files  # noqa: E402
from .history import History  # noqa: E402
from .history_files import HistoryFiles  # noqa: E402
from .migration import BookmarkMigration, ConversationMigration, HistoryMigration  # noqa: E402
from .processes import Processes  # noqa: E402
from .rows import Rows  # noqa: E402
from .searching import Searching  # noqa: E402
from .threads import Threads  # noqa: E402
from .transfer import Transfer  # noqa: E402
from .upkeep import Upkeep  # noqa: E402

__all__ = ["BookmarkStoreConformance", "ConversationStoreConformance", "HistoryStoreConformance"]


class ConversationStoreConformance(
    Rows,
    Bulk,
    Threads,
    Searching,
    Transfer,
    Concurrency,
    Files,
    ConversationDamage,
    Processes,
    Durability,
    Upkeep,
    ConversationMigration,
):
    """All of it; supply the fixtures `open_store` and `errors`."""


class BookmarkStoreConformance(Bookmarks, BookmarkFiles, Files, Damage, Processes, Durability, BookmarkMigration):
    """All of it; supply the fixtures `open_bookmarks` and `errors`."""


class HistoryStoreConformance(History, HistoryFiles, Files, Damage, Processes, Durability, HistoryMigration):
    """All of it; supply the fixtures `open_history`, `open_places` and `errors`."""
