"""Answers that were read from a file."""

from dataclasses import dataclass
from typing import Any

from ai_rust_client._usage import TotalUsage


@dataclass(frozen=True, slots=True)
class StoredToolCall:
    """A function call of a stored answer, with the attributes of `ToolCall`."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class StoredResponse:
    """A whole answer from its JSON, with the attributes of `ChatResponse`."""

    raw: dict[str, Any]
    text: str
    reasoning: str
    tool_calls: list[StoredToolCall]
    usage: TotalUsage | None
    model: str
    provider: str | None
    finish_reason: str | None
    request_id: str | None

    @property
    def message(self) -> dict[str, Any]:
        """The assistant's message as it has to be appended to the conversation."""
        return {**self.raw["choices"][0]["message"], "role": "assistant"}


def response_record(response: Any) -> dict[str, Any]:
    """What to store of a response, as JSON."""
    usage = response.usage
    calls = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in response.tool_calls]
    counts = {name: getattr(usage, name) for name in TotalUsage.__slots__} if usage is not None else None
    plain = {
        name: getattr(response, name)
        for name in ("raw", "text", "reasoning", "model", "provider", "finish_reason", "request_id")
    }
    return plain | {"tool_calls": calls, "usage": counts}


def stored_response(record: dict[str, Any]) -> StoredResponse:
    """The response that was stored. Raises KeyError or TypeError for another record."""
    calls = [StoredToolCall(**call) for call in record["tool_calls"]]
    usage = TotalUsage(**record["usage"]) if record["usage"] is not None else None
    return StoredResponse(**{**record, "tool_calls": calls, "usage": usage})
