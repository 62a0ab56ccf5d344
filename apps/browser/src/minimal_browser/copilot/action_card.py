"""An action that the model proposes, put to the person."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from minimal_browser.copilot.answer_view import plain_label


class ActionCard(QFrame):
    """Says what will happen, in words, and waits. `decided` comes once at most."""

    decided = pyqtSignal(bool)

    def __init__(self, description: str, *, introduction: str, allow_keys: str, deny_keys: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.description = description
        self._outcome = plain_label(introduction, "cardOutcome")
        self._keys = (allow_keys, deny_keys)
        self.allow_button = QPushButton("Allow")
        self.allow_button.setObjectName("allow")
        self.deny_button = QPushButton("Deny")
        for button, allowed in ((self.allow_button, True), (self.deny_button, False)):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAutoDefault(True)
            button.clicked.connect(lambda _checked, allowed=allowed: self.decide(allowed))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        column.addWidget(self._outcome)
        column.addWidget(plain_label(description, "cardText"))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addWidget(self.allow_button)
        self._buttons.addWidget(self.deny_button)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        self.waiting = True

    def show_keys(self) -> None:
        """This is the card that the keys decide on: say so on its buttons."""
        self.allow_button.setText(f"Allow  {self._keys[0]}".rstrip())
        self.deny_button.setText(f"Deny  {self._keys[1]}".rstrip())

    def decide(self, allowed: bool) -> None:
        if not self.waiting:
            return
        self.settle("Allowed" if allowed else "Denied")
        self.decided.emit(allowed)

    def settle(self, outcome: str) -> None:
        """No question any more: show what became of it."""
        self.waiting = False
        self.allow_button.hide()
        self.deny_button.hide()
        self._outcome.setText(f"{outcome}:")
