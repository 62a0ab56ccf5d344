"""The history of visited pages: showing, forgetting and importing it."""

from typing import Protocol

from minimal_browser_core.window import CurrentPage, InternalPages


class History(Protocol):
    """The stored history. Changes happen in the background; a message reports the result."""

    def import_file(self, path: str) -> None:
        """Import a file of visits; the file is only read."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def history(self) -> History: ...
    @property
    def internal_pages(self) -> InternalPages: ...
    @property
    def page(self) -> CurrentPage: ...
