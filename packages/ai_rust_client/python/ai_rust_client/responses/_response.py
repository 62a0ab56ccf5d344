"""`Response`: a whole response."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ai_rust_client._native import ToolCall, Usage
from ai_rust_client.responses._fields import objects_of, text_of, tool_call_of, usage_of


@dataclass(frozen=True, repr=False)
class Response:
    """A response. `raw` is its JSON; fields of a wrong type count as absent."""

    raw: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None

    @property
    def id(self) -> str:
        """The id, for `previous_response_id`."""
        return text_of(self.raw, "id")

    @property
    def status(self) -> str:
        """ "completed", "incomplete", or with `background=True` also "queued", "in_progress" and "cancelled"."""
        return text_of(self.raw, "status") or "completed"

    @property
    def model(self) -> str:
        """The model that answered."""
        return text_of(self.raw, "model")

    @property
    def text(self) -> str:
        """The text of all messages, including a refusal."""
        return "".join(text_of(part, "text") or text_of(part, "refusal") for part in self._parts())

    @property
    def refusal(self) -> str | None:
        """The text of the refusal, if the model refuses."""
        return "".join(text_of(part, "refusal") for part in self._parts()) or None

    @property
    def reasoning(self) -> str:
        """The reasoning, or its summary, that the model shows."""
        items = [item for item in self.output if item.get("type") == "reasoning"]
        parts = [part for item in items for name in ("summary", "content") for part in objects_of(item.get(name))]
        return "\n\n".join(filter(None, (text_of(part, "text") for part in parts)))

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls of your functions, in their order. The `id` of each is the `call_id` of its result."""
        return [tool_call_of(item) for item in self.output if item.get("type") == "function_call"]

    @property
    def output(self) -> list[dict[str, Any]]:
        """All items of the answer: messages, reasoning, calls of functions and of the provider's tools."""
        return objects_of(self.raw.get("output"))

    @property
    def items(self) -> list[dict[str, Any]]:
        """A copy of `output`, to be appended to the next input unless `previous_response_id` refers to it."""
        return deepcopy(self.output)

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, if the provider reports it."""
        return usage_of(self.raw.get("usage"))

    @property
    def incomplete_reason(self) -> str | None:
        """Why the response is incomplete, such as "max_output_tokens"."""
        details = self.raw.get("incomplete_details")
        return text_of(details, "reason") or None if isinstance(details, dict) else None

    def __repr__(self) -> str:
        return f"Response(id={self.id!r}, status={self.status!r}, text={self.text!r})"

    def _parts(self) -> list[dict[str, Any]]:
        messages = [item for item in self.output if item.get("type") == "message"]
        return [part for item in messages for part in objects_of(item.get("content"))]
