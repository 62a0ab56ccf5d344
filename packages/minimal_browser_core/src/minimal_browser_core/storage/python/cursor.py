"""Cursors of lists: the kind of list and the sort key of its last row, separated by colons."""

import struct

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python.convert import MAX_ID


def write_cursor(kind: str, *keys: int | float) -> str:
    """Return the cursor after the row with these sort keys."""
    return ":".join([kind, *(struct.pack(">d", key).hex() if isinstance(key, float) else str(key) for key in keys)])


def read_cursor(kind: str, cursor: object, shape: str) -> list[int | float]:
    """Return the sort keys of a cursor. `shape` has a letter per key: i an integer, f a float. Raises `InvalidData`."""
    if not isinstance(cursor, str):
        raise InvalidData(f"cursor must be a text from an earlier page, not {type(cursor).__name__}")
    cursor_kind, *keys = cursor.split(":")
    try:
        if cursor_kind != kind or len(keys) != len(shape):
            raise ValueError
        return [_read_key(key, letter) for key, letter in zip(keys, shape, strict=True)]
    except (ValueError, struct.error):
        raise InvalidData(f"cursor {cursor!r:.80} is not from this listing") from None


def _read_key(key: str, letter: str) -> int | float:
    if not key.isascii() or len(key) > 20 or not key.strip("-").isalnum():
        raise ValueError
    if letter == "f":
        return float(struct.unpack(">d", bytes.fromhex(key))[0])
    number = int(key)
    if not -MAX_ID <= number <= MAX_ID:
        raise ValueError
    return number


def newest_first(kind: str, cursor: object) -> list[int | float]:
    """Return the (time, id) before which a list of newest rows continues; without a cursor, before which it begins."""
    return [MAX_ID, MAX_ID] if cursor is None else read_cursor(kind, cursor, "ii")
