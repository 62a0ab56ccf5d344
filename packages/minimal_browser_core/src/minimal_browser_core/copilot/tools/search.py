"""The tool that searches the web."""

from typing import Annotated

from msgspec import Meta

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import Tool, tool
from minimal_browser_core.features.navigation import Browser
from minimal_browser_core.window import OpenTarget


@tool("search")
class Search(Tool, frozen=True):
    """Search the web with the user's search engine and show the results page."""

    query: Annotated[str, Meta(min_length=1, max_length=1_000)]

    def describe(self) -> str:
        return f"Search the web for “{clean_line(self.query, 200)}”"

    def run(self, browser: Browser) -> None:
        browser.navigation.search(self.query, OpenTarget.TAB)
