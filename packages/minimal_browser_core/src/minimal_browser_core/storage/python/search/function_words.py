"""Recognise the parts of a query that say nothing about its subject, with the same rules as `storage_rust`."""

import re
from functools import cache
from pathlib import Path

from minimal_browser_core.storage.python.search.characters import FILLER
from minimal_browser_core.storage.python.search.comparison import compared
from minimal_browser_core.storage.python.search.query import Part

_FILE = Path(__file__).parents[1] / "words" / "function_words.txt"
# Hiragana, which is mostly grammar, and the Chinese characters of particles and questions.
_GRAMMATICAL = re.compile("[\u3041-\u3096的了吗嗎呢么麼什哪谁誰怎吧们們是这這那您何]")
_PARTICLES = tuple("은는을를의에요까")


def is_informative(part: Part) -> bool:
    """Return whether a part is about something, as far as its characters tell. Frequencies tell the rest."""
    if part.prefix or part.kind not in "wg":
        return True
    if part.kind == "w":
        return not all(_folded(text) in _function_words() for text in part.texts)
    (pair,) = part.texts
    return not (_GRAMMATICAL.search(pair) or pair.endswith(_PARTICLES) or pair in _function_words())


@cache
def _function_words() -> frozenset[str]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(_folded(word) for line in lines if not line.startswith("#") for word in line.split())


def _folded(text: str) -> str:
    return compared(text).replace(FILLER, "")
