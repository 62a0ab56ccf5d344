"""Text and reasoning of messages, which are strings or lists of parts.

Surrogates are left as they are: the next piece of a text may have the other half.
"""

from collections.abc import Iterator
from typing import Any

_REASONING_FIELDS = ("text", "thinking", "reasoning", "summary")


def content_text(content: Any) -> str:
    """Return the text in a message's content."""
    return content if isinstance(content, str) else "".join(_texts(content))


def reasoning_text(message: dict[str, Any]) -> str:
    """Return the reasoning of a message, from the first of the providers' fields that has any."""
    for name in ("reasoning", "reasoning_content"):
        if text := "".join(_all_texts(message.get(name))):
            return text
    if text := "".join(_part_reasoning(message.get("content"))):
        return text
    return "".join(_all_texts(message.get("reasoning_details")))


def _texts(content: Any) -> Iterator[str]:
    """Yield the texts in content and its parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part)
    elif isinstance(content, dict) and _type_of(content) in ("text", "output_text"):
        yield from _texts(content.get("text"))


def _part_reasoning(content: Any) -> Iterator[str]:
    """Yield the reasoning among the parts of content."""
    if isinstance(content, list):
        for part in content:
            yield from _part_reasoning(part)
    elif isinstance(content, dict):
        type_ = _type_of(content)
        if type_.startswith(("thinking", "reasoning")):
            yield from _all_texts(content)
        elif type_ in ("text", "output_text"):
            yield from _part_reasoning(content.get("text"))
            yield from _all_texts(content.get("thinking"))


def _all_texts(reasoning: Any) -> Iterator[str]:
    """Yield all texts in reasoning, which is a string, a part, or a list of them."""
    if isinstance(reasoning, str):
        yield reasoning
    elif isinstance(reasoning, list):
        for part in reasoning:
            yield from _all_texts(part)
    elif isinstance(reasoning, dict):
        for name in _REASONING_FIELDS:
            yield from _all_texts(reasoning.get(name))


def _type_of(part: dict[str, Any]) -> str:
    type_ = part.get("type")
    return type_ if isinstance(type_, str) and type_ else "text"
