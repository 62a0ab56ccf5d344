"""The tool that shows a page which the model wrote."""

from typing import Annotated, Protocol

from msgspec import Meta

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import Tool, tool


class GeneratedPages(Protocol):
    """Shows documents that a model wrote."""

    def show(self, title: str, html: str) -> None:
        """Show a document in a new tab, without network and without access to other pages."""


class Browser(Protocol):
    """What this tool needs from the window."""

    @property
    def generated_pages(self) -> GeneratedPages: ...


@tool("html")
class ShowHtml(Tool, frozen=True):
    """Show a complete, self-contained HTML document that you wrote. It has no network and no access to the page."""

    title: Annotated[str, Meta(max_length=300)]
    html: Annotated[str, Meta(min_length=1, max_length=512 * 1024)]

    def describe(self) -> str:
        return f"Show a generated page “{clean_line(self.title) or 'Untitled'}” ({len(self.html):,} characters)"

    def run(self, browser: Browser) -> None:
        browser.generated_pages.show(self.title, self.html)
