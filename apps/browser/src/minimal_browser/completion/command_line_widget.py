"""The line at the bottom of the window for commands and searches, with suggestions above it."""

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QModelIndex, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from minimal_browser.completion.suggestion_list import Suggestion, SuggestionList
from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.window import CommandLinePrefix

MAX_HISTORY = 200


class CommandLineWidget(QWidget):
    """Tab and the arrows choose a suggestion, Enter submits, Backspace on an empty line cancels.

    The arrows walk through earlier lines if there are no suggestions.
    """

    submitted = pyqtSignal(str, str)
    """Prefix and line."""
    edited = pyqtSignal(str, str)
    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget, complete: Callable[[str], Sequence[Suggestion]]) -> None:
        """`complete` returns the suggestions for a line of a command. `parent` is the widget above which they show."""
        super().__init__(parent)
        self.setObjectName("commandLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.prefix: CommandLinePrefix = ":"
        self._complete = complete
        self._history: dict[str, list[str]] = {}
        self._typed = ""
        self._position: int | None = None
        """Which line of the history is shown, if one is."""
        self._sign = QLabel()
        self.edit = QLineEdit()
        self.edit.setFrame(False)
        self.edit.textEdited.connect(self._edited)
        self.edit.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._sign)
        row.addWidget(self.edit)
        self.popup = SuggestionList(parent)
        self.popup.clicked.connect(self._clicked)
        self.hide()

    def open(self, prefix: CommandLinePrefix, text: str) -> None:
        self.prefix = prefix
        self._sign.setText(prefix)
        self.edit.setPlaceholderText("" if prefix == ":" else "find in page")
        self.edit.setText(text)
        self._position = None
        self.show()
        self._suggest()

    def close_line(self) -> None:
        self.popup.hide()
        self.hide()
        self.edit.clear()

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        return self.popup.suggestions if self.popup.isVisible() else ()

    def place_popup(self) -> None:
        """Put the suggestions right above the line. Call this when the layout of the window has changed."""
        height = self.popup.height_for_rows()
        top_left = self.mapTo(not_null(self.parentWidget()), self.rect().topLeft())
        self.popup.setGeometry(top_left.x(), max(0, top_left.y() - height), self.width(), height)
        self.popup.raise_()

    def refresh(self) -> None:
        """Ask for suggestions again, unless the user has chosen one or changed the text since."""
        unchanged = self._position is None and self.edit.text() == self._typed
        if self.isVisible() and self.popup.chosen() < 0 and unchanged:
            self._suggest()

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        # Here, as Qt handles Tab as a change of focus before keyPressEvent sees it.
        if a0 is self.edit and a1 is not None and a1.type() == QEvent.Type.KeyPress and isinstance(a1, QKeyEvent):
            return self._key(a1)
        return super().eventFilter(a0, a1)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._submit()
        elif key == Qt.Key.Key_Backspace and not self.edit.text():
            self.cancelled.emit()
        elif key == Qt.Key.Key_Tab or (control and key == Qt.Key.Key_N):
            self._choose(1)
        elif key == Qt.Key.Key_Backtab or (control and key == Qt.Key.Key_P):
            self._choose(-1)
        elif key == Qt.Key.Key_Down:
            self._arrow(1)
        elif key == Qt.Key.Key_Up:
            self._arrow(-1)
        else:
            return False
        return True

    def _edited(self, text: str) -> None:
        self._position = None
        self._suggest()
        self.edited.emit(self.prefix, text)

    def _suggest(self) -> None:
        self._typed = self.edit.text()
        self.popup.show_suggestions(self._complete(self._typed) if self.prefix == ":" else ())
        if self.popup.isVisible():
            self.place_popup()

    def _arrow(self, step: int) -> None:
        """Walk through the suggestions if one is chosen, or downwards if no earlier line is shown; else the history."""
        if self.popup.chosen() >= 0 or (step > 0 and self._position is None):
            self._choose(step)
        else:
            self._show_earlier_line(step)

    def _choose(self, step: int) -> None:
        """Walk through the suggestions and the text as typed, wrapping around."""
        if not self.popup.isVisible():
            self._suggest()
        count = len(self.suggestions)
        if not count:
            return
        index = (self.popup.chosen() + 1 + step) % (count + 1) - 1
        self.popup.choose(index)
        self.edit.setText(self.suggestions[index].line if index >= 0 else self._typed)

    def _show_earlier_line(self, step: int) -> None:
        lines = self._history.get(self.prefix, [])
        if not lines:
            return
        position = (len(lines) if self._position is None else self._position) + step
        if position >= len(lines):
            self._position = None
            self.edit.setText(self._typed)
            self._suggest()
        else:
            self._position = max(0, position)
            self.edit.setText(lines[self._position])
            self.popup.hide()

    def _clicked(self, index: QModelIndex) -> None:
        self.edit.setText(self.popup.suggestions[index.row()].line)
        self.edit.setFocus()
        self._suggest()

    def _submit(self) -> None:
        line = self.edit.text()
        if line.strip():
            lines = self._history.setdefault(self.prefix, [])
            if line in lines:
                lines.remove(line)
            lines.append(line)
            del lines[:-MAX_HISTORY]
        self.submitted.emit(self.prefix, line)
