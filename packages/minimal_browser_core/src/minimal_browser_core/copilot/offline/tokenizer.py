"""Splits text into terms that can be compared, in any script.

Words are folded (case, compatibility forms, Latin accents) and lose an English plural. Scripts without spaces between
words, and Hangul, whose words carry particles, become overlapping pairs of characters, as in search engines.
"""

import re
import unicodedata

from minimal_browser_core.copilot.offline.stemming import singular

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowel signs of Indic scripts are not word characters to `re`; the danda (U+0964, U+0965) is a full stop.
_TOKEN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])[\w\u0900-\u0963\u0966-\u0dff])+")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ASCII_TOKEN = re.compile(r"\w+")
_ACCENTS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f]")


def fold(text: str) -> str:
    """`text` in lower case, without Latin accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def tokenize(text: str) -> list[str]:
    """The terms of `text` in order, with repetitions."""
    if text.isascii():
        return [singular(word) for word in _ASCII_TOKEN.findall(text.lower())]
    terms: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        run = match[0]
        if match["unspaced"] is None:
            terms.append(singular(run))
        elif len(run) == 1:
            terms.append(run)
        else:
            terms += [run[i : i + 2] for i in range(len(run) - 1)]
    return terms


def is_bigram(term: str) -> bool:
    """Whether a term is a pair of characters from a text without spaces, so that it is not a word by itself."""
    return _ANY_UNSPACED.match(term) is not None
