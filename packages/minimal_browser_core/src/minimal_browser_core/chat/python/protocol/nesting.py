"""The depth of JSON: what is nested too deeply for Python's stack is read as null."""

import re
from typing import Any

MAX_DEPTH = 128
"""Levels of objects and lists in a document."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def may_be_deep(text: str) -> bool:
    """Return False if a JSON text has too few brackets to be too deep."""
    return text.count("[") + text.count("{") > MAX_DEPTH


def is_deep(value: Any) -> bool:
    """Return whether a value has more than `MAX_DEPTH` levels."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        items = (item for each in level for item in (each.values() if isinstance(each, dict) else each))
        level = [item for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def without_deep_values(text: str) -> str:
    """Return a JSON text with null for each object and list below `MAX_DEPTH`."""
    depth, start = 0, 0
    pieces = []
    for token in _TOKENS.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == MAX_DEPTH + 1:
                pieces.append(text[start : token.start()])
        elif token[0] in ("]", "}"):
            if depth == MAX_DEPTH + 1:
                pieces.append("null")
                start = token.end()
            depth -= 1
    return "".join([*pieces, text[start:] if depth <= MAX_DEPTH else ""])
