"""A server or a proxy that wants a name and a password (RFC 9110, 11; HTTP Basic and Digest)."""

from PyQt6 import sip
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtNetwork import QAuthenticator
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget

from minimal_browser.toolkit.not_null import not_null

LONGEST = 200
"""Characters of what the server says that are shown."""


def ask(window: QWidget, asks: str, authenticator: QAuthenticator, *, encrypted: bool) -> None:
    """Let the person fill `authenticator` in, or leave it. Returns once they have; `asks` names who wants to know."""
    dialog = _Dialog(window, asks, authenticator.realm(), encrypted=encrypted)
    if dialog.exec() == QDialog.DialogCode.Accepted:
        authenticator.setUser(dialog.name.text())
        authenticator.setPassword(dialog.password.text())
    else:
        refuse(authenticator)
    dialog.deleteLater()


def refuse(authenticator: QAuthenticator) -> None:
    """Chromium goes on with the server's page about it; an authenticator that is only left alone is asked for again."""
    sip.assign(authenticator, QAuthenticator())


def asker(url: QUrl) -> str:
    """Host and port, as the person reads them."""
    return url.host() if url.port() < 0 else f"{url.host()}:{url.port()}"


class _Dialog(QDialog):
    def __init__(self, window: QWidget, asks: str, realm: str, *, encrypted: bool) -> None:
        super().__init__(window)
        self.setWindowTitle("Name and password")
        self.name = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout(self)
        form.addRow(_line(f"{asks} asks for a name and a password."))
        if realm:
            form.addRow(_line(f"It says: {realm[:LONGEST]}"))
        if not encrypted:
            form.addRow(_line("The connection is not encrypted: others on the way can read the password."))
        form.addRow("Name", self.name)
        form.addRow("Password", self.password)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        not_null(buttons.button(QDialogButtonBox.StandardButton.Ok)).setText("Log in")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)
        self.setMinimumWidth(380)


def _line(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
