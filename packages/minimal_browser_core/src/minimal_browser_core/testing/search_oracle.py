"""Compare searches with a brute-force search without an index. Needs hypothesis.

@given(cases())
def test_search_agrees_with_brute_force(case):
    agree(case, MyStore(":memory:"))
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import Any

from hypothesis import strategies as st

_WORDS = ["foo", "bar", "FOO", "foobar", "café", "Cafe", "ba", "b", "x1"]
# Those that SQLite's tokenizer folds in another way. Of each word there is one form in lower case.
_WORDS += [
    "Straße",
    "STRASSE",
    "ёж",
    "ЕЖ",
    "край",
    "σοφός",
    "ΣΟΦΟΣ",
    "أحمد",
    "łódź",
    "Lodz",
    "ﬁsh",
    "FISH",
    "x²",
    "ＢＡＲ",
]
_FOLDS = str.maketrans("ёأłςｂａｒ", "еاlσbar") | str.maketrans({"ß": "ss", "ﬁ": "fi", "²": "2"})
_LETTERS = "a-z0-9а-яα-ωء-ي"
_UNSPACED = ["東", "東京", "京都", "東京都", "都", "カタカナ", "ทอง", "한국어"]
_SYMBOLS = ["👍", "🎉", "👍🎉", "→", "👍🏽"]
_SEPARATORS = [" ", " ", " ", "_", ", ", ".", "\n", "\0", "", "-"]

_RUN = re.compile(r"(?P<unspaced>[东-鿿゠-ヿก-๎가-힣一-鿿]+)|(?P<word>[" + _LETTERS + r"]+)|(?P<symbols>[👍🎉→🏽]+)")


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

    @property
    def is_optional(self) -> bool:
        """Whether a search for any word may do without it: phrases and words of a field are mandatory."""
        return not self.negative and not self.field and len(self.pieces) == 1

    def words(self) -> list["Term"]:
        """Return what counts as a word: the pairs of neighbours of an unspaced run."""
        (piece,) = self.pieces
        if _kind(piece) != "unspaced" or len(piece) <= 2:
            return [self]
        return [Term((piece[n : n + 2],)) for n in range(len(piece) - 1)]

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
        words = re.findall(rf"[{_LETTERS}东-鿿゠-ヿก-๎가-힣一-鿿]+", text)
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
        """Return the rows with all words."""
        return [n for n, row in enumerate(self.rows) if all(term.found_in(row) != term.negative for term in self.terms)]

    def with_any(self) -> list[int]:
        """Return the rows with any word."""
        return self._with_words(1) if self._words() else self.expected()

    def with_most(self) -> list[int]:
        """Return the rows with half of the words that any row has, and with a fifth of all words."""
        words = self._words()
        known = [word for word in words if any(word.found_in(row) for row in self.rows)]
        missing = [word for word in words if word not in known and _kind(word.pieces[0]) != "unspaced"]
        return self._with_words(max(ceil(len(known) / 2), ceil((len(known) + len(missing)) / 5))) if known else []

    def _words(self) -> list[Term]:
        return list(dict.fromkeys(word for term in self.terms if term.is_optional for word in term.words()))

    def _with_words(self, count: int) -> list[int]:
        mandatory = [term for term in self.terms if not term.is_optional]
        return [
            n
            for n, row in enumerate(self.rows)
            if all(term.found_in(row) != term.negative for term in mandatory)
            and sum(word.found_in(row) for word in self._words()) >= count
        ]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().translate(_FOLDS))
    return unicodedata.normalize("NFC", re.sub("(?<!и)[\u0300-\u036f]", "", plain))


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
        with_all = [ids[n] for n in case.expected()]
        with_any = [ids[n] for n in case.with_any()]
        with_most = [ids[n] for n in case.with_most()]
        for order, limit in product(("relevance", "recent"), (2, 100)):
            assert _listed(store, case, order, "all", limit)[0] == with_all, case.query
            assert _listed(store, case, order, "any", limit)[0] == with_any, case.query
            found, used = _listed(store, case, order, "auto", limit)
            if len(with_all) >= limit or set(with_most) <= set(with_all):
                assert (found, used) == (with_all, "all"), case.query
            else:
                assert (found, used) == (sorted({*with_all, *with_most}), "any"), case.query


def _listed(store: Any, case: Case, order: str, match: str, limit: int) -> tuple[list[int], str]:
    """Return the ids of all pages of a search, sorted, and which words had to match."""
    found: list[int] = []
    later: list[int] = []
    cursor = None
    while True:
        page = store.search(case.query, order=order, match=match, limit=limit, cursor=cursor)
        found += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.hits) == limit
        later.append(store.add_conversation(*case.rows[0], "m"))  # is on no page of this search
    store.delete(later)
    if order == "recent":
        assert found == sorted(found, reverse=True)
    elif match == "auto":
        first = [hit.id for hit in store.search(case.query, match="all", limit=100).hits]
        assert sorted(found[: len(first)]) == sorted(first)
    return sorted(found), page.match


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
