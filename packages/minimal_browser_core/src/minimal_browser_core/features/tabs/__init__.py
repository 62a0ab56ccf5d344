"""Tabs, numbered from 1, left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from minimal_browser_core.window import CommandLine, CurrentPage, OpenTarget


@dataclass(frozen=True, slots=True)
class TabInfo:
    """A tab as commands see it; `number` counts from 1, left to right."""

    number: int
    title: str
    url: str
    current: bool = False


class Tabs(Protocol):
    """The tabs of the window."""

    def all(self) -> Sequence[TabInfo]:
        """Every tab, left to right."""

    def new(self) -> None:
        """Open the start page in a new tab."""

    def open(self, url: str, where: OpenTarget) -> None:
        """Open a complete address in a new tab."""

    def close(self, number: int | None = None) -> None:
        """Close that tab, or the current one. Closing the last tab leaves one with the start page."""

    def undo_close(self) -> None:
        """Reopen the tab closed last, with its history; CommandError if there is none."""

    def select(self, number: int) -> None:
        """Select a tab, -1 for the last one; CommandError if there is no such tab."""

    def cycle(self, steps: int) -> None:
        """Select the tab `steps` to the right, or to the left if negative, wrapping around."""

    def move(self, steps: int) -> None:
        """Move the current tab right, or left if negative, no further than the end."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def tabs(self) -> Tabs: ...
    @property
    def page(self) -> CurrentPage: ...
    @property
    def command_line(self) -> CommandLine: ...
