"""Runs an action that the model proposed and that the user, or a setting, allowed."""

from typing import TYPE_CHECKING, assert_never

from minimal_browser_core.copilot.actions import Action, AddBookmark, Navigate, OpenWebApp, Search, ShowHtml
from minimal_browser_core.window import OpenTarget

if TYPE_CHECKING:
    from minimal_browser.copilot.copilot_window import CopilotWindow


def apply(action: Action, window: "CopilotWindow") -> None:
    """Open pages in new tabs, so that the current page stays. CommandError if the action cannot be done."""
    match action:
        case Navigate(url):
            window.tabs.open(url, OpenTarget.TAB)
        case Search(query):
            window.navigation.search(query, OpenTarget.TAB)
        case ShowHtml(title, html):
            window.generated_pages.show(title, html)
        case AddBookmark(title, url, tags, content):
            window.bookmarks.add(url, title, tags, content)
        case OpenWebApp(widget_type, theme, title):
            window.generated_pages.show_widget(widget_type, theme, title)
        case _:
            assert_never(action)
