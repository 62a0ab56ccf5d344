"""Halves of surrogate pairs: joined over the pieces of a text, and replaced if they stay alone.

A provider may split an emoji into two escapes of JSON, and send each in a chunk of its own. Python decodes each half to
a character that cannot be printed.
"""

from collections.abc import Hashable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def replace_surrogates(text: str) -> str:
    """`text` with pairs of halves joined, and lone halves as U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class SurrogateJoiner:
    """Joins halves over the deltas of texts, which are identified by their place."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, str] = {}

    def join(self, place: Hashable, delta: str) -> str:
        """The delta without a first half at its end, which waits for the next delta of the same text."""
        delta = self._waiting.pop(place, "") + delta
        if delta and "\ud800" <= delta[-1] <= "\udbff":
            self._waiting[place] = delta[-1]
            delta = delta[:-1]
        return replace_surrogates(delta)

    @property
    def is_waiting(self) -> bool:
        """Whether the second half of a character is still to come."""
        return bool(self._waiting)
