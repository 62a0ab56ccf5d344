"""Stored conversations: listing, deleting, continuing and importing them."""

from typing import Protocol

from minimal_browser_core.window import InternalPages


class Conversations(Protocol):
    """The stored conversations. Changes happen in the background; a message reports the result."""

    def delete(self, id: int) -> None:
        """Delete one exchange by the number that `mb://conversations` shows."""

    def resume(self, id: int) -> None:
        """Continue from a stored exchange: the panel shows the conversation up to it."""

    def import_file(self, path: str) -> None:
        """Import a file of conversations; the file is only read."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def conversations(self) -> Conversations: ...
    @property
    def internal_pages(self) -> InternalPages: ...
