"""What a person types, as an FTS5 expression. Every string is a query; `storage_rust` reads the same in `query.rs`.

    word            must be there; words are ANDed
    "a phrase"      these words in this order; a missing closing quote is forgiven
    -word           must not be there; also -"a phrase" and -field:word
    prefix*         a word that begins so
    field:word      only in that field; also field:"a phrase"; an unknown field is just text

A word that the tokenizer would split (`foo_bar`, `a.b()`) is a phrase of its pieces. Unspaced scripts and symbols are
looked up as grams, see `text`. What holds nothing searchable is passed over, unless it is all there is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .text import KINDS, WHITESPACE, compose, gram_tokens, runs, symbol_tokens

MAX_PARTS = 256  # FTS5 opens an iterator for each: what a pasted page has beyond these does not narrow the search


@dataclass(frozen=True, slots=True)
class Field:
    """`words` are the FTS columns of the text, `grams` those of its grams; without grams a run counts as a word."""

    words: tuple[str, ...]
    grams: tuple[str, ...] = ()


_PASSED_OVER = re.compile("(?:https?://)?(?:www[.])?", re.IGNORECASE | re.ASCII)
PLAIN = ""  # the field of a word without one
Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest thing looked up: `w` a phrase of words, `g` and `s` a run, `a` a word and the signs that end it."""

    kind: str
    field: str
    texts: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`match` and `without` are FTS5 expressions, at most one of them set; `nothing` finds nothing at all.

    `parts` are what a match holds, for its highlights. With neither set the query is blank and finds everything.
    """

    match: str | None
    without: str | None
    nothing: bool
    parts: tuple[Part, ...]


def parse(text: str, fields: Fields) -> Query:
    wanted: dict[Part, None] = {}
    unwanted: dict[tuple[Part, ...], None] = {}
    asked = False
    for negative, field, term in _terms(text, fields):
        parts = _parts(term, field, fields[field])
        if not negative:
            asked = True
            wanted.update(dict.fromkeys(parts))
        elif parts:
            unwanted[tuple(parts)] = None
    required = tuple(wanted)[:MAX_PARTS]
    without = " OR ".join(f"({_all(parts, fields)})" for parts in list(unwanted)[:MAX_PARTS]) or None
    if not required:
        return Query(None, None if asked else without, asked, ())
    match = _all(required, fields)
    return Query(f"({match}) NOT ({without})" if without else match, None, False, required)


def as_typed(text: str, fields: Fields) -> Query:
    """What is being typed, where each word is the beginning of one and nothing has a meaning of its own.

    A scheme and www. are passed over: they stand in nearly every URL.
    """
    wanted: dict[Part, None] = {}
    at, passed_over = 0, False
    while at < len(text):
        stop = _word_end(text, at)
        word = _PASSED_OVER.sub("", text[at:stop], count=1)
        passed_over = passed_over or len(word) < stop - at
        wanted.update(dict.fromkeys(_parts(word + "*", PLAIN, fields[PLAIN])))
        at = stop + 1
    required = tuple(wanted)[:MAX_PARTS]
    asked = any(char not in WHITESPACE for char in text)
    return Query(
        _all(required, fields) if required else None, None, asked and not required and not passed_over, required
    )


def _terms(text: str, fields: Fields) -> list[tuple[bool, str, str]]:
    """(negative, field, term) of each term; a term that ends in a star asks for a prefix."""
    found: list[tuple[bool, str, str]] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] in WHITESPACE:
            at += 1
            continue
        negative = text[at] == "-" and at + 1 < end and text[at + 1] not in WHITESPACE and text[at + 1] != "-"
        at += negative
        field = PLAIN
        stop = _word_end(text, at)
        name, colon, rest = text[at:stop].partition(":")
        if colon and rest and name.isascii() and name.lower() in fields and name:
            field = name.lower()
            at += len(name) + 1
        if text[at] == '"':
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
        found.append((negative, field, term))
    return found


def _word_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in WHITESPACE:
        at += 1
    return at


def _parts(term: str, name: str, field: Field) -> list[Part]:
    bare = compose(term.rstrip("*"))
    prefix = len(bare) < len(compose(term))
    if not field.grams:
        words = _words(bare)
        return [Part("w", name, words, prefix and KINDS[ord(bare[-1])] in "wg")] if words else []
    parts: list[Part] = []
    phrase: list[str] = []
    phrase_end = 0

    def close_phrase() -> None:
        whole = Part("w", name, tuple(phrase), prefix and phrase_end == len(bare))
        # A lone word is looked up together with its signs, if it has any.
        if phrase and not (len(phrase) == 1 and parts and parts[-1].kind == "a"):
            parts.append(whole)
        phrase.clear()

    for kind, run, start, end in runs(bare):
        if kind == "w":
            phrase.append(run)
            phrase_end = end
        elif kind == "a" and phrase and phrase_end == start:
            parts.append(Part("a", name, (phrase[-1], run)))
        else:
            if kind == "g":
                close_phrase()
            parts.append(Part("g" if kind == "g" else "s", name, (run,)))
    close_phrase()
    return parts


def _words(text: str) -> tuple[str, ...]:
    kinds = text.translate(KINDS)
    return tuple("".join(char if kind in "wg" else " " for char, kind in zip(text, kinds, strict=True)).split())


def _all(parts: tuple[Part, ...], fields: Fields) -> str:
    """ANDed by standing side by side: FTS5 then passes over a part in which its own tokenizer finds no word."""
    return " ".join(_expression(part, fields[part.field]) for part in parts)


def _expression(part: Part, field: Field) -> str:
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
