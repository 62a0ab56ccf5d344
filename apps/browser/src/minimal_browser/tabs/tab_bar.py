"""The bar of tabs at the top of the window."""

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QTabBar, QToolButton, QWidget


class TabBar(QTabBar):
    """Tabs with a close button; a middle click closes a tab, or opens one if it is beside them."""

    close_requested = pyqtSignal(int)
    new_requested = pyqtSignal()

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
                self.close_requested.emit(index)
            else:
                self.new_requested.emit()
            return
        super().mouseReleaseEvent(a0)

    def insert(self, index: int) -> None:
        self.insertTab(index, "New tab")
        button = QToolButton(self)
        button.setObjectName("closeTab")
        button.setText("×")
        button.setFixedSize(18, 18)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip("Close (d)")
        button.clicked.connect(lambda: self._close_button_clicked(button))
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, button)

    def set_title(self, index: int, title: str) -> None:
        # A single & would be read as a mnemonic.
        self.setTabText(index, title.replace("&", "&&"))
        self.setTabToolTip(index, title)

    def _close_button_clicked(self, button: QToolButton) -> None:
        for index in range(self.count()):
            if self.tabButton(index, QTabBar.ButtonPosition.RightSide) is button:
                self.close_requested.emit(index)
                return
