"""Types and small ports of a window that several features share: where a page opens, messages, the command line.

Every port method is called on the GUI thread and returns at once. Slow work (loading, storing, asking) continues in the
background, and its result reaches the user through the page, the panel or a message. A method raises `CommandError` for
what cannot be done and why; it raises nothing else on purpose.
"""

from enum import Enum
from typing import Literal, Protocol

from minimal_browser_core.errors import CommandError
from minimal_browser_core.keys.modes import Mode


class OpenTarget(Enum):
    """Where a page opens."""

    CURRENT = "current"
    TAB = "tab"
    """A new tab next to the current one, selected at once."""
    BACKGROUND_TAB = "background"
    """A new tab next to the current one; the current one stays selected."""
    WINDOW = "window"
    """A new window."""
    PRIVATE_WINDOW = "private"
    """A new private window, whose profile is kept in memory only."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenTarget | None":
        """Accept the word for BACKGROUND_TAB of earlier versions."""
        return cls.BACKGROUND_TAB if value == "background-tab" else None


class MessageLevel(Enum):
    """The severity of a message, which decides its looks and how long it stays."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


CommandLinePrefix = Literal[":", "/", "?"]
"""What the command line is open for: a command, a search forwards, a search backwards."""


class CurrentPage(Protocol):
    """The page of the selected tab."""

    def url(self) -> str:
        """The address, or "" if the tab shows no page."""

    def title(self) -> str:
        """The title, or "" if the tab shows no page."""


class CommandLine(Protocol):
    """The line at the bottom of the window."""

    def open(self, prefix: CommandLinePrefix = ":", text: str = "") -> None:
        """Open the command line with `text` after `prefix`, in COMMAND mode."""


class Messages(Protocol):
    """The status bar's messages."""

    def show(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        """Show a message; it replaces the one before."""


class Modes(Protocol):
    """The window's mode."""

    def enter(self, mode: Mode) -> None:
        """Enter `mode` and move the focus where it belongs. Leaving a mode discards its unfinished input."""


class InternalPages(Protocol):
    """The browser's own `mb://` pages."""

    def show(self, url: str) -> None:
        """Show an `mb://` page: in the tab that already has it, or in a new one."""


def current_address(page: CurrentPage) -> str:
    """The address of the current page. Raises CommandError if the tab shows none."""
    url = page.url()
    if not url:
        raise CommandError("No page is open in this tab. :open opens one.")
    return url
