"""What the copilot needs from the window that shows it."""

from typing import Protocol

from PyQt6.QtWidgets import QWidget

from minimal_browser.page.view import WebView
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.window import Messages, Modes, OpenTarget


class Tabs(Protocol):
    """Opens the links of answers."""

    def open(self, url: str, where: OpenTarget) -> None:
        """Open a complete address in a new tab; CommandError for an invalid one."""


class SidePanel(Protocol):
    """The place beside the page where the copilot's panel is shown."""

    def add_side(self, side: QWidget, width: int) -> None:
        """Put `side` beside the page, hidden; it is `width` pixels wide when first shown."""

    def show_side(self, shown: bool) -> None:
        """Show or hide it."""


class CopilotWindow(Protocol):
    """One window. Tools need more of it; each declares that in its own file of `minimal_browser_core.copilot.tools`."""

    @property
    def modes(self) -> Modes:
        """Entering COPILOT mode must call `Copilot.enter`."""

    @property
    def messages(self) -> Messages: ...
    @property
    def tabs(self) -> Tabs: ...
    @property
    def side_panel(self) -> SidePanel: ...
    @property
    def keymap(self) -> Keymap: ...

    def view(self) -> WebView:
        """The view of the current tab; CommandError if no tab is open."""
