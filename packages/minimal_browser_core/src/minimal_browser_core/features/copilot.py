"""Asking the copilot, and deciding on what it proposes."""

from typing import Protocol


class Copilot(Protocol):
    """The copilot panel of the window."""

    def toggle(self) -> None:
        """Show or hide the panel; an answer in progress continues."""

    def focus(self, text: str = "") -> None:
        """Show the panel and type in it, in COPILOT mode, starting from `text`."""

    def ask(self, question: str) -> None:
        """Ask about the current page; the answer streams into the panel. CommandError while one is in progress."""

    def cancel(self) -> None:
        """Stop the answer in progress and keep what has arrived. CommandError if there is none."""

    def decide(self, *, allow: bool) -> None:
        """Run the oldest action that waits for a decision, or refuse it. CommandError if none waits."""

    def new_thread(self) -> None:
        """Start a new conversation; the old one stays stored."""


class Browser(Protocol):
    """What these commands need from the window."""

    @property
    def copilot(self) -> Copilot: ...
