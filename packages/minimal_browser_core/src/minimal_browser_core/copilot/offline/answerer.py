"""Answers questions without a model. Everything about a page is quoted from it; nothing is guessed."""

import re
import threading

from minimal_browser_core.copilot.context.page import PageContext
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.offline.bm25 import PageIndex, SearchResult
from minimal_browser_core.copilot.offline.commands import Answer, answer_command
from minimal_browser_core.copilot.offline.intents import SELECTION, match_intent
from minimal_browser_core.copilot.offline.markdown import cite, document, escape, list_conversations, quotes
from minimal_browser_core.copilot.offline.summary import summarise
from minimal_browser_core.copilot.offline.terms import is_bigram, query_terms, tokenize
from minimal_browser_core.errors import StorageError
from minimal_browser_core.storage.conversations import ConversationService
from minimal_browser_core.storage.port import ConversationStore

_NOTHING_FOUND = "I found nothing about"
_ANSWER_COVERAGE = 0.5
"""The share of a question's weight that a passage must contain to count as an answer."""
_NEAR_COVERAGE = 0.25
"""The share that it must contain to be shown at all."""
_SENTENCES = 5
"""The length of a summary unless the user names one."""
_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_PAGE_WORD = re.compile(r"page|article|site|document|seite|página|pagina|ページ|页面|頁面|페이지", re.IGNORECASE)


class Answerer:
    """Thread-safe. Caches the index of the last page, so that further questions about it are quick."""

    def __init__(self, store: ConversationStore | None = None) -> None:
        self._conversations = ConversationService(store) if store is not None else None
        self._lock = threading.Lock()
        self._cached: tuple[PageContext, PageIndex] | None = None

    def answer(self, question: str, page: PageContext | None, tools: frozenset[str]) -> Answer:
        """`tools` are the names of the tools that may be called; the answer says so if it needs another one."""
        match match_intent(question):
            case None:
                return Answer(self._answer_question(" ".join(question.split()), page))
            case ("help" | "connect") as topic, _:
                return Answer(document(f"{topic}.md"))
            case ("address" | "title") as fact, _:
                return Answer(_page_fact(fact, page))
            case "conversations", match:
                return Answer(self._search_conversations(next(filter(None, match.groups()), "")))
            case ("selection" | "summary") as intent, match:
                return Answer(self._summarise(page, *_extent(intent, match)))
            case intent, match:
                return answer_command(intent, match, page, tools)

    def _search_conversations(self, query: str) -> str:
        if self._conversations is None:
            return "There are no stored conversations here."
        try:
            rows = self._conversations.search(query, limit=5).rows
        except StorageError as error:
            return _unreadable(error)
        if not rows:
            about = f" about “{escape(query)}”" if query else ""
            return f"I found nothing{about} in the stored conversations."
        return list_conversations(rows)

    def _related_conversations(self, terms: list[str]) -> str:
        """Earlier exchanges with all terms of the question that were answered, or ""."""
        if self._conversations is None or not terms:
            return ""
        try:
            rows = self._conversations.search(" ".join(terms), limit=3, match="all").rows
        except StorageError as error:
            return f"\n\n{_unreadable(error)}"
        rows = tuple(row for row in rows if not row.response.startswith(_NOTHING_FOUND))
        return f"\n\n{list_conversations(rows)}" if rows else ""

    def _index(self, page: PageContext) -> PageIndex:
        with self._lock:
            if self._cached is None or self._cached[0] != page:
                self._cached = (page, PageIndex(page.text, page.title))
            return self._cached[1]

    def _summarise(self, page: PageContext | None, count: int, what: str) -> str:
        if page is None:
            return "There is no page to summarise: open one, then ask again."
        if what == "selection" and not page.selection:
            return "Nothing is selected on this page. Select some text, then ask again."
        if page.selection and what != "page":
            index, name = PageIndex(page.selection, page.title), "the selection"
        else:
            index, name = self._index(page), _page_name(page)
        if passages := summarise(index.passages, index.title_terms, count):
            texts = quotes([passage.text for passage in passages])
            return f"The sentences that best summarise {name}, in its own words:\n\n{texts}"
        if headings := index.headings():
            lines = "\n".join(f"- {escape(clean_line(heading, 120))}" for heading in headings)
            return f"There is no running text in {name}, only short lines, such as:\n\n{lines}"
        return f"There is no text in {name} that I can read."

    def _answer_question(self, question: str, page: PageContext | None) -> str:
        terms = query_terms(question)
        if page is None:
            conversations = self._related_conversations(terms).lstrip()
            return conversations or f"I have no page and no model to answer from.\n\n{document('connect.md')}"
        if not terms:
            return "I cannot tell what to look for on this page: name a thing, or ask me to **summarise this page**."
        index = self._index(page)
        if not index.passages and not page.selection:
            return f"There is no text in {_page_name(page)} that I can read."
        if page.selection:
            selection = PageIndex(page.selection, page.title)
            result = selection.search(question)
            if result.passages and result.coverage >= _ANSWER_COVERAGE:
                return cite(selection, result, "In the selection:")
        result = index.search(question)
        if not result.passages or result.coverage < _NEAR_COVERAGE or _lacks_name(question, result):
            subject = " ".join(_missing_words(question, result)) or clean_line(question.rstrip("?？ "), 120)
            return f"{_NOTHING_FOUND} “{escape(subject)}” on this page." + self._related_conversations(terms)
        return _cite_page(question, page, index, result)


def _cite_page(question: str, page: PageContext, index: PageIndex, result: SearchResult) -> str:
    missing = ", ".join(f"“{escape(word)}”" for word in _missing_words(question, result))
    if missing and result.coverage < _ANSWER_COVERAGE:
        return cite(index, result, f"The page does not mention {missing}. The passages that come nearest:")
    note = f"\n\nThe page does not mention {missing}." if missing else ""
    return cite(index, result, f"From {_page_name(page)}:") + note


def _extent(intent: str, match: re.Match[str]) -> tuple[int, str]:
    """How many sentences summarise what: "selection", "page", or "" for the selection if there is one."""
    if intent == "selection":
        return _SENTENCES, intent
    count = (match[1] or str(_SENTENCES)).lower()
    number = _NUMBERS.index(count) + 1 if count in _NUMBERS else int(count)
    what = "page" if _PAGE_WORD.search(match[0]) else ""
    if re.search(SELECTION, match[0], re.IGNORECASE):
        what = "selection"
    return min(max(number, 1), 20), what


def _page_fact(fact: str, page: PageContext | None) -> str:
    if page is None:
        return "There is no page that I can read."
    value = page.url if fact == "address" else page.title
    return f"The {fact} of this page is: {escape(value)}" if value else f"This page has no {fact}."


def _page_name(page: PageContext) -> str:
    title = clean_line(page.title, 80)
    return f"“{escape(title)}”" if title else "this page"


def _unreadable(error: StorageError) -> str:
    return f"The stored conversations cannot be read: {escape(clean_line(str(error)))}"


def _lacks_name(question: str, result: SearchResult) -> bool:
    """Whether the page lacks a name or number of the question: then its passages are about something else."""
    words = re.findall(r"[\w'’-]+", question)[1:]  # the first word always has a capital
    names = {term for word in words if word[0].isupper() or word[0].isdigit() for term in tokenize(word)}
    return not names.isdisjoint(result.missing)


def _missing_words(question: str, result: SearchResult) -> list[str]:
    """The missing terms as the question spells them, without those that are only parts of words."""
    spellings = {term: word for word in re.findall(r"\w+", question) for term in tokenize(word)}
    return list(dict.fromkeys(spellings.get(term, term) for term in result.missing if not is_bigram(term)))
