"""Text and reasoning of messages, which are strings or lists of parts."""

from typing import Any

from .fields import objects

_TEXT_TYPES = (None, "text", "output_text")
_REASONING_FIELDS = ("thinking", "reasoning", "text")


def content_text(content: Any) -> str:
    """Return the text in a message's content, with its surrogates: the next piece may have the other half."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(map(content_text, content))
    if isinstance(content, dict) and content.get("type") in _TEXT_TYPES:
        return content_text(content.get("text"))
    return ""


def reasoning_text(message: dict[str, Any]) -> str:
    """Return the reasoning of a message, from the first of the providers' fields that has any."""
    for name in ("reasoning", "reasoning_content"):
        if text := _all_text(message.get(name)):
            return text
    if text := _part_reasoning(message.get("content")):
        return text
    details = objects(message, "reasoning_details")
    texts = (detail.get("text") or detail.get("summary") for detail in details)
    return "".join(text for text in texts if isinstance(text, str))


def _part_reasoning(content: Any) -> str:
    """Return the reasoning among the parts of a message's content."""
    if isinstance(content, list):
        return "".join(map(_part_reasoning, content))
    if not isinstance(content, dict):
        return ""
    is_reasoning = content.get("type") in ("thinking", "reasoning") or "thinking" in content
    return _all_text(content) if is_reasoning else ""


def _all_text(reasoning: Any) -> str:
    """Return all text in reasoning, which is a string, a part, or a list of them."""
    if isinstance(reasoning, str):
        return reasoning
    if isinstance(reasoning, list):
        return "".join(map(_all_text, reasoning))
    if isinstance(reasoning, dict):
        return next(filter(None, (_all_text(reasoning.get(name)) for name in _REASONING_FIELDS)), "")
    return ""
