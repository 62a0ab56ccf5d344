"""Decode the JSON of chat completions as different providers send it.

Lenient about their differences (null for absent, numbers as strings, content as a list of parts), strict about the
structure. Unknown fields are ignored.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from minimal_browser_core.chat.values import ModelInfo, Usage

from .fields import MAX_COUNT, as_dict, count, is_empty, log_ignored, optional_amount, scalar
from .nesting import is_deep, may_be_deep, without_deep_values


class MalformedError(Exception):
    """The text is not JSON, or its structure is not that of the API; the message says why."""


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


# NaN, infinities and numbers that are too large are null. The last of duplicate keys wins.
_DECODER = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_finite)
_LONG_INTEGER_DECODER = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_finite, parse_int=_finite)


def _decode(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer of thousands of digits, which int() refuses
        return _LONG_INTEGER_DECODER.decode(text)


def _decode_shallow(text: str) -> Any:
    """Decode JSON, with null for values that are nested too deeply."""
    if not may_be_deep(text):
        return _decode(text)
    try:
        value = _decode(text)
    except RecursionError:
        return _decode(without_deep_values(text))
    return _decode(without_deep_values(text)) if is_deep(value) else value


def parse_json(text: str | bytes) -> Any:
    """Parse JSON. Raises `MalformedError`."""
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "replace")
    try:
        return _decode_shallow(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not JSON: {error}") from None


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises `MalformedError`."""
    return as_object(parse_json(text))


def as_object(value: Any) -> dict[str, Any]:
    """Return decoded JSON that must be an object. Raises `MalformedError`."""
    if not isinstance(value, dict):
        raise MalformedError("JSON, but not an object")
    return value


def parse_models(body: dict[str, Any]) -> list[ModelInfo]:
    """Convert a list of models. Raises `MalformedError`."""
    data = body.get("data", body.get("models"))
    if not isinstance(data, list):
        raise MalformedError("JSON, but no list of models in it")
    entries = [entry for entry in data if isinstance(entry, dict) and scalar(entry, "id")]
    return [ModelInfo(scalar(entry, "id"), scalar(entry, "name") or None, _context_length(entry)) for entry in entries]


def _context_length(entry: dict[str, Any]) -> int | None:
    """Read the field of OpenRouter, else those of vLLM and Groq."""
    lengths = (count(entry, key) for key in ("context_length", "max_model_len", "context_window"))
    return next(filter(None, lengths), None)


def parse_usage(body: dict[str, Any]) -> Usage | None:
    """Return the usage of a response or chunk, including Groq's in `x_groq`; None if it has none."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        if usage is not None:
            log_ignored("usage", usage)
        usage = as_dict(body, "x_groq").get("usage")
        if not isinstance(usage, dict):
            return None
    prompt, completion = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    cached = count(as_dict(usage, "prompt_tokens_details"), "cached_tokens")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=count(usage, "total_tokens") or min(prompt + completion, MAX_COUNT),
        cached_tokens=max(cached, count(usage, "prompt_cache_hit_tokens")),
        reasoning_tokens=count(as_dict(usage, "completion_tokens_details"), "reasoning_tokens"),
        cost=optional_amount(usage, "cost"),
    )


def has_error(body: Mapping[str, Any]) -> bool:
    """Return whether an object reports an error: an `error` with any value in it."""
    return not is_empty(body.get("error"))
