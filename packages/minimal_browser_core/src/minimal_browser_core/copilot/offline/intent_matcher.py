"""Recognises intents by patterns: a sentence is a command only if all of it matches, otherwise it is a question."""

import re
from collections.abc import Callable
from typing import Literal

from minimal_browser_core.copilot.offline.intents import (
    Bookmark,
    Intent,
    OpenPage,
    Question,
    SearchConversations,
    SearchWeb,
    ShowHelp,
    ShowPageFact,
    ShowWidget,
    Summarise,
)
from minimal_browser_core.internal_pages.widgets import WidgetType
from minimal_browser_core.urls import as_url

_POLITE = re.compile(r"^(?:(?:please|can you|could you|would you)\s+)+|\s*(?:,?\s*please)?[.!\s]*$", re.IGNORECASE)


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_HELP = _pattern(r"help|\?|what can you do|what (?:do you|can you) understand|commands|hilfe|aide|ayuda|aiuto")
_CONNECT = _pattern(
    r"connect|(?:how (?:do|can) i |help me )?(?:to )?(?:connect|set up|configure|add|use)(?: to)? "
    r"(?:a |an |the |my )?"
    r"(?:provider|model|llm|ai|server|api key|key|openrouter|openai|ollama|lm studio|llama\.cpp|vllm)"
)
_OPEN = _pattern(r"(?:open|go to|goto|visit|navigate to|öffne|ouvre|abre|apri)\s+(\S.*)")
_SEARCH = _pattern(
    r"(?:search|look)\s+(?:the\s+)?(?:web|internet|online)\s+for\s+(\S.*)|search\s+(?:for\s+)?(\S.*)|google\s+(\S.*)"
    r"|such(?:e)?\s+nach\s+(\S.*)|(?:re)?cherche\s+(\S.*)|busca(?:r)?\s+(\S.*)"
)
_BOOKMARK = _pattern(
    r"(?:bookmark|save)\s+(?:this|the|current)?\s*(?:page|site|address)?(?:\s+to\s+(?:my\s+)?bookmarks)?"
    r"(?:\s+as\s+(?P<title>.+?))?(?:\s+(?:tagged|with tags?|tags?)\s+(?P<tags>.+))?|add\s+(?:a\s+)?bookmark"
)
_WIDGET = _pattern(
    r"(?:show|open|start|give|make)\s+(?:me\s+)?(?:a|an|the|my)?\s*"
    r"(calculator|timer|todo|to-do|notes|notepad)(?:\s+(?:list|app|widget))?"
)
_SELECTION = r"(?:the\s+|my\s+|this\s+)?selection|(?:the\s+)?selected text"
_SUMMARY = _pattern(
    rf"(?:give me |write |make )?(?:a |the )?(?:(?:brief|short|quick)(?:ly)? )*"
    r"(?:summar(?:y|ise|ize)|tl;?\s?dr|sum (?:this |it )?up|key points|main points|overview|gist)"
    rf"(?:\s+(?:of\s+)?(?:{_SELECTION}|(?:this|the|it)?\s*(?:page|article|site|text|document)?))?"
    r"(?:\s+in\s+(?P<count>\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:sentences?|points?|lines?|bullets?))?"
    r"|what(?:'s| is| does)\s+(?:this|the|it)\s*(?:page|article|site|text|document)?\s*(?:all\s+)?(?:about|say)"
    r"|(?:fasse?\b.*\bzusammen|zusammenfassung.*|worum geht(?: e)?'?s.*)"
    r"|(?:résum\w*|resum\w*|riass\w*|samenvat\w*|vat .* samen|кратко.*|суммируй.*|о чём .*|о чем .*)"
    r"|.*(?:要約|まとめて|总结|總結|摘要|概括|요약).*"
)
_CONVERSATIONS = _pattern(
    r"(?:search|find|look)\s+(?:in\s+|through\s+)?(?:my\s+|our\s+|the\s+|past\s+|stored\s+|earlier\s+)*"
    r"(?:conversations?|history|chats?|memory)(?:\s+(?:for|about|on)\s+(?P<a>.+))?"
    r"|(?:what|when)\s+did\s+(?:we|i|you)\s+(?:talk|say|ask|discuss|speak)(?:\s+about|\s+of|\s+on)?(?:\s+(?P<b>.+))?"
    r"|(?:recall|remember)\s+(?P<c>.+)"
    r"|(?:my |our )?(?:recent|last|earlier|previous) (?:conversations?|questions?|chats?)"
)
_OF_PAGE = r"(?:\s+of)?(?:\s+(?:this|the))?(?:\s+page)?"
_ADDRESS = _pattern(rf"(?:what(?:'s| is)\s+)?(?:the\s+|this\s+)?(?:url|address|link){_OF_PAGE}")
_TITLE = _pattern(rf"(?:what(?:'s| is)\s+)?(?:the\s+|this\s+)?(?:page\s+)?title{_OF_PAGE}")
_PAGE_WORD = _pattern(r"page|article|site|document|seite|página|pagina|ページ|页面|頁面|페이지")
_EXPLAIN_SELECTION = _pattern(rf"(?:explain|summar(?:ise|ize)|what(?:'s| is))\s+(?:{_SELECTION}|this)")

_NUMBER_WORDS = "one two three four five six seven eight nine ten"
_NUMBERS = {word: value for value, word in enumerate(_NUMBER_WORDS.split(), 1)}
DEFAULT_SENTENCES = 5
_WIDGETS: dict[str, WidgetType] = {"calculator": "calculator", "timer": "timer", "todo": "todo", "to-do": "todo"}


def _open_page(match: re.Match[str]) -> Intent:
    return OpenPage(match[1], as_url(match[1].strip("<>\"'“”")))


def _search_web(match: re.Match[str]) -> Intent:
    return SearchWeb(next(group for group in match.groups() if group).strip('"“”'))


def _bookmark(match: re.Match[str]) -> Intent:
    tags = re.split(r"[,\s]+(?:and\s+)?", (match["tags"] or "").strip())
    return Bookmark((match["title"] or "").strip('"“”'), tuple(tag for tag in tags if tag))


def _summarise(match: re.Match[str]) -> Intent:
    count = match["count"] or str(DEFAULT_SENTENCES)
    number = _NUMBERS.get(count.lower()) or int(count)
    what: Literal["page", "selection", ""] = ""
    if re.search(_SELECTION, match[0], re.IGNORECASE):
        what = "selection"
    elif _PAGE_WORD.search(match[0]):
        what = "page"
    return Summarise(min(max(number, 1), 20), what)


# In order: the first pattern that matches the whole sentence counts. Only addresses and searches keep their last "?".
_RULES: tuple[tuple[re.Pattern[str], bool, Callable[[re.Match[str]], Intent]], ...] = (
    (_HELP, True, lambda _: ShowHelp("help")),
    (_HELP, False, lambda _: ShowHelp("help")),
    (_CONNECT, False, lambda _: ShowHelp("connect")),
    (_WIDGET, False, lambda match: ShowWidget(_WIDGETS.get(match[1].lower(), "notes"))),
    (_EXPLAIN_SELECTION, False, lambda _: Summarise(DEFAULT_SENTENCES, "selection")),
    (_CONVERSATIONS, False, lambda match: SearchConversations(match["a"] or match["b"] or match["c"] or "")),
    (_OPEN, True, _open_page),
    (_SEARCH, True, _search_web),
    (_BOOKMARK, False, _bookmark),
    (_SUMMARY, False, _summarise),
    (_ADDRESS, False, lambda _: ShowPageFact("address")),
    (_TITLE, False, lambda _: ShowPageFact("title")),
)


def match_intent(text: str) -> Intent:
    """What `text` asks for."""
    text = " ".join(text.split())
    sentence = _POLITE.sub("", text)
    without_mark = sentence.rstrip(" ?？")
    for pattern, keeps_mark, intent in _RULES:
        if match := pattern.fullmatch(sentence if keeps_mark else without_mark):
            return intent(match)
    return Question(text)
