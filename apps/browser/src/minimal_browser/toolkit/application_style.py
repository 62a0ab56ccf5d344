"""Puts the theme on the application, and again whenever the system changes its mind."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.theme import DARK, LIGHT, choose_theme, current_theme, palette, style_sheet


def dress(application: QApplication, theme: str) -> None:
    """`theme` is auto, light or dark; before the first widget. Takes 30 ms, which the first page does not wait for."""
    choose_theme({"dark": DARK, "light": LIGHT}.get(theme))
    application.setStyle("Fusion")

    def apply(_scheme: Qt.ColorScheme = Qt.ColorScheme.Unknown) -> None:
        chosen = current_theme()
        application.setPalette(palette(chosen))
        application.setStyleSheet(style_sheet(chosen))

    apply()
    not_null(application.styleHints()).colorSchemeChanged.connect(apply)
