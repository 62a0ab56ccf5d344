"""The help and version pages."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import CommandName
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.internal_pages.urls import page_url
from minimal_browser_core.window import InternalPages


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def internal_pages(self) -> InternalPages: ...
    @property
    def commands(self) -> CommandRegistry: ...


@command(group="Window", aliases=("h",))
def help_(browser: Browser, topic: CommandName | None = None) -> None:
    """Show the help, at a command if one is named.

    topic: the name of a command
    """
    url = page_url("help")
    name = browser.commands.find(topic.removeprefix(":")).name if topic else ""
    browser.internal_pages.show(f"{url}#{name}" if name else url)


@command(group="Window", aliases=("ve",))
def version(browser: Browser) -> None:
    """Show the versions of the browser and its parts, and why each part was chosen."""
    browser.internal_pages.show(page_url("version"))
