"""Fields of responses, read leniently: one of a wrong type counts as absent."""

from collections.abc import Mapping
from typing import Any

from ai_rust_client._native import ToolCall, Usage
from ai_rust_client._surrogates import replace_surrogates


def text_of(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return replace_surrogates(value) if isinstance(value, str) else ""


def objects_of(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def tool_call_of(item: dict[str, Any]) -> ToolCall:
    return ToolCall(text_of(item, "call_id") or text_of(item, "id"), text_of(item, "name"), text_of(item, "arguments"))


def usage_of(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None

    def count(fields: Any, name: str) -> int:
        value = fields.get(name) if isinstance(fields, dict) else None
        return int(value) if isinstance(value, int | float) and 0 <= value < 2**63 else 0

    sent, received = count(usage, "input_tokens"), count(usage, "output_tokens")
    cost = usage.get("cost")
    return Usage(
        prompt_tokens=sent,
        completion_tokens=received,
        total_tokens=count(usage, "total_tokens") or sent + received,
        cached_tokens=count(usage.get("input_tokens_details"), "cached_tokens"),
        reasoning_tokens=count(usage.get("output_tokens_details"), "reasoning_tokens"),
        cost=cost if isinstance(cost, float) else None,
    )
