"""Answers to plain commands: each proposes a tool call, if the settings allow that tool."""

from typing import Any

from minimal_browser_core.copilot.context.page import PageContext, unreadable_reason
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.offline.answer import Answer
from minimal_browser_core.copilot.offline.intents import Bookmark, OpenPage, SearchWeb, ShowWidget
from minimal_browser_core.copilot.offline.markdown import escape


def answer_command(
    intent: OpenPage | SearchWeb | Bookmark | ShowWidget, page: PageContext | None, tools: frozenset[str]
) -> Answer:
    """The proposal for a command; `tools` are the names of the tools that may be called."""
    match intent:
        case OpenPage():
            return _open_page(intent, tools)
        case SearchWeb(query):
            text = f"I propose to search the web for “{escape(query)}”."
            return _propose("search", {"query": query[:1_000]}, text, tools)
        case Bookmark():
            return _bookmark(intent, page, tools)
        case ShowWidget(widget):
            return _propose("webapp", {"widget_type": widget}, f"I propose to show the {widget}.", tools)


def _open_page(intent: OpenPage, tools: frozenset[str]) -> Answer:
    if intent.url is None:
        shown = escape(clean_line(intent.target, 100))
        return Answer(
            f"“{shown}” is not an address that I can open. Give me one such as `open example.com`, "
            f"or say `search for {shown}`."
        )
    if unreadable_reason(intent.url):
        return Answer(f"I can only open http and https addresses, not {escape(intent.url)}.")
    return _propose("navigate", {"url": intent.url}, f"I propose to open {escape(intent.url)}.", tools)


def _bookmark(intent: Bookmark, page: PageContext | None, tools: frozenset[str]) -> Answer:
    if page is None or unreadable_reason(page.url):
        return Answer("There is no web page open that could be bookmarked.")
    arguments: dict[str, Any] = {"title": (intent.title or page.title or page.url)[:300], "url": page.url}
    if intent.tags:
        arguments["tags"] = [tag[:50] for tag in intent.tags[:20]]
    return _propose("bookmark", arguments, f"I propose to bookmark “{escape(arguments['title'])}”.", tools)


def _propose(name: str, arguments: dict[str, Any], text: str, tools: frozenset[str]) -> Answer:
    if name in tools:
        return Answer(text, (name, arguments))
    return Answer(f"The settings do not let me do that (copilot.actions.{name}).")
