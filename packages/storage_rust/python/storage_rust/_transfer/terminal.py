"""Printing tables and stored text on a terminal."""

import shutil
import sys
import unicodedata
from collections.abc import Sequence
from typing import Final

_MAX_COLUMN: Final = 24
_MIN_LAST_COLUMN: Final = 20


def print_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns; the last column gets the rest of the line."""
    if not rows:
        sys.stdout.write("nothing found\n")
        return
    cells = [[one_line(str(cell)) for cell in row] for row in [names, *rows]]
    widths = [min(_MAX_COLUMN, max(map(_width, column))) for column in list(zip(*cells, strict=True))[:-1]]
    last = max(_MIN_LAST_COLUMN, shutil.get_terminal_size().columns - sum(widths) - 2 * len(widths))
    encoding = sys.stdout.encoding or "utf-8"
    for row in cells:
        fitted = [_fit(cell, width) for cell, width in zip(row, [*widths, last], strict=True)]
        line = "  ".join(fitted).rstrip() + "\n"
        sys.stdout.write(line.encode(encoding, "replace").decode(encoding))


def one_line(text: str) -> str:
    """`text` in one line, without control characters, which could change the terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _width(text: str) -> int:
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fit(text: str, width: int) -> str:
    if _width(text) > width:
        shortened, used = "", 1
        for char in text:
            used += _char_width(char)
            if used > width:
                break
            shortened += char
        text = shortened + "…"
    return text + " " * (width - _width(text))
