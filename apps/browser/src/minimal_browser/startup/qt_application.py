"""Creates the QApplication, after what Qt WebEngine needs before it."""

import os
import sys
from typing import Literal

from PyQt6.QtWidgets import QApplication

from minimal_browser import __version__
from minimal_browser.startup import preflight
from minimal_browser.toolkit.schemes import register_schemes

SANDBOX_SWITCH = "QTWEBENGINE_DISABLE_SANDBOX"


def sandbox_state() -> str:
    """For `mb://version`: whether Chromium's sandbox is on, and if not, why."""
    if os.environ.get(SANDBOX_SWITCH) != "1":
        return "on"
    return "off: running as root" if preflight.running_as_root() else f"off: {SANDBOX_SWITCH} is set"


ThemeChoice = Literal["auto", "light", "dark"]


def create_application(theme: ThemeChoice = "auto") -> QApplication:
    """Create the application, once per process, and register the URL schemes. `auto` is the system's theme."""
    if preflight.running_as_root():
        # Chromium refuses to start its sandbox as root.
        os.environ[SANDBOX_SWITCH] = "1"
        sys.stderr.write("minimal-browser: running as root, so Chromium's sandbox is off; use a normal user account.\n")
    if theme != "auto":
        _set_page_theme(theme)
    register_schemes()
    # An argv of its own: Qt would read the browser's options, and the name becomes the class of the window.
    application = QApplication(["minimal-browser"])
    application.setApplicationName("minimal-browser")
    application.setApplicationDisplayName("Minimal Browser")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("minimal-browser")
    return application


def silence_logging() -> None:
    """Switch off the logs of Qt, Chromium and pages, unless the environment asks for them. Before Chromium starts."""
    os.environ.setdefault("QT_LOGGING_RULES", "default.info=false;default.warning=false;js=false")
    _add_flag("--log-level", "3")


def _set_page_theme(theme: Literal["light", "dark"]) -> None:
    """Set prefers-color-scheme. Qt's own setting works only if its platform plugin can change the whole theme."""
    _add_flag("--blink-settings", f"preferredColorScheme={0 if theme == 'dark' else 1}")


def _add_flag(name: str, value: str) -> None:
    flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    if name not in flags:
        os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = f"{flags} {name}={value}".strip()
