"""The scrolling list of questions, answers, cards and notes; the newest text stays in view."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from minimal_browser.toolkit.not_null import not_null

NEAR_END = 40
"""Pixels from the end within which the view still follows new text."""


class TranscriptView(QScrollArea):
    """A column of widgets; it follows new text unless the user has scrolled up to read."""

    def __init__(self, placeholder: QWidget) -> None:
        super().__init__()
        self.setObjectName("transcript")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        content.setObjectName("turns")
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(14, 6, 14, 10)
        self._column.setSpacing(10)
        self._placeholder = placeholder
        self._column.addWidget(placeholder)
        self._column.addStretch(1)
        self.setWidget(content)
        self._follows = True
        scroll_bar = not_null(self.verticalScrollBar())
        scroll_bar.rangeChanged.connect(self._range_changed)
        scroll_bar.valueChanged.connect(self._scrolled)

    def add(self, widget: QWidget) -> None:
        self._placeholder.hide()
        self._column.insertWidget(self._column.count() - 1, widget)

    def remove(self, widget: QWidget) -> None:
        self._column.removeWidget(widget)
        widget.deleteLater()

    def clear(self) -> None:
        for widget in self.widgets():
            self.remove(widget)
        self._placeholder.show()

    def widgets(self) -> list[QWidget]:
        items = (self._column.itemAt(index) for index in range(1, self._column.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if widget is not None]

    def follow(self) -> None:
        self._follows = True

    def _scrolled(self, value: int) -> None:
        self._follows = value >= not_null(self.verticalScrollBar()).maximum() - NEAR_END

    def _range_changed(self, _minimum: int, maximum: int) -> None:
        if self._follows:
            not_null(self.verticalScrollBar()).setValue(maximum)
