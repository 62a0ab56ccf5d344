"""Images in messages: a field of their own, or parts of the content."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from minimal_browser_core.chat.values import Image

_HOLDERS = ("image_url", "inline_data", "inlineData", "source", "image")
_MIME_TYPE = ("mime_type", "mimeType", "media_type")


def images_of(message: dict[str, Any]) -> tuple[Image, ...]:
    """Return the images of a message."""
    parts = [part for part in _list(message.get("content")) if isinstance(part, dict) and _is_image(part)]
    return tuple(_images_in([*_list(message.get("images")), *parts]))


def _is_image(part: dict[str, Any]) -> bool:
    type_ = part.get("type")
    return (isinstance(type_, str) and "image" in type_) or any(name in part for name in (*_HOLDERS[:3], "b64_json"))


def _images_in(items: list[Any]) -> Iterator[Image]:
    for item in items:
        if isinstance(item, str) and item:
            yield _from_text(item, None)
        elif isinstance(item, dict) and (image := _from_object(item)) is not None:
            yield image


def _from_object(item: dict[str, Any]) -> Image | None:
    """Return the image of an object in any of the shapes that providers use."""
    for holder in (item, *(item[name] for name in _HOLDERS if name in item)):
        if isinstance(holder, str) and holder:
            return _from_text(holder, _text(item, _MIME_TYPE))
        if not isinstance(holder, dict):
            continue
        mime_type = _text(holder, _MIME_TYPE) or _text(item, _MIME_TYPE)
        if url := _text(holder, ("url", "image_url")):
            return _from_text(url, mime_type)
        if encoded := _text(holder, ("b64_json", "data", "result")):
            return _from_base64(encoded, mime_type)
    return None


def _from_text(text: str, mime_type: str | None) -> Image:
    """Decode a data URL (RFC 2397), or base64; leave any other URL to the caller."""
    if not text.startswith("data:"):
        return Image(mime_type, None, text) if ":" in text else _from_base64(text, mime_type)
    head, comma, body = text.removeprefix("data:").partition(",")
    is_base64 = head.endswith(";base64")
    content = unquote_to_bytes(body)
    data = _decoded(content) if is_base64 else content
    mime_type = head.removesuffix(";base64").partition(";")[0] or mime_type
    return Image(mime_type, data, None) if data is not None and comma else Image(mime_type, None, text)


def _from_base64(text: str, mime_type: str | None) -> Image:
    data = _decoded(text.encode())
    return Image(mime_type, data, None) if data is not None else Image(mime_type, None, text)


def _decoded(encoded: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(encoded.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _text(item: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((item[name] for name in names if isinstance(item.get(name), str) and item[name]), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
