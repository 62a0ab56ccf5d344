"""What a person asks of the offline copilot: a command only where the whole sentence is one, else a question."""

import re
from dataclasses import dataclass
from typing import Literal

from minimal_browser_core.copilot.actions import WidgetType
from minimal_browser_core.urls import as_url


@dataclass(frozen=True, slots=True)
class Open:
    """`url` is None where `target` is no address."""

    target: str
    url: str | None


@dataclass(frozen=True, slots=True)
class SearchWeb:
    query: str


@dataclass(frozen=True, slots=True)
class Bookmark:
    title: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShowWidget:
    widget: WidgetType


@dataclass(frozen=True, slots=True)
class Summarise:
    """`what` is "" where the person did not say: the selection where there is one, else the page."""

    count: int
    what: Literal["page", "selection", ""]


@dataclass(frozen=True, slots=True)
class Recall:
    """Look into stored conversations; an empty query means the newest."""

    query: str


@dataclass(frozen=True, slots=True)
class Tell:
    about: Literal["help", "connect", "address", "title"]


@dataclass(frozen=True, slots=True)
class Question:
    text: str


Intent = Open | SearchWeb | Bookmark | ShowWidget | Summarise | Recall | Tell | Question

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
_RECALL = _pattern(
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


def read(text: str) -> Intent:
    text = " ".join(text.split())
    plain = _POLITE.sub("", text)
    asked = plain.rstrip(" ?？")
    if _HELP.fullmatch(plain) or _HELP.fullmatch(asked):
        return Tell("help")
    if _CONNECT.fullmatch(asked):
        return Tell("connect")
    if match := _WIDGET.fullmatch(asked):
        return ShowWidget(_widget(match[1]))
    if _EXPLAIN_SELECTION.fullmatch(asked):
        return Summarise(DEFAULT_SENTENCES, "selection")
    if match := _RECALL.fullmatch(asked):
        return Recall(match["a"] or match["b"] or match["c"] or "")
    if match := _OPEN.fullmatch(plain):
        return Open(match[1], as_url(match[1].strip("<>\"'“”")))
    if match := _SEARCH.fullmatch(plain):
        return SearchWeb(next(group for group in match.groups() if group).strip('"“”'))
    if match := _BOOKMARK.fullmatch(asked):
        tags = re.split(r"[,\s]+(?:and\s+)?", (match["tags"] or "").strip())
        return Bookmark((match["title"] or "").strip('"“”'), tuple(tag for tag in tags if tag))
    if match := _SUMMARY.fullmatch(asked):
        count = match["count"] or str(DEFAULT_SENTENCES)
        number = _NUMBERS.get(count.lower()) or int(count)
        return Summarise(min(max(number, 1), 20), _summarised(asked))
    if _ADDRESS.fullmatch(asked):
        return Tell("address")
    if _TITLE.fullmatch(asked):
        return Tell("title")
    return Question(text)


def _summarised(asked: str) -> Literal["page", "selection", ""]:
    if re.search(_SELECTION, asked, re.IGNORECASE):
        return "selection"
    return "page" if _PAGE_WORD.search(asked) else ""


def _widget(word: str) -> WidgetType:
    match word.lower():
        case "calculator":
            return "calculator"
        case "timer":
            return "timer"
        case "todo" | "to-do":
            return "todo"
        case _:
            return "notes"
