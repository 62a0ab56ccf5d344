"""Convert between the exchanges of callers and the rows in the file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.db.paths import MEMORY
from minimal_browser_core.storage.python.records import Conversation
from minimal_browser_core.storage.python.search.grams import grams
from minimal_browser_core.storage.python.search.url_text import url_grams
from minimal_browser_core.storage.python.stores import answer_file
from minimal_browser_core.storage.python.stores.answer_file import answer_path
from minimal_browser_core.storage.transfer.message_text import encode

Row = tuple[Any, ...]

COLUMNS: Final = 15
"""How many columns the view `exchanges` has."""

_FIELDS: Final = (
    *("prompt", "response", "model", "timestamp", "thread_id", "parent_id", "url", "tags", "metadata"),
    *("messages", "prompt_tokens", "completion_tokens", "cost", "duration"),
)
WRITING: Final = 1
INTERRUPTED: Final = 2
STATES: Final = ("complete", "writing", "interrupted")
_RESPONSE: Final = 5  # columns of the view
_STATE: Final = 10
_INDEXED: Final = ("prompt", "response", "model", "url", "tags")


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
    messages: object = None,
    prompt_tokens: object = None,
    completion_tokens: object = None,
    cost: object = None,
    duration: object = None,
) -> dict[str, Any]:
    """Return the columns of a new exchange, and the JSON of its messages. Raises `InvalidData`."""
    columns: dict[str, Any] = {
        "prompt": convert.text("prompt", prompt),
        "response": convert.text("response", response),
        "model": convert.text("model", model),
        "timestamp": convert.now() if timestamp is None else convert.milliseconds("timestamp", timestamp),
        "thread_id": None if thread_id is None else convert.identifier("thread_id", thread_id),
        "parent_id": None if parent_id is None else convert.identifier("parent_id", parent_id),
        "url": convert.optional_text("url", url),
        "tags": convert.tags_json(tags),
        "metadata": convert.metadata_json(metadata),
        "state": 0,
        **_usage_columns(prompt_tokens, completion_tokens, cost, duration),
    }
    return columns | _messages_columns(messages, columns["prompt"], columns["response"])


def change_columns(  # noqa: PLR0913  the fields of an exchange
    *,
    prompt: object = None,
    response: object = None,
    model: object = None,
    url: object = None,
    tags: object = None,
    metadata: object = None,
    messages: object = None,
    prompt_tokens: object = None,
    completion_tokens: object = None,
    cost: object = None,
    duration: object = None,
) -> dict[str, Any]:
    """Return the columns of an update, None for those that stay, and the JSON of new messages. Raises `InvalidData`."""
    texts: dict[str, Any] = {
        "prompt": convert.optional_text("prompt", prompt),
        "response": convert.optional_text("response", response),
        "model": convert.optional_text("model", model),
        "url": convert.optional_text("url", url),
        "tags": None if tags is None else convert.tags_json(tags),
    }
    encoded = _messages_columns(messages, texts["prompt"], texts["response"])
    if messages is None:
        encoded |= {"messages_text": None}
    return {
        **texts,
        **{f"{name}_grams": None if texts[name] is None else grams(texts[name]) for name in _INDEXED},
        "url_grams": None if texts["url"] is None else url_grams(texts["url"]),
        "metadata": None if metadata is None else convert.metadata_json(metadata),
        "state": None,
        **_usage_columns(prompt_tokens, completion_tokens, cost, duration),
        **encoded,
        "messages_grams": None if messages is None else grams(encoded["messages_text"]),
    }


def _messages_columns(messages: object, prompt: str | None, response: str | None) -> dict[str, Any]:
    encoded, text = (None, "") if messages is None else encode(messages, prompt, response)
    return {"messages": encoded, "messages_text": text}


def _usage_columns(
    prompt_tokens: object, completion_tokens: object, cost: object, duration: object
) -> dict[str, int | float | None]:
    return {
        "prompt_tokens": convert.tokens("prompt_tokens", prompt_tokens),
        "completion_tokens": convert.tokens("completion_tokens", completion_tokens),
        "cost": convert.amount("cost", cost),
        "duration": convert.amount("duration", duration),
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
        "url_grams": url_grams(row["url"] or ""),
        "messages_grams": grams(row["messages_text"]),
    }


def conversation_fields(row: Row) -> dict[str, Any]:
    """Return the arguments of `Conversation` for a row of the view `exchanges`."""
    id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, state, *usage = row[:COLUMNS]
    prompt_tokens, completion_tokens, cost, duration = usage
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
        "state": STATES[state] if state in (WRITING, INTERRUPTED) else STATES[0],
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "cost": cost,
        "duration": duration,
    }


def with_text_so_far(database: str, row: Row) -> Row:
    """Return a row with the text of an answer that is being written, or was when its process ended."""
    if row[_STATE] != WRITING or database == MEMORY:
        return row
    path = answer_path(database, row[0])
    state = WRITING if answer_file.is_held(path) else INTERRUPTED
    text = answer_file.read(path)
    response = row[_RESPONSE] if text is None else text
    return (*row[:_RESPONSE], response, *row[_RESPONSE + 1 : _STATE], state, *row[_STATE + 1 :])


def conversation(database: str, row: Row) -> Conversation:
    """Return the exchange in a row of the database at a path."""
    return Conversation(**conversation_fields(with_text_so_far(database, row)))
