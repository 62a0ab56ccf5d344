"""Asking the copilot, and deciding on what it proposes."""

from typing import Protocol

from minimal_browser_core.commands.command import command
from minimal_browser_core.commands.parameters import Text


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


@command(group="Copilot", aliases=("a", "ai"))
def ask(browser: Browser, question: Text | None = None) -> None:
    """Ask the copilot about this page.

    question: what to ask about this page; without it, type it in the panel
    """
    if question:
        browser.copilot.ask(question)
    else:
        browser.copilot.focus()


@command(group="Copilot")
def copilot(browser: Browser) -> None:
    """Show or hide the copilot's panel."""
    browser.copilot.toggle()


@command(group="Copilot")
def accept(browser: Browser) -> None:
    """Let the copilot do what it proposes."""
    browser.copilot.decide(allow=True)


@command(group="Copilot")
def reject(browser: Browser) -> None:
    """Refuse what the copilot proposes."""
    browser.copilot.decide(allow=False)


@command(group="Copilot")
def cancel(browser: Browser) -> None:
    """Stop the answer and keep what has arrived."""
    browser.copilot.cancel()


@command(group="Copilot", aliases=("new-thread",))
def thread_new(browser: Browser) -> None:
    """Start a new conversation."""
    browser.copilot.new_thread()
