"""The copilot's panel beside the page: the transcript, and where to type."""

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtBoundSignal, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QVBoxLayout, QWidget

from minimal_browser.copilot.action_card import ActionCard
from minimal_browser.copilot.answer_view import AnswerView
from minimal_browser.copilot.question_edit import QuestionEdit
from minimal_browser.copilot.transcript_view import TranscriptView
from minimal_browser.toolkit.labels import ElidedLabel, plain_label

PLACEHOLDER = "Ask about the page you see, or say where to go. Answers stay here, and :conversations finds them again."
HINT = "Enter asks · Shift+Enter new line · Esc back to the page"


class CopilotPanel(QWidget):
    """Shows questions and answers, and emits what the user asks for; knows nothing of sessions."""

    question_submitted = pyqtSignal(str)
    stop_clicked = pyqtSignal()
    new_thread_clicked = pyqtSignal()
    hide_clicked = pyqtSignal()
    link_clicked = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(280)
        self.input = QuestionEdit()
        self.input.submitted.connect(self.question_submitted)
        self._label = ElidedLabel()
        self._label.setObjectName("sideLabel")
        self._stop = _button("Stop", "Stop the answer (Alt+C)", self.stop_clicked)
        self._stop.hide()
        self.transcript = TranscriptView(plain_label(PLACEHOLDER, "empty"))
        self._answer: AnswerView | None = None
        self._thinking: QLabel | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._header())
        column.addWidget(self.transcript, 1)
        column.addLayout(self._footer())

    def _header(self) -> QLayout:
        title = QLabel("Copilot")
        title.setObjectName("sideTitle")
        row = QHBoxLayout()
        row.setContentsMargins(14, 10, 8, 6)
        row.setSpacing(8)
        row.addWidget(title)
        row.addWidget(self._label, 1)
        row.addWidget(self._stop)
        row.addWidget(_button("New", "Start a new conversation (Alt+T)", self.new_thread_clicked))
        row.addWidget(_button("×", "Hide the panel (Alt+A)", self.hide_clicked))
        return row

    def _footer(self) -> QLayout:
        hint = QLabel(HINT)
        hint.setObjectName("sideLabel")
        column = QVBoxLayout()
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addWidget(self.input)
        column.addWidget(hint)
        return column

    def begin_turn(self, question: str) -> None:
        self._answer = None
        self.transcript.add(plain_label(question, "question"))
        self.transcript.follow()
        self._stop.show()
        self.show_thinking()

    def show_thinking(self) -> None:
        """Show that the answer is being prepared, until its first word arrives."""
        if self._thinking is None and self._answer is None:
            self._thinking = plain_label("Thinking…", "note")
            self.transcript.add(self._thinking)

    def _stop_thinking(self) -> None:
        if self._thinking is not None:
            self.transcript.remove(self._thinking)
            self._thinking = None

    def add_text(self, text: str) -> None:
        """Show the next piece of the answer; after a card or a note, in a new view."""
        self._stop_thinking()
        if self._answer is None:
            self._answer = self._new_answer()
        self._answer.append_markdown(text)
        if self._answer.is_full:
            tail = self._answer.take_tail()
            self._answer = self._new_answer()
            self._answer.append_markdown(tail)

    def _new_answer(self) -> AnswerView:
        answer = AnswerView()
        answer.link_clicked.connect(self.link_clicked)
        self.transcript.add(answer)
        return answer

    def add_card(self, card: ActionCard) -> None:
        self._add_after_answer(card)

    def add_note(self, text: str, *, failure: bool = False) -> None:
        self._add_after_answer(plain_label(text, "failure" if failure else "note"))

    def _add_after_answer(self, widget: QWidget) -> None:
        self._stop_thinking()
        self._answer = None
        self.transcript.add(widget)

    def end_turn(self) -> None:
        """The answer is complete."""
        self._stop_thinking()
        self._answer = None
        self._stop.hide()

    def clear(self) -> None:
        self._answer = None
        self._thinking = None
        self.transcript.clear()

    def show_label(self, label: str) -> None:
        self._label.show_text(label)

    def answers(self) -> list[AnswerView]:
        return [widget for widget in self.transcript.widgets() if isinstance(widget, AnswerView)]

    def changeEvent(self, a0: QEvent | None) -> None:  # noqa: N802
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.PaletteChange:
            # Later: during the event the new colours have not reached every widget.
            QTimer.singleShot(0, self._restyle)

    def _restyle(self) -> None:
        for answer in self.answers():
            answer.restyle()


def _button(text: str, tip: str, signal: pyqtBoundSignal) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("sideButton")
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _checked: signal.emit())
    return button
