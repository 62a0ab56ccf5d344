"""The line at the bottom of the window: mode, address, message, pending keys, and the copilot's model."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from minimal_browser.toolkit.labels import ElidedLabel
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import MessageLevel


class StatusBar(QWidget):
    """Displays what the window tells it; `Messages` decides which message is on show. `keys` is like vim's showcmd."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._progress = QProgressBar()
        self._progress.setObjectName("progress")
        self._progress.setFixedHeight(2)
        self._progress.setTextVisible(False)
        self.mode = _label("mode")
        self.url = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self.url.setObjectName("url")
        self.message = ElidedLabel()
        self.message.setObjectName("message")
        self._long_message = _label("wholeMessage")
        self._long_message.setWordWrap(True)
        self._long_message.setContentsMargins(10, 6, 10, 2)
        self._long_message.hide()
        self.keys = _label("keys")
        self.model = _label("model")
        self._lay_out()
        self.show_progress(100)

    def show_mode(self, mode: Mode) -> None:
        self.mode.setText(mode.label)
        self.mode.setStyleSheet(f"background: {current_theme().modes[mode]};")

    def show_progress(self, percent: int) -> None:
        """Show how much of the page is loaded; nothing at 100."""
        self._progress.setValue(percent if percent < 100 else 0)

    def show_message(self, text: str, level: MessageLevel) -> None:
        """Show a message. A long warning or error is shown in full, above the line."""
        is_long = level is not MessageLevel.INFO and self.fontMetrics().horizontalAdvance(text) > self.width() // 2
        for label in (self.message, self._long_message):
            label.setProperty("level", level.value)
            style = not_null(label.style())
            style.unpolish(label)
            style.polish(label)
        self.message.show_text(text)
        self.message.setVisible(not is_long)
        self._long_message.setText(text if is_long else "")
        self._long_message.setVisible(is_long)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 10, 5)
        line.setSpacing(10)
        line.addWidget(self.mode)
        line.addWidget(self.url, 3)
        line.addWidget(self.message, 4)
        line.addWidget(self.keys)
        line.addWidget(self.model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._progress)
        column.addWidget(self._long_message)
        column.addLayout(line)


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
