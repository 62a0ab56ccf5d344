"""One exchange of a foreign file, made fit for the store."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST: Final = -62_135_596_800_000  # the years 1 to 9999, in milliseconds
_LAST: Final = 253_402_300_799_999
_LARGEST_ID: Final = 1 << 48

Key = tuple[Any, ...]


class NoRecordError(Exception):
    """What was read is none; the message says why, and becomes the reason in the report."""


@dataclass(slots=True)
class Exchange:
    """`key` tells it from every other exchange that an import may meet, `parent` is the key of what it continues."""

    key: Key
    thread: Key
    prompt: str
    response: str
    model: str = ""
    parent: Key | None = None
    timestamp: int | None = None
    title: str = ""
    created_at: int | None = None
    url: str | None = None
    tags: Sequence[str] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
    thread_id: int | None = None

    def row(self, now: int) -> tuple[Any, Any]:
        """(fingerprint, parent, thread, id, thread id, title, created), (time, prompt, …, tags, metadata)."""
        timestamp = now if self.timestamp is None else self.timestamp
        created = timestamp if self.created_at is None else self.created_at
        parent = None if self.parent is None else fingerprint(self.parent)
        thread = fingerprint(("thread", *self.thread))
        return (
            (fingerprint(self.key), parent, thread, self.id, self.thread_id, clean(self.title), created),
            (
                timestamp,
                clean(self.prompt),
                clean(self.response),
                clean(self.model),
                None if self.url is None else clean(self.url),
                compact(list(self.tags)),
                compact(self.metadata),
            ),
        )


def fingerprint(key: Key) -> bytes:
    text = json.dumps(key, separators=(",", ":"))  # in ASCII: lone surrogates are escaped, too
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def clean(text: str) -> str:
    """Lone surrogates, which JSON can escape but no text holds, become question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def compact(value: object) -> str:
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def needed_text(record: dict[str, Any], name: str) -> str:
    if not isinstance(record.get(name), str):
        raise NoRecordError(f"its {name} is {'no text' if name in record else 'missing'}")
    return str(record[name])


def moment(value: object) -> int | None:
    """Milliseconds of an ISO 8601 time, UTC where it names no zone, or of seconds or milliseconds since 1970."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            return (found - _EPOCH) // _MILLISECOND
        except (ValueError, OverflowError):
            return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e15:
        return None
    milliseconds = round(value if abs(value) > 1e11 else value * 1000)
    return milliseconds if _FIRST <= milliseconds <= _LAST else None


def iso(milliseconds: int) -> str:
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")


def whole(value: object) -> int | None:
    """An id as a store could have given it."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID
    return value if fits and isinstance(value, int) else None


def tags_of(value: object) -> list[str]:
    """Those that the store takes: one line of text each."""
    found = value if isinstance(value, list) else []
    kept = (clean(tag) for tag in found if isinstance(tag, str) and tag.strip())
    return list(dict.fromkeys(tag for tag in kept if not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in tag)))


def metadata_of(value: object) -> dict[str, Any]:
    """A JSON object as the store takes it: without NaN and infinity, which Python's reader lets through."""
    if not isinstance(value, dict):
        return {}
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return {}
    return value
