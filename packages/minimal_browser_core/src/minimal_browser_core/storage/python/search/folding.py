"""Fold words: what users do not distinguish when they search is equal, with the same table as `storage_rust`.

SQLite's tokenizer folds case and the diacritics of Latin letters. `words/folds.txt` has what it does not fold: Greek
accents, ё, Hebrew points, Arabic vowel signs and letter variants, ß, ligatures, full width and more. A folded text is
folded completely only once the tokenizer has seen it, too.
"""

import unicodedata
from pathlib import Path
from typing import Final

from minimal_browser_core.storage.python.search.characters import JOINERS, compose, lower

_FILE = Path(__file__).parents[1] / "words" / "folds.txt"


def _table() -> tuple[dict[int, str], list[int]]:
    """Return what replaces each character, and which of them the tokenizer does not fold so."""
    table: dict[int, str] = {}
    differing: list[int] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        target, *spans = line.split(" ")
        for span in spans:
            first, _, last = span.partition("-")
            codes = range(int(first, 16), int(last or first, 16) + 1)
            if target == "=":
                table.update((code, chr(code)) for code in codes)
            else:
                table.update(dict.fromkeys(codes, "" if target == "-" else target.removeprefix("~").replace("_", " ")))
            if target[0] not in "~=":
                differing += codes
    return table, differing


_REPLACEMENTS, _differing = _table()
_FOLDS: Final = _REPLACEMENTS | dict.fromkeys(map(ord, JOINERS), "")
# Sets, because a regular expression compares each character with thousands of others, one after the other.
_IN_TABLE: Final = frozenset(map(chr, _REPLACEMENTS))
_DIFFERING: Final = frozenset((*map(chr, _differing), *JOINERS))
# What replaces a character in a text that is compared character by character.
COMPARED: Final = {code: "".join(map(lower, text)) for code, text in _REPLACEMENTS.items()}


def needs_folding(text: str) -> bool:
    """Return whether a word of `text` may be folded."""
    return not text.isascii() and (not _DIFFERING.isdisjoint(text) or not unicodedata.is_normalized("NFC", text))


def word_differs(word: str) -> bool:
    """Return whether the tokenizer does not fold `word` as search does."""
    if word.isascii():
        return False
    if not _DIFFERING.isdisjoint(word):
        return True
    # The tokenizer drops the mark of a decomposed й.
    composed = compose(word)
    return composed != word and not _IN_TABLE.isdisjoint(composed)


def fold(text: str) -> str:
    """Return `text` as search compares it, except for what the tokenizer folds: case and Latin diacritics."""
    return compose(compose(text).translate(_FOLDS))
