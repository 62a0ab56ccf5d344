"""Copying addresses and titles, and opening what the clipboard contains."""

from typing import Protocol

from minimal_browser_core.window import CurrentPage, OpenTarget


class Clipboard(Protocol):
    """The system's clipboard."""

    def copy(self, text: str) -> None:
        """Put `text` on the clipboard and show a message about it."""

    def text(self) -> str:
        """The text on the clipboard, or "" if it contains none."""


class Opener(Protocol):
    """Opens addresses and searches."""

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Open an address, or search for words."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def clipboard(self) -> Clipboard: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def navigation(self) -> Opener: ...
