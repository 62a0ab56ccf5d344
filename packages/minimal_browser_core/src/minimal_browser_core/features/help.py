"""The help and version pages."""

from typing import Protocol

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.window import InternalPages


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def internal_pages(self) -> InternalPages: ...
    @property
    def commands(self) -> CommandRegistry: ...
