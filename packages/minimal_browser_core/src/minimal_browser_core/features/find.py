"""Finding text in the current page."""

from typing import Protocol

from minimal_browser_core.window import CommandLine


class Find(Protocol):
    """The text search of the current page."""

    def start(self, text: str, *, backwards: bool = False) -> None:
        """Find `text` and remember it for `next`. Case matters if `text` contains a capital letter."""

    def next(self, count: int = 1, *, backwards: bool = False) -> None:
        """Go on by `count` matches, in the direction of `start` or, if `backwards`, against it.

        CommandError if nothing was searched for yet.
        """

    def clear(self) -> None:
        """Remove the highlights; `next` still knows the text."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def find(self) -> Find: ...
    @property
    def command_line(self) -> CommandLine: ...
