"""Copies text to the system's clipboard and reads it."""

from PyQt6.QtGui import QGuiApplication

from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.window import Messages


class Clipboard:
    """The system's clipboard."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def copy(self, text: str) -> None:
        not_null(QGuiApplication.clipboard()).setText(text)
        self._messages.show(f"copied: {text}")

    def text(self) -> str:
        return not_null(QGuiApplication.clipboard()).text()
