"""Addresses as Qt accepts them, and as they are shown."""

from PyQt6.QtCore import QUrl

from minimal_browser_core.errors import CommandError
from minimal_browser_core.hosts.display import display_host, display_url


def valid_url(text: str) -> QUrl:
    """Return `text` as an address; CommandError if Qt does not accept it."""
    url = QUrl(text)
    if not url.isValid():
        raise CommandError(f"{display_url(text)} is not an address: {url.errorString()}.")
    return url


def shown_url(url: QUrl) -> str:
    """Return an address as it may be shown. Qt's own text decodes every host name, whatever it imitates."""
    return display_url(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


def shown_host(url: QUrl) -> str:
    """Return the host name of an address as it may be shown."""
    return display_host(url.host(QUrl.ComponentFormattingOption.FullyEncoded))
