"""Index tokens for text that FTS5's tokenizer cannot split into words, with the same rules as `storage_rust`.

The unicode61 tokenizer finds words between spaces and punctuation. It cannot find the words of scripts without spaces
(Chinese, Japanese, Thai, …), nor symbols: emoji, and the ends of `C++` and `C#`. For these, *grams* are stored in
columns beside the text, as words that the tokenizer can find:

- A run of a script without spaces becomes each pair of neighbours and its last character: 東京都 gives `東京 京都 都`.
  Two or more characters are searched as a phrase of pairs, which matches substrings; one character as a prefix.
- A word that touches such a run is added, because the tokenizer takes both for one word: `iPhoneを` gives `iPhone を`.
  `をiPhone` gives `を iPhone` and U+E000, which separates it from the next such word.
- A word that the tokenizer does not fold as search does (see `folding`) is added folded. So that phrases match, it
  comes with the three words before and after it, and U+E000 ends them: `eine große Stadt` gives `eine grosse Stadt`
  and U+E000. A word with soft hyphens or zero-width characters, at which the tokenizer splits it, is one word here; its
  pieces follow if any of them is folded.
- A run of symbols becomes U+E000 and the code point of each, then U+E000 alone; the word before it is added first. With
  S for U+E000, `C++` gives `C S2b S2b S`. No typed word begins with this character of the private use area.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from minimal_browser_core.storage.python.search.characters import JOINERS, KINDS, NEEDS_GRAMS, SYMBOL, runs
from minimal_browser_core.storage.python.search.folding import fold, needs_folding, word_differs

# How many words before and after a folded word are repeated: a phrase of one word more matches exactly.
NEIGHBORS: Final = 3

_JOINER = re.compile(f"[{JOINERS}]")


def gram_tokens(run: str) -> list[str]:
    """Return the pairs of neighbours of an unspaced run, then its last character."""
    return [run[i : i + 2] for i in range(len(run))]


def symbol_tokens(run: str) -> list[str]:
    """Return the tokens of a run of symbols."""
    return [f"{SYMBOL}{ord(char):x}" for char in run if KINDS[ord(char)] in "sh"]


def grams(*texts: str) -> str:
    """Return the tokens that are indexed beside `texts`."""
    tokens: list[str] = []
    for text in texts:
        if NEEDS_GRAMS.search(text):
            add_grams(text, tokens)
        if needs_folding(text):
            add_folded_words(text, word_differs, tokens)
    return " ".join(tokens)


def add_grams(text: str, tokens: list[str]) -> None:
    """Add the tokens of unspaced runs and of symbols, and of the words that touch them."""
    word, word_end, gram_end = "", -1, -1
    for kind, run, start, end in runs(text):
        if kind == "g":
            if word_end == start:
                _add(tokens, fold(word))
            tokens += gram_tokens(fold(run))
            gram_end = end
        elif kind == "w":
            if gram_end == start:
                _add(tokens, fold(run))
                tokens.append(SYMBOL)  # separates it from the next such word, or both would match as a phrase
            word, word_end = run, end
        else:
            if kind == "a" and word_end == start:
                _add(tokens, fold(word))
            tokens += symbol_tokens(run)
            tokens.append(SYMBOL)


def add_folded_words(text: str, differs: Callable[[str], bool], tokens: list[str]) -> None:
    """Add the words for which `differs` holds, folded and with their neighbors."""
    words: list[str] = []
    word_end, unspaced_end = -1, -1
    for kind, run, start, end in runs(text):
        if kind == "w" and unspaced_end != start:  # otherwise it was added with the grams
            words.append(run)
            word_end = end
        elif kind == "g":
            if word_end == start:
                words.pop()
            _add_sequence(words, differs, tokens)
            words.clear()
            unspaced_end = end
    _add_sequence(words, differs, tokens)


def _add_sequence(words: Sequence[str], differs: Callable[[str], bool], tokens: list[str]) -> None:
    added, is_open = 0, False
    for n, word in enumerate(words):
        if not differs(word):
            continue
        start = max(added, n - NEIGHBORS)
        if is_open and start > added:
            tokens.append(SYMBOL)
        added, is_open = min(len(words), n + 1 + NEIGHBORS), True
        for neighbor in words[start:added]:
            _add(tokens, fold(neighbor))
    if is_open:
        tokens.append(SYMBOL)
    for word in words:
        pieces = _JOINER.split(word)
        if len(pieces) > 1 and any(map(word_differs, pieces)):
            for piece in pieces:
                _add(tokens, fold(piece))
            tokens.append(SYMBOL)


def _add(tokens: list[str], token: str) -> None:
    """Add a token, unless it is empty: a word of marks that are dropped."""
    if token:
        tokens.append(token)
