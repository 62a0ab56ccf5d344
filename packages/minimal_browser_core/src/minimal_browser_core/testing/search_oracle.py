"""Compare searches with a brute-force search without an index. Needs hypothesis.

@given(cases())
def test_search_agrees_with_brute_force(case):
    agree(case, MyStore(":memory:"))
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

_WORDS = ["foo", "bar", "FOO", "foobar", "café", "Cafe", "ba", "b", "x1"]
_UNSPACED = ["東", "東京", "京都", "東京都", "都", "カタカナ", "ทอง", "한국어"]
_SYMBOLS = ["👍", "🎉", "👍🎉", "→", "👍🏽"]
_SEPARATORS = [" ", " ", " ", "_", ", ", ".", "\n", "\0", "", "-"]

_RUN = re.compile(r"(?P<unspaced>[东-鿿゠-ヿก-๎가-힣一-鿿]+)|(?P<word>[a-z0-9]+)|(?P<symbols>[👍🎉→🏽]+)")


@dataclass(frozen=True)
class Term:
    """`pieces` are the words of a phrase, or one run of an unspaced script or of symbols."""

    pieces: tuple[str, ...]
    negative: bool = False
    prefix: bool = False
    field: str = ""

    def __str__(self) -> str:
        text = " ".join(self.pieces)
        quoted = f'"{text}"' if len(self.pieces) > 1 else text
        return f"{'-' * self.negative}{self.field and self.field + ':'}{quoted}{'*' * self.prefix}"

    def found_in(self, row: tuple[str, str]) -> bool:
        texts = [text for name, text in zip(("prompt", "response"), row, strict=True) if self.field in ("", name)]
        return any(self._stands_in(_folded(text)) for text in texts)

    def _stands_in(self, text: str) -> bool:
        wanted = [_folded(piece) for piece in self.pieces]
        kind = _kind(wanted[0])
        if kind != "word":
            return any(wanted[0] in match.group() for match in _RUN.finditer(text) if match.lastgroup == kind)
        if len(wanted) == 1:
            words = [match.group() for match in _RUN.finditer(text) if match.lastgroup == "word"]
            return any(word.startswith(wanted[0]) if self.prefix else word == wanted[0] for word in words)
        # A phrase is between spaces and punctuation: a word that touches an unspaced script is not part of it.
        words = re.findall(r"[a-z0-9东-鿿゠-ヿก-๎가-힣一-鿿]+", text)
        for start in range(len(words) - len(wanted) + 1):
            *first, last = words[start : start + len(wanted)]
            if first == wanted[:-1] and (last == wanted[-1] or (self.prefix and last.startswith(wanted[-1]))):
                return True
        return False


@dataclass(frozen=True)
class Case:
    """Rows, and the terms of a query."""

    rows: list[tuple[str, str]]
    terms: list[Term]

    @property
    def query(self) -> str:
        return " ".join(map(str, self.terms))

    def expected(self) -> list[int]:
        return [n for n, row in enumerate(self.rows) if all(term.found_in(row) != term.negative for term in self.terms)]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(char for char in plain if not "\u0300" <= char <= "\u036f"))


def _kind(text: str) -> str:
    match = _RUN.match(text)
    return (match and match.lastgroup) or ""


def _texts() -> st.SearchStrategy[str]:
    pieces = st.sampled_from(_WORDS) | st.sampled_from(_UNSPACED) | st.sampled_from(_SYMBOLS)
    return st.lists(st.tuples(pieces, st.sampled_from(_SEPARATORS)), max_size=8).map(
        lambda parts: "".join(piece + separator for piece, separator in parts)
    )


def _terms() -> st.SearchStrategy[Term]:
    common = {"negative": st.booleans(), "field": st.sampled_from(["", "", "prompt", "response"])}
    words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(tuple)
    runs = st.sampled_from(_UNSPACED + _SYMBOLS).map(lambda run: (run,))
    return st.builds(Term, pieces=words, prefix=st.booleans(), **common) | st.builds(Term, pieces=runs, **common)


def cases() -> st.SearchStrategy[Case]:
    """Generate rows and queries."""
    rows = st.lists(st.tuples(_texts(), _texts()), min_size=1, max_size=6)
    return st.builds(Case, rows=rows, terms=st.lists(_terms(), min_size=1, max_size=4))


def agree(case: Case, store: Any) -> None:
    """Check that the empty `store` finds exactly the matches of a brute-force search. Closes it."""
    with store:
        ids = [store.add_conversation(prompt, response, "m") for prompt, response in case.rows]
        for order in ("relevance", "recent"):
            found = sorted(ids.index(hit.id) for hit in store.search(case.query, order=order, limit=100).hits)
            assert found == case.expected(), case.query


def highlights_are_sound(query: str, text: str, store: Any) -> None:
    """Check that any text is a valid query, and that highlights are inside the snippet. Closes the store."""
    with store:
        store.add_conversation(text, text[::-1], "m")
        store.search_conversations(query)
        for searched in (query, text[:40]):
            for hit in store.search(searched).hits:
                ends = [0, *(end for span in hit.highlights for end in span), len(hit.snippet)]
                assert ends == sorted(ends)
                assert all(start < end for start, end in hit.highlights)
