"""The tool that shows one of the browser's built-in small applications."""

from typing import Annotated, Protocol

from msgspec import Meta

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import Tool, tool
from minimal_browser_core.internal_pages.widgets import Theme, WidgetType


class GeneratedPages(Protocol):
    """Shows built-in applications in the same isolation as generated pages."""

    def show_widget(self, widget_type: str, theme: str, title: str) -> None:
        """Show one of the applications in a new tab."""


class Browser(Protocol):
    """What this tool needs from the window."""

    @property
    def generated_pages(self) -> GeneratedPages: ...


@tool("webapp")
class OpenWebApp(Tool, frozen=True):
    """Show one of the browser's built-in small applications."""

    widget_type: WidgetType
    theme: Theme = "auto"
    title: Annotated[str, Meta(max_length=300)] = ""

    def describe(self) -> str:
        return f"Show the {self.widget_type}" + (f" “{clean_line(self.title)}”" if self.title else "")

    def run(self, browser: Browser) -> None:
        browser.generated_pages.show_widget(self.widget_type, self.theme, self.title)
