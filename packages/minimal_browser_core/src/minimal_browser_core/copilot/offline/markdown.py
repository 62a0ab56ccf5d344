"""Markdown of the offline copilot's answers: quotes of pages and conversations, shown as plain text."""

import re
from collections.abc import Sequence
from pathlib import Path

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.offline.bm25 import PageIndex, SearchResult
from minimal_browser_core.storage.conversations import ConversationRow

_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])|&(?=#?\w+;)")


def document(name: str) -> str:
    """A Markdown file of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def escape(text: str) -> str:
    """Text of a page as Markdown that shows it and does nothing else."""
    return _SPECIAL.sub(lambda match: f"\\{match[1]}" if match[1] else "&amp;", " ".join(text.split()))


def quotes(texts: Sequence[str]) -> str:
    """Numbered quotes."""
    return "\n\n".join(f"> **[{number}]** {escape(text)}" for number, text in enumerate(texts, 1))


def cite(index: PageIndex, result: SearchResult, heading: str) -> str:
    """The passages of a search, without those that repeat another one."""
    texts: list[str] = []
    for passage in result.passages:
        text = index.quote(passage)
        if not any(text in other or other in text for other in texts):
            texts.append(text)
    return f"{heading}\n\n{quotes(texts)}"


def list_conversations(rows: Sequence[ConversationRow]) -> str:
    """Stored exchanges: when, what was asked, and the matching part."""
    return "From earlier conversations:\n\n" + "\n\n".join(_row(number, row) for number, row in enumerate(rows, 1))


def _row(number: int, row: ConversationRow) -> str:
    # A snippet of the question would repeat the heading.
    text = clean_line(row.response if row.snippet.strip(" …") in row.prompt else row.snippet, 240)
    heading = f"**[{number}]** {row.when:%Y-%m-%d %H:%M}, “{escape(clean_line(row.prompt, 120))}”"
    return f"{heading}\n> {escape(text)}" if text else heading
