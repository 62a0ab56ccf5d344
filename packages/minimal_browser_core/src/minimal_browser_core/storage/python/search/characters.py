"""Classify and fold the characters of a text as the search index sees them, with the same rules as `storage_rust`."""

import re
import unicodedata
from collections.abc import Iterator

# Scripts written without spaces, and Hangul, whose particles are attached to the word.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf"  # Lao
    "\u0f40-\u0f6c\u0f71-\u0f84\u0f88-\u0fbc"  # Tibetan
    "\u1000-\u103f\u1050-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a-\uaa7f"  # Myanmar
    "\u1780-\u17d3"  # Khmer
    "\u2f00-\u2fd5"  # Kangxi radicals
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
_AFFIXES = "+#"  # symbols only at the end of a word; otherwise every heading and list of Markdown would count
_IGNORED = "\u20e3\ufe0e\ufe0f"  # keycaps and variation selectors after an emoji
# Soft hyphens, zero-width characters and marks of the direction: inside a word or run they are ignored.
_JOINER_RANGES = (
    *(0xAD, 0x61C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x2070),
)
JOINERS = "".join(map(chr, _JOINER_RANGES))
_SELECTORS = "\u034f\u180b-\u180d\u180f\ufe00-\ufe0d\U000e0100-\U000e01ef"  # variation selectors after a letter

# Unicode's White_Space, which differs from str.isspace().
WHITESPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | set(map(chr, range(0x2000, 0x200B)))

NEEDS_GRAMS = re.compile(f"[{_UNSPACED}{_SYMBOLS}]|[+#]")
_CLASSES = {
    "g": re.compile(f"[{_UNSPACED}]"),
    "s": re.compile(f"[{_SYMBOLS}]"),
    "h": re.compile(f"[{_AFFIXES}]"),
    "i": re.compile(f"[{_IGNORED}]"),
    "j": re.compile(f"[{JOINERS}]"),
    "v": re.compile(f"[{_SELECTORS}]"),
}
_RUN = re.compile(r"(?P<w>[wv](?:j*[wv])*)|(?P<g>g(?:j*[gv])*)|(?P<a>(?<=[wgv])h+)|(?P<s>s(?:[ij]*s)*)")
_WORD_CATEGORIES = ("L", "N", "Co", "Mn", "Mc")


class _Kinds(dict[int, str]):
    """Maps a code point to its kind.

    w word, g unspaced script, s symbol, h affix, i ignored, j joiner, v selector, otherwise a space.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = next((name for name, pattern in _CLASSES.items() if pattern.match(char)), None)
        if kind is None:
            word = unicodedata.category(char).startswith(_WORD_CATEGORIES) and char != SYMBOL
            kind = "w" if word else " "
        self[code] = kind
        return kind


FILLER = "\u0300"  # replaces characters that a comparison ignores
SYMBOL = "\ue000"  # the first character of the grams of symbols
KINDS = _Kinds()
NOT_WORD = f" {_UNSPACED}{_SYMBOLS}{_AFFIXES}"  # the inside of a character class, for folded text
BETWEEN_WORDS = f" {_SYMBOLS}{_AFFIXES}"


def lower(char: str) -> str:
    """Return one character in lower case."""
    return char.lower()[0]


def compose(text: str) -> str:
    """Return `text` in Unicode normalization form C."""
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def runs(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield (kind, run, start, end): `w` a word, `g` an unspaced script, `a` affixes of a word, `s` symbols."""
    for match in _RUN.finditer(text.translate(KINDS)):
        kind = match.lastgroup
        assert kind is not None  # noqa: S101  every alternative of the pattern is named
        yield kind, text[match.start() : match.end()], match.start(), match.end()
