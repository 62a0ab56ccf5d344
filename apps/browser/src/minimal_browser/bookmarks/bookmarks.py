"""Adds, removes and imports bookmarks."""

from collections.abc import Sequence

from minimal_browser.background.stored_data import StoredData
from minimal_browser.background.stores import Stores
from minimal_browser_core.storage.port import BookmarkStore


class Bookmarks(StoredData):
    """The stored bookmarks."""

    kind = "bookmarks"

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

    def _store(self, stores: Stores) -> BookmarkStore:
        return stores.need_bookmarks()
