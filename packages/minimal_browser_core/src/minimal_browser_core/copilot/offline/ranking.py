"""Which passages of a page answer a question, and which sum it up.

Questions: Okapi BM25 over passages, with the neighbours, the heading above and the page's title counting a little.
Summaries: passages that hold the page's frequent terms, with a prior for its beginning. Both are thinned by maximal
marginal relevance (Carbonell and Goldstein, 1998), so that no quote repeats another.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from minimal_browser_core.copilot.offline.expectations import Expectation, expectation
from minimal_browser_core.copilot.offline.passages import Passage, split
from minimal_browser_core.copilot.offline.words import STOPWORDS, are_related, content_terms, terms

_K1, _B = 1.2, 0.75
_RELEVANCE = 0.7
"""The share of relevance against novelty in marginal relevance."""


@dataclass(frozen=True, slots=True)
class Found:
    """Passages for a question, best first; `missing` are the question's terms that the page does not have."""

    passages: tuple[Passage, ...]
    missing: tuple[str, ...]
    coverage: float
    """The share, 0 to 1, of the question's weight that the best passage and its surroundings hold."""


class PageIndex:
    """A page's passages with what is needed to rank them. Read-only once made."""

    def __init__(self, text: str, title: str = "") -> None:
        self.passages = split(text)
        self.title_terms = frozenset(terms(title))
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for passage in self.passages:
            for term, count in Counter(passage.terms).items():
                self._postings[term].append((passage.position, count))
        lengths = sum(len(passage.terms) for passage in self.passages)
        self._mean_length = lengths / len(self.passages) if self.passages else 1.0

    def _idf(self, term: str) -> float:
        n, holding = len(self.passages), len(self._postings.get(term, ()))
        return log(1 + (n - holding + 0.5) / (holding + 0.5))

    def _forms(self, term: str) -> list[str]:
        """The term as the page has it: itself, or related forms where it is not there."""
        if term in self._postings:
            return [term]
        return [other for other in self._postings if other[:1] == term[:1] and are_related(term, other)]

    def find(self, question: str, limit: int = 3) -> Found:
        """At most `limit` passages for `question`; none where no word of it stands on the page."""
        query = content_terms(question)
        expected = expectation(question)
        if expected is not None and (required := [term for term in query if term not in expected.implied]):
            found = self._rank(query, required, expected, limit)
            if found.passages and expected.looks_like.search(self.quote(found.passages[0])):
                return found
        return self._rank(query, query, expected, limit)

    def _rank(self, query: Sequence[str], required: Sequence[str], expected: Expectation | None, limit: int) -> Found:
        """Every term of `query` adds to the score; only those in `required` count as covered or missing."""
        scores: dict[int, float] = defaultdict(float)
        held: dict[int, set[str]] = defaultdict(set)
        weight = {term: self._idf(term) for term in query}
        missing: list[str] = []
        for term in query:
            forms = self._forms(term)
            weight[term] = max((self._idf(form) for form in forms), default=self._idf(term))
            if not forms and term in required and term not in self.title_terms:
                missing.append(term)
            # What the title says is what every passage is about: finding it again says little.
            factor = 0.4 if term in self.title_terms else 1.0
            for form in forms:
                for position, count in self._postings[form]:
                    length = len(self.passages[position].terms) / self._mean_length
                    saturation = count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
                    scores[position] += factor * weight[term] * saturation
                    held[position].add(term)
        if not scores:
            return Found((), tuple(missing), 0.0)
        total = sum(weight[term] for term in required) or 1.0
        final: dict[int, float] = {}
        covered: dict[int, float] = {}
        for position, score in scores.items():
            around = self._around(position)
            near = max((scores.get(other, 0.0) for other in around), default=0.0)
            terms_near = held[position].union(*(held.get(other, ()) for other in around))
            terms_near |= {term for term in query if term in self.title_terms}
            heading = {term for term in query if term in terms(self.passages[position].heading)}
            covered[position] = sum(weight[term] for term in (terms_near | heading).intersection(required)) / total
            only_words = len(self.passages[position].terms) <= len(held[position])
            share = covered[position] ** 2 * (0.5 if only_words and not self._after(position) else 1.0)
            if expected is not None and expected.looks_like.search(self.quote(self.passages[position])):
                share *= 1.5
            final[position] = (score + 0.3 * near + 0.5 * sum(weight[term] for term in heading)) * share
        best_first = sorted(final, key=lambda position: (-final[position], position))
        chosen = _diverse([(self.passages[i], final[i]) for i in best_first[:40]], limit)
        floor = 0.45 * final[best_first[0]]
        kept = tuple(passage for passage in chosen if final[passage.position] >= floor)
        return Found(kept, tuple(missing), covered[best_first[0]])

    def summary(self, count: int) -> list[Passage]:
        """At most `count` passages of running text that sum the page up, in the page's order."""
        prose = [passage for passage in self.passages if passage.is_prose]
        if len(prose) <= count:
            return prose
        weights = self._term_weights(prose)
        ranked = sorted(
            ((passage, self._centrality(passage, place, len(prose), weights)) for place, passage in enumerate(prose)),
            key=lambda item: (-item[1], item[0].position),
        )
        return sorted(_diverse(ranked[:60], count), key=lambda passage: passage.position)

    def headings(self, limit: int = 8) -> list[str]:
        """Short lines that stand over something, in order."""
        return list(dict.fromkeys(p.heading for p in self.passages if p.heading))[:limit]

    def quote(self, passage: Passage) -> str:
        """The passage, with the next one where it is a heading or a label without its value."""
        after = self._after(passage.position)
        says_all = passage.is_prose or (":" in passage.text[:-1]) or any(map(str.isdigit, passage.text))
        return passage.text if says_all or after is None else f"{passage.text} — {after.text}"

    def _after(self, position: int) -> Passage | None:
        return self.passages[position + 1] if position + 1 < len(self.passages) else None

    def _around(self, position: int) -> list[int]:
        block = self.passages[position].block
        return [
            other
            for other in (position - 1, position + 1)
            if 0 <= other < len(self.passages) and abs(self.passages[other].block - block) <= 1
        ]

    def _term_weights(self, prose: Sequence[Passage]) -> dict[str, float]:
        holding = Counter(term for passage in prose for term in set(passage.terms))
        common = max(3, len(prose) * 0.3)
        weights: dict[str, float] = {}
        for term, count in holding.items():
            if (
                term in STOPWORDS
                or (count > common and term not in self.title_terms)
                or term.isdigit()
                or len(term) < 2
            ):
                continue
            weights[term] = log(1 + count) * (1.8 if term in self.title_terms else 1.0) if count > 1 else 0.2
        return weights

    def _centrality(self, passage: Passage, place: int, total: int, weights: Mapping[str, float]) -> float:
        mass = sum(weights.get(term, 0.0) for term in set(passage.terms)) / sqrt(8 + len(passage.terms))
        opening = 1.0 + 0.8 / (1 + place) + 0.3 * (1 - place / total)
        length = len(passage.text)
        readable = 0.4 if length < 25 or passage.text.endswith("?") else 1.0
        return mass * opening * readable


def _diverse(ranked: Sequence[tuple[Passage, float]], limit: int) -> list[Passage]:
    """At most `limit` passages by maximal marginal relevance; `ranked` is best first."""
    if not ranked:
        return []
    top = ranked[0][1] or 1.0
    left = [(passage, score / top, set(passage.terms)) for passage, score in ranked]
    chosen: list[tuple[Passage, set[str]]] = []
    while left and len(chosen) < limit:

        def gain(item: tuple[Passage, float, set[str]]) -> float:
            alike = max((_overlap(item[2], other) for _, other in chosen), default=0.0)
            return _RELEVANCE * item[1] - (1 - _RELEVANCE) * alike

        best = max(left, key=gain)
        left.remove(best)
        if all(_overlap(best[2], other) < 0.8 for _, other in chosen):
            chosen.append((best[0], best[2]))
    return [passage for passage, _ in chosen]


def _overlap(one: set[str], other: set[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
