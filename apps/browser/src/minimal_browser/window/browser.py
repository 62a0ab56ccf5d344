"""One browser window: the features with their parts of the window, as commands and the copilot see it."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile

from minimal_browser.background.tasks import Tasks
from minimal_browser.bookmarks.bookmarks import Bookmarks
from minimal_browser.clipboard.clipboard import Clipboard
from minimal_browser.completion.command_line import CommandLine
from minimal_browser.completion.command_line_widget import CommandLineWidget
from minimal_browser.completion.suggestions import Suggestions
from minimal_browser.conversations.conversations import Conversations
from minimal_browser.copilot.controller import Copilot
from minimal_browser.devtools.devtools import DeveloperTools
from minimal_browser.find.finder import Finder
from minimal_browser.generated_pages.generated_pages import GeneratedPages
from minimal_browser.hints.mode import Hints
from minimal_browser.history.history import History
from minimal_browser.internal_pages.internal_pages import InternalPages
from minimal_browser.keys.keyboard import Keyboard
from minimal_browser.keys.mode_handlers import ModeHandlers
from minimal_browser.navigation.navigation import Navigation
from minimal_browser.scrolling.scrolling import Scrolling
from minimal_browser.tabs.tab import Tab, TabFactory
from minimal_browser.tabs.tabs import CurrentPage, Tabs
from minimal_browser.window.focus import FocusWatch, NormalMode, PageMode
from minimal_browser.window.messages import Messages
from minimal_browser.window.services import WindowServices
from minimal_browser.window.status_bar import StatusBar
from minimal_browser.window.tab_listeners import TabListeners
from minimal_browser.window.window import NAME, BrowserWindow
from minimal_browser.window.windows import Windows
from minimal_browser.zoom.zoom import Zoom
from minimal_browser_core.commands.chain import execute
from minimal_browser_core.errors import CommandError
from minimal_browser_core.internal_pages.urls import PAGES
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.urls import resolve
from minimal_browser_core.window import MessageLevel, OpenTarget

STORED_DATA_PAGES = ("bookmarks", "conversations", "history")


class Browser(QObject):
    """An aggregate: it creates the features, connects them with one another, and closes them. GUI thread only."""

    def __init__(
        self, window: BrowserWindow, profile: QWebEngineProfile, services: WindowServices, *, private: bool = False
    ) -> None:
        """`profile` is that of the window's pages. A `private` window records neither visits nor conversations."""
        super().__init__(window)
        self.window = self.side_panel = window
        self.profile = profile
        self.private = private
        self._parts = parts = services.parts
        self.settings = parts.settings
        self.commands = parts.commands
        self.keymap = parts.keymap
        self.tasks = Tasks(parts.background)
        self._followed_settings: list[Callable[[], None]] = []

        self.status = StatusBar()
        self.messages = Messages(self.status, self)
        self.modes = Keyboard(self.keymap, ModeHandlers(), self.run, self)
        factory = TabFactory(profile, self.settings, self._write_error_page)
        self.tabs = Tabs(factory, self._start_url, services.open_window, self)
        self.page = CurrentPage(self.tabs)
        self.view = self.page.view

        self.navigation = Navigation(self.tabs, self.view, search_url=lambda: self.settings.values.browser.search_url)
        self.scrolling = Scrolling(self.view)
        self.zoom = Zoom(self.view, self.messages)
        self.find = Finder(self.view, self.messages)
        self.hints = Hints(self.view, self.modes, self.messages, self._open_link)
        self.clipboard = Clipboard(self.messages)
        self.devtools = DeveloperTools(self.view)
        self.internal_pages = InternalPages(lambda: [tab.view for tab in self.tabs], self.tabs.select, self.tabs.load)
        self.generated_pages = GeneratedPages(
            services.generated_profile, self._open_generated_page, self.tasks, self.messages, self
        )
        changed = services.stored_data_changed
        self.bookmarks = Bookmarks(self.tasks, self.messages, changed)
        self.history = History(self.tasks, self.messages, changed)
        self.copilot = Copilot(self, self.tasks, self)
        self.copilot.width = self.settings.values.ui.copilot_width
        self._follow_setting("copilot.remember", self._set_remember)
        self._follow_setting("ui.zoom", self._apply_usual_zoom)
        repaint = partial(self.internal_pages.reload, PAGES)
        self._followed_settings.append(self.settings.on_change("ui.theme", repaint))
        self.conversations = Conversations(self.tasks, self.messages, self.copilot.resume, changed)
        self.suggestions = Suggestions(self.commands, self.tabs.all, self.tasks, self)
        line = CommandLineWidget(window, self.suggestions.complete)
        self.command_line = CommandLine(line, self.suggestions, self.modes)
        self.windows = Windows(window, lambda private: services.open_window(None, private), services.quit)

        window.add_controls(self.tabs.bar, self.tabs.stack, line, self.status)
        self._register_modes()
        self._connect()

    def run(self, line: str, count: int | None = None) -> None:
        try:
            execute(line, self.commands, self, count)
        except CommandError as error:
            self.messages.show(str(error), MessageLevel.ERROR)

    def show_stored_data(self) -> None:
        self.suggestions.load_bookmarks()
        self.suggestions.refresh()
        self.internal_pages.reload(STORED_DATA_PAGES)

    def close(self) -> None:
        """Stop everything in the window that could still call another part; its widgets are deleted after that.

        What is being stored is completed in the background.
        """
        self.copilot.close()
        self.tasks.close()
        self._focus.close()
        self.hints.leave(Mode.NORMAL)
        self.devtools.close()
        for stop_following in self._followed_settings:
            stop_following()
        self.tabs.stop()

    def _start_url(self) -> QUrl:
        config = self.settings.values.browser
        return QUrl(resolve(config.start_page, config.search_url))

    def _follow_setting(self, name: str, apply: Callable[[], None]) -> None:
        self._followed_settings.append(self.settings.on_change(name, apply))
        apply()

    def _set_remember(self) -> None:
        self.copilot.remember = self.settings.values.copilot.remember and not self.private

    def _apply_usual_zoom(self) -> None:
        for tab in self.tabs:
            tab.apply_usual_zoom(tab.view.url())

    def _register_modes(self) -> None:
        handlers = self.modes.handlers
        handlers.register(Mode.NORMAL, NormalMode(self.view))
        handlers.register(Mode.INSERT, PageMode(self.view))
        handlers.register(Mode.PASSTHROUGH, PageMode(self.view))
        handlers.register(Mode.COMMAND, self.command_line)
        handlers.register(Mode.HINT, self.hints)
        handlers.register(Mode.COPILOT, self.copilot)

    def _connect(self) -> None:
        self._listeners = TabListeners(
            self.window,
            self.tabs,
            self.status,
            self.messages,
            self.find,
            f"Private — {NAME}" if self.private else NAME,
        )
        self._focus = FocusWatch(self.modes, self.tabs, self)
        if not self.private:
            recorder = self._parts.history
            self.tabs.visited.connect(self._record_visit)
            self.tabs.retitled.connect(recorder.retitled)
        self.window.native_window_created.connect(self.modes.watch)
        if (handle := self.window.windowHandle()) is not None:
            self.modes.watch(handle)
        self.window.resized.connect(self.command_line.widget.place_popup)
        self.modes.mode_changed.connect(self.status.show_mode)
        self.modes.pending_changed.connect(self.status.keys.setText)
        self.command_line.widget.submitted.connect(self._submitted)
        self.command_line.widget.edited.connect(self._find_as_typed)
        self.copilot.label_changed.connect(self.status.model.setText)
        self.generated_pages.link_followed.connect(self.copilot.propose_link)
        self.status.show_mode(self.modes.mode)

    def _submitted(self, prefix: str, line: str) -> None:
        # First the mode: the command may enter another.
        self.modes.enter(Mode.NORMAL)
        if prefix == ":":
            self.run(line)
        elif line != self.find.text or not line:  # else found already, while it was typed
            self.find.start(line, backwards=prefix == "?")

    def _find_as_typed(self, prefix: str, line: str) -> None:
        if prefix != ":":
            self.find.start(line, backwards=prefix == "?")

    def _open_link(self, url: str, where: OpenTarget) -> None:
        try:
            self.tabs.open(url, where)
        except CommandError as error:
            self.messages.show(str(error), MessageLevel.ERROR)

    def _open_generated_page(self, page: QWebEnginePage, url: QUrl) -> None:
        self.tabs.add(self.tabs.factory.for_page(page), select=True).load(url)

    def _record_visit(self, tab: Tab, typed: bool, has_title: bool) -> None:
        self._parts.history.visited(tab.view, typed, has_title)

    def _write_error_page(self, url: str, reason: str, show: Callable[[str], None]) -> None:
        self.tasks.submit(lambda: self._parts.write_error_page(url, reason), show)
