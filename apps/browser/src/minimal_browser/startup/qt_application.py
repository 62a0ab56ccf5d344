"""The QApplication, and what Qt WebEngine wants settled before it exists."""

import os
import sys
from typing import Literal

from PyQt6.QtWebEngineCore import QWebEngineUrlScheme
from PyQt6.QtWidgets import QApplication

from minimal_browser import __version__
from minimal_browser.startup import preflight

OWN_SCHEME = b"mb"
GENERATED_SCHEME = b"mb-generated"
SANDBOX_SWITCH = "QTWEBENGINE_DISABLE_SANDBOX"


def sandbox_state() -> str:
    """For `mb://version`: whether Chromium's sandbox is on, and if not, why."""
    if os.environ.get(SANDBOX_SWITCH) != "1":
        return "on"
    return "off: running as root" if preflight.running_as_root() else f"off: {SANDBOX_SWITCH} is set"


ThemeChoice = Literal["auto", "light", "dark"]


def create_application(theme: ThemeChoice = "auto") -> QApplication:
    """Once a process; `dress` follows. `auto` is the system's theme. Registers our schemes, before Chromium starts."""
    if preflight.running_as_root():
        # Chromium refuses to start its sandbox as root.
        os.environ[SANDBOX_SWITCH] = "1"
        sys.stderr.write("minimal-browser: running as root, so Chromium's sandbox is off; use a normal user account.\n")
    if theme != "auto":
        _tell_pages(theme)
    _register_schemes()
    # Its own argv: Qt would take options meant for us, and the name becomes the window's class.
    application = QApplication(["minimal-browser"])
    application.setApplicationName("minimal-browser")
    application.setApplicationDisplayName("Minimal Browser")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("minimal-browser")
    return application


def quieten() -> None:
    """Leave out what Qt, Chromium and the scripts of pages log, unless the environment asks for it. Before Chromium."""
    os.environ.setdefault("QT_LOGGING_RULES", "default.info=false;default.warning=false;js=false")
    _add_flag("--log-level", "3")


def _tell_pages(theme: Literal["light", "dark"]) -> None:
    """For prefers-color-scheme; Qt's own way works only where its platform plugin can change the whole theme."""
    _add_flag("--blink-settings", f"preferredColorScheme={0 if theme == 'dark' else 1}")


def _add_flag(name: str, value: str) -> None:
    flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    if name not in flags:
        os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = f"{flags} {name}={value}".strip()


def _register_schemes() -> None:
    for name, syntax in (
        (OWN_SCHEME, QWebEngineUrlScheme.Syntax.Host),
        (GENERATED_SCHEME, QWebEngineUrlScheme.Syntax.Path),
    ):
        if QWebEngineUrlScheme.schemeByName(name).name() == name:
            continue
        scheme = QWebEngineUrlScheme(name)
        scheme.setSyntax(syntax)
        scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
        QWebEngineUrlScheme.registerScheme(scheme)
