"""The tool that searches the web."""

from typing import Annotated, Protocol

from msgspec import Meta

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import Tool, tool
from minimal_browser_core.window import OpenTarget


class Navigation(Protocol):
    """Opens searches."""

    def search(self, words: str, where: OpenTarget) -> None:
        """Search the web for `words`, even if they look like an address."""


class Browser(Protocol):
    """What this tool needs from the window."""

    @property
    def navigation(self) -> Navigation: ...


@tool("search")
class Search(Tool, frozen=True):
    """Search the web with the user's search engine and show the results page."""

    query: Annotated[str, Meta(min_length=1, max_length=1_000)]

    def describe(self) -> str:
        return f"Search the web for “{clean_line(self.query, 200)}”"

    def run(self, browser: Browser) -> None:
        browser.navigation.search(self.query, OpenTarget.TAB)
