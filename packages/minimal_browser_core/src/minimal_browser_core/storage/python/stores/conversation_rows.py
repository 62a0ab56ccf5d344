"""Convert between the exchanges of callers and the rows in the file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.records import Conversation
from minimal_browser_core.storage.python.search.grams import grams

Row = tuple[Any, ...]

COLUMNS: Final = 15
"""How many columns the view `exchanges` has."""

_FIELDS: Final = ("prompt", "response", "model", "timestamp", "thread_id", "parent_id", "url", "tags", "metadata")


def make_row(  # noqa: PLR0913  the fields of an exchange
    *,
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
    """Return the columns of a new exchange. Raises `InvalidData`."""
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


def make_row_from_mapping(n: int, row: object) -> dict[str, Any]:
    """Return the columns of row `n` of `add_many`. Raises `InvalidData` that names it."""
    try:
        if not isinstance(row, Mapping):
            raise InvalidData(f"a row must be a mapping, not {type(row).__name__}")
        for name in row:
            if name not in _FIELDS:
                raise InvalidData(f"there is no field {name!r:.50}")
        for name in ("prompt", "response", "model"):
            if name not in row:
                raise InvalidData(f"{name} is missing")
        values = {name: row.get(name) for name in _FIELDS}
        return make_row(**values | {"tags": () if values["tags"] is None else values["tags"]})
    except InvalidData as error:
        raise InvalidData(f"rows[{n}]: {error}") from None


def gram_columns(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns of search tokens for a row."""
    return {
        "prompt_grams": grams(row["prompt"]),
        "response_grams": grams(row["response"]),
        "model_grams": grams(row["model"]),
        "tags_grams": grams(row["tags"]),
        "url_grams": grams(row["url"] or ""),
    }


def conversation_fields(row: Row) -> dict[str, Any]:
    """Return the arguments of `Conversation` for the first ten columns of a row."""
    id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata = row[:10]
    return {
        "id": id,
        "thread_id": thread_id,
        "parent_id": parent_id,
        "timestamp": convert.moment(timestamp),
        "prompt": prompt,
        "response": response,
        "model": model,
        "url": url,
        "tags": convert.tags(tags),
        "metadata": convert.metadata(metadata),
    }


def conversation(row: Row) -> Conversation:
    """Return the exchange in a row."""
    return Conversation(**conversation_fields(row))
