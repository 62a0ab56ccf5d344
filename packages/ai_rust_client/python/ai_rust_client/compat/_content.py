"""Contents that are lists of parts, as some providers send them to separate the text from the reasoning."""

from collections.abc import Iterator
from typing import Any

_TEXT = ("text", "output_text")


def text_of(content: Any) -> str | None:
    """The text of a content, None if it has none. Only parts of text count, not those of reasoning."""
    if isinstance(content, str):
        return content
    texts = list(_texts(content)) if isinstance(content, list) else []
    return "".join(texts) if texts else None


def _texts(part: Any) -> Iterator[str]:
    """The texts of a part, or of a list of parts. A part without a type is text."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)
    elif isinstance(part, dict) and _is_text(part):
        yield from _texts(part.get("text"))


def _is_text(part: dict[str, Any]) -> bool:
    kind = part.get("type")
    return kind in _TEXT if isinstance(kind, str) else True


def joined_parts(content: Any, more: Any) -> list[Any]:
    """Two contents, of which one is a text and the other a list of parts, as a list."""
    parts = _parts(content)
    last = parts[-1] if parts else None
    if isinstance(more, str) and isinstance(last, dict) and _is_text(last):
        return [*parts[:-1], last | {"text": "".join(_texts(last)) + more}]
    return parts + _parts(more)


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []
