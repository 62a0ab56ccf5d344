"""What few exchanges have: the state of an answer, what it took, its messages and attachments."""

import base64
import binascii
import math
from typing import Any, Final

from ._host import InvalidData
from .exchange import InvalidRecordError
from .message_text import decode, encode

# (state, (prompt tokens, completion tokens, cost, duration), JSON of the messages, [(name, media type, content)])
Details = tuple[str, tuple[Any, ...], str | None, list[tuple[str, str, bytes]]]
USAGE: Final = ("prompt_tokens", "completion_tokens", "cost", "duration")
STATES: Final = ("complete", "interrupted")


def to_import(details: Details, prompt: str, response: str) -> tuple[Any, ...] | None:
    """Exported details as a store imports them: with the text of the messages. None if there are none."""
    state, usage, messages, attachments = details
    if state == "complete" and usage == (None,) * len(USAGE) and messages is None and not attachments:
        return None
    encoded = None if messages is None else encode(decode(messages), prompt, response)
    return state, usage, encoded, attachments


def to_json(details: Details) -> dict[str, Any]:
    """Details as fields of a JSON record; none for what an exchange does not have."""
    state, usage, messages, attachments = details
    record: dict[str, Any] = {} if state == "complete" else {"state": state}
    record |= {name: value for name, value in zip(USAGE, usage, strict=True) if value is not None}
    if messages is not None:
        record["messages"] = decode(messages)
    if attachments:
        record["attachments"] = [
            {"name": name, "mime": mime, "data": base64.b64encode(data).decode()} for name, mime, data in attachments
        ]
    return record


def from_json(record: dict[str, Any]) -> Details:
    """The reverse of `to_json`. Raises `InvalidRecordError` if a field has another form."""
    state = record.get("state", "complete")
    usage = tuple(_number(record, name) for name in USAGE)
    messages = record.get("messages")
    try:
        encoded = None if messages is None else encode(messages, None, None)[0]
    except InvalidData as error:
        raise InvalidRecordError(f"its {error}") from None
    attachments = record.get("attachments", [])
    if not isinstance(attachments, list):
        raise InvalidRecordError("its attachments are not a list")
    return state if state in STATES else "interrupted", usage, encoded, [_attachment(each) for each in attachments]


def _number(record: dict[str, Any], name: str) -> int | float | None:
    value = record.get(name)
    kinds = int if name.endswith("tokens") else int | float
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, kinds) or not (math.isfinite(value) and 0 <= value < 1 << 63):
        raise InvalidRecordError(f"its {name} is not a number of 0 or more")
    return value if name.endswith("tokens") else float(value)


def _attachment(value: Any) -> tuple[str, str, bytes]:
    try:
        name, mime, data = value["name"], value["mime"], base64.b64decode(value["data"], validate=True)
    except (KeyError, TypeError, binascii.Error, ValueError):
        raise InvalidRecordError("one of its attachments has no name, media type or content in base64") from None
    if not isinstance(name, str) or not isinstance(mime, str):
        raise InvalidRecordError("the name or the media type of one of its attachments is not a text")
    return name, mime, data
