"""The window as commands see it: `minimal_browser_core.ports.browser.Browser` over the parts in this folder."""

import logging
from collections.abc import Sequence

from PyQt6.QtCore import QObject, QTimer, QUrl
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

from minimal_browser.background.background import Background
from minimal_browser.bookmarks.keeping import Keeping
from minimal_browser.completion.suggestions import Suggestions
from minimal_browser.copilot.controller import Copilot
from minimal_browser.devtools.devtools import DeveloperTools
from minimal_browser.find.finder import Finder
from minimal_browser.hints.mode import Hinting
from minimal_browser.keys.keyboard import Keyboard
from minimal_browser.page.view import WebView
from minimal_browser.tabs.views import Views
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.window.copilot_ports import CopilotPorts
from minimal_browser.window.window import BrowserWindow
from minimal_browser_core.commands.chain import execute
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.file_import import Importable
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import CommandLinePrefix, MessageLevel, OpenTarget

log = logging.getLogger(__name__)

FOCUS_SETTLES_MS = (40, 120, 300)
"""When to look, after a click, whether a field of the page got the caret."""


class QtBrowser(QObject):
    """GUI thread only. Made once, by the composition."""

    def __init__(
        self,
        window: BrowserWindow,
        views: Views,
        registry: CommandRegistry,
        keymap: Keymap,
        background: Background,
        *,
        search_url: str,
        start_page: str,
    ) -> None:
        super().__init__(window)
        self.window = window
        self.views = views
        self._registry = registry
        self._background = background
        self._search_url = search_url
        self._start_page = start_page
        self._devtools = DeveloperTools()
        self.keyboard = Keyboard(keymap, self.run, self)
        self.copilot = Copilot(CopilotPorts(self), background, self)
        self.hinting = Hinting(self)
        self.suggestions = Suggestions(registry, self.tabs, background, self)
        self.keeping = Keeping(self, background)
        self._finder = Finder(self._tell_find)

        window.closing.connect(self._devtools.close)
        window.native_window_made.connect(self.keyboard.watch)
        if (handle := window.windowHandle()) is not None:
            self.keyboard.watch(handle)
        self.keyboard.take_hints_with(self.hinting.type)
        self.keyboard.mode_changed.connect(window.status.show_mode)
        self.keyboard.pending_changed.connect(window.status.show_keys)
        self.keyboard.clicked.connect(self._clicked)
        self.hinting.ended.connect(lambda field: self.set_mode(Mode.INSERT if field else Mode.NORMAL))
        self.hinting.link_chosen.connect(self.follow)
        self.hinting.nothing_found.connect(lambda: self.show_message("nothing to follow in view", MessageLevel.WARNING))
        views.message.connect(self.show_message)
        views.found.connect(self._finder.show)
        views.link_proposed.connect(self.copilot.propose_link)
        window.tabs.current_changed.connect(self._current_changed)
        window.tabs.bar.close_wanted.connect(lambda index: self.close_tab(index + 1))
        window.tabs.bar.new_wanted.connect(self.new_tab)
        window.command_line.complete = self.suggestions.complete
        self.suggestions.changed.connect(window.command_line.renew)
        window.command_line.submitted.connect(self._submitted)
        window.command_line.edited.connect(self._edited)
        window.command_line.left.connect(lambda: self.set_mode(Mode.NORMAL))
        self.copilot.label_changed.connect(window.status.show_model)
        window.status.show_mode(Mode.NORMAL)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def run(self, line: str, count: int | None = None) -> None:
        """Run a command line; what goes wrong is shown to the person."""
        try:
            execute(line, self._registry, self, count)
        except CommandError as error:
            self.show_message(str(error), MessageLevel.ERROR)

    def view(self) -> WebView:
        """The current tab's; CommandError where there is none, which is only so while the window closes."""
        view = self.window.tabs.current()
        if view is None:
            raise CommandError("no tab is open")
        return view

    # -- pages

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        from minimal_browser_core.urls import as_url, resolve

        text = target.strip()
        self.follow(resolve(text, self._search_url), where, typed=as_url(text) is not None)

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        from minimal_browser_core.urls import search_url

        self.follow(search_url(words, self._search_url), where)

    def follow(self, url: str, where: OpenTarget = OpenTarget.CURRENT, *, typed: bool = False) -> None:
        """Open an address that is one; `typed` where the person typed or chose it. CommandError for an invalid one."""
        address = QUrl(url)
        if not address.isValid():
            raise CommandError(f"{url} is not an address: {address.errorString()}")
        current = self.window.tabs.current()
        if where is OpenTarget.CURRENT and current is not None and self.views.is_web(current):
            self.views.load(current, address, typed=typed)
        else:
            self.views.load(self.views.add(where), address, typed=typed)

    def open_page(self, url: str) -> None:
        wanted = QUrl(url)
        for view in self.window.tabs.views():
            if view.url().scheme() == wanted.scheme() and view.url().host() == wanted.host():
                self.window.tabs.select(self.window.tabs.index_of(view))
                if view.url() != wanted:
                    view.load(wanted)
                return
        self.follow(url, OpenTarget.TAB)

    def show_generated(self, title: str, html: str) -> None:
        self.views.add_generated(title, html)

    def open_app(self, widget_type: str, theme: str, title: str) -> None:
        """One of the copilot's small applications, in a tab, in the same world as generated pages."""

        def write() -> str:
            from minimal_browser_core.internal_pages.widgets import render_widget

            return render_widget(widget_type, theme, title)

        self._background.submit(
            write,
            lambda html: self.show_generated(title or widget_type, html),
            lambda error: self.show_message(str(error), MessageLevel.ERROR),
        )

    def current_url(self) -> str:
        view = self.window.tabs.current()
        return view.address() if view is not None else ""

    def current_title(self) -> str:
        view = self.window.tabs.current()
        return view.title() if view is not None else ""

    def reload(self, *, bypass_cache: bool = False) -> None:
        self.views.reload(self.view(), bypass_cache=bypass_cache)

    def stop(self) -> None:
        self.view().stop()

    def back(self, count: int = 1) -> None:
        history = not_null(self.view().history())
        if not history.canGoBack():
            raise CommandError("there is no page to go back to")
        items = history.backItems(min(count, 1000))
        history.goToItem(items[0])

    def forward(self, count: int = 1) -> None:
        history = not_null(self.view().history())
        if not history.canGoForward():
            raise CommandError("there is no page to go forward to")
        items = history.forwardItems(min(count, 1000))
        history.goToItem(items[-1])

    def view_source(self) -> None:
        self.follow(f"view-source:{self.current_url()}", OpenTarget.TAB)

    def toggle_devtools(self) -> None:
        self._devtools.toggle(self.view().web_page)

    def toggle_fullscreen(self) -> None:
        self.window.fill_screen(not self.window.isFullScreen())

    # -- moving about a page

    def scroll_by(self, columns: float, lines: float) -> None:
        self.view().scroll_by(columns, lines)

    def scroll_page(self, pages: float) -> None:
        self.view().scroll_page(pages)

    def scroll_to(self, percent: float) -> None:
        self.view().scroll_to(percent)

    def find(self, text: str, *, backwards: bool = False) -> None:
        self._finder.find(self.view(), text, backwards=backwards)

    def find_next(self, count: int = 1, *, backwards: bool = False) -> None:
        self._finder.next(self.view(), count, against=backwards)

    def clear_find(self) -> None:
        self._finder.clear(self.view())

    def _tell_find(self, text: str, found: bool) -> None:
        self.show_message(text, MessageLevel.INFO if found else MessageLevel.WARNING)

    def follow_hints(self, where: OpenTarget = OpenTarget.CURRENT) -> None:
        self.hinting.begin(self.view(), where)
        self.keyboard.set_mode(Mode.HINT)

    def zoom_by(self, steps: int) -> None:
        self.view().zoom_by(steps)
        self.show_message(f"{round(self.view().zoomFactor() * 100)} %")

    def zoom_to(self, percent: int) -> None:
        self.view().zoom_to(percent)
        self.show_message(f"{percent} %")

    # -- tabs

    def tabs(self) -> Sequence[TabInfo]:
        return self.window.tabs.infos()

    def new_tab(self) -> None:
        from minimal_browser_core.urls import resolve

        self.follow(resolve(self._start_page, self._search_url), OpenTarget.TAB)

    def close_tab(self, number: int | None = None) -> None:
        tabs = self.window.tabs
        if number is not None and not 1 <= number <= len(tabs.views()):
            raise CommandError(f"there is no tab {number}")
        if len(tabs.views()) == 1:
            self.new_tab()
            tabs.close(0)
        else:
            tabs.close(tabs.bar.currentIndex() if number is None else number - 1)

    def undo_close(self) -> None:
        self.views.reopen(self.window.tabs.pop_closed())

    def select_tab(self, number: int) -> None:
        self.window.tabs.select(number - 1 if number > 0 else number)

    def cycle_tab(self, steps: int) -> None:
        self.window.tabs.cycle(steps)

    def move_tab(self, steps: int) -> None:
        self.window.tabs.move(steps)

    def _current_changed(self, view: WebView) -> None:
        if self.keyboard.mode is Mode.COPILOT:
            return
        if self.keyboard.mode is Mode.NORMAL:
            view.setFocus()
        else:
            self.set_mode(Mode.NORMAL)

    # -- modes, the command line, messages

    def set_mode(self, mode: Mode) -> None:
        before = self.keyboard.mode
        if mode is Mode.COMMAND:
            self.show_command_line()
            return
        if mode is Mode.COPILOT:
            self.hinting.stop()
            self.keyboard.set_mode(mode)
            self.copilot.take_focus()
            self.window.command_line.leave()
            return
        if mode is Mode.HINT:
            self.follow_hints()
            return
        self.hinting.stop()
        self.keyboard.set_mode(mode)
        view = self.window.tabs.current()
        if view is not None:
            if before in (Mode.INSERT, Mode.PASSTHROUGH) and mode is Mode.NORMAL:
                view.drop_page_focus()
            view.setFocus()
        # After the focus has gone: Qt would pass it on as if by Tab, and the page would show its first link focused.
        self.window.command_line.leave()

    def show_command_line(self, prefix: CommandLinePrefix = ":", text: str = "") -> None:
        self.hinting.stop()
        self.keyboard.set_mode(Mode.COMMAND)
        self.suggestions.renew()
        self.window.command_line.open(prefix, text)

    def show_message(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        self.window.status.show_message(text, level)

    def show_problems(self, problems: Sequence[str]) -> None:
        """All of them at once: a second message would take the first one away."""
        if problems:
            log.error("%s", " ".join(problems))
            self.show_message(" ".join(problems), MessageLevel.ERROR)

    def _submitted(self, prefix: str, line: str) -> None:
        # First the mode: the command may enter another.
        self.set_mode(Mode.NORMAL)
        if prefix == ":":
            self.run(line)
        elif not line:
            self.clear_find()
        elif line != self._finder.text:  # found already, as it was typed
            self.find(line, backwards=prefix == "?")

    def _edited(self, prefix: str, line: str) -> None:
        if prefix != ":":
            self.find(line, backwards=prefix == "?")

    def _clicked(self) -> None:
        if self.keyboard.mode is Mode.NORMAL:
            for wait in FOCUS_SETTLES_MS:
                QTimer.singleShot(wait, self._follow_page_focus)

    def _follow_page_focus(self) -> None:
        """After a click: the page's caret in a field means that the person wants to type there."""
        view = self.window.tabs.current()
        focused = view is not None and QApplication.focusWidget() is view.focusProxy()
        if view is not None and focused and self.keyboard.mode is Mode.NORMAL and view.has_text_focus():
            self.set_mode(Mode.INSERT)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """By the mouse or by Tab: the mode follows the focus."""
        if now is None:
            return
        mode = self.keyboard.mode
        if self.copilot.holds(now):
            if mode is not Mode.COPILOT:
                self.window.command_line.leave()
                self.keyboard.set_mode(Mode.COPILOT)
        elif mode in (Mode.COPILOT, Mode.COMMAND) and self.window.tabs.stack.isAncestorOf(now):
            self.set_mode(Mode.NORMAL)

    # -- the clipboard

    def yank(self, text: str) -> None:
        not_null(QGuiApplication.clipboard()).setText(text)
        self.show_message(f"copied: {text}")

    def clipboard_text(self) -> str:
        return not_null(QGuiApplication.clipboard()).text()

    # -- what is kept

    def add_bookmark(self, url: str, title: str, tags: Sequence[str] = (), note: str = "") -> None:
        self.keeping.add_bookmark(url, title, tuple(tags), note)

    def remove_bookmark(self, id: int) -> None:
        self.keeping.remove_bookmark(id)

    def delete_conversation(self, id: int) -> None:
        self.keeping.delete_conversation(id)

    def import_file(self, kind: Importable, path: str) -> None:
        self.keeping.import_file(kind, path)

    # -- the copilot

    def toggle_copilot(self) -> None:
        self.copilot.toggle()

    def focus_copilot(self, text: str = "") -> None:
        self.copilot.focus(text)

    def ask(self, question: str) -> None:
        self.copilot.ask(question)

    def cancel_answer(self) -> None:
        self.copilot.cancel()

    def decide_action(self, *, allow: bool) -> None:
        self.copilot.decide(allow=allow)

    def new_thread(self) -> None:
        self.copilot.new_thread()

    def continue_conversation(self, id: int) -> None:
        self.copilot.resume(id)

    # -- the end

    def quit(self) -> None:
        self.window.close()
