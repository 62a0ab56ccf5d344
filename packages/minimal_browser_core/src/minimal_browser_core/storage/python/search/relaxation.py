"""Plan a search whose words need not all match, exactly as `storage_rust` does.

A row must have `min_words` of the `words`. Each such row has one of the rarest `len(words) - min_words + 1` words, so
these are the candidates that select rows. If they are in more rows than the budget allows, the rarest alone are.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final, Self

from minimal_browser_core.storage.python.search.function_words import is_informative
from minimal_browser_core.storage.python.search.loose_query import LooseQuery
from minimal_browser_core.storage.python.search.query import Part

MAX_WORDS: Final = 64  # further words of a query, as of a pasted page, are ignored
COMMON_SHARE: Final = 0.25  # a word in more than this share of the rows says nothing about a row
FREE_WORDS: Final = 4  # with more words, fewer rows are ranked
MIN_ROWS: Final = 16  # in fewer rows, frequencies say nothing

Frequency = Callable[[Part], int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a plan: its index in `LooseQuery.optional`, and about how many rows have it."""

    index: int
    frequency: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The words that count, the rarest first; the first `candidates` of them select rows.

    `complete` means that they select all rows that match.
    """

    words: tuple[Word, ...]
    candidates: int
    min_words: int
    complete: bool

    @classmethod
    def any(cls, query: LooseQuery, rows: int, budget: float, frequency: Frequency) -> Self | None:
        """Plan a search for rows with any word; None if no row has one. The candidates select up to `budget` rows."""
        plan = cls._of(_known_words(query, [True] * len(query.optional), frequency), 1, budget)
        if plan is None:
            return None
        # Common words that select no rows hardly change their order.
        first, others = plan.words[: plan.candidates], plan.words[plan.candidates :]
        return replace(plan, words=first + tuple(word for word in others if not is_common(word, rows)))

    @classmethod
    def most(cls, query: LooseQuery, rows: int, budget: float, frequency: Frequency) -> Self | None:
        """Plan a search for rows with at least half of the informative words that any row has.

        Returns None if there are too few such words. Only the mandatory parts decide if they alone are informative.
        """
        if query.mandatory and not any(map(is_informative, query.optional)):
            return cls((), 0, 0, complete=True)
        informative = _informative_words(query)
        words = _known_words(query, informative, frequency)
        known = {word.index for word in words}
        # Pairs of characters across two words are unknown, too, so only whole words count as missing.
        missing = sum(
            informative[n] and part.kind != "g" and n not in known for n, part in enumerate(query.optional[:MAX_WORDS])
        )
        words = [word for word in words if not is_common(word, rows)] or words
        # Of a long question, a single word that is known by chance is not enough.
        min_words = max(math.ceil(len(words) / 2), math.ceil((len(words) + missing) / 5))
        return cls._of(words, min_words, budget)

    @classmethod
    def like(cls, words: Sequence[Word], budget: float) -> Self | None:
        """Plan a search for rows with an eighth of the words of another row."""
        return cls._of(words, math.ceil(len(words) / 8), budget)

    @classmethod
    def _of(cls, words: Sequence[Word], min_words: int, budget: float) -> Self | None:
        if not words or min_words > len(words):
            return None
        words = sorted(words, key=lambda word: (word.frequency, word.index))
        budget = max_rows(budget, len(words))
        needed = len(words) - min_words + 1
        within_budget = sum(total <= budget for total in accumulate(word.frequency for word in words[:needed]))
        candidates = max(1, within_budget)
        return cls(tuple(words), candidates, min_words, candidates == needed)

    def parts(self, query: LooseQuery) -> list[Part]:
        """Return the parts of the words."""
        return [query.optional[word.index] for word in self.words]

    def weights(self, query: LooseQuery, rows: int) -> list[float]:
        """Return how much each word counts for the share of the query that a row covers."""
        informative = _informative_words(query)
        return [rarity(word, rows) if informative[word.index] else 0.0 for word in self.words]


def max_rows(budget: float, words: int) -> float:
    """Return how many rows are ranked by many words: reading their positions is most of the work."""
    return budget if words <= FREE_WORDS else budget * FREE_WORDS / words


def rarity(word: Word, rows: int) -> float:
    """Return how much a word tells about the rows that have it."""
    others = max(rows, word.frequency) - word.frequency
    return math.log(1.0 + (others + 0.5) / (word.frequency + 0.5))


def _informative_words(query: LooseQuery) -> list[bool]:
    """Return which optional parts are informative; all, if none is."""
    informative = [is_informative(part) for part in query.optional]
    return informative if any(informative) else [True] * len(informative)


def _known_words(query: LooseQuery, counts: Sequence[bool], frequency: Frequency) -> list[Word]:
    """Return the words that are in at least one row."""
    parts = enumerate(query.optional[:MAX_WORDS])
    words = [Word(index, frequency(part)) for index, part in parts if counts[index]]
    return [word for word in words if word.frequency > 0]


def is_common(word: Word, rows: int) -> bool:
    """Return whether so many rows have a word that it says nothing about a row."""
    return rows >= MIN_ROWS and word.frequency > COMMON_SHARE * rows
