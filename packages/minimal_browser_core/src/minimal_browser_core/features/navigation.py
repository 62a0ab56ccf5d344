"""Opening pages, and moving through a tab's history."""

from typing import Protocol

from minimal_browser_core.window import CommandLine, CurrentPage, OpenTarget


class Navigation(Protocol):
    """Loads pages into the window's tabs."""

    def open(self, target: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Open what the user typed: a URL (`mb://` included), a host, a path, or words for the search engine."""

    def search(self, words: str, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Search the web for `words`, even if they look like a URL."""

    def reload(self, *, bypass_cache: bool = False) -> None:
        """Load the current page again."""

    def stop(self) -> None:
        """Stop loading the current page."""

    def back(self, count: int = 1) -> None:
        """Go back `count` pages, or as far as possible; CommandError if there is no earlier page."""

    def forward(self, count: int = 1) -> None:
        """Go forward `count` pages, or as far as possible; CommandError if there is no later page."""

    def view_source(self) -> None:
        """Show the source of the current page in a new tab."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def navigation(self) -> Navigation: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def command_line(self) -> CommandLine: ...
