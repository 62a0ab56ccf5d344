"""An exchange as `add_conversation` and `add_many` are given it, as the columns that hold it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.errors import InvalidData

from . import convert
from .text import grams

_ROW: Final = ("prompt", "response", "model", "timestamp", "thread_id", "parent_id", "url", "tags", "metadata")


def new_row(
    prompt: object,
    response: object,
    model: object,
    timestamp: datetime | None,
    thread_id: object,
    parent_id: object,
    url: object,
    tags: object,
    metadata: object,
) -> dict[str, Any]:
    return {
        "prompt": convert.text("prompt", prompt),
        "response": convert.text("response", response),
        "model": convert.text("model", model),
        "timestamp": convert.now() if timestamp is None else convert.milliseconds("timestamp", timestamp),
        "thread_id": None if thread_id is None else convert.identifier("thread_id", thread_id),
        "parent_id": None if parent_id is None else convert.identifier("parent_id", parent_id),
        "url": convert.optional_text("url", url),
        "tags": convert.tags_json(tags),
        "metadata": convert.metadata_json(metadata),
    }


def grams_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the index beside the columns of a row."""
    return {
        "prompt_grams": grams(row["prompt"]),
        "response_grams": grams(row["response"]),
        "model_grams": grams(row["model"]),
        "tags_grams": grams(row["tags"]),
        "url_grams": grams(row["url"] or ""),
    }


def checked_row(n: int, row: object) -> dict[str, Any]:
    try:
        if not isinstance(row, Mapping):
            raise InvalidData(f"a row must be a mapping, not {type(row).__name__}")
        for name in row:
            if name not in _ROW:
                raise InvalidData(f"there is no field {name!r:.50}")
        for name in ("prompt", "response", "model"):
            if name not in row:
                raise InvalidData(f"{name} is missing")
        values = {name: row.get(name) for name in _ROW}
        return new_row(**values | {"tags": () if values["tags"] is None else values["tags"]})
    except InvalidData as error:
        raise InvalidData(f"rows[{n}]: {error}") from None
