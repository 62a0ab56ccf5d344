"""What the copilot needs from the window that shows it."""

from collections.abc import Sequence
from typing import Protocol

from PyQt6.QtWidgets import QWidget

from minimal_browser.page.view import WebView
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.window import Messages, Modes, OpenTarget


class Tabs(Protocol):
    """Opens the links of answers, and the pages of allowed actions."""

    def open(self, url: str, where: OpenTarget) -> None:
        """Open a complete address in a new tab; CommandError for an invalid one."""


class Search(Protocol):
    """Searches the web."""

    def search(self, words: str, where: OpenTarget) -> None:
        """Search the web for `words`, even if they look like an address."""


class GeneratedPages(Protocol):
    """Opens documents that a model wrote, and the built-in applications."""

    def show(self, title: str, html: str) -> None:
        """Show a document in a new tab, without network and without access to other pages."""

    def show_widget(self, widget_type: str, theme: str, title: str) -> None:
        """Show one of the built-in applications in a new tab."""


class Bookmarks(Protocol):
    """The stored bookmarks."""

    def add(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        """Store a bookmark in the background; a message reports the result."""


class SidePanel(Protocol):
    """The place beside the page where the copilot's panel is shown."""

    def add_side(self, side: QWidget, width: int) -> None:
        """Put `side` beside the page, hidden; it is `width` pixels wide when first shown."""

    def show_side(self, shown: bool) -> None:
        """Show or hide it."""


class CopilotWindow(Protocol):
    """The window, as the copilot and its actions use it."""

    @property
    def modes(self) -> Modes:
        """Entering COPILOT mode must call `Copilot.take_focus`."""

    @property
    def messages(self) -> Messages: ...
    @property
    def tabs(self) -> Tabs: ...
    @property
    def navigation(self) -> Search: ...
    @property
    def bookmarks(self) -> Bookmarks: ...
    @property
    def generated_pages(self) -> GeneratedPages: ...
    @property
    def side_panel(self) -> SidePanel: ...
    @property
    def keymap(self) -> Keymap: ...

    def view(self) -> WebView:
        """The view of the current tab; CommandError if no tab is open."""
