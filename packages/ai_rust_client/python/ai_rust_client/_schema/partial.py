"""Reads JSON that is still arriving."""

import json
import re
from typing import Any

_TOKEN = re.compile(r'["\\{}\[\]:,]|[^"\\{}\[\]:,\s]+|\s+')
# A backslash, \\u with too few digits, or the first half of a surrogate pair.
_UNFINISHED_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?)\Z"
)
_CLOSING = {"{": "}", "[": "]"}


class PartialJson:
    """The value of a JSON object or array whose text arrives in pieces; text before it is skipped.

    `value` has what is certain: strings as far as they have arrived, numbers and names once they are complete.
    """

    def __init__(self) -> None:
        self._text = ""
        self._scanned = 0
        self._open: list[str] = []
        self._complete = 0  # the text up to here can be closed with the brackets that are open
        self._depth = 0  # how many of them are open there
        self._string: int | None = None  # where the string in progress begins
        self._is_key = False
        self._escaped = False
        self._ended = False

    def feed(self, text: str) -> None:
        """Add a piece of text."""
        self._text += text
        while not self._ended:
            part = self._next_token()
            if part is None:
                return
            start, self._scanned = self._scanned, part.end()
            if self._string is not None:
                self._in_string(part[0])
            elif self._open:
                self._between(part[0], start)
            elif part[0] in _CLOSING:
                self._text, self._scanned = self._text[start:], 1
                self._push(part[0])

    @property
    def value(self) -> Any:
        """What has arrived so far, always new; None before the first bracket."""
        if not self._depth:
            return None
        text, closing = self._text[: self._complete], self._open[: self._depth]
        if self._string is not None and not self._is_key:
            text = self._unfinished_string()
        try:
            return json.loads(
                text + "".join(_CLOSING[bracket] for bracket in reversed(closing)) if not self._ended else text,
                strict=False,
                parse_constant=lambda _: None,
            )
        except (ValueError, RecursionError):
            return None

    def _next_token(self) -> re.Match[str] | None:
        part = _TOKEN.match(self._text, self._scanned)
        # A number or a name at the end of the text may go on.
        if part and part.end() == len(self._text) and self._string is None and part[0][0] not in '"\\{}[]:,':
            return None
        return part

    def _in_string(self, part: str) -> None:
        if self._escaped:
            self._escaped = False
        elif part == "\\":
            self._escaped = True
        elif part == '"':
            self._string = None
            if not self._is_key:
                self._mark()

    def _between(self, part: str, start: int) -> None:
        if part == '"':
            self._string = start
        elif part in _CLOSING:
            self._push(part)
        elif part in ("}", "]"):
            self._pop()
        elif part == ":":
            self._is_key = False
        elif part == ",":
            self._is_key = self._open[-1] == "{"
        elif not part.isspace():
            self._mark()

    def _push(self, bracket: str) -> None:
        self._open.append(bracket)
        self._is_key = bracket == "{"
        self._mark()

    def _pop(self) -> None:
        self._open.pop()
        self._is_key = False
        self._complete = self._scanned
        self._ended = not self._open
        self._depth = len(self._open) or 1

    def _mark(self) -> None:
        self._complete, self._depth = self._scanned, len(self._open)

    def _unfinished_string(self) -> str:
        # An escape that has not arrived completely is left out.
        cut = _UNFINISHED_ESCAPE.search(self._text, max(self._string or 0, len(self._text) - 200))
        return (self._text[: cut.start(1)] if cut else self._text) + '"'
