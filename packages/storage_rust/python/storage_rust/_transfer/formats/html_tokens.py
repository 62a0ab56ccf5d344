"""Scanning HTML that may be malformed or malicious, in linear time.

`html.parser` takes minutes for a megabyte of malicious input.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_TAG_STOP: Final = re.compile("[\"'>]")

# The name of a tag in lower case, with a slash before it if it is an end tag, and its attributes; or "" and a text.
Token = tuple[str, str]


def attributes(content: str) -> dict[str, str]:
    """The attributes of a tag, with their names in lower case; the first of each name counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(content):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found


def tokens(text: str) -> Iterator[Token]:
    """The tags and texts of a piece of HTML. Comments and declarations are left out."""
    at, quotes_count = 0, True
    while (start := text.find("<", at)) >= 0:
        if start > at:
            yield "", text[at:start]
        if text.startswith("<!--", start):
            close = text.find("-->", start + 4)
            at = len(text) if close < 0 else close + 3
            continue
        first = text[start + 1 : start + 2]
        if not (first.isascii() and first.isalpha()) and first not in ("/", "!", "?"):
            yield "", "<"
            at = start + 1
            continue
        end = _tag_end(text, start) if quotes_count else -1
        if end < 0:
            # A quote is never closed. Ignore quotes from here on; otherwise a malicious file would take quadratic time.
            quotes_count = False
            end = text.find(">", start)
        if end < 0:
            yield "", text[start:]
            return
        name, _, content = text[start + 1 : end].replace("\n", " ").replace("\t", " ").partition(" ")
        if first not in "!?":
            yield name.lower().rstrip("/") if first != "/" else name.lower(), content
        at = end + 1
    if at < len(text):
        yield "", text[at:]


def _tag_end(text: str, start: int) -> int:
    """The index of the tag's >, which is not in a quoted value; -1 if there is none."""
    at = start
    while (stop := _TAG_STOP.search(text, at)) is not None:
        at = stop.end()
        if stop[0] == ">":
            return stop.start()
        if text[stop.start() - 1] in "= ":  # it opens a value
            at = text.find(stop[0], at) + 1
            if at == 0:
                return -1
    return -1
