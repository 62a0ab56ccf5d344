"""Colours and style sheet: light and dark, following the system."""

from pathlib import Path
from string import Template
from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.keys.modes import Mode


class Theme(NamedTuple):
    """The colours of the window."""

    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    warning: str
    error: str
    modes: dict[Mode, str]


LIGHT = Theme(
    window="#f3f3f1",
    surface="#ffffff",
    raised="#e9e9e6",
    border="#dededa",
    text="#1d2126",
    muted="#656b73",
    accent="#2f62c9",
    accent_soft="#e6eefc",
    on_accent="#ffffff",
    warning="#8a5a00",
    error="#b3261e",
    modes={
        Mode.NORMAL: "#2f62c9",
        Mode.INSERT: "#1d7a44",
        Mode.COMMAND: "#8a5a00",
        Mode.COPILOT: "#7140c4",
        Mode.HINT: "#a8480c",
        Mode.PASSTHROUGH: "#5b616a",
    },
)
DARK = Theme(
    window="#17181b",
    surface="#1e2024",
    raised="#2a2d33",
    border="#34373d",
    text="#e7e8ea",
    muted="#9da3ab",
    accent="#86aefc",
    accent_soft="#28344c",
    on_accent="#10131a",
    warning="#e8bd62",
    error="#ff8f86",
    modes={
        Mode.NORMAL: "#86aefc",
        Mode.INSERT: "#7fd3a0",
        Mode.COMMAND: "#e8bd62",
        Mode.COPILOT: "#c3a1f7",
        Mode.HINT: "#f4a878",
        Mode.PASSTHROUGH: "#a9aeb6",
    },
)


_chosen: Theme | None = None
"""None follows the system."""


def current_theme() -> Theme:
    """The chosen theme, or the one that fits the system's colour scheme."""
    if _chosen is not None:
        return _chosen
    hints = not_null(QGuiApplication.styleHints())
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def _palette(theme: Theme) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.surface,
        QPalette.ColorRole.AlternateBase: theme.raised,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.on_accent,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.LinkVisited: theme.accent,
    }
    colours = QPalette()
    for role, colour in roles.items():
        colours.setColor(role, QColor(colour))
    return colours


def document_style() -> str:
    """The style of the rich text of an answer: what QTextDocument knows of CSS."""
    return _style_sheet("document.css", current_theme())


def apply_theme(application: QApplication, theme: str) -> None:
    """Apply `theme` (auto, light or dark); first before a widget is created. Takes 30 ms.

    Call it again if the system's colour scheme changes.
    """
    global _chosen
    _chosen = {"dark": DARK, "light": LIGHT}.get(theme)
    current = current_theme()
    application.setStyle("Fusion")
    application.setPalette(_palette(current))
    application.setStyleSheet(_style_sheet("window.qss", current))


def _style_sheet(name: str, theme: Theme) -> str:
    template = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return Template(template).substitute(theme._asdict())
