"""The tabs: the bar on top and the views it switches between."""

from dataclasses import dataclass

from PyQt6.QtCore import QByteArray, QObject, QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QStackedWidget, QTabBar, QToolButton, QWidget

from minimal_browser.page.view import WebView
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.tabs import TabInfo

CLOSED_TABS_KEPT = 30


@dataclass(frozen=True, slots=True)
class ClosedTab:
    index: int
    history: QByteArray
    url: QUrl
    """Where it was, or was going when it was closed."""


class TabBar(QTabBar):
    close_wanted = pyqtSignal(int)
    new_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setIconSize(QSize(16, 16))

    def mouseReleaseEvent(self, a0: QMouseEvent | None) -> None:  # noqa: N802
        if a0 is not None and a0.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(a0.position().toPoint())
            if index >= 0:
                self.close_wanted.emit(index)
            else:
                self.new_wanted.emit()
            return
        super().mouseReleaseEvent(a0)

    def add_close_button(self, index: int) -> None:
        button = QToolButton(self)
        button.setObjectName("closeTab")
        button.setText("×")
        button.setFixedSize(18, 18)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip("Close (d)")
        button.clicked.connect(lambda: self._close_button_clicked(button))
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def _close_button_clicked(self, button: QToolButton) -> None:
        for index in range(self.count()):
            if self.tabButton(index, QTabBar.ButtonPosition.RightSide) is button:
                self.close_wanted.emit(index)
                return


class Tabs(QObject):
    """`bar` and `stack` go where the window wants them; this keeps the two in step. Indexes here count from 0."""

    current_changed = pyqtSignal(WebView)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.bar = TabBar()
        self.stack = QStackedWidget()
        self._closed: list[ClosedTab] = []
        self.bar.currentChanged.connect(self._show)
        self.bar.tabMoved.connect(self._moved)

    def add(self, view: WebView, *, select: bool, index: int | None = None) -> None:
        """Next to the current tab, or at `index`."""
        at = self.bar.currentIndex() + 1 if index is None else min(index, self.bar.count())
        self.stack.insertWidget(at, view)
        # Not before the view is in the stack: the bar tells at once what is current.
        self.bar.insertTab(at, "New tab")
        self.bar.add_close_button(at)
        view.titleChanged.connect(lambda _title: self._retitle(view))
        view.urlChanged.connect(lambda _url: self._retitle(view))
        view.iconChanged.connect(lambda icon: self.bar.setTabIcon(self.index_of(view), icon))
        if select:
            self.bar.setCurrentIndex(at)

    def current(self) -> WebView | None:
        view = self.stack.currentWidget()
        return view if isinstance(view, WebView) else None

    def views(self) -> list[WebView]:
        widgets = (self.stack.widget(index) for index in range(self.stack.count()))
        return [view for view in widgets if isinstance(view, WebView)]

    def index_of(self, view: WebView) -> int:
        return self.stack.indexOf(view)

    def infos(self) -> list[TabInfo]:
        return [
            TabInfo(number, view.title() or view.address(), view.address(), view is self.current())
            for number, view in enumerate(self.views(), start=1)
        ]

    def select(self, index: int) -> None:
        """-1 is the last; CommandError where there is no such tab."""
        count = self.bar.count()
        if index != -1 and not 0 <= index < count:
            raise CommandError(f"there is no tab {index + 1}: {count} {'is' if count == 1 else 'are'} open")
        self.bar.setCurrentIndex(count - 1 if index == -1 else index)

    def cycle(self, steps: int) -> None:
        self.bar.setCurrentIndex((self.bar.currentIndex() + steps) % self.bar.count())

    def move(self, steps: int) -> None:
        here = self.bar.currentIndex()
        self.bar.moveTab(here, max(0, min(self.bar.count() - 1, here + steps)))

    def close(self, index: int) -> None:
        """Keep its history for `pop_closed`, then take the view away."""
        view = self.views()[index]
        url = view.wanted()
        if url not in (QUrl(), QUrl("about:blank")) and url.scheme() != "mb-generated":
            self._closed.append(ClosedTab(index, view.history_bytes(), url))
            del self._closed[:-CLOSED_TABS_KEPT]
        self._hold_focus(view)
        self.bar.blockSignals(True)
        self.bar.removeTab(index)
        self.bar.blockSignals(False)
        self.stack.removeWidget(view)
        view.deleteLater()
        self._show(self.bar.currentIndex())

    def pop_closed(self) -> ClosedTab:
        if not self._closed:
            raise CommandError("no closed tab to open again")
        return self._closed.pop()

    def drop_closed(self) -> None:
        """Forget the closed tabs: none can be opened again."""
        self._closed.clear()

    def _retitle(self, view: WebView) -> None:
        index = self.index_of(view)
        if index >= 0:
            title = view.title() or view.address() or "New tab"
            # A lone & would be taken for a mnemonic.
            self.bar.setTabText(index, title.replace("&", "&&"))
            self.bar.setTabToolTip(index, title)

    def _moved(self, source: int, target: int) -> None:
        widget = self.stack.widget(source)
        if widget is not None:
            self._hold_focus(widget)
            self.stack.removeWidget(widget)
            self.stack.insertWidget(target, widget)
            self._show(self.bar.currentIndex())

    def _hold_focus(self, leaving: QWidget) -> None:
        """Qt passes the focus of a widget that leaves on as if by Tab: to the panel, or to the first link of a page."""
        focused = QApplication.focusWidget()
        if focused is not None and leaving.isAncestorOf(focused):
            self.stack.setFocus()

    def _show(self, index: int) -> None:
        if 0 <= index < self.stack.count():
            self.stack.setCurrentIndex(index)
            view = self.current()
            if view is not None:
                self.current_changed.emit(view)
