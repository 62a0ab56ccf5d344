"""The line that `:`, `/` and `g/` open, with completion above it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QColor, QKeyEvent, QPainter
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.window import CommandLinePrefix

ROW_HEIGHT = 26
MOST_ROWS_SHOWN = 10
HISTORY_KEPT = 200


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`line` replaces what stands on the command line."""

    line: str
    label: str
    detail: str = ""


class SuggestionModel(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.suggestions: Sequence[Suggestion] = ()

    def show(self, suggestions: Sequence[Suggestion]) -> None:
        self.beginResetModel()
        self.suggestions = suggestions
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        return 0 if parent is not None and parent.isValid() else len(self.suggestions)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        return self.suggestions[index.row()].label if role == Qt.ItemDataRole.DisplayRole else None


class SuggestionRow(QStyledItemDelegate):
    """The label on the left, its explanation in a quieter colour beside it."""

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        model = index.model()
        if painter is None or not isinstance(model, SuggestionModel):
            return
        suggestion = model.suggestions[index.row()]
        theme = current_theme()
        painter.save()
        view = option.widget
        selected = isinstance(view, QListView) and view.currentIndex() == index
        box = option.rect.adjusted(2, 1, -2, -1)
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(box, 5, 5)
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        left = QRect(box.left() + 8, box.top(), max(220, box.width() // 3), box.height())
        label = metrics.elidedText(suggestion.label, Qt.TextElideMode.ElideRight, left.width())
        painter.setPen(QColor(theme.text))
        painter.drawText(left, middle, label)
        start = max(left.left() + metrics.horizontalAdvance(label), left.right()) + 14
        rest = QRect(start, box.top(), max(0, box.right() - start - 8), box.height())
        painter.setPen(QColor(theme.muted))
        painter.drawText(rest, middle, metrics.elidedText(suggestion.detail, Qt.TextElideMode.ElideRight, rest.width()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802
        return QSize(100, ROW_HEIGHT)


class CommandLine(QWidget):
    """Tab and the arrows choose a suggestion, Enter runs, Backspace on an empty line leaves.

    The arrows walk through earlier lines where nothing is suggested.
    """

    submitted = pyqtSignal(str, str)
    """Prefix and line."""
    edited = pyqtSignal(str, str)
    left = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("commandLine")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.prefix: CommandLinePrefix = ":"
        self.complete: Callable[[str], Sequence[Suggestion]] = lambda _line: ()
        self._history: dict[str, list[str]] = {}
        self._typed = ""
        self._place: int | None = None
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
        self._model = SuggestionModel(self)
        self.popup = QListView(parent)
        self.popup.setObjectName("completion")
        self.popup.setModel(self._model)
        self.popup.setItemDelegate(SuggestionRow(self.popup))
        self.popup.setUniformItemSizes(True)
        self.popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.popup.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.popup.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.popup.clicked.connect(self._clicked)
        self.popup.hide()
        self.hide()

    def open(self, prefix: CommandLinePrefix, text: str) -> None:
        self.prefix = prefix
        self._sign.setText({":": ":", "/": "/", "?": "?"}[prefix])
        self.edit.setPlaceholderText("" if prefix == ":" else "find in page")
        self.edit.setText(text)
        self._place = None
        self.show()
        self.edit.setFocus()
        self._suggest()

    def leave(self) -> None:
        self.popup.hide()
        self.hide()
        self.edit.clear()

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        return self._model.suggestions if self.popup.isVisible() else ()

    def place_popup(self) -> None:
        """Right above the line; to be called when the window's layout has changed."""
        rows = min(len(self._model.suggestions), MOST_ROWS_SHOWN)
        height = rows * ROW_HEIGHT + 14
        top_left = self.mapTo(not_null(self.parentWidget()), self.rect().topLeft())
        self.popup.setGeometry(top_left.x(), max(0, top_left.y() - height), self.width(), height)
        self.popup.raise_()

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        # Here, as Qt would take Tab for a change of focus before keyPressEvent hears of it.
        if a0 is self.edit and a1 is not None and a1.type() == QEvent.Type.KeyPress and isinstance(a1, QKeyEvent):
            return self._key(a1)
        return super().eventFilter(a0, a1)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._submit()
        elif key == Qt.Key.Key_Backspace and not self.edit.text():
            self.left.emit()
        elif key == Qt.Key.Key_Tab or (control and key == Qt.Key.Key_N):
            self._choose(1)
        elif key == Qt.Key.Key_Backtab or (control and key == Qt.Key.Key_P):
            self._choose(-1)
        elif key == Qt.Key.Key_Down:
            self._choose(1) if self._chosen() >= 0 or self._place is None else self._recall(1)
        elif key == Qt.Key.Key_Up:
            self._choose(-1) if self._chosen() >= 0 else self._recall(-1)
        else:
            return False
        return True

    def _edited(self, text: str) -> None:
        self._place = None
        self._suggest()
        self.edited.emit(self.prefix, text)

    def renew(self) -> None:
        """There may be other suggestions now; they do not disturb who has begun to choose, or has gone on."""
        if self.isVisible() and self._chosen() < 0 and self._place is None and self.edit.text() == self._typed:
            self._suggest()

    def _suggest(self) -> None:
        self._typed = self.edit.text()
        found = self.complete(self._typed) if self.prefix == ":" else ()
        self._model.show(found)
        self.popup.setCurrentIndex(QModelIndex())
        self.popup.setVisible(bool(found))
        if found:
            self.place_popup()

    def _chosen(self) -> int:
        return self.popup.currentIndex().row() if self.popup.isVisible() else -1

    def _choose(self, step: int) -> None:
        """Walk through the suggestions and what was typed, around the end."""
        if not self.popup.isVisible():
            self._suggest()
        count = len(self.suggestions)
        if not count:
            return
        at = (self._chosen() + 1 + step) % (count + 1) - 1
        self.popup.setCurrentIndex(self._model.index(at) if at >= 0 else QModelIndex())
        self.edit.setText(self._model.suggestions[at].line if at >= 0 else self._typed)
        not_null(self.popup.viewport()).update()

    def _recall(self, step: int) -> None:
        lines = self._history.get(self.prefix, [])
        if not lines:
            return
        at = (len(lines) if self._place is None else self._place) + step
        if at >= len(lines):
            self._place = None
            self.edit.setText(self._typed)
            self._suggest()
        else:
            self._place = max(0, at)
            self.edit.setText(lines[self._place])
            self.popup.hide()

    def _clicked(self, index: QModelIndex) -> None:
        self.edit.setText(self._model.suggestions[index.row()].line)
        self.edit.setFocus()
        self._suggest()

    def _submit(self) -> None:
        line = self.edit.text()
        if line.strip():
            lines = self._history.setdefault(self.prefix, [])
            if line in lines:
                lines.remove(line)
            lines.append(line)
            del lines[:-HISTORY_KEPT]
        self.submitted.emit(self.prefix, line)
