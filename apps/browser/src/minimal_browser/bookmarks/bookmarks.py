"""Adds, removes and imports bookmarks in the background and reports the result."""

from collections.abc import Callable, Sequence

from minimal_browser.background.importing import import_file
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.window import MessageLevel, Messages


class Bookmarks:
    """The stored bookmarks. GUI thread only; nothing here blocks."""

    def __init__(self, tasks: Tasks, messages: Messages, changed: Callable[[], None]) -> None:
        self._tasks = tasks
        self._messages = messages
        self._changed = changed

    def add(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        self._tasks.with_stores(
            lambda stores: stores.need_bookmarks().add(url, title, tags=tuple(tags), note=note),
            lambda _id: self._done(f"bookmarked: {title or url}"),
            self._failed,
        )

    def remove(self, id: int) -> None:
        self._tasks.with_stores(
            lambda stores: stores.need_bookmarks().remove(id),
            lambda removed: self._done(
                f"bookmark {id} removed" if removed else f"There is no bookmark {id}. :bookmarks lists them."
            ),
            self._failed,
        )

    def import_file(self, path: str) -> None:
        import_file(
            "bookmarks",
            path,
            lambda stores, source: stores.need_bookmarks().import_file(source),
            self._tasks,
            self._messages,
            self._changed,
        )

    def _done(self, text: str) -> None:
        self._messages.show(text)
        self._changed()

    def _failed(self, error: Exception) -> None:
        self._messages.show(str(error), MessageLevel.ERROR)
