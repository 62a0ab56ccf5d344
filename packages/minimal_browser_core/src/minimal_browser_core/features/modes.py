"""Entering and leaving modes by command, and opening the command line."""

from typing import Protocol

from minimal_browser_core.window import CommandLine, Modes


class FindHighlights(Protocol):
    """The highlights of a search, which `:clear` removes."""

    def clear(self) -> None:
        """Remove the highlights."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def modes(self) -> Modes: ...
    @property
    def command_line(self) -> CommandLine: ...
    @property
    def find(self) -> FindHighlights: ...
