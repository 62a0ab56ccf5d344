"""Contents that are lists of parts, as some providers send them to separate the text from the reasoning."""

from typing import Any

_TEXT = ("text", "output_text")


def text_of(content: Any) -> str | None:
    """The text of a content, None if it has none. Only parts of text count, not those of reasoning."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = [_text_of_part(part) for part in content]
    return "".join(text for text in texts if text is not None) if any(text is not None for text in texts) else None


def _text_of_part(part: Any) -> str | None:
    if isinstance(part, str):
        return part
    text = part.get("text") if isinstance(part, dict) and part.get("type") in _TEXT else None
    return text if isinstance(text, str) else None


def joined_parts(content: Any, more: Any) -> list[Any]:
    """Two contents, of which one is a text and the other a list of parts, as a list."""
    parts = _parts(content)
    last = parts[-1] if parts else None
    if isinstance(more, str) and isinstance(last, dict) and last.get("type") in _TEXT:
        return [*parts[:-1], last | {"text": (_text_of_part(last) or "") + more}]
    return parts + _parts(more)


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []
