"""Finds the passages of a page that answer a question.

Okapi BM25 over passages, to which the neighbours, the heading above and the page's title contribute a little. The best
passages are thinned by maximal marginal relevance.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from minimal_browser_core.copilot.offline.answer_types import AnswerType, expected_answer
from minimal_browser_core.copilot.offline.passages import Passage, diverse, segment
from minimal_browser_core.copilot.offline.terms import query_terms, share_stem, tokenize

_K1, _B = 1.2, 0.75
_TITLE_FACTOR = 0.4
"""A term of the title says little about one passage: every passage is about it."""
_MAX_CANDIDATES = 40
_CUTOFF = 0.45
"""Passages below this share of the best score are left out."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages for a question, best first; `missing` are the question's terms that the page does not contain."""

    passages: tuple[Passage, ...]
    missing: tuple[str, ...]
    coverage: float
    """The share, 0 to 1, of the question's weight that the best passage and its surroundings contain."""


class PageIndex:
    """An inverted index of a page's passages. Read-only once made."""

    def __init__(self, text: str, title: str = "") -> None:
        self.passages = segment(text)
        self.title_terms = frozenset(tokenize(title))
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for passage in self.passages:
            for term, count in Counter(passage.terms).items():
                self._postings[term].append((passage.position, count))
        length = sum(len(passage.terms) for passage in self.passages)
        self._mean_length = length / len(self.passages) if self.passages else 1.0

    def search(self, question: str, limit: int = 3) -> SearchResult:
        """At most `limit` passages for `question`; none if no word of it occurs on the page."""
        query = query_terms(question)
        expected = expected_answer(question)
        if expected is not None and (required := [term for term in query if term not in expected.implied]):
            result = self._rank(query, required, expected, limit)
            if result.passages and expected.answer.search(self.quote(result.passages[0])):
                return result
        return self._rank(query, query, expected, limit)

    def headings(self, limit: int = 8) -> list[str]:
        """The short lines that are headings of something, in order."""
        return list(dict.fromkeys(passage.heading for passage in self.passages if passage.heading))[:limit]

    def quote(self, passage: Passage) -> str:
        """The passage, with the next one if it is a heading or a label without its value."""
        following = self._following(passage.position)
        is_complete = passage.is_prose or (":" in passage.text[:-1]) or any(map(str.isdigit, passage.text))
        return passage.text if is_complete or following is None else f"{passage.text} — {following.text}"

    def _idf(self, term: str) -> float:
        total, matching = len(self.passages), len(self._postings.get(term, ()))
        return log(1 + (total - matching + 0.5) / (matching + 0.5))

    def _forms(self, term: str) -> list[str]:
        """The term as the page has it: itself, or words with its stem."""
        if term in self._postings:
            return [term]
        return [other for other in self._postings if other[:1] == term[:1] and share_stem(term, other)]

    def _score(
        self, forms: Mapping[str, Sequence[str]], weights: Mapping[str, float]
    ) -> tuple[dict[int, float], dict[int, set[str]]]:
        """BM25 scores by passage position, and the query terms that each passage contains."""
        scores: dict[int, float] = defaultdict(float)
        matches: dict[int, set[str]] = defaultdict(set)
        for term, weight in weights.items():
            factor = weight * (_TITLE_FACTOR if term in self.title_terms else 1.0)
            for form in forms[term]:
                for position, count in self._postings[form]:
                    length = len(self.passages[position].terms) / self._mean_length
                    scores[position] += factor * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
                    matches[position].add(term)
        return scores, matches

    def _rank(
        self, query: Sequence[str], required: Sequence[str], expected: AnswerType | None, limit: int
    ) -> SearchResult:
        """Every term of `query` adds to the score; only those in `required` count as covered or missing."""
        forms = {term: self._forms(term) for term in query}
        weights = {term: max(map(self._idf, forms[term]), default=self._idf(term)) for term in query}
        missing = tuple(term for term in required if not forms[term] and term not in self.title_terms)
        scores, matches = self._score(forms, weights)
        if not scores:
            return SearchResult((), missing, 0.0)
        total = sum(weights[term] for term in required) or 1.0
        final: dict[int, float] = {}
        coverage: dict[int, float] = {}
        for position, score in scores.items():
            neighbours = self._neighbours(position)
            near = max((scores.get(other, 0.0) for other in neighbours), default=0.0)
            heading = set(query).intersection(tokenize(self.passages[position].heading))
            nearby = matches[position].union(*(matches.get(other, ()) for other in neighbours), heading)
            nearby |= self.title_terms.intersection(query)
            coverage[position] = _weight(nearby.intersection(required), weights) / total
            boost = self._boost(position, matches[position], expected) * coverage[position] ** 2
            final[position] = (score + 0.3 * near + 0.5 * _weight(heading, weights)) * boost
        best_first = sorted(final, key=lambda position: (-final[position], position))
        chosen = diverse([(self.passages[i], final[i]) for i in best_first[:_MAX_CANDIDATES]], limit)
        floor = _CUTOFF * final[best_first[0]]
        passages = tuple(passage for passage in chosen if final[passage.position] >= floor)
        return SearchResult(passages, missing, coverage[best_first[0]])

    def _boost(self, position: int, matches: set[str], expected: AnswerType | None) -> float:
        passage = self.passages[position]
        only_repeats_query = len(passage.terms) <= len(matches)
        boost = 0.5 if only_repeats_query and not self._following(position) else 1.0
        if expected is not None and expected.answer.search(self.quote(passage)):
            boost *= 1.5
        return boost

    def _following(self, position: int) -> Passage | None:
        return self.passages[position + 1] if position + 1 < len(self.passages) else None

    def _neighbours(self, position: int) -> list[int]:
        block = self.passages[position].block
        return [
            other
            for other in (position - 1, position + 1)
            if 0 <= other < len(self.passages) and abs(self.passages[other].block - block) <= 1
        ]


def _weight(terms: set[str], weights: Mapping[str, float]) -> float:
    # In the order of the query, so that rounding does not depend on the hash seed.
    return sum(weight for term, weight in weights.items() if term in terms)
