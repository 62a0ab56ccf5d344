"""The default reply: deterministic, and sufficient for manual use of an application."""

import json
import re
from typing import Any

from .embeddings import embed
from .replies import Answer, Reply, ToolCall, Usage
from .requests import Request

_WORD = re.compile(r"\S+\s*|\s+")
_CALL = re.compile(r"^\s*([A-Za-z_][\w-]*)\s+(\{.*\})\s*$", re.MULTILINE)


def echo(request: Request) -> Reply:
    """Repeat the last user message word by word, with a note about the rest of the request; or embed the texts.

    If the message has a line `name {"some": "json"}` with the name of an offered tool, the answer is that tool call.
    """
    if request.endpoint == "embeddings":
        return embed(request)
    body = request.json
    if not isinstance(body, dict):
        body = {}
    items = body.get("input" if request.endpoint == "responses" else "messages")
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    messages = [m for m in _list(items) if isinstance(m, dict) and "role" in m]
    users = [_text(m.get("content")) for m in messages if m.get("role") == "user"]
    last = users[-1] if users else ""
    tools = [name for tool in _list(body.get("tools")) if (name := _tool_name(tool))]
    prompt_tokens = sum(len(_text(m.get("content")).split()) for m in messages)
    for name, arguments in _CALL.findall(last):
        if name in tools:
            call = ToolCall(name, arguments)
            return Answer(tool_calls=(call,), finish_reason="tool_calls", usage=Usage(prompt_tokens, 1))
    note = f"{len(messages)} messages, {prompt_tokens} words" + (f", tools: {', '.join(tools)}" if tools else "")
    words = tuple(_WORD.findall(f"You said: {last}\n\n*({note})*"))
    return Answer(words, usage=Usage(prompt_tokens, len(words)))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tool_name(tool: Any) -> str | None:
    # The Responses API has the fields of the function in the tool itself.
    function = tool.get("function", tool) if isinstance(tool, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (part if isinstance(part, dict) else {} for part in content)
        return "".join(p["text"] if isinstance(p.get("text"), str) else f"[{p.get('type')}]" for p in parts)
    return "" if content is None else json.dumps(content)
