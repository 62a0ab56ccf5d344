"""One JSON object per exchange: our export, `{"prompt", "response", …}`, or `{"query", …}` of minimal_browser 0.x."""

from typing import Any

from ..details import from_json, to_import
from ..exchange import (
    Exchange,
    InvalidRecordError,
    Key,
    clean,
    id_of,
    metadata_of,
    required_text,
    tags_of,
    text_of,
)
from ..times import parse_time


def is_exchange(record: dict[str, Any]) -> bool:
    """Whether the record has the fields of an exchange; it may have `messages` as those of other programs have."""
    return isinstance(record.get("prompt"), str) and isinstance(record.get("response"), str)


class ExchangeReader:
    """Remembers the keys of our own records by their ids, because later records name them as parents."""

    def __init__(self) -> None:
        self._keys: dict[int, Key] = {}

    def format_of(self, record: dict[str, Any]) -> str | None:
        """The name of the format, by the field names."""
        if "prompt" in record:
            return "json"
        return "older-browser" if "query" in record and "response" in record else None

    def read(self, record: dict[str, Any]) -> Exchange:
        """Convert a record."""
        prompt = required_text(record, "prompt" if "prompt" in record else "query")
        response = required_text(record, "response")
        model = text_of(record.get("model"))
        timestamp = parse_time(record.get("timestamp"))
        if timestamp is None and record.get("timestamp") is not None:
            raise InvalidRecordError("its timestamp is not a time")
        id, thread_id, parent_id = (id_of(record.get(name)) for name in ("id", "thread_id", "parent_id"))
        key: Key = ("exchange", id, thread_id, timestamp, prompt, response, model)
        created_at = parse_time(record.get("thread_created_at"))
        if id is not None:
            self._keys[id] = key
        url = record.get("url")
        return Exchange(
            key=key,
            thread=key if thread_id is None else ("exchange", thread_id, created_at),
            parent=self._keys.get(parent_id) if parent_id is not None else None,
            prompt=prompt,
            response=response,
            model=model,
            timestamp=timestamp,
            title=text_of(record.get("thread_title")),
            created_at=created_at,
            url=clean(url) if isinstance(url, str) else None,
            tags=tags_of(record.get("tags")),
            metadata=metadata_of(record.get("metadata")),
            id=id,
            thread_id=thread_id,
            details=to_import(from_json(record), prompt, response),
        )
