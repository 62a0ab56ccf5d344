"""What the offline copilot says. Everything about a page is quoted from it; nothing is guessed."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.copilot.context import PageContext, clean_line
from minimal_browser_core.copilot.offline import intents
from minimal_browser_core.copilot.offline.ranking import Found, PageIndex
from minimal_browser_core.copilot.offline.words import content_terms, is_part_of_word, terms
from minimal_browser_core.errors import StorageError
from minimal_browser_core.storage.conversations import ConversationRow, ConversationService
from minimal_browser_core.storage.port import ConversationStore


@dataclass(frozen=True, slots=True)
class Answer:
    """Markdown, and at most one tool call: its name and arguments."""

    text: str
    tool: tuple[str, dict[str, Any]] | None = None


HELP = """\
I work offline and without a model: I quote, I do not invent. I understand

- any **question about the page**: I quote the passages that bear on it
- **summarise this page**, or **summarise the selection** (also *in 3 sentences*)
- **open example.com**, **search for** some words, **bookmark this page**
- **show a timer**, a **calculator**, a **todo** list, **notes**
- **search conversations for** some words, or **recent conversations**
- **connect**: how to use a model instead of me
"""

CONNECT = """\
I am the offline default. To have a model answer instead, close the browser and start it again with one of

- `OPENROUTER_API_KEY=…` in the environment: many models through [OpenRouter](https://openrouter.ai/keys)
- `OPENAI_API_KEY=…` in the environment: OpenAI's models
- `minimal-browser --base-url http://127.0.0.1:11434/v1`: a server of your own that speaks OpenAI's chat API \
(Ollama at port 11434, LM Studio 1234, llama.cpp 8080, vLLM 8000); nothing leaves your machine

Keys are never written to the settings file. Which model is used is the setting `ai.models`.
"""


class Answerer:
    """Thread-safe. Keeps the index of the last page, so that further questions about it are quick."""

    def __init__(self, store: ConversationStore | None = None) -> None:
        self._memory = ConversationService(store) if store is not None else None
        self._lock = threading.Lock()
        self._indexed: tuple[PageContext, PageIndex] | None = None

    def answer(self, question: str, page: PageContext | None, tools: frozenset[str]) -> Answer:
        """`tools` are the actions that may be called; others are described instead."""
        match intents.read(question):
            case intents.Tell("help"):
                return Answer(HELP)
            case intents.Tell("connect"):
                return Answer(CONNECT)
            case intents.Tell(about):
                return Answer(_page_fact(about, page))
            case intents.Open(target, url):
                return self._open(target, url, tools)
            case intents.SearchWeb(query):
                return _act(
                    "search", {"query": query[:1_000]}, f"I propose to search the web for “{_escape(query)}”.", tools
                )
            case intents.Bookmark(title, tags):
                return _bookmark(page, title, tags, tools)
            case intents.ShowWidget(widget):
                return _act("webapp", {"widget_type": widget}, f"I propose to show the {widget}.", tools)
            case intents.Recall(query):
                return Answer(self._recall(query))
            case intents.Summarise(count, what):
                return Answer(self._summary(page, count, what))
            case intents.Question(text):
                return Answer(self._question(text, page))

    # -- commands ------------------------------------------------------------------------------------------------------

    def _open(self, target: str, url: str | None, tools: frozenset[str]) -> Answer:
        if url is None:
            shown = _escape(clean_line(target, 100))
            return Answer(
                f"“{shown}” is not an address that I can open. Give me one such as `open example.com`, "
                f"or say `search for {shown}`."
            )
        if not url.startswith(("http://", "https://")):
            return Answer(f"I can only open http and https addresses, not {_escape(url)}.")
        return _act("navigate", {"url": url}, f"I propose to open {_escape(url)}.", tools)

    # -- memory --------------------------------------------------------------------------------------------------------

    def _recall(self, query: str) -> str:
        if self._memory is None:
            return "There are no stored conversations here."
        try:
            rows = self._memory.search(query, limit=5).rows
        except StorageError as error:
            return f"The stored conversations cannot be read: {_escape(clean_line(str(error)))}"
        if not rows:
            about = f" about “{_escape(query)}”" if query else ""
            return f"I found nothing{about} in the stored conversations."
        return _listed(rows)

    def _remembered(self, query: list[str]) -> str:
        """Earlier conversations that hold all of the question's terms and found something; or nothing."""
        if self._memory is None or not query:
            return ""
        try:
            rows = self._memory.search(" ".join(query), limit=3).rows
        except StorageError as error:
            return f"\n\nThe stored conversations cannot be read: {_escape(clean_line(str(error)))}"
        found = [row for row in rows if not row.response.startswith(_NOTHING)]
        return f"\n\n{_listed(found)}" if found else ""

    # -- the page ------------------------------------------------------------------------------------------------------

    def _index(self, page: PageContext) -> PageIndex:
        with self._lock:
            if self._indexed is None or self._indexed[0] != page:
                self._indexed = (page, PageIndex(page.text, page.title))
            return self._indexed[1]

    def _summary(self, page: PageContext | None, count: int, asked_for: str) -> str:
        if page is None:
            return "There is no page to sum up: open one, then ask again."
        if asked_for == "selection" and not page.selection:
            return "Nothing is selected on this page. Select some text, then ask again."
        if page.selection and asked_for != "page":
            index, what = PageIndex(page.selection, page.title), "the selection"
        else:
            index, what = self._index(page), _named(page)
        if chosen := index.summary(count):
            quotes = _quotes([passage.text for passage in chosen])
            return f"The sentences that best sum up {what}, in its own words:\n\n{quotes}"
        if headings := index.headings():
            listed = "\n".join(f"- {_escape(clean_line(heading, 120))}" for heading in headings)
            return f"There is no running text in {what}, only short lines, such as:\n\n{listed}"
        return f"There is no text in {what} that I can read."

    def _question(self, question: str, page: PageContext | None) -> str:
        query = content_terms(question)
        if page is None:
            remembered = self._remembered(query).lstrip()
            return remembered or "No page was given, and I have no model to answer from.\n\n" + CONNECT
        if not query:
            return "I cannot tell what to look for on this page: name a thing, or ask me to **summarise this page**."
        index = self._index(page)
        if not index.passages and not page.selection:
            return f"There is no text in {_named(page)} that I can read."
        if page.selection:
            selected = PageIndex(page.selection, page.title)
            found = selected.find(question)
            if found.passages and found.coverage >= _ENOUGH:
                return _cited(selected, found, "In the selection:")
        found = index.find(question)
        if not found.passages or found.coverage < _NEAR or _names_missing(question, found):
            sought = _sought(question, found)
            return f"{_NOTHING} “{_escape(sought)}” on this page." + self._remembered(query)
        missing = ", ".join(f"“{_escape(word)}”" for word in _as_written(question, found.missing))
        if found.coverage < _ENOUGH and missing:
            return _cited(index, found, f"The page does not mention {missing}. The nearest that it has:")
        note = f"\n\nThe page does not mention {missing}." if missing else ""
        return _cited(index, found, f"From {_named(page)}:") + note


_NOTHING = "I found nothing about"
_ENOUGH = 0.5
"""The share of a question's weight that a passage must hold to be called an answer."""
_NEAR = 0.25
"""The share that it must hold to be worth showing at all."""


def _act(name: str, arguments: dict[str, Any], saying: str, tools: frozenset[str]) -> Answer:
    if name in tools:
        return Answer(saying, (name, arguments))
    return Answer(f"The settings do not let me do that (copilot.actions.{name}).")


def _bookmark(page: PageContext | None, title: str, tags: tuple[str, ...], tools: frozenset[str]) -> Answer:
    if page is None or not page.url.startswith(("http://", "https://")):
        return Answer("There is no web page open that could be bookmarked.")
    arguments: dict[str, Any] = {"title": (title or page.title or page.url)[:300], "url": page.url}
    if tags:
        arguments["tags"] = [tag[:50] for tag in tags[:20]]
    return _act("bookmark", arguments, f"I propose to bookmark “{_escape(arguments['title'])}”.", tools)


def _page_fact(about: str, page: PageContext | None) -> str:
    if page is None:
        return "There is no page open."
    fact = page.url if about == "address" else page.title
    return f"The {about} of this page is: {_escape(fact)}" if fact else f"This page has no {about}."


def _cited(index: PageIndex, found: Found, head: str) -> str:
    quotes: list[str] = []
    for passage in found.passages:
        quote = index.quote(passage)
        if not any(quote in other or other in quote for other in quotes):
            quotes.append(quote)
    return f"{head}\n\n{_quotes(quotes)}"


def _quotes(texts: list[str]) -> str:
    return "\n\n".join(f"> **[{number}]** {_escape(text)}" for number, text in enumerate(texts, 1))


def _listed(rows: Sequence[ConversationRow]) -> str:
    return "From earlier conversations:\n\n" + "\n\n".join(_row(number, row) for number, row in enumerate(rows, 1))


def _row(number: int, row: ConversationRow) -> str:
    # The snippet may be of the question, which stands above it already.
    said = clean_line(row.response if row.snippet.strip(" …") in row.prompt else row.snippet, 240)
    head = f"**[{number}]** {row.when:%Y-%m-%d %H:%M}, “{_escape(clean_line(row.prompt, 120))}”"
    return f"{head}\n> {_escape(said)}" if said else head


def _named(page: PageContext) -> str:
    title = clean_line(page.title, 80)
    return f"“{_escape(title)}”" if title else "this page"


def _names_missing(question: str, found: Found) -> bool:
    """Whether the page lacks a name or a number of the question: then what it has is about something else."""
    words = re.findall(r"[\w'’-]+", question)[1:]  # the first has a capital anyway
    names = {term for word in words if word[0].isupper() or word[0].isdigit() for term in terms(word)}
    return not names.isdisjoint(found.missing)


def _as_written(question: str, missing: tuple[str, ...]) -> list[str]:
    """The question's own spellings of `missing` terms, without those that are mere parts of words."""
    written = {term: word for word in re.findall(r"\w+", question) for term in terms(word)}
    return list(dict.fromkeys(written.get(term, term) for term in missing if not is_part_of_word(term)))


def _sought(question: str, found: Found) -> str:
    return " ".join(_as_written(question, found.missing)) or clean_line(question.rstrip("?？ "), 120)


_MARKDOWN = re.compile(r"([\\`*_\[\]<>~|])|&(?=#?\w+;)")


def _escape(text: str) -> str:
    """Text of a page as Markdown that shows it and does nothing else."""
    return _MARKDOWN.sub(lambda match: f"\\{match[1]}" if match[1] else "&amp;", " ".join(text.split()))
