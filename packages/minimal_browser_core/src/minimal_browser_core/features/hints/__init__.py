"""Hint labels on links and fields: follow one by typing its label."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.window import OpenTarget


class Hints(Protocol):
    """HINT mode of the current page."""

    def start(self, where: OpenTarget = OpenTarget.CURRENT) -> None:
        """Label the links and fields in view and enter HINT mode.

        A complete label opens its link at `where`, or focuses its field in INSERT mode, and ends the mode.
        """


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def hints(self) -> Hints: ...


@command(group="Pages")
def hint(browser: Browser, where: OpenTarget = OpenTarget.CURRENT) -> None:
    """Label the links in view: type a label to follow its link.

    where: where the link opens
    """
    browser.hints.start(where)
