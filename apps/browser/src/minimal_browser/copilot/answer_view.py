"""What was asked and what is answered, as they stand in the panel."""

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor, QWheelEvent
from PyQt6.QtWidgets import QFrame, QLabel, QSizePolicy, QTextBrowser, QWidget

from minimal_browser.toolkit.markdown import Splitter, render
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import current_theme, document_style


def plain_label(text: str, name: str) -> QLabel:
    """A line of text that can be selected, and that nothing in it makes rich."""
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    # As wide as it gets: a long word must not widen the panel.
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


FULL = 6_000
"""Characters after which a bubble takes no more: laying out a document costs the more the longer it is."""


class Answer(QTextBrowser):
    """Markdown that grows. What is final stays; only the block being written is rendered again."""

    link_clicked = pyqtSignal(str)
    """An http or https address that the person clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.anchorClicked.connect(self._clicked)
        self._document = not_null(self.document())
        self._document.setDocumentMargin(2)
        self._document.setUndoRedoEnabled(False)
        self._document.setDefaultStyleSheet(document_style(current_theme()))
        not_null(self._document.documentLayout()).documentSizeChanged.connect(lambda _size: self._fit())
        self._splitter = Splitter()
        self._final: list[str] = []
        self._length = 0
        self._tail_at = 0
        self._fit()

    def append_markdown(self, text: str) -> None:
        final = self._splitter.feed(text)
        self._final.extend(final)
        self._length += sum(map(len, final))
        self._write(final, self._splitter.tail)

    @property
    def is_full(self) -> bool:
        return self._length > FULL

    def take_tail(self) -> str:
        """Take away the block being written, for another bubble to go on with."""
        tail, self._splitter.tail = self._splitter.tail, ""
        self._write([], "")
        return tail

    def restyle(self) -> None:
        """After a change of theme: colours are part of the rendered text."""
        self._document.setDefaultStyleSheet(document_style(current_theme()))
        self._document.clear()
        self._tail_at = 0
        self._write(self._final, self._splitter.tail)

    @property
    def markdown(self) -> str:
        return "".join(self._final) + self._splitter.tail

    def loadResource(self, type: int, name: QUrl) -> object:  # noqa: N802
        """Nothing is fetched, from nowhere."""
        return None

    def _write(self, final: list[str], tail: str) -> None:
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.setPosition(self._tail_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for block in final:
            self._insert(cursor, block)
        self._tail_at = cursor.position()
        self._insert(cursor, tail)
        cursor.endEditBlock()

    def _insert(self, cursor: QTextCursor, markdown: str) -> None:
        html = render(markdown)
        if not html.strip():
            return
        if cursor.position() > 0:
            # A plain paragraph of its own, or the block would go on in the format of the one before.
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertHtml(html)

    def _fit(self) -> None:
        self.setFixedHeight(max(1, round(self._document.size().height()) + 2))

    def resizeEvent(self, e: QResizeEvent | None) -> None:  # noqa: N802
        super().resizeEvent(e)
        self._fit()

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        if e is not None:
            e.ignore()  # the panel scrolls, not the bubble

    def _clicked(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            self.link_clicked.emit(url.toString())
