"""Colours and style sheet: light and dark, following the system."""

from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QGuiApplication, QPalette

from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.keys.modes import Mode


class Theme(NamedTuple):
    """The colours of the window."""

    dark: bool
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
    dark=False,
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
    dark=True,
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


def choose_theme(theme: Theme | None) -> None:
    """Use `theme` regardless of the system; None follows the system."""
    global _chosen
    _chosen = theme


def current_theme() -> Theme:
    """The chosen theme, or the one that fits the system's colour scheme."""
    if _chosen is not None:
        return _chosen
    hints = not_null(QGuiApplication.styleHints())
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def palette(theme: Theme) -> QPalette:
    """Qt's palette with the colours of `theme`."""
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


def style_sheet(theme: Theme) -> str:
    """The style sheet of the application with the colours of `theme`."""
    return f"""
#window, #side, #transcript, #turns {{ background: {theme.window}; }}
QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.border}; padding: 4px 6px; }}

QTabBar {{ background: {theme.window}; }}
QTabBar::tab {{
    background: transparent; color: {theme.muted}; border: none; border-radius: 7px;
    margin: 4px 0 4px 4px; padding: 5px 10px; min-width: 60px; max-width: 220px;
}}
QTabBar::tab:hover {{ background: {theme.raised}; color: {theme.text}; }}
QTabBar::tab:selected {{ background: {theme.surface}; color: {theme.text}; }}
QTabBar QToolButton {{ background: {theme.window}; border: none; }}
#closeTab {{ background: transparent; color: {theme.muted}; border: none; border-radius: 8px; }}
#closeTab:hover {{ background: {theme.border}; color: {theme.text}; }}

QSplitter::handle {{ background: {theme.border}; }}
#progress {{ background: {theme.border}; border: none; }}
#progress::chunk {{ background: {theme.accent}; }}

#statusBar {{ background: {theme.window}; }}
#statusBar QLabel {{ color: {theme.muted}; }}
#statusBar #url {{ color: {theme.text}; }}
#statusBar #mode {{ border-radius: 5px; padding: 2px 8px; font-weight: 600; color: {theme.on_accent}; }}
#statusBar #message[level="warning"], #statusBar #wholeMessage[level="warning"] {{ color: {theme.warning}; }}
#statusBar #message[level="error"], #statusBar #wholeMessage[level="error"] {{ color: {theme.error}; }}
#statusBar #keys {{ color: {theme.text}; }}

#commandLine {{ background: {theme.surface}; border: none; border-top: 1px solid {theme.border}; }}
#commandLine QLineEdit, #commandLine QLabel {{
    background: transparent; border: none; color: {theme.text}; padding: 6px 0;
}}
#commandLine QLabel {{ color: {theme.accent}; font-weight: 600; padding-left: 12px; }}
#completion {{
    background: {theme.surface}; color: {theme.text}; border: none; border-top: 1px solid {theme.border};
    padding: 6px; outline: none;
}}

#side {{ border: none; }}
#sideTitle {{ color: {theme.text}; font-weight: 600; }}
#sideLabel {{ color: {theme.muted}; }}
#sideButton {{
    background: transparent; color: {theme.muted}; border: none; border-radius: 6px; padding: 4px 8px;
}}
#sideButton:hover {{ background: {theme.raised}; color: {theme.text}; }}
#sideButton:focus {{ color: {theme.text}; border: 1px solid {theme.accent}; }}
#empty {{ color: {theme.muted}; }}
#question {{ background: {theme.accent_soft}; color: {theme.text}; border-radius: 10px; padding: 8px 12px; }}
#question, #answer, #ask, #card QLabel {{ font-size: 10.5pt; }}
#answer {{ background: transparent; color: {theme.text}; border: none; }}
#note {{ color: {theme.muted}; }}
#failure {{ color: {theme.error}; }}
#ask {{
    background: {theme.surface}; color: {theme.text}; border: 1px solid {theme.border}; border-radius: 10px;
    padding: 7px 9px;
}}
#ask:focus {{ border: 1px solid {theme.accent}; }}

#card {{ background: {theme.surface}; border: 1px solid {theme.border}; border-radius: 10px; }}
#card QLabel {{ color: {theme.text}; background: transparent; }}
#card #cardOutcome {{ color: {theme.muted}; }}
#card QPushButton {{
    background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.border}; border-radius: 7px;
    padding: 5px 14px; outline: none;
}}
#card QPushButton#allow {{ background: {theme.accent}; color: {theme.on_accent}; border-color: {theme.accent}; }}
#card QPushButton:focus {{ border: 2px solid {theme.text}; padding: 4px 13px; }}

#completion {{ font-size: 10pt; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {theme.border}; border-radius: 4px; min-height: 28px; margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {theme.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; }}
QScrollBar::handle:horizontal {{ background: {theme.border}; border-radius: 4px; min-width: 28px; }}
"""


def document_style(theme: Theme) -> str:
    """For the rich text of an answer: what QTextDocument knows of CSS."""
    return f"""
a {{ color: {theme.accent}; }}
code {{ font-family: monospace; background-color: {theme.raised}; }}
pre {{ font-family: monospace; background-color: {theme.raised}; }}
h1, h2 {{ font-size: large; font-weight: 600; }}
h3, h4, h5, h6 {{ font-size: medium; font-weight: 600; }}
p, li {{ line-height: 135%; }}
p, ul, ol, pre {{ margin-top: 0; margin-bottom: 8px; }}
blockquote {{ margin-left: 14px; margin-right: 0; margin-top: 0; margin-bottom: 0; }}
table {{ margin-bottom: 8px; }}
th, td {{ padding: 3px 8px; }}
"""
