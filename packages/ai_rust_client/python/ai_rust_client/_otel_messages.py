"""Messages in the form of OpenTelemetry: a role and parts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def input_messages(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The messages of a request."""
    return [{"role": str(message.get("role", "")), "parts": _parts(message)} for message in messages]


def output_messages(response: Any) -> list[dict[str, Any]]:
    """The message of an answer, or of what has arrived of it."""
    parts: list[dict[str, Any]] = []
    if response.reasoning:
        parts.append({"type": "reasoning", "content": response.reasoning})
    if response.text:
        parts.append({"type": "text", "content": response.text})
    parts += [_call(call.id, call.name, call.arguments) for call in response.tool_calls]
    return [{"role": "assistant", "parts": parts, "finish_reason": response.finish_reason or ""}]


def _parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if message.get("role") == "tool":
        return [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": content}]
    parts: list[dict[str, Any]] = []
    if isinstance(content, str):
        parts.append({"type": "text", "content": content})
    elif isinstance(content, Sequence):
        parts += [_content_part(part) for part in content if isinstance(part, Mapping)]
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        parts.append(_call(call.get("id"), function.get("name"), function.get("arguments")))
    return parts


def _content_part(part: Mapping[str, Any]) -> dict[str, Any]:
    if part.get("type") == "text":
        return {"type": "text", "content": part.get("text")}
    if part.get("type") == "image_url":
        image = part.get("image_url")
        url = str(image.get("url", "") if isinstance(image, Mapping) else image)
        if url.startswith("data:"):
            head, _, data = url.partition(",")
            return {
                "type": "blob",
                "modality": "image",
                "mime_type": head[5:].partition(";")[0],
                "content": data,
            }
        return {"type": "uri", "modality": "image", "uri": url}
    return {"type": str(part.get("type", "")), "content": {name: part[name] for name in part if name != "type"}}


def _call(id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "id": id, "name": name, "arguments": _parsed(arguments)}


def _parsed(arguments: Any) -> Any:
    try:
        return json.loads(arguments)
    except (TypeError, ValueError):
        return arguments
