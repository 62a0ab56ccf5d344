"""The records of a JSON file, one at a time: the elements of an array, or JSON Lines. No file is held as a whole.

A record that is no JSON is given with the reason, and reading goes on behind it; a truncated file ends with one.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

_CHUNK: Final = 1 << 20
LONGEST: Final = 256 << 20  # characters of one record

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{},]', re.DOTALL)
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_CUT: Final = "the file ends in the middle of this record"
_LONG: Final = f"it is longer than {LONGEST >> 20} million characters; it and what follows are lost"


@dataclass(frozen=True, slots=True)
class Item:
    """`reason` says why there is no `value`; an empty line has neither, and is `blank`."""

    value: Any
    reason: str = ""
    blank: bool = False


class _Window:
    """The part of a text file that is being looked at; `at` moves on."""

    def __init__(self, file: BinaryIO, read: Callable[[int], object]) -> None:
        self._file = file
        self._read = read
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.text = ""
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Longer each time that nothing could be passed over, or a long string would be scanned again and again."""
        if self.ended:
            return False
        kept = self.text[self.at :]
        chunk = self._file.read(max(_CHUNK, len(kept)))
        self._read(len(chunk))
        self.ended = not chunk
        self.text = kept + self._decoder.decode(chunk, final=self.ended)
        self.at = 0
        return True

    def next_char(self) -> str:
        """The next character that is no white space, not passed over; empty at the end."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> tuple[str, str]:
        """(text, reason) of the value that begins here, up to a comma or the end of what holds it."""
        depth = seen = 0
        while True:
            match = _TOKEN.search(self.text, self.at + seen)
            if match is None or match[0] == '"':  # a string that has not ended yet
                seen = (match.start() if match else len(self.text)) - self.at
                if len(self.text) - self.at > LONGEST:
                    self.drop()
                    return "", _LONG
                if not self.more():
                    text, self.at = self.text[self.at :], len(self.text)
                    return text, _CUT if depth or match else ""
                continue
            sign, seen = match[0], match.end() - self.at
            depth += (sign in "[{") - (sign in "]}")
            if depth < 0 or (depth == 0 and sign in ",]}"):
                end = match.start() if depth < 0 or sign == "," else match.end()
                text, self.at = self.text[self.at : end], end
                return text, ""

    def drop(self) -> None:
        """Read to the end: where a record is too long, nobody can tell what follows it."""
        self.at = len(self.text)
        while self.more():
            self.at = len(self.text)


def items(file: BinaryIO, read: Callable[[int], object], *, lines: bool = False) -> Iterator[Item]:
    """`read` is told how many bytes were read. `lines` takes the file for JSON Lines, else that is found out."""
    window = _Window(file, read)
    first = window.next_char()
    if first == "[" and not lines:
        window.at += 1
        yield from _array(window)
    elif first == "{" and not lines and not _first_line_is_whole(window):
        yield from _object(window)
    elif first:
        yield from _lines(window)


def _first_line_is_whole(window: _Window) -> bool:
    """The first of many lines; a file of one line is an object, which may hold all the others."""
    while True:
        line, newline, rest = window.text[window.at :].partition("\n")
        if newline and (rest.strip() or window.ended):
            return bool(rest.strip()) and isinstance(_loaded(line).value, dict)
        if len(line) > LONGEST or not window.more():
            return False


def _array(window: _Window) -> Iterator[Item]:
    """Behind its opening bracket, up to and with its closing one."""
    while True:
        first = window.next_char()
        if first == "]":
            window.at += 1
            return
        if first == ",":
            window.at += 1
            continue
        if not first:
            yield Item(None, "the file ends before the list does: what followed is lost")
            return
        text, reason = window.value()
        if reason:
            yield Item(None, reason)
        elif text.strip():
            yield _loaded(text)
        if window.at < len(window.text) and window.text[window.at] == "}":
            yield Item(None, "a bracket is closed here that was never opened")
            window.at += 1
        if reason:
            return


def _object(window: _Window) -> Iterator[Item]:
    """The elements of its list `conversations`, or the object itself where it has none."""
    kept: list[str] = []
    window.at += 1
    while True:
        first = window.next_char()
        if first == ",":
            window.at += 1
        elif first == '"':
            text, reason = _key(window)
            if not reason and text == '"conversations"' and window.next_char() == "[":
                window.at += 1
                yield from _array(window)
                return
            value, why = ("", reason) if reason else window.value()
            if why:
                yield Item(None, why)
                return
            kept.append(f"{text}:{value}")
        else:
            if first == "}":
                yield _loaded("{" + ",".join(kept) + "}")
            else:
                yield Item(None, "it is no JSON" if first else _CUT)
            return


def _key(window: _Window) -> tuple[str, str]:
    while True:
        match = _TOKEN.match(window.text, window.at)
        if match is not None and match[0] != '"':
            break
        if len(window.text) - window.at > LONGEST or not window.more():
            return "", _CUT
    window.at = match.end()
    if window.next_char() != ":":
        return "", "it is no JSON"
    window.at += 1
    return match[0], ""


def _lines(window: _Window) -> Iterator[Item]:
    while True:
        end = window.text.find("\n", window.at)
        if end < 0:
            if len(window.text) - window.at > LONGEST:
                yield Item(None, _LONG)
                window.drop()
                return
            if window.more():
                continue
            end = len(window.text)
        line = window.text[window.at : end]
        window.at = end + 1
        if line.strip():
            item = _loaded(line)
            yield Item(None, _CUT) if item.reason and window.ended and end == len(window.text) else item
        elif end < len(window.text):
            yield Item(None, blank=True)
        if window.ended and window.at > len(window.text):
            return


def _loaded(text: str) -> Item:
    try:
        return Item(json.loads(text))
    except RecursionError:
        return Item(None, "it is nested too deeply")
    except ValueError as error:
        return Item(None, f"it is no JSON: {error}")
