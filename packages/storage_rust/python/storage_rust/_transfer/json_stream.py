"""Reading a JSON file one record at a time: the elements of an array, or JSON Lines. No file is read as a whole.

An invalid record is returned with an error, and reading continues after it. A truncated file ends with one.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

_CHUNK: Final = 1 << 20
MAX_LENGTH: Final = 256 << 20  # characters of one record

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_TRUNCATED: Final = "the file ends in the middle of this record"
_TOO_LONG: Final = f"it is longer than {MAX_LENGTH >> 20} million characters; it and what follows are lost"


@dataclass(frozen=True, slots=True)
class JsonItem:
    """A value, or an `error` that says why there is none. An empty line or list has neither and is blank.

    `count` is the number of records of the file in the value.
    """

    value: Any
    error: str = ""
    is_blank: bool = False
    is_empty_list: bool = False
    count: int = 1


class _Window:
    """The part of a text file in memory, and the position `at` in it."""

    def __init__(self, file: IO[bytes], on_read: Callable[[int], object]) -> None:
        self._file = file
        self._on_read = on_read
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.text = ""
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Read a chunk at least as long as the rest, so that a long string is not scanned in quadratic time."""
        if self.ended:
            return False
        rest = self.text[self.at :]
        chunk = self._file.read(max(_CHUNK, len(rest)))
        self._on_read(len(chunk))
        self.ended = not chunk
        self.text = rest + self._decoder.decode(chunk, final=self.ended)
        self.at = 0
        return True

    def next_char(self) -> str:
        """Skip white space and return the next character, or an empty text at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> tuple[str, str]:
        """Text and error of the value that begins here, up to a comma or the end of its container."""
        depth = scanned = 0
        while True:
            match = _TOKEN.search(self.text, self.at + scanned)
            if match is None or match[0] == '"':  # the end of the string is not in memory
                scanned = (match.start() if match else len(self.text)) - self.at
                if len(self.text) - self.at > MAX_LENGTH:
                    self.skip_to_end()
                    return "", _TOO_LONG
                if not self.more():
                    text, self.at = self.text[self.at :], len(self.text)
                    return text, _TRUNCATED if depth or match else ""
                continue
            sign, scanned = match[0], match.end() - self.at
            depth += (sign in "[{") - (sign in "]}")
            if depth < 0 or (depth == 0 and sign in ",]}"):
                end = match.start() if depth < 0 or sign == "," else match.end()
                text, self.at = self.text[self.at : end], end
                return text, ""

    def skip_to_end(self) -> None:
        """Read the rest of the file: after a record that is too long, the start of the next one is unknown."""
        self.at = len(self.text)
        while self.more():
            self.at = len(self.text)


def read_items(file: IO[bytes], on_read: Callable[[int], object], *, is_json_lines: bool = False) -> Iterator[JsonItem]:
    """The records of a file. `on_read` is called with the size of each chunk. JSON Lines are also detected."""
    window = _Window(file, on_read)
    first = window.next_char()
    if first == "[" and not is_json_lines:
        window.at += 1
        yield from _array(window)
    elif first == "{" and not is_json_lines and not _first_line_is_a_record(window):
        yield from _object(window)
    elif first:
        yield from _lines(window)


def _first_line_is_a_record(window: _Window) -> bool:
    """Whether the first of several lines is an object. A file of one line may be an object with all records."""
    while True:
        line, newline, rest = window.text[window.at :].partition("\n")
        if newline and (rest.strip() or window.ended):
            return bool(rest.strip()) and isinstance(_parse(line).value, dict)
        if len(line) > MAX_LENGTH or not window.more():
            return False


def _array(window: _Window) -> Iterator[JsonItem]:
    """The elements after the opening bracket, up to and including the closing one."""
    is_empty = True
    while True:
        first = window.next_char()
        if first == "]":
            window.at += 1
            if is_empty:
                yield JsonItem(None, is_blank=True, is_empty_list=True, count=0)
            return
        is_empty = False
        if first == ",":
            window.at += 1
            continue
        if not first:
            yield JsonItem(None, "the file ends before the list does: what followed is lost")
            return
        text, error = window.value()
        if error:
            yield JsonItem(None, error)
        elif text.strip():
            yield _parse(text)
        if window.at < len(window.text) and window.text[window.at] == "}":
            yield JsonItem(None, "a bracket is closed here that was never opened")
            window.at += 1
        if error:
            return


def _object(window: _Window) -> Iterator[JsonItem]:
    """The elements of its list `conversations`, or the object itself if it has no such list."""
    members: list[str] = []
    window.at += 1
    while True:
        first = window.next_char()
        if first == ",":
            window.at += 1
        elif first == '"':
            text, error = _key(window)
            if not error and text == '"conversations"' and window.next_char() == "[":
                window.at += 1
                yield from _array(window)
                return
            value, error = ("", error) if error else window.value()
            if error:
                yield JsonItem(None, error)
                return
            members.append(f"{text}:{value}")
        else:
            if first == "}":
                yield _parse("{" + ",".join(members) + "}")
            else:
                yield JsonItem(None, "it is not JSON" if first else _TRUNCATED)
            return


def _key(window: _Window) -> tuple[str, str]:
    while True:
        match = _TOKEN.match(window.text, window.at)
        if match is not None and match[0] != '"':
            break
        if len(window.text) - window.at > MAX_LENGTH or not window.more():
            return "", _TRUNCATED
    window.at = match.end()
    if window.next_char() != ":":
        return "", "it is not JSON"
    window.at += 1
    return match[0], ""


def _lines(window: _Window) -> Iterator[JsonItem]:
    while True:
        end = window.text.find("\n", window.at)
        if end < 0:
            if len(window.text) - window.at > MAX_LENGTH:
                yield JsonItem(None, _TOO_LONG)
                window.skip_to_end()
                return
            if window.more():
                continue
            end = len(window.text)
        line = window.text[window.at : end]
        window.at = end + 1
        if line.strip():
            item = _parse(line)
            yield JsonItem(None, _TRUNCATED) if item.error and window.ended and end == len(window.text) else item
        elif end < len(window.text):
            yield JsonItem(None, is_blank=True)
        if window.ended and window.at > len(window.text):
            return


def _parse(text: str) -> JsonItem:
    try:
        return JsonItem(json.loads(text))
    except RecursionError:
        return JsonItem(None, "it is nested too deeply")
    except ValueError as error:
        return JsonItem(None, f"it is not JSON: {error}")
