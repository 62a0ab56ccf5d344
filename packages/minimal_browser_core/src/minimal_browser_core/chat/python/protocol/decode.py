"""Decode the JSON of chat completions as different providers send it.

Lenient about their differences (null for absent, numbers as strings, content as a list of parts), strict about the
structure. Unknown fields are ignored.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.chat.values import ModelInfo, Usage

from .fields import as_dict, count, log_ignored, optional_amount, scalar
from .surrogates import printable


class MalformedError(Exception):
    """The text is not JSON, or its structure is not that of the API; the message says why."""


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as the provider describes it; `status` is set if its code is an HTTP status."""

    message: str
    status: int | None = None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _integer(text: str) -> int | float | None:
    # int() refuses thousands of digits.
    return int(text) if len(text) < _MAX_DIGITS else _finite(text)


_MAX_DIGITS = 400
_DECODER = json.JSONDecoder(parse_constant=lambda _: None, parse_float=_finite, parse_int=_integer)
"""NaN, infinities and numbers that are too large are null. The last of duplicate keys wins."""


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises `MalformedError`."""
    try:
        value = _DECODER.decode(text if isinstance(text, str) else text.decode(json.detect_encoding(text), "replace"))
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not JSON: {error}") from None
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
        total_tokens=count(usage, "total_tokens") or prompt + completion,
        cached_tokens=max(cached, count(usage, "prompt_cache_hit_tokens")),
        reasoning_tokens=count(as_dict(usage, "completion_tokens_details"), "reasoning_tokens"),
        cost=optional_amount(usage, "cost"),
    )


def has_error(body: Mapping[str, Any]) -> bool:
    """Return whether an object reports an error: an `error` with any value in it."""
    values = [body.get("error")]
    while values:
        value = values.pop()
        if isinstance(value, dict | list):
            values.extend(value.values() if isinstance(value, dict) else value)
        elif value:
            return True
    return False


def error_report(body: Any) -> ErrorReport:
    """Return the error in `body`, which is the error itself or an object with an `error`."""
    error = body["error"] if isinstance(body, dict) and body.get("error") else body
    if not isinstance(error, dict):
        return ErrorReport(printable(error) if isinstance(error, str) else json.dumps(error))
    message = next((error[key] for key in ("message", "detail", "error") if isinstance(error.get(key), str)), "")
    # OpenRouter says "Provider returned error" and puts the reason below metadata.
    if isinstance(raw := as_dict(error, "metadata").get("raw"), str):
        message = f"{message}: {raw}"
    status = next((count(error, key) for key in ("code", "status", "status_code") if error.get(key) is not None), 0)
    return ErrorReport(printable(message) or json.dumps(error), status if 400 <= status < 600 else None)
