"""Extractive summaries: the sentences that contain a page's frequent terms, preferring its beginning."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, sqrt

from minimal_browser_core.copilot.offline.passages import Passage, diverse
from minimal_browser_core.copilot.offline.terms import STOP_WORDS

_MAX_CANDIDATES = 60


def summarise(passages: Sequence[Passage], title_terms: frozenset[str], count: int) -> list[Passage]:
    """At most `count` passages of prose that summarise the page, in the page's order."""
    prose = [passage for passage in passages if passage.is_prose]
    if len(prose) <= count:
        return prose
    weights = _term_weights(prose, title_terms)
    ranked = sorted(
        ((passage, _centrality(passage, index, len(prose), weights)) for index, passage in enumerate(prose)),
        key=lambda item: (-item[1], item[0].position),
    )
    return sorted(diverse(ranked[:_MAX_CANDIDATES], count), key=lambda passage: passage.position)


def _term_weights(prose: Sequence[Passage], title_terms: frozenset[str]) -> dict[str, float]:
    frequencies = Counter(term for passage in prose for term in set(passage.terms))
    too_common = max(3, len(prose) * 0.3)
    weights: dict[str, float] = {}
    for term, frequency in frequencies.items():
        in_title = term in title_terms
        if term in STOP_WORDS or (frequency > too_common and not in_title) or term.isdigit() or len(term) < 2:
            continue
        weights[term] = log(1 + frequency) * (1.8 if in_title else 1.0) if frequency > 1 else 0.2
    return weights


def _centrality(passage: Passage, index: int, total: int, weights: Mapping[str, float]) -> float:
    mass = sum(weights.get(term, 0.0) for term in set(passage.terms)) / sqrt(8 + len(passage.terms))
    opening = 1.0 + 0.8 / (1 + index) + 0.3 * (1 - index / total)
    readable = 0.4 if len(passage.text) < 25 or passage.text.endswith("?") else 1.0
    return mass * opening * readable
