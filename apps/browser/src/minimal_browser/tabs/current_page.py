"""The page of the selected tab."""

from minimal_browser.page.view import WebView
from minimal_browser.tabs.tab import Tab
from minimal_browser.tabs.tabs import Tabs
from minimal_browser_core.errors import CommandError


class CurrentPage:
    """The selected tab, its view, and what commands want to know of its page."""

    def __init__(self, tabs: Tabs) -> None:
        self._tabs = tabs

    def tab(self) -> Tab:
        """The selected tab; CommandError if no tab is open, which happens only while the window closes."""
        tab = self._tabs.current()
        if tab is None:
            raise CommandError("No tab is open.")
        return tab

    def view(self) -> WebView:
        """The view of the selected tab; CommandError if no tab is open."""
        return self.tab().view

    def url(self) -> str:
        tab = self._tabs.current()
        return tab.view.address() if tab is not None else ""

    def title(self) -> str:
        tab = self._tabs.current()
        return tab.view.title() if tab is not None else ""
