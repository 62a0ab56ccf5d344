"""The messages of an exchange: their JSON, and what a search finds in them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ._host import InvalidData

# Fields that say what a message is, not what it says; and those with encrypted or encoded content.
_NOT_TEXT: Final = frozenset(
    (
        *("role", "type", "id", "index", "call_id", "tool_call_id", "finish_reason", "format", "detail", "status"),
        *("object", "mime_type", "media_type", "signature", "thought_signature"),
        *("encrypted_content", "data", "b64_json", "file_data"),
    )
)
_MAX_WORD: Final = 256  # characters: a longer one is encoded data
_DATA_URL: Final = re.compile(r"data:[\w.+-]+/", re.IGNORECASE)
_MAX_DEPTH: Final = 100


def encode(messages: object, prompt: str | None, response: str | None) -> tuple[str, str]:
    """The messages as JSON, and their text that is neither the prompt nor the response, one piece on each line.

    Raises `InvalidData` with the place of what JSON or Unicode does not allow.
    """
    if isinstance(messages, str | bytes | Mapping) or not isinstance(messages, Sequence):
        raise InvalidData(f"messages must be a list of mappings, not {type(messages).__name__}")
    plain = [_plain(message, f"messages[{n}]", 0) for n, message in enumerate(messages)]
    for n, message in enumerate(plain):
        if not isinstance(message, dict):
            raise InvalidData(f"messages[{n}] must be a mapping, not {type(message).__name__}")
    pieces = dict.fromkeys(piece for message in plain for piece in _texts(message, ""))
    for known in (prompt, response):
        pieces.pop(known or "", None)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")), "\n".join(pieces)


def decode(stored: str | None) -> list[dict[str, Any]]:
    """The list of stored messages; an empty one if there are none."""
    return json.loads(stored) if stored else []


def _plain(value: Any, path: str, depth: int) -> Any:
    """A copy of a value as JSON can have it."""
    if depth > _MAX_DEPTH:
        raise InvalidData(f"{path} is nested more than {_MAX_DEPTH} levels deep")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InvalidData(f"{path} is {value}, which JSON does not have")
        return value
    if isinstance(value, str):
        return _unicode(value, path)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise InvalidData(f"{path} has the key {name!r:.50}: keys must be text")
        return {_unicode(name, path): _plain(each, f"{path}.{name:.50}", depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, f"{path}[{n}]", depth + 1) for n, each in enumerate(value)]
    raise InvalidData(f"{path} cannot be written as JSON: it is of the type {type(value).__name__}")


def _unicode(text: str, path: str) -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidData(f"{path} has a lone surrogate, which is not Unicode text") from None
    return text


def _texts(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for field, each in value.items():
            if field not in _NOT_TEXT:
                yield from _texts(each, field)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name)
    elif isinstance(value, str) and _is_text(value):
        yield value


def _is_text(value: str) -> bool:
    """Whether a string is meant to be read, and not encoded data."""
    if not value.strip() or _DATA_URL.match(value):
        return False
    return len(value) <= _MAX_WORD or any(len(word) <= _MAX_WORD for word in value.split(maxsplit=8))
