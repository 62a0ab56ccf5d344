"""The expected type of an answer: "when" asks for a date, "how much" for a price, "who" for a name.

Passages of that type are preferred, and then words such as "cost" need not occur in them.
"""

import re
from dataclasses import dataclass

from minimal_browser_core.copilot.offline.terms import tokenize


@dataclass(frozen=True, slots=True)
class AnswerType:
    """Questions that match `question` are answered by passages that match `answer`."""

    question: re.Pattern[str]
    answer: re.Pattern[str]
    implied: frozenset[str]
    """Terms of the question that such a passage answers without containing them."""


def _answer_type(question: str, answer: str, implied: str = "") -> AnswerType:
    return AnswerType(re.compile(question, re.IGNORECASE), re.compile(answer), frozenset(tokenize(implied)))


_MONTHS = (
    r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember"
)
_DAYS = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?s?"
_MONEY = (
    r"[€$£¥₹₽₩]|\b(?:EUR|USD|GBP|CHF|JPY|euros?|dollars?|pounds?|cents?|free of charge|kostenlos|gratuit)\b|円|元|원"
)

_NAME_LETTER = r"[^\W\d_a-zà-ÿа-я]"  # `re` has no class for upper case

ANSWER_TYPES = (
    _answer_type(
        r"\b(?:how much|what(?:'s| is) the (?:price|fee|cost)|what do(?:es)? .* cost|price of|was kostet|wie teuer"
        r"|combien (?:coûte|ça)|cuánto (?:cuesta|vale)|quanto (?:costa|custa)|сколько стоит)\b|いくら|多少钱|얼마",
        _MONEY,
        "cost price pay fee expensive kostet teuer coûte prix cuesta vale precio costa custa стоит",
    ),
    _answer_type(
        r"\b(?:when|(?:what|which) (?:year|date|day|time)|how old|wann|quand|cu[aá]ndo|quando|когда)\b"
        r"|いつ|何年|什么时候|何时|哪年|언제",
        rf"\b(?:1\d|20)\d\d\b|\b(?:{_MONTHS}|{_DAYS})\b|\b\d{{1,2}}(?:[:.]\d\d| ?[ap]m\b)|\d+\s?[年月日]"
        r"|centur|Jahrhundert|siècle",
        "year date day time old jahr année año",
    ),
    _answer_type(
        r"\b(?:how (?:many|high|tall|long|big|large|far|fast|deep|heavy|often|wide)"
        r"|what (?:number|percentage|size|height)|wie ?(?:viele?|hoch|lang|groß|weit)|combien|cu[aá]nt[oa]s|quant[ie]"
        r"|сколько)\b|何人|几|多少|몇",
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion)\b",
        "high tall long big large far fast deep heavy often wide number size height",
    ),
    _answer_type(
        r"\b(?:who|whose|whom|wer|wem|wen|qui|quién|quien|chi|quem|кто)\b|谁|誰|だれ|누가|누구",
        rf"(?:^|\W){_NAME_LETTER}[\w'’-]+ (?:(?:van|von|de|da|del|di|al) )?{_NAME_LETTER}[\w'’-]+|[\u3400-\u9fff]{{2}}",
    ),
    _answer_type(
        r"\b(?:where|wo|woher|wohin|où|d[oó]nde|dove|onde|где|откуда)\b|どこ|哪里|哪儿|어디",
        rf"\b(?:in|at|near|from|on|aus|bei|à|en|dans|da)\b (?:the |der |dem |la |le |los )?{_NAME_LETTER}"
        r"|\b(?:north|south|east|west)\b|位于|位於|在|で|に",
        "located place live lie based found liegt",
    ),
    _answer_type(
        r"\b(?:what(?:'s| is| are| was| were| does)|define|was (?:ist|sind)|qu'est-ce|c'est quoi|qué es|cos'è|o que é"
        r"|что такое)\b|とは|是什么|무엇",
        r"\b(?:means|refers to|denotes|(?:is|was) (?:an?|the)|bedeutet|(?:ist|war) (?:eine?|der|die|das)"
        r"|est (?:une?|la|le)|es (?:una?|el|la)|è (?:una?|il|la)|é (?:uma?|o|a)|это)\b|とは|である|是",
    ),
)


def expected_answer(question: str) -> AnswerType | None:
    """The type of answer that `question` asks for; None if any passage may answer it."""
    return next((kind for kind in ANSWER_TYPES if kind.question.search(question)), None)
