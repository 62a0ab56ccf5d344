"""Decode the JSON of chat completions as different providers send it.

Lenient about their differences (null for absent, numbers as strings, content as a list of parts), strict about the
structure. Unknown fields are ignored.
"""

import json
import math
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.chat.values import ChatResponse, ModelInfo, ToolCall, Usage

from .metadata import ResponseMetadata


class MalformedError(Exception):
    """The text is not JSON, or its structure is not that of the API; the message says why."""


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as the provider describes it; `status` is set if its code is an HTTP status."""

    message: str
    status: int | None = None


def parse_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object. Raises `MalformedError`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise MalformedError("JSON, but not an object")
    return value


def parse_response(
    body: dict[str, Any], model: str, request_id: str | None, metadata: ResponseMetadata
) -> ChatResponse:
    """Convert the body of a chat response; `model` is the default for its model. Raises `MalformedError`."""
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise MalformedError("JSON, but no choices[0].message in it")
    return ChatResponse(
        text=content_text(message.get("content")) + scalar(message.get("refusal")),
        reasoning=reasoning_text(message),
        tool_calls=[ToolCall(scalar(c.get("id")), *_function(c.get("function"))) for c in tool_calls_of(message)],
        usage=parse_usage(body),
        model=scalar(body.get("model")) or model,
        provider=scalar(body.get("provider")) or None,
        finish_reason=scalar(choice.get("finish_reason")) or None,
        request_id=request_id,
        raw=body,
        rate_limits=metadata.rate_limits,
        time_to_first_byte=metadata.first_byte,
        time_to_last_byte=metadata.last_byte,
    )


def parse_models(body: dict[str, Any]) -> list[ModelInfo]:
    """Convert a list of models. Raises `MalformedError`."""
    data = body.get("data", body.get("models"))
    if not isinstance(data, list):
        raise MalformedError("JSON, but no list of models in it")
    entries = [entry for entry in data if isinstance(entry, dict) and scalar(entry.get("id"))]
    return [
        ModelInfo(scalar(entry["id"]), scalar(entry.get("name")) or None, _context_length(entry)) for entry in entries
    ]


def _context_length(entry: dict[str, Any]) -> int | None:
    """Read the field of OpenRouter, else those of vLLM and Groq."""
    lengths = (count(entry.get(key)) for key in ("context_length", "max_model_len", "context_window"))
    return next(filter(None, lengths), None)


def parse_usage(body: dict[str, Any]) -> Usage | None:
    """Return the usage of a response or chunk, including Groq's in `x_groq`; None if it has none."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        groq = body.get("x_groq")
        usage = groq.get("usage") if isinstance(groq, dict) else None
        if not isinstance(usage, dict):
            return None
    prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    cached = as_dict(usage.get("prompt_tokens_details")).get("cached_tokens")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=count(usage.get("total_tokens")) or prompt + completion,
        cached_tokens=max(count(cached), count(usage.get("prompt_cache_hit_tokens"))),
        reasoning_tokens=count(as_dict(usage.get("completion_tokens_details")).get("reasoning_tokens")),
        cost=amount(usage.get("cost")),
    )


def error_report(body: Any) -> ErrorReport:
    """Return the error in `body`, which is the error itself or an object with an `error`."""
    error = body["error"] if isinstance(body, dict) and body.get("error") else body
    if not isinstance(error, dict):
        return ErrorReport(printable(error) if isinstance(error, str) else json.dumps(error))
    message = next((error[key] for key in ("message", "detail", "error") if isinstance(error.get(key), str)), "")
    # OpenRouter says "Provider returned error" and puts the reason below metadata.
    if isinstance(raw := as_dict(error.get("metadata")).get("raw"), str):
        message = f"{message}: {raw}"
    code = next((error[key] for key in ("code", "status", "status_code") if error.get(key) is not None), None)
    status = count(code) if isinstance(code, str | int) else 0
    return ErrorReport(printable(message) or json.dumps(error), status if 400 <= status < 600 else None)


def content_text(content: Any) -> str:
    """Return the text of a message's content, which is a string or a list of parts."""
    if isinstance(content, str):
        return printable(content)
    if isinstance(content, list):
        return "".join(map(content_text, content))
    return content_text(content.get("text")) if isinstance(content, dict) else ""


def reasoning_text(message: dict[str, Any]) -> str:
    """Return the reasoning of a message, from the first of the providers' fields that has any."""
    for key in ("reasoning", "reasoning_content"):
        if text := content_text(message.get(key)):
            return text
    parts = [part for part in as_list(message.get("content")) if isinstance(part, dict)]
    if text := "".join(content_text(part.get("thinking")) for part in parts):
        return text
    details = [detail for detail in as_list(message.get("reasoning_details")) if isinstance(detail, dict)]
    return "".join(content_text(detail.get("text") or detail.get("summary")) for detail in details)


def contains_content(message: dict[str, Any]) -> bool:
    """Return whether a message has text, reasoning or a tool call."""
    texts = (message.get("content"), message.get("refusal"))
    return any(map(content_text, texts)) or bool(tool_calls_of(message) or reasoning_text(message))


def arguments_text(arguments: Any) -> str:
    """Return the arguments of a tool call as JSON text; some servers send an object instead."""
    if arguments is None:
        return ""
    return printable(arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False))


def printable(text: str) -> str:
    """Replace unpaired surrogates: JSON can escape one, but UTF-8 cannot encode it."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def scalar(value: Any) -> str:
    """Return a string or a number as text, anything else as an empty string."""
    if isinstance(value, str):
        return printable(value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def count(value: Any) -> int:
    """Return a number, or a number in a string, as an integer of at least 0."""
    number = amount(value)
    return max(0, int(number)) if number is not None else 0


def amount(value: Any) -> float | None:
    """Return a finite number, or one in a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def tool_calls_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tool calls of a message; Text Generation Inference streams a single one instead of a list."""
    calls = message.get("tool_calls")
    return [call for call in ([calls] if isinstance(calls, dict) else as_list(calls)) if isinstance(call, dict)]


def as_list(value: Any) -> list[Any]:
    """Return `value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_dict(value: Any) -> dict[str, Any]:
    """Return `value` if it is a dict, else an empty one."""
    return value if isinstance(value, dict) else {}


def _function(value: Any) -> tuple[str, str]:
    function = as_dict(value)
    return scalar(function.get("name")), arguments_text(function.get("arguments"))
