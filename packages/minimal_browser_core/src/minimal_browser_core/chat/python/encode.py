"""Request bodies: conversations as JSON, or a refusal that names the place."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from minimal_browser_core.chat.port import Message

_DEEPEST = 100


def encode_request(messages: Sequence[Message], options: Mapping[str, Any], *, stream: bool) -> bytes:
    """A chat request without its model and its opening brace: the models of a preference list share it.

    Raises `TypeError` or `ValueError` naming the place (`messages[3].content[0]`) where something is not JSON.
    """
    if not isinstance(messages, list | tuple):
        raise TypeError(f"messages must be a list of messages, not {type(messages).__name__}")
    for name in ("model", "messages"):
        if name in options:
            raise TypeError(f"{name} is an argument of its own, not an option")
    if "stream" in options:
        raise TypeError("stream is not an option: call stream() for a stream, chat() for none")
    body: dict[str, Any] = {"messages": list(messages)}
    if stream:
        # Without it most providers leave the usage out of a stream.
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    body |= options
    try:
        text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_mapping)
        return text.encode()[1:]
    except (TypeError, ValueError, RecursionError):
        refused = _refusal(body["messages"], "messages") or _options_refusal(options)
    # Outside the except clause: the first error repeats what could not be encoded, and says not where.
    raise refused or ValueError("the messages cannot be written as JSON")


def with_model(model: str, rest: bytes) -> bytes:
    return b'{"model":' + json.dumps(model).encode() + b"," + rest


def model_names(model: str | Sequence[str]) -> list[str]:
    names = [model] if isinstance(model, str) else list(model)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError("model must be a model's name, or names in order of preference")
    return names


def _mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _options_refusal(options: Mapping[str, Any]) -> Exception | None:
    return next(filter(None, (_refusal(value, name) for name, value in options.items())), None)


def _refusal(value: Any, path: str, depth: int = 0) -> Exception | None:
    """What is wrong with `value`, or None where it is JSON."""
    if value is None or isinstance(value, bool | int):
        return None
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            return ValueError(f"{path} holds half a surrogate pair at {error.start}, which UTF-8 cannot carry")
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else ValueError(f"{path} is {value}, which JSON cannot hold")
    if depth > _DEEPEST:
        return ValueError(f"{path} is nested more than {_DEEPEST} levels deep")
    if isinstance(value, Mapping):
        return _mapping_refusal(value, path, depth)
    if isinstance(value, list | tuple):
        parts = (_refusal(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value))
        return next(filter(None, parts), None)
    return TypeError(f"{path} is of type {type(value).__name__}, which JSON cannot hold")


def _mapping_refusal(value: Mapping[Any, Any], path: str, depth: int) -> Exception | None:
    for key, item in value.items():
        if not isinstance(key, str):
            return TypeError(f"{path} has a key of type {type(key).__name__}; keys must be strings")
        if refused := _refusal(key, f"{path}: a key") or _refusal(item, f"{path}.{key}", depth + 1):
            return refused
    return None
