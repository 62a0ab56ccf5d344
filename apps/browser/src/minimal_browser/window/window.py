"""The window: where its parts stand. What they do is told to it from outside.

It begins with one view and room for the rest, as the first paint waits for nothing else; `furnish` makes the rest.
"""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QResizeEvent, QWindow
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from minimal_browser.toolkit.not_null import not_null

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QSplitter

    from minimal_browser.completion.command_line import CommandLine
    from minimal_browser.tabs.tabs import Tabs
    from minimal_browser.window.status_bar import StatusBar

SIZE = QSize(1180, 800)
FRAME = QSize(16, 48)
"""What a window manager may put around the window."""
ROOM_ABOVE, ROOM_BELOW = 36, 28
"""What tab bar and status bar will take, so that the page is laid out once."""


class BrowserWindow(QWidget):
    tabs: "Tabs"
    splitter: "QSplitter"
    command_line: "CommandLine"
    status: "StatusBar"

    closing = pyqtSignal()
    native_window_made = pyqtSignal(QWindow)
    """What keys arrive at. Qt makes it anew when the first web view comes in, as that wants another kind of surface."""

    def __init__(self, view: QWidget) -> None:
        super().__init__()
        self.setWindowTitle("Minimal Browser")
        self.resize(SIZE.boundedTo(not_null(self.screen()).availableSize() - FRAME))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, ROOM_ABOVE, 0, ROOM_BELOW)
        self._column.setSpacing(0)
        self._column.addWidget(view)
        self._furnished = False
        self._side: QWidget | None = None
        self._side_width = 0

    def furnish(self) -> None:
        """Tabs, command line and status bar; the view waits to be put into a tab."""
        from PyQt6.QtCore import Qt
        from PyQt6.QtWidgets import QSplitter

        from minimal_browser.completion.command_line import CommandLine
        from minimal_browser.tabs.tabs import Tabs
        from minimal_browser.window.status_bar import StatusBar

        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tabs = Tabs(self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.tabs.stack)
        self.command_line = CommandLine(self)
        self.status = StatusBar()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.tabs.bar)
        self._column.addWidget(self.splitter, 1)
        self._column.addWidget(self.command_line)
        self._column.addWidget(self.status)
        self._furnished = True

    def event(self, a0: QEvent | None) -> bool:
        if a0 is not None and a0.type() == QEvent.Type.WinIdChange:
            handle = self.windowHandle()
            if handle is not None:
                self.native_window_made.emit(handle)
        return super().event(a0)

    def add_side(self, side: QWidget, width: int) -> None:
        """Put a widget beside the page, hidden; `width` in pixels is where it starts."""
        self._side, self._side_width = side, width
        side.hide()
        self.splitter.addWidget(side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)

    def show_side(self, shown: bool) -> None:
        if self._side is None:
            return
        if shown and not self._side.isVisible():
            self._side.show()
            self._divide(self._side_width)
        elif not shown:
            self._side.hide()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        super().resizeEvent(a0)
        if self._furnished:
            self.command_line.place_popup()
            if self._side is not None and self._side.isVisible():
                self._divide(self._side.width())

    def _divide(self, wide: int) -> None:
        """At least half is the page's."""
        wide = min(wide, self.width() // 2)
        self.splitter.setSizes([self.width() - wide, wide])

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        self.closing.emit()
        super().closeEvent(a0)

    def fill_screen(self, filled: bool) -> None:
        """Only the page, on the whole screen; or everything again."""
        self.tabs.bar.setVisible(not filled)
        self.status.setVisible(not filled)
        if filled:
            self.showFullScreen()
        else:
            self.showNormal()
