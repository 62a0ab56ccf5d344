"""How text is seen by the search: kinds of characters, grams, folding. `storage_rust` has the same rules in `text.rs`.

FTS5's unicode61 tokenizer sees words between spaces and punctuation. It cannot see the words of scripts that write
none (Chinese, Japanese, Thai, …), nor symbols: emoji, and the ends of `C++` and `C#`. For those we store *grams* beside
the text, as words that the tokenizer does see:

- a run of an unspaced script: each pair of neighbours, then its last character: 東京都 gives `東京 京都 都`. Two or
  more characters are found as a phrase of pairs, which is a search for a substring; one character as a prefix;
- a word that touches such a run, since the tokenizer sees the two as one: `iPhoneを` gives `iPhone を`, `をiPhone`
  gives `を iPhone` and a lone U+E000, which parts it from the next such word;
- a run of symbols: U+E000 and the code point of each, then a lone U+E000; before it the word that it ends: with S for
  U+E000, `C++` gives `C S2b S2b S`. No word that somebody types begins with that letter of private use.
"""

import re
import unicodedata
from collections.abc import Iterator

# Scripts written without spaces, and Hangul, whose particles stick to the word.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf"  # Lao
    "\u0f40-\u0f6c\u0f71-\u0f84\u0f88-\u0fbc"  # Tibetan
    "\u1000-\u103f\u1050-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a-\uaa7f"  # Myanmar
    "\u1780-\u17d3"  # Khmer
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\uffa1-\uffdc"  # Hangul
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # ideographic marks
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana
    "\u3105-\u312f\u31a0-\u31bf"  # Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # kana and Han beyond the first plane
)
_SYMBOLS = (
    "\u00a2-\u00a5\u00a9\u00ae\u00b0\u00b1\u00d7\u00f7\u20a0-\u20cf\u2122\u2190-\u245f\u25a0-\u2775\u2794-\u2bff"
    "\U0001f000-\U0001faff"
)
_AFFIXES = "+#"  # symbols only where they end a word, or every heading and list of Markdown would count
_IGNORED = "\u200d\u20e3\ufe0e\ufe0f"  # joiners and variation selectors inside an emoji

# Unicode's White_Space, which is not what str.isspace() says.
WHITESPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | set(map(chr, range(0x2000, 0x200B)))

_NEEDS_GRAMS = re.compile(f"[{_UNSPACED}{_SYMBOLS}]|[+#]")
_CLASSES = {
    "g": re.compile(f"[{_UNSPACED}]"),
    "s": re.compile(f"[{_SYMBOLS}]"),
    "h": re.compile(f"[{_AFFIXES}]"),
    "i": re.compile(f"[{_IGNORED}]"),
}
_RUN = re.compile(r"(?P<w>w+)|(?P<g>g+)|(?P<a>(?<=[wg])h+)|(?P<s>s(?:i*s)*)")
_WORD_CATEGORIES = ("L", "N", "Co", "Mn", "Mc")


class _Kinds(dict[int, str]):
    """g unspaced script, s symbol, h affix, i ignored, w part of a word, or a space: between words."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = next((name for name, pattern in _CLASSES.items() if pattern.match(char)), None)
        if kind is None:
            word = unicodedata.category(char).startswith(_WORD_CATEGORIES) and char != SYMBOL
            kind = "w" if word else " "
        self[code] = kind
        return kind


class _Folds(dict[int, str]):
    """One character to one: words in lower case without diacritics, FILLER for the ignored, a space between words."""

    def __missing__(self, code: int) -> str:
        char, kind = chr(code), KINDS[code]
        if kind == "i" or 0x300 <= code <= 0x36F:
            folded = FILLER
        elif kind == "w":
            folded = unicodedata.normalize("NFD", char.lower()[0])[0]
        else:
            folded = char if kind in "gsh" else " "
        self[code] = folded
        return folded


FILLER = "\u0300"
SYMBOL = "\ue000"  # what the grams of symbols begin with
KINDS = _Kinds()
_FOLDS = _Folds()
NOT_WORD = f" {_UNSPACED}{_SYMBOLS}{_AFFIXES}"  # the inside of a character class, over folded text
BETWEEN_WORDS = f" {_SYMBOLS}{_AFFIXES}"


def fold(text: str) -> str:
    """`text` as the index compares it, character for character."""
    return text.translate(_FOLDS)


def compose(text: str) -> str:
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def runs(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(kind, run, start, end): `w` a word, `g` an unspaced script, `a` the signs that end a word, `s` symbols."""
    for match in _RUN.finditer(text.translate(KINDS)):
        kind = match.lastgroup
        assert kind is not None  # noqa: S101  every alternative of the pattern is named
        yield kind, text[match.start() : match.end()], match.start(), match.end()


def gram_tokens(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run))]


def symbol_tokens(run: str) -> list[str]:
    return [f"{SYMBOL}{ord(char):x}" for char in run if KINDS[ord(char)] != "i"]


def grams(*texts: str) -> str:
    """What stands in the index beside `texts`."""
    tokens: list[str] = []
    for text in texts:
        if _NEEDS_GRAMS.search(text):
            _add_grams(compose(text), tokens)
    return " ".join(tokens)


def _add_grams(text: str, tokens: list[str]) -> None:
    word, word_end, gram_end = "", -1, -1
    for kind, run, start, end in runs(text):
        if kind == "g":
            if word_end == start:
                tokens.append(word)
            tokens += gram_tokens(run)
            gram_end = end
        elif kind == "w":
            if gram_end == start:
                tokens += [run, SYMBOL]  # or it would stand beside the next such word, and pass for a phrase
            word, word_end = run, end
        else:
            if kind == "a" and word_end == start:
                tokens.append(word)
            tokens += symbol_tokens(run)
            tokens.append(SYMBOL)
