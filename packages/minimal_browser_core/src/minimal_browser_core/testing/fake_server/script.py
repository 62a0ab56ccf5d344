"""Read scripts from JSON files.

A script is one object, in which every key is optional:

    {
      "models": ["some/model", {"id": "other/model", "name": "Other", "context_length": 8192}],
      "replies": [
        {"reply": "answer", "text": ["Hel", "lo"], "delay": 0.05},
        {"reply": "answer", "tool_calls": [{"name": "navigate", "arguments": "{\\"url\\": \\"https://example.com\\"}"}],
         "finish_reason": "tool_calls"},
        {"reply": "error", "status": 429, "message": "slow down", "headers": {"Retry-After": "1"}},
        {"reply": "body", "status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"},
        {"reply": "stream", "steps": [{"step": "data", "payload": {"choices": []}}, {"step": "pause", "seconds": 1},
                                      {"step": "comment"}, {"step": "cut", "reset": true}]},
        {"reply": "hang"}
      ],
      "repeat": false,
      "default": {"reply": "answer", "text": "nothing left in the script"}
    }

Each POST request gets the next of `replies`; after the last one, it gets `default` (by default an echo) or, with
`repeat`, the first again. The kinds of reply are answer, error, body, stream, raw, hang, cut and vectors;
those of steps are data, comment, bytes, pause, cut and hang. Their keys are the fields of the classes of the same names
in this package; bytes are written as text (UTF-8).
"""

import json
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any

from .replies import Answer, Body, Bytes, Comment, Cut, Data, Error, Hang, Model, Pause, Raw, Reply, Stream, Vectors

_REPLIES = {
    "answer": Answer,
    "error": Error,
    "body": Body,
    "stream": Stream,
    "raw": Raw,
    "hang": Hang,
    "cut": Cut,
    "vectors": Vectors,
}
_STEPS = {"data": Data, "comment": Comment, "bytes": Bytes, "pause": Pause, "cut": Cut, "hang": Hang}


class ScriptError(ValueError):
    """A script is invalid; the message names the place in the file and what is expected."""


@dataclass(frozen=True, slots=True)
class Script:
    """The contents of a script file; `models` and `default` are None if the file has none."""

    replies: tuple[Reply, ...] = ()
    repeat: bool = False
    default: Reply | None = None
    models: tuple[Model, ...] | None = None


def load_script(path: str | PathLike[str]) -> Script:
    """Read a script file. Raises `ScriptError`, or `OSError` if the file cannot be read."""
    try:
        return parse_script(json.loads(Path(path).read_bytes()))
    except ValueError as error:
        raise ScriptError(f"{path}: {error}") from error


def parse_script(value: Any) -> Script:
    """Convert a decoded script. Raises `ScriptError`."""
    if not isinstance(value, dict):
        raise ScriptError("the script must be a JSON object")
    _check_keys(value, ("models", "replies", "repeat", "default"), "the script")
    replies = _array(value.get("replies", []), "replies")
    models = None if "models" not in value else _array(value["models"], "models")
    return Script(
        replies=tuple(_tagged(item, f"replies[{i}]", "reply", _REPLIES) for i, item in enumerate(replies)),
        repeat=_convert(value.get("repeat", False), bool, "repeat"),
        default=_tagged(value["default"], "default", "reply", _REPLIES) if "default" in value else None,
        models=None if models is None else tuple(_model(item, f"models[{i}]") for i, item in enumerate(models)),
    )


def _model(value: Any, where: str) -> Model:
    model: Model = _build(Model, {"id": value} if isinstance(value, str) else value, where)
    return model


def _array(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ScriptError(f"{where} must be an array")
    return value


def _check_keys(value: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    allowed = tuple(allowed)
    for name in value:
        if name not in allowed:
            raise ScriptError(f"{where} has no key {name!r}; it may have {', '.join(allowed) or 'none'}")


def _tagged(value: Any, where: str, tag: str, kinds: Mapping[str, type]) -> Any:
    """Return an instance of the class that the object names under `tag`."""
    if not isinstance(value, dict) or value.get(tag) not in kinds:
        raise ScriptError(f"{where} must be an object whose {tag!r} is one of {', '.join(kinds)}")
    return _build(kinds[value[tag]], {name: item for name, item in value.items() if name != tag}, where)


def _build(cls: Any, value: Any, where: str) -> Any:
    """Return an instance of a dataclass from an object with its fields as keys."""
    if not isinstance(value, dict):
        raise ScriptError(f"{where} must be an object")
    hints = typing.get_type_hints(cls)
    _check_keys(value, hints, where)
    for field in fields(cls):
        if field.name not in value and field.default is MISSING and field.default_factory is MISSING:
            raise ScriptError(f"{where} needs a key {field.name!r}")
    return cls(**{name: _convert(item, hints[name], f"{where}.{name}") for name, item in value.items()})


def _convert(value: Any, hint: Any, where: str) -> Any:
    """Convert `value` to the type `hint` of a field of a reply."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is not None:
        return _convert_generic(value, origin, args, where)
    if hint is Any:
        return value
    if hint is bytes and isinstance(value, str):
        return value.encode()
    if hint is float and type(value) is int:
        return float(value)
    if hint in _NAMES:
        if type(value) is not hint:
            raise ScriptError(f"{where} must be {_NAMES[hint]}, not {json.dumps(value)[:80]}")
        return value
    return _build(hint, value, where)


def _convert_generic(value: Any, origin: Any, args: tuple[Any, ...], where: str) -> Any:
    if origin in (types.UnionType, typing.Union):
        return _convert_union(value, args, where)
    if origin is typing.Literal:
        if value not in args:
            raise ScriptError(f"{where} must be one of {', '.join(map(repr, args))}")
        return value
    if origin in (tuple, Iterable):
        return tuple(_convert(item, args[0], f"{where}[{i}]") for i, item in enumerate(_array(value, where)))
    assert origin is Mapping, f"no conversion to {origin}"
    if not isinstance(value, dict):
        raise ScriptError(f"{where} must be an object")
    return {key: _convert(item, args[1], f"{where}.{key}") for key, item in value.items()}


def _convert_union(value: Any, options: tuple[Any, ...], where: str) -> Any:
    if any(option in _STEPS.values() for option in options):
        return _tagged(value, where, "step", {name: cls for name, cls in _STEPS.items() if cls in options})
    reasons = []
    for option in options:
        try:
            return _convert(value, option, where)
        except ScriptError as error:
            reasons.append(str(error))
    raise ScriptError("; or ".join(dict.fromkeys(reasons)))


_NAMES = {
    str: "a string",
    bytes: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    types.NoneType: "null",
}
