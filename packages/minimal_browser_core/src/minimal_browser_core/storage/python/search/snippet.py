"""Cut a snippet around the matches of a query, with the ranges to highlight, exactly as `storage_rust` does."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from minimal_browser_core.storage.python.search.characters import BETWEEN_WORDS, FILLER, NOT_WORD, WHITESPACE
from minimal_browser_core.storage.python.search.comparison import comparable, compared
from minimal_browser_core.storage.python.search.query import PLAIN, Part

LENGTH = 200  # characters
LEAD = 40  # characters before the first match
MAX_MATCHES = 200  # matches of one part that are considered

Span = tuple[int, int]


def snippet(texts: Sequence[tuple[str, str]], parts: Sequence[Part]) -> tuple[str, tuple[Span, ...]]:
    """Return the best window over `texts`, pairs of field and text, and the highlights in it.

    The best window contains the most parts; of equal ones, the first window of the first text. Without a match it is
    the beginning of the first text that is not empty.
    """
    best: tuple[int, int, str, list[Span]] | None = None
    for field, text in texts:
        spans = _matches(text, [part for part in parts if part.field in (PLAIN, field)])
        count, start = _window(spans)
        if count and (best is None or count > best[0]):
            best = (count, start, text, [(a, b) for a, b, _ in spans])
    if best is None:
        text = next((text for _, text in texts if text), "")
        return _cut(text, 0, [])
    return _cut(best[2], best[1], best[3])


def matcher(parts: Sequence[Part]) -> Callable[[Iterable[str]], bool]:
    """Return a function that tells whether each part matches one of several texts."""
    searches = [_pattern(part).search for part in parts]

    def matches_all(texts: Iterable[str]) -> bool:
        folded = [compared(text) for text in texts]
        return all(any(map(search, folded)) for search in searches)

    return matches_all


def _matches(text: str, parts: Sequence[Part]) -> list[tuple[int, int, int]]:
    """Return (start, end, index of the part), in order."""
    folded = comparable(text)
    spans: list[tuple[int, int, int]] = []
    for index, part in enumerate(parts):
        for match, _ in zip(_pattern(part).finditer(folded.text), range(MAX_MATCHES), strict=False):
            spans.append((*folded.original(*match.span()), index))
    return sorted(spans)


@lru_cache(maxsize=256)
def _pattern(part: Part) -> re.Pattern[str]:
    words = ["".join(f"{re.escape(char)}{FILLER}*" for char in compared(text) if char != FILLER) for text in part.texts]
    between = f"[{BETWEEN_WORDS}][{BETWEEN_WORDS}{FILLER}]*" if part.kind == "w" else ""
    body = between.join(word for word in words if word)
    if not body:
        return re.compile("(?!)")
    if part.kind == "a":
        return re.compile(f"(?<![^{NOT_WORD}]){body}")
    if part.kind != "w":
        return re.compile(body)
    tail = f"[^{NOT_WORD}]*" if part.prefix else f"(?![^{NOT_WORD}])"
    return re.compile(f"(?<![^{NOT_WORD}]){body}{tail}")


def _window(spans: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """Return the number of parts in the best window, and its start."""
    best, best_start, first = 0, 0, 0
    inside: dict[int, int] = {}
    for _, end, index in spans:
        inside[index] = inside.get(index, 0) + 1
        while end - spans[first][0] > LENGTH - LEAD and spans[first][1] < end:
            left = spans[first][2]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            first += 1
        if len(inside) > best:
            best, best_start = len(inside), spans[first][0]
    return best, best_start


def _cut(text: str, match_start: int, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    start = max(0, match_start - LEAD)
    if start:
        start = next((i + 1 for i in range(start, match_start) if text[i] in WHITESPACE), start)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        floor = max(end - LEAD, min(end, match_start + 1))
        end = next((i for i in range(end, floor, -1) if text[i] in WHITESPACE), end)
    before, after = "…" * (start > 0), "…" * (end < len(text))
    shift = start - len(before)
    highlights: list[Span] = []
    for a, b in spans:
        a, b = max(a, start), min(b, end)
        if a >= b:
            continue
        if highlights and a - shift <= highlights[-1][1]:
            highlights[-1] = (highlights[-1][0], max(highlights[-1][1], b - shift))
        else:
            highlights.append((a - shift, b - shift))
    return before + "".join(map(_printable, text[start:end])) + after, tuple(highlights)


def _printable(char: str) -> str:
    return " " if char in WHITESPACE or unicodedata.category(char) == "Cc" else char
