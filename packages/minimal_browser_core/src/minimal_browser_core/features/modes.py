"""Entering and leaving modes by command, and opening the command line."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import CommandText, Count
from minimal_browser_core.keys.modes import Mode
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


@command(group="Window")
def command_line(browser: Browser, text: CommandText | None = None, *, count: Count = None) -> None:
    """Open the command line.

    A count is put at its start.

    text: what the line starts with
    """
    number = "" if count is None else str(count)
    browser.command_line.open(":", f"{number}{text} " if text else number)


@command(group="Window")
def normal(browser: Browser) -> None:
    """Leave the current mode for NORMAL mode, where keys are commands."""
    browser.modes.enter(Mode.NORMAL)


@command(group="Window")
def insert(browser: Browser) -> None:
    """Type into the page."""
    browser.modes.enter(Mode.INSERT)


@command(group="Window")
def passthrough(browser: Browser) -> None:
    """Give every key to the page, except the one that leaves this mode."""
    browser.modes.enter(Mode.PASSTHROUGH)


@command(group="Window", aliases=("noh", "nohlsearch"))
def clear(browser: Browser) -> None:
    """Remove the highlights of a search, and go to NORMAL mode."""
    browser.find.clear()
    browser.modes.enter(Mode.NORMAL)
