"""Shows an answer as it arrives."""

from PyQt6.QtCore import Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor, QWheelEvent
from PyQt6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from minimal_browser.toolkit.markdown import BlockSplitter, render
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import document_style

MAX_CHARACTERS = 6_000
"""Characters after which a view accepts no more: the longer a document, the longer its layout takes."""


class AnswerView(QTextBrowser):
    """Growing Markdown. Complete blocks stay as they are; only the unfinished last block is rendered again."""

    link_clicked = pyqtSignal(str)
    """An http or https address that the user clicked."""

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
        self._document.setDefaultStyleSheet(document_style())
        not_null(self._document.documentLayout()).documentSizeChanged.connect(lambda _size: self._fit())
        self._splitter = BlockSplitter()
        self._complete: list[str] = []
        self._length = 0
        self._tail_at = 0
        self._fit()

    def append_markdown(self, text: str) -> None:
        complete = self._splitter.feed(text)
        self._complete.extend(complete)
        self._length += sum(map(len, complete))
        self._write(complete, self._splitter.tail)

    @property
    def is_full(self) -> bool:
        """Whether the answer should continue in another view."""
        return self._length > MAX_CHARACTERS

    def take_tail(self) -> str:
        """Remove the unfinished last block and return it, so that another view continues with it."""
        tail, self._splitter.tail = self._splitter.tail, ""
        self._write([], "")
        return tail

    def restyle(self) -> None:
        """Render again after a change of theme: colours are part of the rendered text."""
        self._document.setDefaultStyleSheet(document_style())
        self._document.clear()
        self._tail_at = 0
        self._write(self._complete, self._splitter.tail)

    @property
    def markdown(self) -> str:
        return "".join(self._complete) + self._splitter.tail

    def loadResource(self, type: int, name: QUrl) -> object:  # noqa: N802
        return None

    def _write(self, complete: list[str], tail: str) -> None:
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.setPosition(self._tail_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for block in complete:
            self._insert(cursor, block)
        self._tail_at = cursor.position()
        self._insert(cursor, tail)
        cursor.endEditBlock()

    def _insert(self, cursor: QTextCursor, markdown: str) -> None:
        html = render(markdown)
        if not html.strip():
            return
        if cursor.position() > 0:
            # A new plain paragraph, or the block would continue in the format of the one before.
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        cursor.insertHtml(html)

    def _fit(self) -> None:
        self.setFixedHeight(max(1, round(self._document.size().height()) + 2))

    def resizeEvent(self, e: QResizeEvent | None) -> None:  # noqa: N802
        super().resizeEvent(e)
        self._fit()

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        if e is not None:
            e.ignore()  # the panel scrolls, not this view

    def _clicked(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            self.link_clicked.emit(url.toString())
