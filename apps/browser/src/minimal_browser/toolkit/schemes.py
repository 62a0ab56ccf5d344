"""The URL schemes of the browser, registered with Chromium before the application exists."""

from PyQt6.QtWebEngineCore import QWebEngineUrlScheme

INTERNAL_SCHEME = b"mb"
GENERATED_SCHEME = b"mb-generated"


def register_schemes() -> None:
    """Register both schemes as secure ones. Calling it again does nothing."""
    for name, syntax in (
        (INTERNAL_SCHEME, QWebEngineUrlScheme.Syntax.Host),
        (GENERATED_SCHEME, QWebEngineUrlScheme.Syntax.Path),
    ):
        if QWebEngineUrlScheme.schemeByName(name).name() == name:
            continue
        scheme = QWebEngineUrlScheme(name)
        scheme.setSyntax(syntax)
        scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
        QWebEngineUrlScheme.registerScheme(scheme)
