"""Answers to plain commands: each proposes a tool call, if the settings allow that tool."""

import re
from typing import Any, NamedTuple

from minimal_browser_core.copilot.context.page import PageContext, unreadable_reason
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.offline.markdown import escape
from minimal_browser_core.urls import as_url

_WIDGETS = {"to-do": "todo", "notepad": "notes"}


class Answer(NamedTuple):
    """Markdown, and at most one tool call: its name and arguments."""

    text: str
    tool_call: tuple[str, dict[str, Any]] | None = None


def answer_command(intent: str, match: re.Match[str], page: PageContext | None, tools: frozenset[str]) -> Answer:
    """The proposal for a command of `intents`; `tools` are the names of the tools that may be called."""
    match intent:
        case "open":
            return _open_page(match[1], tools)
        case "search":
            query = next(filter(None, match.groups())).strip('"“”')
            text = f"I propose to search the web for “{escape(query)}”."
            return _propose("search", {"query": query[:1_000]}, text, tools)
        case "bookmark":
            return _bookmark(match, page, tools)
        case _:
            widget = _WIDGETS.get(match[1].lower(), match[1].lower())
            return _propose("webapp", {"widget_type": widget}, f"I propose to show the {widget}.", tools)


def _open_page(target: str, tools: frozenset[str]) -> Answer:
    url = as_url(target.strip("<>\"'“”"))
    if url is None:
        shown = escape(clean_line(target, 100))
        return Answer(
            f"“{shown}” is not an address that I can open. Give me one such as `open example.com`, "
            f"or say `search for {shown}`."
        )
    if unreadable_reason(url):
        return Answer(f"I can only open http and https addresses, not {escape(url)}.")
    return _propose("navigate", {"url": url}, f"I propose to open {escape(url)}.", tools)


def _bookmark(match: re.Match[str], page: PageContext | None, tools: frozenset[str]) -> Answer:
    if page is None or unreadable_reason(page.url):
        return Answer("There is no web page open that could be bookmarked.")
    title = (match["title"] or "").strip('"“”') or page.title or page.url
    arguments: dict[str, Any] = {"title": title[:300], "url": page.url}
    if tags := [tag[:50] for tag in re.split(r"[,\s]+(?:and\s+)?", match["tags"] or "") if tag]:
        arguments["tags"] = tags[:20]
    return _propose("bookmark", arguments, f"I propose to bookmark “{escape(arguments['title'])}”.", tools)


def _propose(name: str, arguments: dict[str, Any], text: str, tools: frozenset[str]) -> Answer:
    if name in tools:
        return Answer(text, (name, arguments))
    return Answer(f"The settings do not let me do that (copilot.actions.{name}).")
