"""The tabs of a window: the tab bar, the views that it switches between, and the closed tabs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PyQt6.QtCore import QByteArray, QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineNewWindowRequest
from PyQt6.QtWidgets import QApplication, QStackedWidget, QWidget

from minimal_browser.page.address import valid_url
from minimal_browser.page.page import WebPage
from minimal_browser.page.view import WebView
from minimal_browser.tabs.tab import Tab, TabFactory
from minimal_browser.tabs.tab_bar import TabBar
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.window import OpenTarget

MAX_CLOSED_TABS = 30


@dataclass(frozen=True, slots=True)
class ClosedTab:
    """What `undo_close` needs; `url` is the address that the tab was at or was loading."""

    index: int
    history: QByteArray
    url: QUrl


class Tabs(QObject):
    """Keeps `bar`, `stack` and the list of tabs in step. Tab numbers count from 1, indexes from 0."""

    added = pyqtSignal(object)
    current_changed = pyqtSignal(object)
    changed = pyqtSignal(object)
    loaded = pyqtSignal(object, bool)
    visited = pyqtSignal(object, bool, bool)
    retitled = pyqtSignal(str, str)

    def __init__(
        self,
        factory: TabFactory,
        start_url: Callable[[], QUrl],
        open_window: Callable[[QUrl, bool], object],
        parent: QObject,
    ) -> None:
        """`start_url` returns the page of a new tab. `open_window` opens an address in a window, private if True."""
        super().__init__(parent)
        self.factory = factory
        self.bar = TabBar()
        self.stack = QStackedWidget()
        self._tabs: list[Tab] = []
        self._closed: list[ClosedTab] = []
        self._start_url = start_url
        self._open_window = open_window
        self.bar.currentChanged.connect(self._show)
        self.bar.tabMoved.connect(self._moved)
        self.bar.close_requested.connect(lambda index: self.close(index + 1))
        self.bar.new_requested.connect(self.new)

    def add(self, tab: Tab, *, select: bool, index: int | None = None) -> Tab:
        """Insert `tab` next to the current one, or at `index`."""
        at = self.bar.currentIndex() + 1 if index is None else min(index, len(self._tabs))
        for signal, relayed in (
            (tab.changed, self.changed),
            (tab.loaded, self.loaded),
            (tab.visited, self.visited),
            (tab.retitled, self.retitled),
        ):
            signal.connect(relayed)
        tab.changed.connect(self._update_title)
        tab.view.iconChanged.connect(lambda icon: self.bar.setTabIcon(self._tabs.index(tab), icon))
        if isinstance(tab.page, WebPage):
            tab.page.window_requested.connect(partial(self._open_requested_window, tab.page))
        tab.page.windowCloseRequested.connect(lambda: self._close(tab))
        self._tabs.insert(at, tab)
        self.stack.insertWidget(at, tab.view)
        self.added.emit(tab)
        # Last, as the bar reports the current tab at once.
        self.bar.insert(at)
        if select:
            self.bar.setCurrentIndex(at)
        return tab

    def current(self) -> Tab | None:
        """The selected tab; None only while the window closes."""
        index = self.stack.currentIndex()
        return self._tabs[index] if 0 <= index < len(self._tabs) else None

    def __iter__(self) -> Iterator[Tab]:
        return iter(tuple(self._tabs))

    def load(self, address: QUrl, where: OpenTarget, *, typed: bool = False) -> None:
        """Load an address at `where`; instead of the current tab in a new one if a generated page is shown there."""
        if where in (OpenTarget.WINDOW, OpenTarget.PRIVATE_WINDOW):
            self._open_window(address, where is OpenTarget.PRIVATE_WINDOW)
            return
        tab = self.current()
        if where is not OpenTarget.CURRENT or tab is None or not tab.is_web:
            tab = self.add(self.factory.new(), select=where is not OpenTarget.BACKGROUND_TAB)
        tab.load(address, typed=typed)

    # What commands use.

    def all(self) -> Sequence[TabInfo]:
        current = self.current()
        return [
            TabInfo(number, tab.title, tab.view.address(), tab is current)
            for number, tab in enumerate(self._tabs, start=1)
        ]

    def new(self) -> None:
        self.load(self._start_url(), OpenTarget.TAB)

    def open(self, url: str, where: OpenTarget) -> None:
        self.load(valid_url(url), where)

    def close(self, number: int | None = None) -> None:
        if number is not None and not 1 <= number <= len(self._tabs):
            raise CommandError(f"There is no tab {number}. :tab lists the tabs.")
        index = self.bar.currentIndex() if number is None else number - 1
        if len(self._tabs) == 1:
            self.new()
            index = 0
        self._remove(index)

    def _close(self, tab: Tab) -> None:
        """Close a tab whose page asks for it. Chromium lets only those ask that a script or a link has opened."""
        if tab in self._tabs:
            self.close(self._tabs.index(tab) + 1)

    def undo_close(self) -> None:
        if not self._closed:
            raise CommandError("There is no closed tab to reopen.")
        closed = self._closed.pop()
        tab = self.add(self.factory.new(), select=True, index=closed.index)
        tab.restore(closed.history, closed.url)

    def forget_closed(self) -> None:
        self._closed.clear()

    def select(self, number: int) -> None:
        count = len(self._tabs)
        if number != -1 and not 1 <= number <= count:
            raise CommandError(f"There is no tab {number}: {count} {'is' if count == 1 else 'are'} open.")
        self.bar.setCurrentIndex(count - 1 if number == -1 else number - 1)

    def cycle(self, steps: int) -> None:
        self.bar.setCurrentIndex((self.bar.currentIndex() + steps) % len(self._tabs))

    def move(self, steps: int) -> None:
        index = self.bar.currentIndex()
        self.bar.moveTab(index, max(0, min(len(self._tabs) - 1, index + steps)))

    def stop(self) -> None:
        """Report nothing any more: the window is about to be deleted."""
        self.blockSignals(True)
        for tab in self._tabs:
            tab.blockSignals(True)
            tab.view.blockSignals(True)
            tab.page.blockSignals(True)

    def _remove(self, index: int) -> None:
        tab = self._tabs[index]
        url = tab.view.target_url()
        if tab.is_web and url not in (QUrl(), QUrl("about:blank")):
            self._closed.append(ClosedTab(index, tab.view.history_bytes(), url))
            del self._closed[:-MAX_CLOSED_TABS]
        self._keep_focus_in_stack(tab.view)
        del self._tabs[index]
        self.bar.blockSignals(True)
        self.bar.removeTab(index)
        self.bar.blockSignals(False)
        self.stack.removeWidget(tab.view)
        tab.close()
        self._show(self.bar.currentIndex())

    def _update_title(self, tab: Tab) -> None:
        if tab in self._tabs:
            self.bar.set_title(self._tabs.index(tab), tab.title or "New tab")

    def _moved(self, source: int, target: int) -> None:
        tab = self._tabs.pop(source)
        self._tabs.insert(target, tab)
        self._keep_focus_in_stack(tab.view)
        self.stack.removeWidget(tab.view)
        self.stack.insertWidget(target, tab.view)
        self._show(self.bar.currentIndex())

    def _keep_focus_in_stack(self, leaving: QWidget) -> None:
        """Qt would pass the focus of a removed widget on as if by Tab: to the panel, or to the first link of a page."""
        focused = QApplication.focusWidget()
        if focused is not None and leaving.isAncestorOf(focused):
            self.stack.setFocus()

    def _show(self, index: int) -> None:
        if 0 <= index < len(self._tabs):
            self.stack.setCurrentIndex(index)
            self.current_changed.emit(self._tabs[index])

    def _open_requested_window(self, opener: WebPage, request: QWebEngineNewWindowRequest) -> None:
        in_background = request.destination() == QWebEngineNewWindowRequest.DestinationType.InNewBackgroundTab
        page = self.factory.new_page()
        page.opener = opener.source_url()
        self.add(self.factory.for_page(page), select=not in_background)
        request.openIn(page)


class CurrentPage:
    """The selected tab, its view, and what commands want to know of its page."""

    def __init__(self, tabs: Tabs) -> None:
        self._tabs = tabs

    def tab(self) -> Tab:
        """The selected tab; CommandError if no tab is open, which happens only while the window closes."""
        tab = self._tabs.current()
        if tab is None:
            raise CommandError("No tab is open.")
        return tab

    def view(self) -> WebView:
        """The view of the selected tab; CommandError if no tab is open."""
        return self.tab().view

    def url(self) -> str:
        tab = self._tabs.current()
        return tab.view.address() if tab is not None else ""

    def title(self) -> str:
        tab = self._tabs.current()
        return tab.view.title() if tab is not None else ""
