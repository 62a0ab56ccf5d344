"""The top-level window and its layout.

It starts with one view and empty margins, as the first paint needs nothing else; `add_controls` adds the rest.
"""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QSize, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QResizeEvent, QWindow
from PyQt6.QtWidgets import QDialog, QVBoxLayout, QWidget

from minimal_browser.toolkit.not_null import not_null

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QSplitter

NAME = "Minimal Browser"
SIZE = QSize(1180, 800)
FRAME = QSize(16, 48)
"""What a window manager may add around the window."""
MARGIN_ABOVE, MARGIN_BELOW = 36, 28
"""The heights of tab bar and status bar, so that the page is laid out once."""
DIALOG_END_MS = 10
"""How often to check whether the dialogs of a closed window have ended."""


class BrowserWindow(QWidget):
    """Lays out the parts of a window. `closing` is emitted before it closes."""

    splitter: "QSplitter"

    closing = pyqtSignal()
    resized = pyqtSignal()
    native_window_created = pyqtSignal(QWindow)
    """The window that receives keys. Qt replaces it when the first web view comes in, which needs another surface."""

    def __init__(self, view: QWidget | None = None) -> None:
        super().__init__()
        self.setWindowTitle(NAME)
        self.resize(SIZE.boundedTo(not_null(self.screen()).availableSize() - FRAME))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, MARGIN_ABOVE, 0, MARGIN_BELOW)
        self._column.setSpacing(0)
        if view is not None:
            self._column.addWidget(view)
        self._bars: tuple[QWidget, ...] = ()
        self._side: QWidget | None = None
        self._side_width = 0

    def add_controls(self, tab_bar: QWidget, pages: QWidget, command_line: QWidget, status_bar: QWidget) -> None:
        from PyQt6.QtCore import Qt
        from PyQt6.QtWidgets import QSplitter

        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(pages)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(tab_bar)
        self._column.addWidget(self.splitter, 1)
        self._column.addWidget(command_line)
        self._column.addWidget(status_bar)
        self._bars = (tab_bar, status_bar)

    def event(self, a0: QEvent | None) -> bool:
        if a0 is not None and a0.type() == QEvent.Type.WinIdChange:
            handle = self.windowHandle()
            if handle is not None:
                self.native_window_created.emit(handle)
        return super().event(a0)

    def add_side(self, side: QWidget, width: int) -> None:
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
        self.resized.emit()
        if self._side is not None and self._side.isVisible():
            self._divide(self._side.width())

    def _divide(self, width: int) -> None:
        """Give the side `width` pixels, and the page at least half of the window."""
        width = min(width, self.width() // 2)
        self.splitter.setSizes([self.width() - width, width])

    def closeEvent(self, a0: QCloseEvent | None) -> None:  # noqa: N802
        self.closing.emit()
        super().closeEvent(a0)

    def delete_when_idle(self) -> None:
        """Delete the closed window. Its dialogs are dismissed first, as their event loops return into its pages."""
        dialogs = self.findChildren(QDialog)
        for dialog in dialogs:
            dialog.reject()
        if dialogs:
            QTimer.singleShot(DIALOG_END_MS, self.delete_when_idle)
        else:
            self.deleteLater()

    def fill_screen(self, filled: bool) -> None:
        for bar in self._bars:
            bar.setVisible(not filled)
        if filled:
            self.showFullScreen()
        else:
            self.showNormal()
