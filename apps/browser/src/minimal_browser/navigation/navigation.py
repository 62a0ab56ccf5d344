"""Opens pages in the window's tabs, and moves through a tab's history."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PyQt6.QtCore import QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage

from minimal_browser.page.address import valid_url
from minimal_browser.page.view import WebView
from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.errors import CommandError
from minimal_browser_core.window import OpenTarget

REPLACE_LOCATION = Path(__file__).with_name("replace_location.js")
MAX_STEPS = 1000


class Loader(Protocol):
    """The window's tabs, which load addresses."""

    def load(self, address: QUrl, where: OpenTarget, *, typed: bool = False) -> None:
        """Load an address. `typed`: the user typed or chose it."""


class Navigation:
    """Commands that load pages."""

    def __init__(self, tabs: Loader, view: Callable[[], WebView], *, search_url: Callable[[], str]) -> None:
        """`view` returns that of the current tab; `search_url` an address with `{query}` in it."""
        self._tabs = tabs
        self._view = view
        self._search_url = search_url

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        from minimal_browser_core.urls import as_url, resolve

        text = target.strip()
        self._tabs.load(valid_url(resolve(text, self._search_url())), where, typed=as_url(text) is not None)

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        from minimal_browser_core.urls import search_url

        self._tabs.load(valid_url(search_url(words, self._search_url())), where)

    def reload(self, *, bypass_cache: bool = False) -> None:
        """Load the page again. If an error page is shown, its address is tried again and replaces it."""
        view = self._view()
        if not view.shows_error():
            action = QWebEnginePage.WebAction
            view.triggerPageAction(action.ReloadAndBypassCache if bypass_cache else action.Reload)
        elif view.url().scheme() in ("http", "https"):
            view.run(REPLACE_LOCATION, view.url().toString(QUrl.ComponentFormattingOption.FullyEncoded))
        else:  # a script may not go to other schemes
            view.load(view.url())

    def stop(self) -> None:
        self._view().stop()

    def back(self, count: int = 1) -> None:
        history = not_null(self._view().history())
        if not history.canGoBack():
            raise CommandError("There is no page to go back to.")
        history.goToItem(history.backItems(min(count, MAX_STEPS))[0])

    def forward(self, count: int = 1) -> None:
        history = not_null(self._view().history())
        if not history.canGoForward():
            raise CommandError("There is no page to go forward to.")
        history.goToItem(history.forwardItems(min(count, MAX_STEPS))[-1])

    def view_source(self) -> None:
        self._tabs.load(valid_url(f"view-source:{self._view().address()}"), OpenTarget.TAB)
