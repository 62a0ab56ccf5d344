"""Chromium's developer tools."""

from typing import Protocol


class DeveloperTools(Protocol):
    """The developer tools of the current page."""

    def toggle(self) -> None:
        """Show or hide them."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def devtools(self) -> DeveloperTools: ...
