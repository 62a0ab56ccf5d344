"""Asks for the user name and password that a server or a proxy requires (HTTP authentication, RFC 9110, section 11)."""

from PyQt6 import sip
from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtNetwork import QAuthenticator
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QWidget

from minimal_browser.page.address import shown_host
from minimal_browser.toolkit.not_null import not_null

MAX_REALM = 200
"""Characters that are shown of the server's own text."""


def ask(window: QWidget, requester: str, authenticator: QAuthenticator, *, encrypted: bool) -> None:
    """Let the user fill in `authenticator` or cancel. Blocks until then; `requester` names who asks."""
    dialog = _Dialog(window, requester, authenticator.realm(), encrypted=encrypted)
    if dialog.exec() == QDialog.DialogCode.Accepted:
        authenticator.setUser(dialog.name.text())
        authenticator.setPassword(dialog.password.text())
    else:
        refuse(authenticator)
    dialog.deleteLater()


def refuse(authenticator: QAuthenticator) -> None:
    """Cancel: Chromium shows the server's error page. An untouched authenticator would be asked for again."""
    sip.assign(authenticator, QAuthenticator())


def requester_name(url: QUrl) -> str:
    """Host and port as the user reads them."""
    host = shown_host(url)
    return host if url.port() < 0 else f"{host}:{url.port()}"


class _Dialog(QDialog):
    def __init__(self, window: QWidget, requester: str, realm: str, *, encrypted: bool) -> None:
        super().__init__(window)
        self.setWindowTitle("Name and password")
        self.name = QLineEdit()
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout(self)
        form.addRow(_line(f"{requester} asks for a name and a password."))
        if realm:
            form.addRow(_line(f"It says: {realm[:MAX_REALM]}"))
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
