"""Maximal marginal relevance (Carbonell and Goldstein, 1998): of similar passages, only the best is chosen."""

from collections.abc import Sequence

from minimal_browser_core.copilot.offline.segmenter import Passage

_RELEVANCE = 0.7
"""The weight of relevance against novelty."""
_DUPLICATE = 0.8
"""The overlap of terms from which two passages count as duplicates."""


def diverse(ranked: Sequence[tuple[Passage, float]], limit: int) -> list[Passage]:
    """At most `limit` passages; `ranked` is best first, with scores."""
    if not ranked:
        return []
    top = ranked[0][1] or 1.0
    candidates = [(passage, score / top, set(passage.terms)) for passage, score in ranked]
    chosen: list[tuple[Passage, set[str]]] = []
    while candidates and len(chosen) < limit:

        def gain(candidate: tuple[Passage, float, set[str]]) -> float:
            similarity = max((_overlap(candidate[2], other) for _, other in chosen), default=0.0)
            return _RELEVANCE * candidate[1] - (1 - _RELEVANCE) * similarity

        best = max(candidates, key=gain)
        candidates.remove(best)
        if all(_overlap(best[2], other) < _DUPLICATE for _, other in chosen):
            chosen.append((best[0], best[2]))
    return [passage for passage, _ in chosen]


def _overlap(one: set[str], other: set[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
