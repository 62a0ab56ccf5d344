"""Recognises what the user asks for: a sentence is a command only if all of it matches, otherwise it is a question."""

import re

_POLITE = r"(?i)^(?:(?:please|can you|could you|would you)\s+)+|\s*(?:,?\s*please)?[.!\s]*$"
SELECTION = r"(?:the\s+|my\s+|this\s+)?selection|(?:the\s+)?selected text"
_OF_PAGE = r"(?:\s+of)?(?:\s+(?:this|the))?(?:\s+page)?"

# In order: the first pattern that matches the whole sentence counts. Its groups are what the user named.
_INTENTS = {
    "help": r"help|\?|what can you do|what (?:do you|can you) understand|commands|hilfe|aide|ayuda|aiuto",
    "connect": (
        r"connect|(?:how (?:do|can) i |help me )?(?:to )?(?:connect|set up|configure|add|use)(?: to)? "
        r"(?:a |an |the |my )?"
        r"(?:provider|model|llm|ai|server|api key|key|openrouter|openai|ollama|lm studio|llama\.cpp|vllm)"
    ),
    "widget": (
        r"(?:show|open|start|give|make)\s+(?:me\s+)?(?:a|an|the|my)?\s*"
        r"(calculator|timer|todo|to-do|notes|notepad)(?:\s+(?:list|app|widget))?"
    ),
    "selection": rf"(?:explain|summar(?:ise|ize)|what(?:'s| is))\s+(?:{SELECTION}|this)",
    "conversations": (
        r"(?:search|find|look)\s+(?:in\s+|through\s+)?(?:my\s+|our\s+|the\s+|past\s+|stored\s+|earlier\s+)*"
        r"(?:conversations?|history|chats?|memory)(?:\s+(?:for|about|on)\s+(.+))?"
        r"|(?:what|when)\s+did\s+(?:we|i|you)\s+(?:talk|say|ask|discuss|speak)(?:\s+about|\s+of|\s+on)?(?:\s+(.+))?"
        r"|(?:recall|remember)\s+(.+)"
        r"|(?:my |our )?(?:recent|last|earlier|previous) (?:conversations?|questions?|chats?)"
    ),
    "open": r"(?:open|go to|goto|visit|navigate to|öffne|ouvre|abre|apri)\s+(\S.*)",
    "search": (
        r"(?:search|look)\s+(?:the\s+)?(?:web|internet|online)\s+for\s+(\S.*)|search\s+(?:for\s+)?(\S.*)"
        r"|google\s+(\S.*)|such(?:e)?\s+nach\s+(\S.*)|(?:re)?cherche\s+(\S.*)|busca(?:r)?\s+(\S.*)"
    ),
    "bookmark": (
        r"(?:bookmark|save)\s+(?:this|the|current)?\s*(?:page|site|address)?(?:\s+to\s+(?:my\s+)?bookmarks)?"
        r"(?:\s+as\s+(?P<title>.+?))?(?:\s+(?:tagged|with tags?|tags?)\s+(?P<tags>.+))?|add\s+(?:a\s+)?bookmark"
    ),
    "summary": (
        r"(?:give me |write |make )?(?:a |the )?(?:(?:brief|short|quick)(?:ly)? )*"
        r"(?:summar(?:y|ise|ize)|tl;?\s?dr|sum (?:this |it )?up|key points|main points|overview|gist)"
        rf"(?:\s+(?:of\s+)?(?:{SELECTION}|(?:this|the|it)?\s*(?:page|article|site|text|document)?))?"
        r"(?:\s+in\s+(\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:sentences?|points?|lines?|bullets?))?"
        r"|what(?:'s| is| does)\s+(?:this|the|it)\s*(?:page|article|site|text|document)?\s*(?:all\s+)?(?:about|say)"
        r"|(?:fasse?\b.*\bzusammen|zusammenfassung.*|worum geht(?: e)?'?s.*)"
        r"|(?:résum\w*|resum\w*|riass\w*|samenvat\w*|vat .* samen|кратко.*|суммируй.*|о чём .*|о чем .*)"
        r"|.*(?:要約|まとめて|总结|總結|摘要|概括|요약).*"
    ),
    "address": rf"(?:what(?:'s| is)\s+)?(?:the\s+|this\s+)?(?:url|address|link){_OF_PAGE}",
    "title": rf"(?:what(?:'s| is)\s+)?(?:the\s+|this\s+)?(?:page\s+)?title{_OF_PAGE}",
}
_PATTERNS = {intent: re.compile(pattern, re.IGNORECASE) for intent, pattern in _INTENTS.items()}


def match_intent(text: str) -> tuple[str, re.Match[str]] | None:
    """The name of the command that `text` is, and its match; None for a question."""
    sentence = re.sub(_POLITE, "", " ".join(text.split()))
    without_mark = sentence.rstrip(" ?？") or sentence
    for intent, pattern in _PATTERNS.items():
        # A "?" at the end may belong to an address or to words to search for.
        if match := pattern.fullmatch(sentence if intent in ("open", "search") else without_mark):
            return intent, match
    return None
