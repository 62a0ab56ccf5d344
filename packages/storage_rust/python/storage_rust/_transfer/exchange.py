"""One exchange of an imported file, converted to what a store takes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

_LARGEST_ID: Final = 1 << 48

Key = tuple[Any, ...]


class InvalidRecordError(Exception):
    """A record that cannot be imported; the message is the reason in the report."""


@dataclass(slots=True)
class Exchange:
    """`key` is unique among the exchanges of all files; `parent` is the key of the exchange that this one continues."""

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
    details: tuple[Any, ...] | None = None
    """See `details.to_import`."""

    def row(self, now: int) -> tuple[Any, Any]:
        """(fingerprint, parent, thread, id, thread id, title, created), (time, prompt, …, tags, metadata, details)."""
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
                compact_json(list(self.tags)),
                compact_json(self.metadata),
                self.details,
            ),
        )


def fingerprint(key: Key) -> bytes:
    """The hash by which a store knows that it has imported a record before."""
    text = json.dumps(key, separators=(",", ":"))  # ASCII, so that lone surrogates are escaped
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def clean(text: str) -> str:
    """Replace lone surrogates, which JSON can escape but no text has, by question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def compact_json(value: object) -> str:
    """JSON without spaces, as the stores keep it."""
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def text_of(value: object) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def required_text(record: dict[str, Any], name: str) -> str:
    """A text that the record must have."""
    if not isinstance(record.get(name), str):
        raise InvalidRecordError(f"its {name} is {'not a text' if name in record else 'missing'}")
    return str(record[name])


def id_of(value: object) -> int | None:
    """`value` if it is an id that a store could have given."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID
    return value if fits and isinstance(value, int) else None


def tags_of(value: object) -> list[str]:
    """The valid tags in a list: one line of text each."""
    tags = value if isinstance(value, list) else []
    cleaned = (clean(tag) for tag in tags if isinstance(tag, str) and tag.strip())
    return list(dict.fromkeys(tag for tag in cleaned if not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in tag)))


def metadata_of(value: object) -> dict[str, Any]:
    """A JSON object without NaN and infinity, which Python's reader accepts; otherwise an empty one."""
    if not isinstance(value, dict):
        return {}
    try:
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return {}
    return value
