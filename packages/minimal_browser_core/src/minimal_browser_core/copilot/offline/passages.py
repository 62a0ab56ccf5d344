"""Splits a page's text into passages: sentences of prose, and short lines such as headings, prices and menu entries."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from minimal_browser_core.copilot.offline.terms import tokenize

MAX_PASSAGE = 480
"""Characters; a longer sentence is cut at a clause or a space."""
_RELEVANCE = 0.7
"""The weight of relevance against novelty."""
_DUPLICATE = 0.8
"""The overlap of terms from which two passages count as duplicates."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or a short line. `position` counts passages, and `block` the lines of the page."""

    text: str
    terms: tuple[str, ...]
    position: int
    block: int
    heading: str
    """The nearest short line above, which often names the subject of the passage."""
    is_prose: bool


_BOUNDARY = re.compile(r"""[.!?…।؟۔]+["'”’»)\]]*\s+|[。！？｡]+[」』”’）]*\s*""")
_ENDS_SENTENCE = re.compile(r"""[.!?…।؟۔。！？｡]["'”’»)\]」』）]*$""")
_LAST_WORD = re.compile(r"(\S+?)[.]+$")
_ABBREVIATION_WORDS = (
    "abs al approx art bd bzw ca cf co corp dept dr ed eds eg e.g etc ev evtl fig figs ggf hr ie i.e inc incl inkl jr "
    "ltd m.e mr mrs ms nr no op p pp prof resp sen sr st str u.a u.s usw vgl vol vs z.b d.h m.b p.m a.m"
)
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())


def sentences(line: str) -> Iterator[str]:
    """The sentences of a line."""
    start = 0
    for boundary in _BOUNDARY.finditer(line):
        if _is_abbreviation(line, start, boundary):
            continue
        yield line[start : boundary.end()].strip()
        start = boundary.end()
    if rest := line[start:].strip():
        yield rest


def _is_abbreviation(line: str, start: int, boundary: re.Match[str]) -> bool:
    if line[boundary.start()] != ".":
        return False
    following = line[boundary.end() : boundary.end() + 1]
    if following.islower():
        return True
    before = _LAST_WORD.search(line[max(start, boundary.start() - 20) : boundary.start() + 1])
    if before is None:
        return False
    word = before[1].strip("(\"'“‘[").lower()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()) or (word.isdigit() and len(word) < 3)


def segment(text: str) -> list[Passage]:
    """The passages of a page in order; repeated lines (menus, footers) are left out."""
    passages: list[Passage] = []
    seen: set[str] = set()
    heading = ""
    for block, line in enumerate(text.split("\n")):
        line = line.strip()
        if not line or line in seen:
            continue
        seen.add(line)
        is_prose = _is_prose(line)
        for sentence in sentences(line) if is_prose else [line]:
            for piece in _cut(sentence):
                if terms := tuple(tokenize(piece)):
                    passages.append(Passage(piece, terms, len(passages), block, heading, is_prose))
        if not is_prose and len(line) <= 80 and not line[-1].isdigit():
            heading = line
    return passages


def _is_prose(line: str) -> bool:
    ends = _ENDS_SENTENCE.search(line[-20:]) is not None
    if " " not in line and not line.isascii():
        return ends and len(line) >= 8  # 20 characters are a long sentence in Chinese or Japanese
    if len(line) <= (20 if ends else 80):
        return False
    beginning = line[:200]  # links, code and tables are mostly punctuation
    return sum(map(str.isalpha, beginning)) + beginning.count(" ") > 0.8 * len(beginning)


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > MAX_PASSAGE:
        cut = max(sentence.rfind(mark, MAX_PASSAGE // 2, MAX_PASSAGE) for mark in ("; ", ", ", "；", "，", "、"))
        if cut < 0:
            cut = sentence.rfind(" ", MAX_PASSAGE // 2, MAX_PASSAGE)
        cut = cut + 1 if cut > 0 else MAX_PASSAGE
        yield sentence[:cut].strip()
        sentence = sentence[cut:].lstrip()
    if sentence:
        yield sentence


def diverse(ranked: Sequence[tuple[Passage, float]], limit: int) -> list[Passage]:
    """At most `limit` passages; `ranked` is best first, with scores. Of similar ones, only the best is chosen.

    Maximal marginal relevance (Carbonell and Goldstein, 1998).
    """
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
