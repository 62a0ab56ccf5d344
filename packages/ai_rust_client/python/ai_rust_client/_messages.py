"""Messages of a conversation: what callers pass, and what has to be sent back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ai_rust_client._native import ChatResponse, ResponseStream

Prompt = str | Sequence[Mapping[str, Any]]
"""A prompt, or messages."""


def as_messages(messages: Prompt) -> list[Mapping[str, Any]]:
    """A new list of messages; a string is the message of a user."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    if isinstance(messages, Mapping):
        raise TypeError("messages is a single message; pass a prompt or a list of messages")
    if not isinstance(messages, Iterable) or isinstance(messages, type | bytes):
        raise TypeError(f"messages must be a prompt or a list of messages, not {described(messages)}")
    return list(messages)


def check_model(model: Any, signature: str) -> None:
    """Raise TypeError if `model` is not the name of a model or a list of names."""
    is_list = isinstance(model, Sequence) and not isinstance(model, str | bytes)
    for name in model if is_list else [model]:
        if not isinstance(name, str):
            what = described(name)
            raise TypeError(f"model must be the name of a model or a list of names, not {what}; use {signature}")


def described(value: object) -> str:
    """A value in the message of an error: its type, or the name of a class."""
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


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
