"""Parse a query whose plain words need not all match, exactly as `storage_rust` does."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from minimal_browser_core.storage.python.search.characters import WHITESPACE
from minimal_browser_core.storage.python.search.grams import gram_tokens
from minimal_browser_core.storage.python.search.query import (
    MAX_PARTS,
    PLAIN,
    Fields,
    Part,
    all_parts,
    any_part,
    any_term,
    parts_of,
    terms,
)

# What is between words that have no space, but not what is inside a name, as in `foo_bar`, `a.b` or `well-known`.
_BETWEEN_WORDS = re.compile("['’ʼ‘“”\"«»„,;!?¡¿…—–()\\[\\]{}|]")

_SPACES = re.compile(f"[{re.escape(''.join(WHITESPACE))}]+")


@dataclass(frozen=True, slots=True)
class LooseQuery:
    """`mandatory` parts, phrases and words of a field, must all match; `optional` are the other words."""

    mandatory: tuple[Part, ...]
    optional: tuple[Part, ...]
    without: str | None

    def expression(self, parts: Iterable[Part], fields: Fields) -> str:
        """Return the FTS5 expression of rows with one of `parts`."""
        expression = any_part(parts, fields)
        if self.mandatory:
            mandatory = all_parts(self.mandatory, fields)
            expression = f"({mandatory}) AND ({expression})" if expression else mandatory
        return f"({expression}) NOT ({self.without})" if self.without else expression


def parse_loosely(text: str, fields: Fields) -> LooseQuery:
    """Parse a query."""
    mandatory: dict[Part, None] = {}
    optional: dict[Part, None] = {}
    excluded: dict[tuple[Part, ...], None] = {}
    for term in terms(text, fields):
        if term.negative:
            if parts := parts_of(term.text, term.field, fields[term.field]):
                excluded[tuple(parts)] = None
        elif term.quoted or term.field != PLAIN:
            mandatory.update(dict.fromkeys(parts_of(term.text, term.field, fields[term.field])))
        else:
            optional.update(dict.fromkeys(_loose_parts(term.text, fields)))
    return LooseQuery(tuple(mandatory)[:MAX_PARTS], tuple(optional)[:MAX_PARTS], any_term(excluded, fields))


def words_of(text: str, fields: Fields) -> Counter[Part]:
    """Return the words of a text, as optional parts, with the number of their occurrences, in the order of the text."""
    words = _SPACES.split(text)
    return Counter(part for word in words for part in _loose_parts(word.rstrip("*"), fields))


def _loose_parts(text: str, fields: Fields) -> list[Part]:
    """Return the words of a term, and the runs of an unspaced script as pairs of characters."""
    found: list[Part] = []
    *words, last = _BETWEEN_WORDS.split(text)
    for word in [*(word.rstrip("*") for word in words), last]:
        for part in parts_of(word, PLAIN, fields[PLAIN]):
            pairs = gram_tokens(part.texts[0]) if part.kind == "g" else []
            if len(pairs) <= 2:
                found.append(part)
            else:
                found += [Part("g", PLAIN, (pair,)) for pair in pairs[:-1]]
    return found
