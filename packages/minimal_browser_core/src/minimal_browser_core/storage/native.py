"""`storage_rust` as the stores of `minimal_browser_core.storage.port`. Its rows are passed on without a copy."""

from collections.abc import Iterator
from os import PathLike
from types import TracebackType
from typing import ClassVar, Self, Unpack

from minimal_browser_core.native_proxy import NativeProxy, forward, import_wheel, translate
from minimal_browser_core.storage.port import (
    BookmarkStore,
    Conversation,
    ConversationStore,
    HistoryStore,
    Store,
    StoreOptions,
)


class _RustStore(NativeProxy):
    """The methods that all stores have. Raises `BackendError` if the wheel is not installed."""

    _class: ClassVar[str]

    def __init__(self, db_path: str | PathLike[str], **options: Unpack[StoreOptions]) -> None:
        wheel = import_wheel("storage_rust")
        try:
            super().__init__(getattr(wheel, self._class)(db_path, **options), wheel.StorageError)
        except wheel.StorageError as error:
            raise translate(error) from error

    stats = forward(Store.stats)
    check = forward(Store.check)
    backup = forward(Store.backup)
    interrupt = forward(Store.interrupt)
    close = forward(Store.close)
    __len__ = forward(Store.__len__)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class RustConversationStore(_RustStore):
    """See `storage_rust.ConversationStore`."""

    _class = "ConversationStore"

    add_conversation = forward(ConversationStore.add_conversation)
    add_many = forward(ConversationStore.add_many)
    begin = forward(ConversationStore.begin)
    append = forward(ConversationStore.append)
    finish = forward(ConversationStore.finish)
    messages = forward(ConversationStore.messages)
    attach = forward(ConversationStore.attach)
    attachment = forward(ConversationStore.attachment)
    attachments = forward(ConversationStore.attachments)
    update = forward(ConversationStore.update)
    delete = forward(ConversationStore.delete)
    purge = forward(ConversationStore.purge)
    get = forward(ConversationStore.get)
    recent = forward(ConversationStore.recent)
    search = forward(ConversationStore.search)
    more_like = forward(ConversationStore.more_like)
    search_conversations = forward(ConversationStore.search_conversations)
    start_thread = forward(ConversationStore.start_thread)
    rename_thread = forward(ConversationStore.rename_thread)
    stats = forward(ConversationStore.stats)
    thread = forward(ConversationStore.thread)
    threads = forward(ConversationStore.threads)
    import_file = forward(ConversationStore.import_file)
    merge = forward(ConversationStore.merge)
    export_file = forward(ConversationStore.export_file)

    def __iter__(self) -> Iterator[Conversation]:
        try:
            yield from self._native
        except self._foreign as error:
            raise translate(error) from error


class RustHistoryStore(_RustStore):
    """See `storage_rust.HistoryStore`."""

    _class = "HistoryStore"

    visit = forward(HistoryStore.visit)
    set_title = forward(HistoryStore.set_title)
    set_text = forward(HistoryStore.set_text)
    text = forward(HistoryStore.text)
    complete = forward(HistoryStore.complete)
    search = forward(HistoryStore.search)
    delete = forward(HistoryStore.delete)
    purge = forward(HistoryStore.purge)
    import_file = forward(HistoryStore.import_file)
    import_browser = forward(HistoryStore.import_browser)


class RustBookmarkStore(_RustStore):
    """See `storage_rust.BookmarkStore`."""

    _class = "BookmarkStore"

    add = forward(BookmarkStore.add)
    remove = forward(BookmarkStore.remove)
    search = forward(BookmarkStore.search)
    import_file = forward(BookmarkStore.import_file)
    import_browser = forward(BookmarkStore.import_browser)
    export_file = forward(BookmarkStore.export_file)
