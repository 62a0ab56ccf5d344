"""Asking the copilot, and deciding what it may do."""

from minimal_browser_core.commands.registry import Command, Parameter, ParameterKind
from minimal_browser_core.ports.browser import Browser

_QUESTION = Parameter(
    "question", ParameterKind.TEXT, "what to ask about this page; without it, type it in the panel", optional=True
)


def _ask(browser: Browser, question: str | None) -> None:
    if question:
        browser.ask(question)
    else:
        browser.focus_copilot()


def _toggle(browser: Browser) -> None:
    browser.toggle_copilot()


def _cancel(browser: Browser) -> None:
    browser.cancel_answer()


def _accept(browser: Browser) -> None:
    browser.decide_action(allow=True)


def _reject(browser: Browser) -> None:
    browser.decide_action(allow=False)


def _new_thread(browser: Browser) -> None:
    browser.new_thread()


_GROUP = "Copilot"

COMMANDS = (
    Command("ask", _ask, "Ask the copilot about this page.", _GROUP, (_QUESTION,), ("a", "ai")),
    Command("copilot", _toggle, "Show or hide the copilot's panel.", _GROUP),
    Command("accept", _accept, "Let the copilot do what it proposes.", _GROUP),
    Command("reject", _reject, "Refuse what the copilot proposes.", _GROUP),
    Command("cancel", _cancel, "Stop the answer; what has arrived stays.", _GROUP),
    Command("thread-new", _new_thread, "Begin a new conversation.", _GROUP, (), ("new-thread",)),
)
