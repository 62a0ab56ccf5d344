"""Encode requests as JSON, or raise an error that names the invalid value."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from minimal_browser_core.chat.port import Message

_MAX_DEPTH = 100
_MAX_PATH = 80  # characters


def encode_request(
    messages: str | Sequence[Message], options: Mapping[str, Any], extra_body: Mapping[str, Any], *, stream: bool
) -> bytes:
    """Return a request body without its model and opening brace, so that all models of a list share it.

    The fields of `extra_body` win over the options.

    Raises `TypeError` or `ValueError` with the path (`messages[3].content[0]`) of a value that JSON cannot hold.
    """
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    if not isinstance(messages, list | tuple):
        raise TypeError(f"messages must be a prompt or a list of messages, not {type(messages).__name__}")
    for name in ("model", "messages"):
        if name in options:
            raise TypeError(f"{name} is an argument of its own, not an option")
    if "stream" in options:
        raise TypeError("stream is not an option: call stream() for a stream, chat() for none")
    body: dict[str, Any] = {"messages": list(messages)}
    if stream:
        # Without this option most providers omit the usage from a stream.
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return encode_body(body, options, extra_body)


def encode_body(arguments: Mapping[str, Any], options: Mapping[str, Any], extra_body: Mapping[str, Any]) -> bytes:
    """Return a JSON object without its opening brace, or raise an error with the path of what JSON cannot hold."""
    fields = {**arguments, **options, **extra_body}
    try:
        text = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_mapping)
        return text.encode()[1:]
    except (TypeError, ValueError, RecursionError):
        error = _find_error(extra_body, "extra_body") or _find_field_error(arguments) or _find_field_error(options)
    # Outside the except clause: the encoder's own error repeats the value but not its path.
    raise error or ValueError("the messages cannot be written as JSON")


def with_model(model: str, rest: bytes) -> bytes:
    """Complete a body of `encode_request`."""
    return b'{"model":' + json.dumps(model).encode() + b"," + rest


def model_names(model: str | Sequence[str]) -> list[str]:
    """Return the models in order of preference. Raises `ValueError` if there is none."""
    names = [model] if isinstance(model, str) else list(model)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError("model must be a model's name, or names in order of preference")
    return names


def _mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _find_field_error(fields: Mapping[str, Any]) -> Exception | None:
    return next(filter(None, (_find_error(value, name) for name, value in fields.items())), None)


def _find_error(value: Any, path: str, depth: int = 0) -> Exception | None:
    """Return what is wrong with `value`, or None if JSON can hold it."""
    if value is None or isinstance(value, str | int | float):
        return _find_scalar_error(value, path)
    if depth > _MAX_DEPTH:
        return ValueError(f"{_shortened(path)} is nested more than {_MAX_DEPTH} levels deep; does it contain itself?")
    if isinstance(value, Mapping):
        return _find_mapping_error(value, path, depth)
    if isinstance(value, list | tuple):
        parts = (_find_error(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value))
        return next(filter(None, parts), None)
    return TypeError(f"{path} is of type {type(value).__name__}, which JSON cannot hold")


def _shortened(path: str) -> str:
    return path if len(path) <= _MAX_PATH else f"{path[: _MAX_PATH // 2]}…{path[-_MAX_PATH // 2 :]}"


def _find_scalar_error(value: str | float | None, path: str) -> Exception | None:
    if isinstance(value, float) and not math.isfinite(value):
        return ValueError(f"{path} is {value}, which JSON cannot hold")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            return ValueError(f"{path} holds half a surrogate pair at {error.start}, which UTF-8 cannot carry")
    return None


def _find_mapping_error(value: Mapping[Any, Any], path: str, depth: int) -> Exception | None:
    for key, item in value.items():
        if key is not None and not isinstance(key, str | int | float):
            return TypeError(f"{path} has a key of type {type(key).__name__}; keys must be strings, numbers or None")
        if error := _find_error(key, f"{path}: a key") or _find_error(item, f"{path}.{key}", depth + 1):
            return error
    return None
