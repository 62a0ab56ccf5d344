"""Carrying out what a model proposed and the person, or a setting, allowed."""

from typing import TYPE_CHECKING, assert_never

from minimal_browser_core.copilot.actions import Action, AddBookmark, Navigate, OpenWebApp, Search, ShowHtml
from minimal_browser_core.ports.browser import OpenTarget

if TYPE_CHECKING:
    from minimal_browser.window.browser import QtBrowser


def apply(action: Action, browser: "QtBrowser") -> None:
    """Pages open in a tab of their own: the one being read stays. CommandError where it cannot be done."""
    match action:
        case Navigate(url):
            browser.follow(url, OpenTarget.TAB)
        case Search(query):
            browser.search(query, OpenTarget.TAB)
        case ShowHtml(title, html):
            browser.show_generated(title, html)
        case AddBookmark(title, url, tags, content):
            browser.add_bookmark(url, title, tags, content)
        case OpenWebApp(widget_type, theme, title):
            browser.open_app(widget_type, theme, title)
        case _:
            assert_never(action)
