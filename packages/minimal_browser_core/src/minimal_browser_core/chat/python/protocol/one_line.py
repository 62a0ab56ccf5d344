"""Make a text of a server safe to show: one line, without characters that control a terminal or the direction."""

import re

# All white space but the separators that `splitlines` knows and editors don't show: those are escaped.
_WHITE_SPACE = re.compile(r"[^\S\x1c-\x1f\x85\u2028\u2029]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_MAX_EXCERPT = 200


def one_line(text: str) -> str:
    """Return `text` with white space collapsed, and with control characters escaped as in Python (`\\x1b`)."""
    return _CONTROL.sub(_escape, _WHITE_SPACE.sub(" ", text).strip())


def excerpt(line: str) -> str:
    """Return the beginning of a line."""
    return f"{line[:_MAX_EXCERPT]}…" if len(line) > _MAX_EXCERPT else line


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
