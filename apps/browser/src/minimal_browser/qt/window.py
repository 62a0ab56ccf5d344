"""The window: where its parts stand. What they do is told to it from outside."""

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QResizeEvent, QWindow
from PyQt6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from minimal_browser.qt.commandline import CommandLine
from minimal_browser.qt.statusbar import StatusBar
from minimal_browser.qt.tabs import Tabs


class BrowserWindow(QWidget):
    closing = pyqtSignal()
    native_window_made = pyqtSignal(QWindow)
    """What keys arrive at. Qt makes it anew when the first web view comes in, as that wants another kind of surface."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Minimal Browser")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(1180, 800)
        self.tabs = Tabs(self)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.tabs.stack)
        self.command_line = CommandLine(self)
        self.status = StatusBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs.bar)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.command_line)
        column.addWidget(self.status)
        self._side: QWidget | None = None
        self._side_width = 0

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
            wide = min(self._side_width, self.width() // 2)
            self._side.show()
            self.splitter.setSizes([self.width() - wide, wide])
        elif not shown:
            self._side.hide()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: N802
        super().resizeEvent(a0)
        self.command_line.place_popup()

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
