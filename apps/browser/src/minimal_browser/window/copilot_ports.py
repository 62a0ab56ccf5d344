"""`CopilotWindow` over the methods of `QtBrowser`, for as long as that class has no attribute per feature."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from minimal_browser.page.view import WebView
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.ports import browser as old
from minimal_browser_core.window import MessageLevel, OpenTarget

if TYPE_CHECKING:
    from minimal_browser.window.browser import QtBrowser


class _Modes:
    def __init__(self, browser: "QtBrowser") -> None:
        self.enter = browser.set_mode


class _Messages:
    def __init__(self, browser: "QtBrowser") -> None:
        self._browser = browser

    def show(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        self._browser.show_message(text, old.MessageLevel(level.value))


class _Pages:
    """Tabs, navigation, bookmarks and generated pages."""

    def __init__(self, browser: "QtBrowser") -> None:
        self._browser = browser
        self.show = browser.show_generated
        self.show_widget = browser.open_app

    def open(self, url: str, where: OpenTarget) -> None:
        self._browser.follow(url, old.OpenTarget(where.value))

    def search(self, words: str, where: OpenTarget) -> None:
        self._browser.search(words, old.OpenTarget(where.value))

    def add(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        self._browser.add_bookmark(url, title, tags, note)


class CopilotPorts:
    """The window for the copilot."""

    def __init__(self, browser: "QtBrowser") -> None:
        self._browser = browser
        self.modes = _Modes(browser)
        self.messages = _Messages(browser)
        self.tabs = self.navigation = self.bookmarks = self.generated_pages = _Pages(browser)

    @property
    def side_panel(self) -> BrowserWindow:
        """The window has the place itself."""
        return self._browser.window

    @property
    def keymap(self) -> Keymap:
        """The keys, for the labels of buttons."""
        return self._browser.keyboard.keymap

    def view(self) -> WebView:
        """The view of the current tab."""
        return self._browser.view()
