"""The stores for asyncio."""

from collections.abc import AsyncIterator
from itertools import islice
from os import PathLike
from typing import Final, Literal, TypedDict, Unpack

from .._native import BookmarkStore, Conversation, ConversationStore, HistoryStore
from .store import AsyncStore, awaitable


class StoreOptions(TypedDict, total=False):
    """The keyword arguments of the stores."""

    read_only: bool
    busy_timeout: float
    durability: Literal["normal", "full"]
    check_on_open: bool


_BATCH: Final = 200  # rows of an iteration that are read at once


class AsyncConversationStore(AsyncStore):
    """`ConversationStore` for asyncio: the same methods, which are awaited; see `AsyncStore`."""

    def __init__(self, db_path: str | PathLike[str], **options: Unpack[StoreOptions]) -> None:
        super().__init__(lambda: ConversationStore(db_path, **options))

    stats = awaitable(ConversationStore.stats)
    check = awaitable(ConversationStore.check)
    backup = awaitable(ConversationStore.backup)
    add_conversation = awaitable(ConversationStore.add_conversation)
    add_many = awaitable(ConversationStore.add_many)
    begin = awaitable(ConversationStore.begin)
    append = awaitable(ConversationStore.append)
    finish = awaitable(ConversationStore.finish)
    messages = awaitable(ConversationStore.messages)
    attach = awaitable(ConversationStore.attach)
    attachment = awaitable(ConversationStore.attachment)
    attachments = awaitable(ConversationStore.attachments)
    update = awaitable(ConversationStore.update)
    delete = awaitable(ConversationStore.delete)
    purge = awaitable(ConversationStore.purge)
    get = awaitable(ConversationStore.get)
    recent = awaitable(ConversationStore.recent)
    search = awaitable(ConversationStore.search)
    more_like = awaitable(ConversationStore.more_like)
    search_conversations = awaitable(ConversationStore.search_conversations)
    start_thread = awaitable(ConversationStore.start_thread)
    rename_thread = awaitable(ConversationStore.rename_thread)
    thread = awaitable(ConversationStore.thread)
    threads = awaitable(ConversationStore.threads)
    import_file = awaitable(ConversationStore.import_file)
    merge = awaitable(ConversationStore.merge)
    export_file = awaitable(ConversationStore.export_file)

    async def __aiter__(self) -> AsyncIterator[Conversation]:
        """All exchanges in the order of storage, which are read in batches."""
        rows = await self._run(iter)
        while batch := await self._run(lambda store: list(islice(rows, _BATCH))):
            for row in batch:
                yield row


class AsyncHistoryStore(AsyncStore):
    """`HistoryStore` for asyncio; see `AsyncStore`."""

    def __init__(self, db_path: str | PathLike[str], **options: Unpack[StoreOptions]) -> None:
        super().__init__(lambda: HistoryStore(db_path, **options))

    stats = awaitable(HistoryStore.stats)
    check = awaitable(HistoryStore.check)
    backup = awaitable(HistoryStore.backup)
    visit = awaitable(HistoryStore.visit)
    set_title = awaitable(HistoryStore.set_title)
    set_text = awaitable(HistoryStore.set_text)
    text = awaitable(HistoryStore.text)
    complete = awaitable(HistoryStore.complete)
    search = awaitable(HistoryStore.search)
    delete = awaitable(HistoryStore.delete)
    purge = awaitable(HistoryStore.purge)
    import_file = awaitable(HistoryStore.import_file)
    import_browser = awaitable(HistoryStore.import_browser)


class AsyncBookmarkStore(AsyncStore):
    """`BookmarkStore` for asyncio; see `AsyncStore`."""

    def __init__(self, db_path: str | PathLike[str], **options: Unpack[StoreOptions]) -> None:
        super().__init__(lambda: BookmarkStore(db_path, **options))

    stats = awaitable(BookmarkStore.stats)
    check = awaitable(BookmarkStore.check)
    backup = awaitable(BookmarkStore.backup)
    add = awaitable(BookmarkStore.add)
    remove = awaitable(BookmarkStore.remove)
    search = awaitable(BookmarkStore.search)
    import_file = awaitable(BookmarkStore.import_file)
    import_browser = awaitable(BookmarkStore.import_browser)
    export_file = awaitable(BookmarkStore.export_file)
