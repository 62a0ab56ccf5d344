"""A card that asks the user whether a proposed action may run."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from minimal_browser.toolkit.labels import plain_label


class ActionCard(QFrame):
    """Says in words what will happen, and waits. `decided` is emitted at most once."""

    decided = pyqtSignal(bool)

    def __init__(self, description: str, *, introduction: str, allow_keys: str, deny_keys: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.description = description
        self.waiting = True
        """Whether the card still waits for a decision."""
        self._heading = plain_label(introduction, "cardOutcome")
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
        column.addWidget(self._heading)
        column.addWidget(plain_label(description, "cardText"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.allow_button)
        buttons.addWidget(self.deny_button)
        buttons.addStretch(1)
        column.addLayout(buttons)

    def show_keys(self) -> None:
        """Show on the buttons which keys decide on this card."""
        self.allow_button.setText(f"Allow  {self._keys[0]}".rstrip())
        self.deny_button.setText(f"Deny  {self._keys[1]}".rstrip())

    def decide(self, allowed: bool) -> None:
        if self.waiting:
            self.settle("Allowed" if allowed else "Denied")
            self.decided.emit(allowed)

    def settle(self, outcome: str) -> None:
        """Stop asking and show the outcome instead."""
        self.waiting = False
        self.allow_button.hide()
        self.deny_button.hide()
        self._heading.setText(f"{outcome}:")
