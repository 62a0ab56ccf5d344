"""UTF-16 surrogates in the strings of JSON: pairs are joined, halves that stay alone become U+FFFD.

JSON escapes a character beyond the basic plane as two surrogates (RFC 8259, section 7), which some servers split
between two chunks. UTF-8 cannot encode a half.
"""

from typing import Any


def printable(text: str) -> str:
    """Join the pairs of surrogates in a text and replace the other halves."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def printable_json(value: Any) -> Any:
    """Return a copy of a JSON value with `printable` strings and names."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [printable_json(item) for item in value]
    if isinstance(value, dict):
        return {printable(name): printable_json(item) for name, item in value.items()}
    return value


class SurrogateJoiner:
    """Makes the pieces of one string printable: a high half at the end of a piece waits for the next piece."""

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def add(self, piece: str) -> str:
        """Return the next piece, with the waiting half at its front and without one at its end."""
        if not piece:
            return ""
        piece, self._half = self._half + piece, ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        return printable(piece)

    def finish(self) -> str:
        """Return the half that still waits, replaced."""
        half, self._half = self._half, ""
        return printable(half)
