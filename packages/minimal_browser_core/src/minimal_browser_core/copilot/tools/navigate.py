"""The tool that opens a web page."""

from msgspec.structs import force_setattr

from minimal_browser_core.copilot.tools.tool import Tool, tool
from minimal_browser_core.copilot.tools.web_address import WebAddress, check_web_address, display_address
from minimal_browser_core.features.tabs import Browser
from minimal_browser_core.window import OpenTarget


@tool("navigate")
class Navigate(Tool, frozen=True):
    """Open a web page in the browser. Only when the user asks to go somewhere."""

    url: WebAddress

    def __post_init__(self) -> None:
        force_setattr(self, "url", check_web_address(self.url))

    def describe(self) -> str:
        return f"Open {display_address(self.url)}"

    def run(self, browser: Browser) -> None:
        browser.tabs.open(self.url, OpenTarget.TAB)
