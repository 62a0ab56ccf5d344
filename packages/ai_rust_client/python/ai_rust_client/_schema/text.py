"""Finds the JSON in the text of an answer."""

import json
import re
from collections.abc import Iterator
from typing import Any

# Models write line feeds inside strings, which JSON does not allow; NaN and Infinity are read as null.
_DECODER = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
_FENCE = re.compile(r"```[\w+-]*[ \t]*\r?\n(.*?)(?:```|\Z)", re.DOTALL)
_WHOLE_FENCE = re.compile(r"```[\w+-]*[ \t]*\r?\n(.*?)\s*```", re.DOTALL)
_BRACKET = re.compile(r"[{\[]")
_ATTEMPTS = 256


def json_values(text: str) -> Iterator[Any]:
    """The JSON values that `text` may mean, the likeliest first: all of it, a fenced block, an object within prose."""
    text = text.strip().removeprefix("\ufeff")
    yield from _decoded(text)
    for block in _FENCE.findall(text):
        yield from _decoded(block.strip())
    start = 0
    for _ in range(_ATTEMPTS):
        bracket = _BRACKET.search(text, start)
        if bracket is None:
            return
        start = bracket.end()
        try:
            value, start = _DECODER.raw_decode(text, bracket.start())
        except (ValueError, RecursionError):
            continue
        yield value


def whole_json_value(text: str) -> Any:
    """The JSON value that is all of `text`, which may be in a fence. Raises ValueError for anything else.

    What someone approved must be what is read. So there is no search for a part that is JSON.
    """
    fenced = _WHOLE_FENCE.fullmatch(text.strip())
    for value in _decoded(fenced[1] if fenced else text.strip()):
        return value
    raise ValueError("not JSON")


def _decoded(text: str) -> Iterator[Any]:
    try:
        yield _DECODER.decode(text)
    except (ValueError, RecursionError):
        return
