"""Messages of a conversation: what callers pass, and what has to be sent back."""

from collections.abc import Mapping, Sequence
from typing import Any

from ai_rust_client._native import ChatResponse, ResponseStream

Prompt = str | Sequence[Mapping[str, Any]]
"""A prompt, or messages."""


def as_messages(messages: Prompt) -> list[Mapping[str, Any]]:
    """A new list of messages; a string is the message of a user."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    return list(messages)


def with_instruction(messages: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """The messages with `text` at the end of the first system message, which is added if there is none."""
    result = list(messages)
    if not result or result[0].get("role") not in ("system", "developer"):
        return [{"role": "system", "content": text}, *result]
    content = result[0].get("content")
    if isinstance(content, str):
        new: Any = f"{content}\n\n{text}"
    else:
        new = [*(content or ()), {"type": "text", "text": text}]
    result[0] = {**result[0], "content": new}
    return result


def refusal_of(response: ChatResponse | ResponseStream) -> str | None:
    """The refusal, if the model refused to answer."""
    if response.refusal:
        return response.refusal
    return (response.text or "the model refused to answer") if response.finish_reason == "refusal" else None
