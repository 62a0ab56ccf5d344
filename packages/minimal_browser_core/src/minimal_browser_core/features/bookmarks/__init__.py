"""Bookmarks: adding, removing, listing and importing them."""

from collections.abc import Sequence
from typing import Protocol

from minimal_browser_core.window import CurrentPage, InternalPages


class Bookmarks(Protocol):
    """The stored bookmarks. Changes happen in the background; a message reports the result."""

    def add(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        """Store a bookmark."""

    def remove(self, id: int) -> None:
        """Remove a bookmark by the number that `mb://bookmarks` shows."""

    def import_file(self, path: str) -> None:
        """Import a file of bookmarks; the file is only read."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def bookmarks(self) -> Bookmarks: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def internal_pages(self) -> InternalPages: ...
