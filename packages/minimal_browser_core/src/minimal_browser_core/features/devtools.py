"""Chromium's developer tools."""

from typing import Protocol

from minimal_browser_core.commands.command import command


class DeveloperTools(Protocol):
    """The developer tools of the current page."""

    def toggle(self) -> None:
        """Show or hide them."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def devtools(self) -> DeveloperTools: ...


@command(group="Window", aliases=("inspect",))
def devtools(browser: Browser) -> None:
    """Show or hide the developer tools."""
    browser.devtools.toggle()
