"""The stores for asyncio, over any implementation of `port`.

async with AsyncConversationStore(lambda: PythonConversationStore(path)) as store:
    await store.add_conversation("question", "answer", "model")
"""

from collections.abc import AsyncIterator
from itertools import islice
from typing import Final

from minimal_browser_core.storage import port
from minimal_browser_core.storage.asynchronous.store import AsyncStore, awaitable

_BATCH: Final = 200  # rows of an iteration that are read at once


class AsyncConversationStore(AsyncStore):
    """`ConversationStore` for asyncio: the same methods, which are awaited; see `AsyncStore`."""

    stats = awaitable(port.ConversationStore.stats)
    check = awaitable(port.ConversationStore.check)
    backup = awaitable(port.ConversationStore.backup)
    add_conversation = awaitable(port.ConversationStore.add_conversation)
    add_many = awaitable(port.ConversationStore.add_many)
    begin = awaitable(port.ConversationStore.begin)
    append = awaitable(port.ConversationStore.append)
    finish = awaitable(port.ConversationStore.finish)
    messages = awaitable(port.ConversationStore.messages)
    attach = awaitable(port.ConversationStore.attach)
    attachment = awaitable(port.ConversationStore.attachment)
    attachments = awaitable(port.ConversationStore.attachments)
    update = awaitable(port.ConversationStore.update)
    delete = awaitable(port.ConversationStore.delete)
    purge = awaitable(port.ConversationStore.purge)
    get = awaitable(port.ConversationStore.get)
    recent = awaitable(port.ConversationStore.recent)
    search = awaitable(port.ConversationStore.search)
    search_conversations = awaitable(port.ConversationStore.search_conversations)
    more_like = awaitable(port.ConversationStore.more_like)
    start_thread = awaitable(port.ConversationStore.start_thread)
    rename_thread = awaitable(port.ConversationStore.rename_thread)
    thread = awaitable(port.ConversationStore.thread)
    threads = awaitable(port.ConversationStore.threads)
    import_file = awaitable(port.ConversationStore.import_file)
    merge = awaitable(port.ConversationStore.merge)
    export_file = awaitable(port.ConversationStore.export_file)

    async def __aiter__(self) -> AsyncIterator[port.Conversation]:
        """All exchanges in the order of storage, which are read in batches."""
        rows = await self._run(iter)
        while batch := await self._run(lambda store: list(islice(rows, _BATCH))):
            for row in batch:
                yield row


class AsyncHistoryStore(AsyncStore):
    """`HistoryStore` for asyncio; see `AsyncStore`."""

    stats = awaitable(port.HistoryStore.stats)
    check = awaitable(port.HistoryStore.check)
    backup = awaitable(port.HistoryStore.backup)
    visit = awaitable(port.HistoryStore.visit)
    set_title = awaitable(port.HistoryStore.set_title)
    set_text = awaitable(port.HistoryStore.set_text)
    text = awaitable(port.HistoryStore.text)
    complete = awaitable(port.HistoryStore.complete)
    search = awaitable(port.HistoryStore.search)
    delete = awaitable(port.HistoryStore.delete)
    purge = awaitable(port.HistoryStore.purge)
    import_file = awaitable(port.HistoryStore.import_file)
    import_browser = awaitable(port.HistoryStore.import_browser)


class AsyncBookmarkStore(AsyncStore):
    """`BookmarkStore` for asyncio; see `AsyncStore`."""

    stats = awaitable(port.BookmarkStore.stats)
    check = awaitable(port.BookmarkStore.check)
    backup = awaitable(port.BookmarkStore.backup)
    add = awaitable(port.BookmarkStore.add)
    remove = awaitable(port.BookmarkStore.remove)
    search = awaitable(port.BookmarkStore.search)
    import_file = awaitable(port.BookmarkStore.import_file)
    import_browser = awaitable(port.BookmarkStore.import_browser)
    export_file = awaitable(port.BookmarkStore.export_file)
