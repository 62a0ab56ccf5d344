"""The line at the bottom of the window: mode, address, message, pending keys, and the copilot's model."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from minimal_browser.toolkit.elided_label import ElidedLabel
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import MessageLevel


class StatusBar(QWidget):
    """Displays what the window tells it; `Messages` decides which message is on show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._progress = QProgressBar()
        self._progress.setObjectName("progress")
        self._progress.setFixedHeight(2)
        self._progress.setTextVisible(False)
        self._mode = _label("mode")
        self._url = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self._url.setObjectName("url")
        self._message = ElidedLabel()
        self._message.setObjectName("message")
        self._long_message = _label("wholeMessage")
        self._long_message.setWordWrap(True)
        self._long_message.setContentsMargins(10, 6, 10, 2)
        self._long_message.hide()
        self._keys = _label("keys")
        self._model = _label("model")
        self._lay_out()
        self.show_progress(100)

    def show_mode(self, mode: Mode) -> None:
        self._mode.setText(mode.label)
        self._mode.setStyleSheet(f"background: {current_theme().modes[mode]};")

    def show_url(self, url: str) -> None:
        self._url.show_text(url)

    def show_progress(self, percent: int) -> None:
        """Show how much of the page is loaded; nothing at 100."""
        self._progress.setValue(percent if percent < 100 else 0)

    def show_message(self, text: str, level: MessageLevel) -> None:
        """Show a message. A long warning or error is shown in full, above the line."""
        is_long = level is not MessageLevel.INFO and self.fontMetrics().horizontalAdvance(text) > self.width() // 2
        for label in (self._message, self._long_message):
            label.setProperty("level", level.value)
            style = not_null(label.style())
            style.unpolish(label)
            style.polish(label)
        self._message.show_text(text)
        self._message.setVisible(not is_long)
        self._long_message.setText(text if is_long else "")
        self._long_message.setVisible(is_long)

    def show_keys(self, keys: str) -> None:
        self._keys.setText(keys)

    def show_model(self, label: str) -> None:
        self._model.setText(label)

    @property
    def message_text(self) -> str:
        return self._message.full_text

    @property
    def mode_text(self) -> str:
        return self._mode.text()

    @property
    def url_text(self) -> str:
        return self._url.full_text

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 10, 5)
        line.setSpacing(10)
        line.addWidget(self._mode)
        line.addWidget(self._url, 3)
        line.addWidget(self._message, 4)
        line.addWidget(self._keys)
        line.addWidget(self._model)
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
