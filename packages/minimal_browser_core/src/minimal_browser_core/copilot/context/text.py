"""Cleans hostile text: removes what the user cannot see and collapses white space."""

import re

# Invisible or reordering characters carry nothing that a reader of the page could have seen: controls, soft hyphen,
# zero-width space, bidi overrides and isolates, byte-order mark, surrogates, and the tag block (a known way to hide
# instructions). Joiners (U+200C, U+200D) stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_EDGES = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")

# A regular expression holds the GIL until it is done: a long page is cleaned in pieces, so that no window waits for it.
_PIECE = 32_768


def clean_text(text: str) -> str:
    """`text` without invisible characters, with runs of spaces and of blank lines collapsed."""
    cleaned: list[str] = []
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            end = max(text.rfind("\n", start, end), text.rfind(" ", start, end)) + 1 or end
        if piece := _clean_piece(text[start:end]):
            cleaned += [piece, "\n" if text[end - 1 : end] == "\n" else " "]
        start = end
    return "".join(cleaned).strip()


def _clean_piece(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    return _BLANK_LINES.sub("\n\n", _LINE_EDGES.sub("\n", text)).strip()


def clean_line(text: str, limit: int = 300) -> str:
    """`text` as one line of at most `limit` characters, safe to show to the user."""
    line = " ".join(clean_text(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
