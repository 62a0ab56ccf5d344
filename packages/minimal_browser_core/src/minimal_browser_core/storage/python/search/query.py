"""Translate a query to an FTS5 expression, exactly as `storage_rust` does. Every string is a valid query.

    word            is required; all words must match
    "a phrase"      these words in this order; the closing quote is optional
    -word           is excluded; also -"a phrase" and -field:word
    prefix*         a word with this beginning
    field:word      only in this field; also field:"a phrase"; an unknown field is plain text

Words are folded, see `folding`: a letter finds its accented forms and variants, and they find it. A phrase with such a
word and more than four words matches if its parts of four words do.

A word that the tokenizer splits (`foo_bar`, `a.b()`) is a phrase of its parts. Unspaced scripts and symbols are
searched as grams, see `grams`. Terms without searchable text are ignored, unless there are no others.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from minimal_browser_core.storage.python.search.characters import KINDS, WHITESPACE, compose, runs
from minimal_browser_core.storage.python.search.folding import fold, word_differs
from minimal_browser_core.storage.python.search.grams import NEIGHBORS, gram_tokens, symbol_tokens

MAX_PARTS = 256  # FTS5 opens an iterator for each; further parts, as of a pasted page, are ignored


@dataclass(frozen=True, slots=True)
class Field:
    """A searchable field: the FTS columns of its text and of its grams. Without grams an unspaced run is a word."""

    words: tuple[str, ...]
    grams: tuple[str, ...] = ()


_URL_PREFIX = re.compile("(?:https?://)?(?:www[.])?", re.IGNORECASE | re.ASCII)
PLAIN = ""  # the field of a term that names none
Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest unit of a query: `w` a phrase of words, `g` and `s` a run, `a` a word with its affixes."""

    kind: str
    field: str
    texts: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`match` and `without` are FTS5 expressions, of which at most one is set; a blank query has neither.

    `nothing` is true if the query can match nothing. `parts` are the parts of `match`, for highlights.
    """

    match: str | None
    without: str | None
    nothing: bool
    parts: tuple[Part, ...]


def parse(text: str, fields: Fields) -> Query:
    """Parse a query."""
    included: dict[Part, None] = {}
    excluded: dict[tuple[Part, ...], None] = {}
    has_terms = False
    for term in terms(text, fields):
        parts = parts_of(term.text, term.field, fields[term.field])
        if not term.negative:
            has_terms = True
            included.update(dict.fromkeys(parts))
        elif parts:
            excluded[tuple(parts)] = None
    required = tuple(included)[:MAX_PARTS]
    without = any_term(excluded, fields)
    if not required:
        return Query(None, None if has_terms else without, has_terms, ())
    match = all_parts(required, fields)
    return Query(f"({match}) NOT ({without})" if without else match, None, False, required)


def parse_prefixes(text: str, fields: Fields) -> Query:
    """Parse text that is being typed: each word is a prefix, and no character has a special meaning.

    A scheme and www. are ignored, because nearly every URL has them.
    """
    prefixes: dict[Part, None] = {}
    at, was_url_prefix = 0, False
    while at < len(text):
        stop = _word_end(text, at)
        word = _URL_PREFIX.sub("", text[at:stop], count=1)
        was_url_prefix = was_url_prefix or len(word) < stop - at
        prefixes.update(dict.fromkeys(parts_of(word + "*", PLAIN, fields[PLAIN])))
        at = stop + 1
    required = tuple(prefixes)[:MAX_PARTS]
    has_text = any(char not in WHITESPACE for char in text)
    return Query(
        all_parts(required, fields) if required else None,
        None,
        has_text and not required and not was_url_prefix,
        required,
    )


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a query, at text[start:end]; a text that ends with a star is a prefix."""

    negative: bool
    quoted: bool
    field: str
    text: str
    start: int
    end: int


def terms(text: str, fields: Fields) -> list[Term]:
    """Split a query into its terms."""
    found: list[Term] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] in WHITESPACE:
            at += 1
            continue
        start = at
        negative = text[at] == "-" and at + 1 < end and text[at + 1] not in WHITESPACE and text[at + 1] != "-"
        at += negative
        field = PLAIN
        stop = _word_end(text, at)
        name, colon, rest = text[at:stop].partition(":")
        if colon and rest and name.isascii() and name.lower() in fields and name:
            field = name.lower()
            at += len(name) + 1
        quoted = text[at] == '"'
        if quoted:
            close = text.find('"', at + 1)
            close = end if close < 0 else close
            term = text[at + 1 : close].rstrip("*")
            at = close + 1
            if at < end and text[at] == "*":
                term += "*"
                at += 1
        else:
            term = text[at:stop]
            at = stop
        found.append(Term(negative, quoted, field, term, start, min(at, end)))
    return found


def _word_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in WHITESPACE:
        at += 1
    return at


def parts_of(term: str, name: str, field: Field) -> list[Part]:
    """Return the parts of the text of a term."""
    bare = term.rstrip("*")
    prefix = len(bare) < len(term)
    if not field.grams:
        words = _words(compose(bare))
        return [Part("w", name, words, prefix and KINDS[ord(bare[-1])] in "wg")] if words else []
    max_words = NEIGHBORS + 1 if any(kind == "w" and word_differs(run) for kind, run, _, _ in runs(bare)) else None
    parts: list[Part] = []
    phrase: list[str] = []
    phrase_end = 0

    def close_phrase() -> None:
        is_prefix = prefix and phrase_end == len(bare)
        # A single word is searched together with its affixes, if it has any.
        if phrase and not (len(phrase) == 1 and parts and parts[-1].kind == "a"):
            parts.extend(_phrases(name, phrase, is_prefix, max_words or len(phrase)))
        phrase.clear()

    for kind, run, start, end in runs(bare):
        if kind == "w":
            phrase.extend(fold(run).split())
            phrase_end = end
        elif kind == "a" and phrase and phrase_end == start:
            parts.append(Part("a", name, (phrase[-1], run)))
        else:
            if kind == "g":
                close_phrase()
            parts.append(Part("g", name, (fold(run),)) if kind == "g" else Part("s", name, (run,)))
    close_phrase()
    return parts


def _phrases(name: str, words: Sequence[str], prefix: bool, max_words: int) -> Iterator[Part]:
    """Yield a phrase, or all its parts of `max_words`: the grams have only parts of a phrase with folded words."""
    for end in range(min(len(words), max_words), len(words) + 1):
        yield Part("w", name, tuple(words[max(0, end - max_words) : end]), prefix and end == len(words))


def _words(text: str) -> tuple[str, ...]:
    kinds = text.translate(KINDS)
    return tuple("".join(char if kind in "wg" else " " for char, kind in zip(text, kinds, strict=True)).split())


def all_parts(parts: Iterable[Part], fields: Fields) -> str:
    """Join parts with an implicit AND: FTS5 then ignores a part in which its tokenizer finds no word."""
    return " ".join(part_expression(part, fields) for part in parts)


def any_part(parts: Iterable[Part], fields: Fields) -> str:
    """Join parts with OR."""
    return " OR ".join(part_expression(part, fields) for part in parts)


def any_term(terms: Iterable[tuple[Part, ...]], fields: Fields) -> str | None:
    """Return the expression of rows in which all parts of one of `terms` match; None without terms."""
    return " OR ".join(f"({all_parts(parts, fields)})" for parts in list(terms)[:MAX_PARTS]) or None


def part_expression(part: Part, fields: Fields) -> str:
    """Return the FTS5 expression of one part."""
    field = fields[part.field]
    if part.kind == "w":
        columns, tokens, prefix = field.words + field.grams, list(part.texts), part.prefix
    elif part.kind == "g":
        tokens = gram_tokens(part.texts[0])
        columns, prefix = field.grams, len(tokens) == 1
        tokens = tokens if prefix else tokens[:-1]
    else:
        *word, signs = part.texts
        columns, tokens, prefix = field.grams, [*word, *symbol_tokens(signs)], False
    return f'{{{" ".join(columns)}}} : "{" ".join(tokens)}"{" *" if prefix else ""}'
