"""The list of suggestions above the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme

ROW_HEIGHT = 26
MAX_ROWS = 10
"""Rows on show; more are scrolled to."""
MARGIN = 14


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion; `line` replaces the text of the command line."""

    line: str
    label: str
    detail: str = ""


class SuggestionModel(QAbstractListModel):
    """The suggestions on show."""

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
    """Paints the label on the left and the detail beside it in a quieter colour."""

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


class SuggestionList(QListView):
    """Shows suggestions; the row that the user chose is its current index."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("completion")
        self._model = SuggestionModel(self)
        self.setModel(self._model)
        self.setItemDelegate(SuggestionRow(self))
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.hide()

    @property
    def suggestions(self) -> Sequence[Suggestion]:
        return self._model.suggestions

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """Show `suggestions` with none chosen, or hide the list if there are none."""
        self._model.show(suggestions)
        self.setCurrentIndex(QModelIndex())
        self.setVisible(bool(suggestions))

    def chosen(self) -> int:
        """The index of the chosen suggestion, -1 if none is chosen."""
        return self.currentIndex().row() if self.isVisible() else -1

    def choose(self, index: int) -> None:
        self.setCurrentIndex(self._model.index(index) if index >= 0 else QModelIndex())
        not_null(self.viewport()).update()

    def height_for_rows(self) -> int:
        """The height that shows all rows, up to `MAX_ROWS`, in pixels."""
        return min(len(self.suggestions), MAX_ROWS) * ROW_HEIGHT + MARGIN
