"""Flat records: one object an exchange. Ours, the checklist's, the older browser's and plain JSON Lines."""

from typing import Any

from .records import (
    Exchange,
    Key,
    NoRecordError,
    clean,
    metadata_of,
    moment,
    needed_text,
    tags_of,
    text_of,
    whole,
)


class Exchanges:
    """Keeps the keys of our own records by their ids, by which others name them as parents."""

    def __init__(self) -> None:
        self._keys: dict[int, Key] = {}

    def fits(self, record: dict[str, Any]) -> bool:
        return "prompt" in record or ("query" in record and "response" in record)

    def read(self, record: dict[str, Any]) -> Exchange:
        prompt = needed_text(record, "prompt" if "prompt" in record else "query")
        response = needed_text(record, "response")
        model = text_of(record.get("model"))
        timestamp = moment(record.get("timestamp"))
        if timestamp is None and record.get("timestamp") is not None:
            raise NoRecordError("its timestamp is no time")
        id, thread_id = whole(record.get("id")), whole(record.get("thread_id"))
        key: Key = ("exchange", id, thread_id, timestamp, prompt, response, model)
        thread: Key = key
        created_at = moment(record.get("thread_created_at"))
        if thread_id is not None:
            thread = ("exchange", thread_id, created_at)
        parent = whole(record.get("parent_id"))
        if id is not None:
            self._keys[id] = key
        url = record.get("url")
        return Exchange(
            key=key,
            thread=thread,
            parent=self._keys.get(parent) if parent is not None else None,
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
        )
