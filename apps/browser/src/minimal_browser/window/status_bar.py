"""The line at the bottom: mode, address, messages, half-typed keys, and which model answers."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from minimal_browser.toolkit.elided_label import ElidedLabel
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme
from minimal_browser.toolkit.timers import once
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import MessageLevel

MESSAGE_MS = {MessageLevel.INFO: 5_000, MessageLevel.WARNING: 10_000, MessageLevel.ERROR: 20_000}


class StatusBar(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._progress = QProgressBar()
        self._progress.setObjectName("progress")
        self._progress.setFixedHeight(2)
        self._progress.setTextVisible(False)
        self._mode = QLabel()
        self._mode.setObjectName("mode")
        self._url = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self._url.setObjectName("url")
        self._message = ElidedLabel()
        self._message.setObjectName("message")
        self._whole = QLabel()
        self._whole.setObjectName("wholeMessage")
        self._whole.setTextFormat(Qt.TextFormat.PlainText)
        self._whole.setWordWrap(True)
        self._whole.setContentsMargins(10, 6, 10, 2)
        self._whole.hide()
        self._keys = QLabel()
        self._keys.setObjectName("keys")
        self._model = QLabel()
        self._model.setObjectName("model")
        for label in (self._keys, self._model):
            label.setTextFormat(Qt.TextFormat.PlainText)

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
        column.addWidget(self._whole)
        column.addLayout(line)

        self.message = ""
        self._link = ""
        self._clear = once(self, self.clear_message)
        self.show_progress(100)

    def show_mode(self, mode: Mode) -> None:
        self._mode.setText(mode.label)
        self._mode.setStyleSheet(f"background: {current_theme().modes[mode]};")

    def show_url(self, url: str) -> None:
        self._url.show_text(url)

    def show_link(self, url: str) -> None:
        """Where a link leads, in the place of messages and after them: a page can point at any link by itself, and must
        not be able to pass it for its own address or to hide what we say.
        """
        self._link = url
        if not self.message:
            self._show(f"→ {url}" if url else "", MessageLevel.INFO)

    def show_progress(self, percent: int) -> None:
        """0 to 100; the line is out of sight at 100."""
        self._progress.setValue(percent if percent < 100 else 0)

    def show_message(self, text: str, level: MessageLevel = MessageLevel.INFO) -> None:
        self.message = text.replace("\n", " ")
        self._show(text, level)
        self._clear.start(MESSAGE_MS[level])

    def clear_message(self) -> None:
        self._clear.stop()
        self.message = ""
        self.show_link(self._link)

    def _show(self, text: str, level: MessageLevel) -> None:
        """What went wrong is shown whole, above the line where it is too long for it."""
        is_long = level is not MessageLevel.INFO and self.fontMetrics().horizontalAdvance(text) > self.width() // 2
        for label in (self._message, self._whole):
            label.setProperty("level", level.value)
            style = not_null(label.style())
            style.unpolish(label)
            style.polish(label)
        self._message.show_text(text)
        self._message.setVisible(not is_long)
        self._whole.setText(text if is_long else "")
        self._whole.setVisible(is_long)

    def show_keys(self, keys: str) -> None:
        """Keys typed so far of a longer command, as vim's showcmd."""
        self._keys.setText(keys)

    def show_model(self, label: str) -> None:
        self._model.setText(label)

    @property
    def message_text(self) -> str:
        """What stands in the place of messages: one, or where a link leads."""
        return self._message.full_text

    @property
    def mode_text(self) -> str:
        return self._mode.text()

    @property
    def url_text(self) -> str:
        return self._url.full_text
