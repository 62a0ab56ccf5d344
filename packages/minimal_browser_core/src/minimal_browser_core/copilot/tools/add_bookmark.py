"""The tool that stores a bookmark."""

from typing import Annotated

from msgspec import Meta
from msgspec.structs import force_setattr

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import Tool, tool
from minimal_browser_core.copilot.tools.web_address import WebAddress, check_web_address, display_address
from minimal_browser_core.features.bookmarks import Browser

Tag = Annotated[str, Meta(min_length=1, max_length=50)]


@tool("bookmark")
class AddBookmark(Tool, frozen=True):
    """Store a bookmark. For the open page, take its address and title from the page data."""

    title: Annotated[str, Meta(max_length=300)]
    url: WebAddress
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)] = ()
    content: Annotated[str, Meta(max_length=20_000, description="A note to keep with it.")] = ""

    def __post_init__(self) -> None:
        force_setattr(self, "url", check_web_address(self.url))

    def describe(self) -> str:
        tags = f", tagged {clean_line(', '.join(self.tags))}" if self.tags else ""
        return f"Bookmark “{clean_line(self.title) or 'Untitled'}” at {display_address(self.url)}{tags}"

    def run(self, browser: Browser) -> None:
        browser.bookmarks.add(self.url, self.title, self.tags, self.content)
