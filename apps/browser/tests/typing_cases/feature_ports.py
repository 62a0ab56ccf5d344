"""Lets the type checker prove that a window has the port of every feature. Nothing runs this module."""

from minimal_browser.window.browser import Browser
from minimal_browser_core.features import (
    bookmarks,
    clipboard,
    conversations,
    copilot,
    devtools,
    file_import,
    find,
    help,
    hints,
    history,
    modes,
    navigation,
    scrolling,
    settings,
    tabs,
    windows,
    zoom,
)


def ports(
    browser: Browser,
) -> tuple[
    bookmarks.Browser,
    clipboard.Browser,
    conversations.Browser,
    copilot.Browser,
    devtools.Browser,
    file_import.Browser,
    find.Browser,
    help.Browser,
    hints.Browser,
    history.Browser,
    modes.Browser,
    navigation.Browser,
    scrolling.Browser,
    settings.Browser,
    tabs.Browser,
    windows.Browser,
    zoom.Browser,
]:
    """The window as each feature sees it."""
    b = browser
    return b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b, b
