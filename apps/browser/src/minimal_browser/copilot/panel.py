"""The copilot's panel beside the page: questions, answers as they stream in, and where to type."""

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtBoundSignal, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from minimal_browser.copilot.action_card import ActionCard
from minimal_browser.copilot.answer_view import Answer, plain_label
from minimal_browser.toolkit.not_null import not_null
from minimal_browser.window.status_bar import ElidedLabel

EMPTY = "Ask about the page you see, or say where to go. Answers stay here, and :conversations finds them again."
HINT = "Enter asks · Shift+Enter new line · Esc back to the page"
MOST_INPUT_LINES = 8
NEAR_THE_END = 40


class QuestionEdit(QPlainTextEdit):
    """Grows with what is typed; Enter submits, Shift+Enter breaks the line."""

    submitted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ask")
        self.setPlaceholderText("Ask about this page…")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        if e is None:
            return
        shift = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            if self.toPlainText().strip():
                self.submitted.emit(self.toPlainText().strip())
            return
        super().keyPressEvent(e)

    def _fit(self) -> None:
        lines = max(1, min(MOST_INPUT_LINES, round(not_null(self.document()).size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 26)


class CopilotPanel(QWidget):
    asked = pyqtSignal(str)
    cancelled = pyqtSignal()
    new_thread_wanted = pyqtSignal()
    hide_wanted = pyqtSignal()
    link_clicked = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(280)
        self.input = QuestionEdit()
        self.input.submitted.connect(self.asked)
        self._label = ElidedLabel()
        self._label.setObjectName("sideLabel")
        self._stop = self._button("Stop", "Stop the answer (Alt+C)", self.cancelled)
        self._stop.hide()

        title = QLabel("Copilot")
        title.setObjectName("sideTitle")
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 8, 6)
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(self._label, 1)
        head.addWidget(self._stop)
        head.addWidget(self._button("New", "Begin a new conversation (Alt+T)", self.new_thread_wanted))
        head.addWidget(self._button("×", "Hide the panel (Alt+A)", self.hide_wanted))

        turns = QWidget()
        turns.setObjectName("turns")
        self._turns = QVBoxLayout(turns)
        self._turns.setContentsMargins(14, 6, 14, 10)
        self._turns.setSpacing(10)
        self._empty = plain_label(EMPTY, "empty")
        self._turns.addWidget(self._empty)
        self._turns.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("transcript")
        self._scroll.setWidget(turns)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        not_null(self._scroll.verticalScrollBar()).rangeChanged.connect(self._follow)
        self._following = True
        not_null(self._scroll.verticalScrollBar()).valueChanged.connect(self._scrolled)

        hint = QLabel(HINT)
        hint.setObjectName("sideLabel")
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 4, 12, 8)
        foot.setSpacing(4)
        foot.addWidget(self.input)
        foot.addWidget(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        column.addLayout(foot)
        self._answer: Answer | None = None
        self._thinking: QLabel | None = None

    def _button(self, text: str, tip: str, signal: pyqtBoundSignal) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("sideButton")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked: signal.emit())
        return button

    # -- what stands in the panel

    def begin_turn(self, question: str) -> None:
        self._empty.hide()
        self._answer = None
        self._add(plain_label(question, "question"))
        self._following = True
        self._stop.show()
        self.show_thinking()

    def show_thinking(self) -> None:
        """Until the first word of the answer comes."""
        if self._thinking is None and self._answer is None:
            self._thinking = plain_label("Thinking…", "note")
            self._add(self._thinking)

    def _stop_thinking(self) -> None:
        if self._thinking is not None:
            self._turns.removeWidget(self._thinking)
            self._thinking.deleteLater()
            self._thinking = None

    def add_text(self, text: str) -> None:
        """The next piece of the answer; below an action or a note, a new bubble."""
        self._stop_thinking()
        if self._answer is None:
            self._answer = self._new_answer()
        self._answer.append_markdown(text)
        if self._answer.is_full:
            tail = self._answer.take_tail()
            self._answer = self._new_answer()
            self._answer.append_markdown(tail)

    def _new_answer(self) -> Answer:
        answer = Answer()
        answer.link_clicked.connect(self.link_clicked)
        self._add(answer)
        return answer

    def add_card(self, card: ActionCard) -> None:
        self._stop_thinking()
        self._answer = None
        self._add(card)

    def add_note(self, text: str, *, failure: bool = False) -> None:
        self._stop_thinking()
        self._answer = None
        self._add(plain_label(text, "failure" if failure else "note"))

    def end_turn(self) -> None:
        self._stop_thinking()
        self._answer = None
        self._stop.hide()

    def clear(self) -> None:
        self._answer = None
        self._thinking = None
        while (item := self._turns.takeAt(1)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._turns.addStretch(1)
        self._empty.show()

    def show_label(self, label: str) -> None:
        """Who answers: a model, or that there is none."""
        self._label.show_text(label)

    def answers(self) -> list[Answer]:
        return [widget for widget in self._widgets() if isinstance(widget, Answer)]

    def cards(self) -> list[ActionCard]:
        return [widget for widget in self._widgets() if isinstance(widget, ActionCard)]

    def notes(self) -> list[str]:
        labels = (widget for widget in self._widgets() if isinstance(widget, QLabel))
        return [
            label.text()
            for label in labels
            if label.objectName() in ("note", "failure") and label is not self._thinking
        ]

    def _widgets(self) -> list[QWidget]:
        items = (self._turns.itemAt(index) for index in range(self._turns.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if widget is not None]

    def _add(self, widget: QWidget) -> None:
        self._turns.insertWidget(self._turns.count() - 1, widget)

    # -- the newest text stays in view, unless the person scrolled up to read

    def _scrolled(self, value: int) -> None:
        self._following = value >= not_null(self._scroll.verticalScrollBar()).maximum() - NEAR_THE_END

    def _follow(self, _minimum: int, maximum: int) -> None:
        if self._following:
            not_null(self._scroll.verticalScrollBar()).setValue(maximum)

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.PaletteChange:
            # Later: within the event, the new colours are not everywhere yet.
            QTimer.singleShot(0, self._restyle)

    def _restyle(self) -> None:
        for answer in self.answers():
            answer.restyle()
