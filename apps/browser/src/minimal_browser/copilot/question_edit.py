"""The field in which the user types a question."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QPlainTextEdit

from minimal_browser.toolkit.not_null import not_null

MAX_LINES = 8


class QuestionEdit(QPlainTextEdit):
    """Grows with its text; Enter submits, Shift+Enter breaks the line."""

    submitted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ask")
        self.setPlaceholderText("Ask about this page…")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        if e is None:
            return
        shift = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            if self.toPlainText().strip():
                self.submitted.emit(self.toPlainText().strip())
            return
        super().keyPressEvent(e)

    def _fit(self) -> None:
        lines = max(1, min(MAX_LINES, round(not_null(self.document()).size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 26)
