"""What commands change of what is kept: in the background, with a message on the outcome."""

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from minimal_browser.background.background import Background
from minimal_browser_core.features.file_import import Importable
from minimal_browser_core.window import MessageLevel

if TYPE_CHECKING:
    from minimal_browser.window.browser import QtBrowser

MOST_SUGGESTED = 500
_PAGES = ("bookmarks", "conversations", "history")


class Keeping(QObject):
    """GUI thread only; nothing here waits."""

    def __init__(self, browser: "QtBrowser", background: Background) -> None:
        super().__init__(browser)
        self._browser = browser
        self._background = background

    def add_bookmark(self, url: str, title: str, tags: tuple[str, ...], note: str) -> None:
        self._background.with_stores(
            lambda stores: stores.need_bookmarks().add(url, title, tags=tags, note=note),
            lambda _id: self._done(f"bookmarked: {title or url}"),
            self._failed,
        )

    def remove_bookmark(self, id: int) -> None:
        self._background.with_stores(
            lambda stores: stores.need_bookmarks().remove(id),
            lambda gone: self._done(f"bookmark {id} removed" if gone else f"there is no bookmark {id}"),
            self._failed,
        )

    def delete_conversation(self, id: int) -> None:
        self._background.with_stores(
            lambda stores: stores.need_conversations().delete(id),
            lambda gone: self._done(f"exchange {id} deleted" if gone else f"there is no exchange {id}"),
            self._failed,
        )

    def import_file(self, kind: Importable, path: str) -> None:
        from minimal_browser_core.features.file_import import summarise

        source = Path(path).expanduser()
        self._browser.show_message(f"taking {kind} in from {source} …")
        self._background.at_length(
            lambda stores: stores.import_file(kind, source),
            lambda report: self._done(f"{kind}: {summarise(report)}"),
            self._failed,
        )

    def load_bookmarks(self) -> None:
        """For the command line's suggestions."""
        self._background.with_stores(
            lambda stores: list(stores.bookmarks.search(limit=MOST_SUGGESTED)) if stores.bookmarks else [],
            lambda bookmarks: setattr(self._browser.suggestions, "bookmarks", bookmarks),
            self._failed,
        )

    def _done(self, text: str) -> None:
        self._browser.show_message(text)
        self.load_bookmarks()
        self._browser.suggestions.renew()
        for view in self._browser.window.tabs.views():
            if view.url().scheme() == "mb" and view.url().host() in _PAGES:
                view.reload()

    def _failed(self, error: Exception) -> None:
        self._browser.show_message(str(error), MessageLevel.ERROR)
