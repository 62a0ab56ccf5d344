"""The focus: the mode follows it when the user moves it by the mouse or by Tab, and some modes give it to the page."""

from collections.abc import Callable

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QApplication, QWidget

from minimal_browser.keys.keyboard import Keyboard
from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser.page.view import WebView
from minimal_browser.tabs.tabs import Tabs
from minimal_browser.toolkit.timers import once
from minimal_browser_core.errors import CommandError
from minimal_browser_core.keys.modes import Mode

SETTLE_MS = (40, 120, 300)
"""When to check, after a click, whether a field of the page got the caret."""


class FocusWatch(QObject):
    """Watches the focus within one window."""

    def __init__(self, keyboard: Keyboard, tabs: Tabs, parent: QObject) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self._tabs = tabs
        self._timers = [once(self, self._follow_page_focus, milliseconds) for milliseconds in SETTLE_MS]
        keyboard.clicked.connect(self._clicked)
        tabs.current_changed.connect(self._tab_changed)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def close(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.disconnect(self._focus_changed)
        for timer in self._timers:
            timer.stop()

    def _clicked(self) -> None:
        if self._keyboard.mode is Mode.NORMAL:
            for timer in self._timers:
                timer.start()

    def _follow_page_focus(self) -> None:
        """After a click: a caret in a field of the page means that the user wants to type there."""
        tab = self._tabs.current()
        focused = tab is not None and QApplication.focusWidget() is tab.view.focusProxy()
        if tab is not None and focused and self._keyboard.mode is Mode.NORMAL and tab.view.has_text_focus():
            self._keyboard.enter(Mode.INSERT)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None:
            return
        mode, handlers = self._keyboard.mode, self._keyboard.handlers
        holding = handlers.holding(now)
        if holding is not None:
            if holding is not mode:
                self._keyboard.enter(holding)
        elif handlers.has_input(mode) and self._tabs.stack.isAncestorOf(now):
            self._keyboard.enter(Mode.NORMAL)

    def _tab_changed(self) -> None:
        if self._keyboard.mode is Mode.NORMAL:
            tab = self._tabs.current()
            if tab is not None:
                tab.view.setFocus()
        elif not self._keyboard.handlers.get(self._keyboard.mode).stays_on_tab_change:
            self._keyboard.enter(Mode.NORMAL)


class PageMode(ModeHandler):
    """A mode in which keys without a binding go to the page."""

    def __init__(self, view: Callable[[], WebView]) -> None:
        self._view = view

    def enter(self, previous: Mode) -> None:
        try:
            self._view().setFocus()
        except CommandError:
            return  # the window is closing, and its tabs are gone

    def leave(self, following: Mode) -> None:
        if following is Mode.NORMAL:
            self._view().drop_page_focus()


class NormalMode(PageMode):
    """The mode in which keys are commands."""

    def leave(self, following: Mode) -> None:
        """The page's own focus stays for INSERT mode."""
