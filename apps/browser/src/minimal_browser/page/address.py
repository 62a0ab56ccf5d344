"""Addresses as Qt accepts them."""

from PyQt6.QtCore import QUrl

from minimal_browser_core.errors import CommandError


def valid_url(text: str) -> QUrl:
    """Return `text` as an address; CommandError if Qt does not accept it."""
    url = QUrl(text)
    if not url.isValid():
        raise CommandError(f"{text} is not an address: {url.errorString()}.")
    return url
