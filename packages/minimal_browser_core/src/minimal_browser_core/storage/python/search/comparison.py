"""Texts as search compares them, with the position of each character in the original, exactly as in `storage_rust`."""

import re
import unicodedata
from dataclasses import dataclass

from minimal_browser_core.storage.python.search.characters import FILLER, KINDS, lower
from minimal_browser_core.storage.python.search.folding import COMPARED, fold

_VOICING = "\uff9e\uff9f"  # the voicing marks of half-width kana
_SYLLABLE_PARTS = re.compile("[\u1160-\u11ff]")


class _Simple(dict[int, str]):
    """Maps a character to what it is compared as: a break to a space, one that is ignored to FILLER."""

    def __missing__(self, code: int) -> str:
        char, kind = chr(code), KINDS[code]
        if code in COMPARED:
            folded = COMPARED[code] or FILLER
        elif kind in "ijv":
            folded = FILLER
        elif kind == "w":
            folded = unicodedata.normalize("NFD", lower(char))[0]
        else:
            folded = char if kind in "gsh" else " "
        self[code] = folded
        return folded


_SIMPLE = _Simple()


@dataclass(frozen=True, slots=True)
class Comparable:
    """A folded text, and the start and end of the original of each character; None if each has one original."""

    text: str
    origins: list[tuple[int, int]] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the original of a span that is not empty."""
        if self.origins is None:
            return start, end
        return self.origins[start][0], self.origins[end - 1][1]


def comparable(text: str) -> Comparable:
    """Return `text` as search compares it."""
    if _is_composed(text):
        folded = text.translate(_SIMPLE)
        if len(folded) == len(text):
            return Comparable(folded, None)
    pieces: list[str] = []
    origins: list[tuple[int, int]] = []
    start = 0
    for cluster in _clusters(text):
        end = start + len(cluster)
        if _is_whole(cluster):
            pieces.append(_fold_cluster(cluster))
            origins += [(start, end)] * len(pieces[-1])
        else:
            for n, char in enumerate(cluster, start):
                pieces.append(char.translate(_SIMPLE))
                origins += [(n, n + 1)] * len(pieces[-1])
        start = end
    return Comparable("".join(pieces), origins)


def compared(text: str) -> str:
    """Return only the folded text."""
    return text.translate(_SIMPLE) if _is_composed(text) else comparable(text).text


def _is_composed(text: str) -> bool:
    if text.isascii():
        return True
    return unicodedata.is_normalized("NFC", text) and not any(mark in text for mark in _VOICING)


def _fold_cluster(cluster: str) -> str:
    """Fold characters that belong together: their parts may be composed, so each has the whole as its original."""
    return fold(cluster).translate(_SIMPLE) or FILLER


def _is_whole(cluster: str) -> bool:
    """Return whether the characters of a cluster may be composed."""
    has_voicing = any(mark in cluster for mark in _VOICING)
    return len(cluster) > 1 and (has_voicing or not unicodedata.is_normalized("NFC", cluster))


def _clusters(text: str) -> list[str]:
    """Split into characters, each with the marks and the parts of a syllable that follow it."""
    clusters: list[str] = []
    for char in text:
        if clusters and _extends(char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _extends(char: str) -> bool:
    if char.isascii():
        return False
    return char in _VOICING or bool(_SYLLABLE_PARTS.match(char)) or unicodedata.category(char).startswith("M")
